"""Explanation: why one coaching applied in a situation or did not, as the store is now, and what would change it.

Every number is computed anew, except what a receipt has said already.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from langgraph_coaching.coaching.revisions import REVISION_KEY
from langgraph_coaching.recall.counterfactual import Counterfactual
from langgraph_coaching.recall.eligibility import exclusion_of
from langgraph_coaching.recall.nearest_texts import Query, nearest_texts
from langgraph_coaching.recall.normalization.language import language_of
from langgraph_coaching.recall.reasons import split_reason
from langgraph_coaching.recall.recourse import recourse_for
from langgraph_coaching.recall.scoring.situation_vector import situation_vector, turn_weights
from langgraph_coaching.recall.search import CANDIDATES, search
from langgraph_coaching.recall.select import select
from langgraph_coaching.recall.stored_heads import HEAD, heads_in
from langgraph_coaching.recall.why import Text, Why, turn_of

if TYPE_CHECKING:
    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Coaching, Labels
    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
    from langgraph_coaching.recall.scoring.head import Head
    from langgraph_coaching.recall.situation import Situation
    from langgraph_coaching.recall.snapshot import Snapshot, Snapshots
    from langgraph_coaching.recall.why import Standing


class AdviseCall:
    """What a call of `advise` asked, kept with its advice; a copy of the advice shares it, a pickle goes without.

    Args:
        explainer: Who explains.
        situation: None located no user had said anything.
        labels: Of the call.
        stored: Whether the receipts go into the store.
    """

    __slots__ = ("explainer", "labels", "situation", "stored")

    def __init__(
        self, explainer: Explainer, situation: Situation | None, labels: Labels, *, stored: bool = False
    ) -> None:
        self.explainer = explainer
        self.situation = situation
        self.labels = labels
        self.stored = stored

    def __call__(self, advice: Advice, coaching_id: str) -> Why:
        """The reckoning for one coaching.

        Raises:
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        return self.explainer.why(coaching_id, advice, self)

    def __deepcopy__(self, memo: Any) -> AdviseCall:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return type(None), ()


class _Result(NamedTuple):
    outcome: Standing
    reason: str
    change: str

    @classmethod
    def of_receipt(cls, receipt: Receipt) -> _Result:
        return cls(receipt.outcome, *split_reason(receipt.reason))


class Explainer:
    """Explains what was advised.

    Args:
        store: The coachings of one namespace.
        embedder: The embedder the store's vectors come from.
        backgrounds: Where its background is.
        snapshots: The store's live coachings.
        limits: What advice was chosen by.
    """

    def __init__(
        self, store: Coachings, embedder: Embedder, backgrounds: BackgroundCache, snapshots: Snapshots, limits: Limits
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._backgrounds = backgrounds
        self._snapshots = snapshots
        self._limits = limits

    def why(self, coaching_id: str, advice: Advice, call: AdviseCall) -> Why:
        """The reckoning for one coaching; see `AdviseCall`."""
        receipt = advice.receipt(coaching_id)
        revisions = self._revisions(coaching_id)
        latest = max(revisions, default=0)
        revision = latest if receipt is None or receipt.revision is None else receipt.revision
        if revision not in revisions:
            return self._why_erased(receipt) if receipt else self._why_unknown(coaching_id)
        head, stored = revisions[revision], call.stored and receipt is not None
        why = Why(
            coaching_id=coaching_id,
            revision=revision,
            intent=head.coaching.intent,
            outcome="nothing_said",
            reason="no user has said anything yet",
            change="coach.advise(messages) with what a user has said",
            floor=self._limits.floor,
            receipt_id=None if receipt is None else receipt.id,
        )
        excluded = None if receipt else exclusion_of(head.coaching, call.labels, datetime.now(UTC))
        result = _Result.of_receipt(receipt) if receipt else excluded and _Result(*excluded)
        if call.situation is None:
            return why if result is None else replace(why, **result._asdict())
        why, alone, snapshot = self._measure(why, head, call.situation, receipt)
        result = result or self._rank_among_others(why, alone, snapshot, call.labels)
        why = replace(why, **result._asdict())
        if latest != revision:
            why = replace(why, note=_state_since(replace(alone, head=revisions[latest])))
        if not advice.applied and self._embedder.is_default:
            why = replace(why, language=language_of(call.situation.user_text))
        return replace(why, change=recourse_for(why, said=call.situation.latest_user_text, stored=stored))

    def _revisions(self, coaching_id: str) -> dict[int, Head]:
        """Every revision of a coaching with its vectors, by number."""
        rows = self._store.arrow((*REVISION_KEY, *HEAD), id=coaching_id)
        if rows is None or not len(rows):
            return {}
        keys = zip(*(rows[name].to_pylist() for name in REVISION_KEY), strict=True)
        return {head.coaching.revision: head for head in heads_in(rows, set(keys)).values()}

    def _why_erased(self, receipt: Receipt) -> Why:
        return replace(Why.of_receipt(receipt), floor=self._limits.floor, note="its history was erased")

    def _why_unknown(self, coaching_id: str) -> Why:
        return Why(
            coaching_id=coaching_id,
            outcome="not_found",
            reason=f"there is no coaching {coaching_id!r} in the namespace {self._store.namespace!r}",
            change="coach.list() names those there are; Coach(…, namespace=…) opens another namespace",
            floor=self._limits.floor,
        )

    def _measure(
        self, why: Why, head: Head, situation: Situation, receipt: Receipt | None
    ) -> tuple[Why, Counterfactual, Snapshot]:
        """The numbers: what it was compared with, and what each part of the reckoning does to the probability."""
        snapshot = self._snapshots.recalled()
        vectors = self._embedder.query(situation.texts)
        if (table := self._store.table()) is not None:
            self._store.check(table, vectors.shape[1])
        background = snapshot.background or self._backgrounds.background(vectors.shape[1])
        each = turn_weights(situation, vectors, background)
        shares = (each / each.sum()).tolist()
        turns = [turn_of(text, user, share) for (text, user), share in zip(situation.turns, shares, strict=True)]
        located = situation_vector(situation, vectors, background)
        alone = Counterfactual(head, located, background, snapshot.traffic, snapshot.reserve)
        (nearest,) = nearest_texts([head], Query(located.vector, background))
        coaching, now = head.coaching, alone.probability()
        never = None if nearest.never is None else coaching.examples[nearest.never - 1].text
        why = replace(
            why,
            situation=tuple(reversed(turns)),
            texts=nearest.texts,
            nearest=_text(coaching, nearest.nearest, nearest.likeness),
            never=None if never is None else Text(kind="never here", text=never, likeness=nearest.never_likeness),
            probability=now if receipt is None else receipt.probability,
            now=now,
            without_never=None if never is None else alone.without_never().probability(),
            without_traffic=alone.without_traffic().probability() if snapshot.traffic else None,
            reserve=snapshot.reserve if receipt is None else receipt.reserve,
            without_reserve=alone.without_reserve().probability() if snapshot.reserve else None,
            taught=alone.with_example_here().probability(),
        )
        return why, alone, snapshot

    def _rank_among_others(self, why: Why, alone: Counterfactual, snapshot: Snapshot, labels: Labels) -> _Result:
        """What becomes of it among the others: as its receipt would say, had the call left more of them."""
        (found,) = search(
            snapshot.near([alone.situation], labels), [alone.situation], labels, datetime.now(UTC), CANDIDATES
        )
        everything = replace(self._limits, considered=CANDIDATES)
        advice = select(found, everything, labels=labels, query=Query(alone.situation.vector, alone.background))
        receipt = advice.receipt(why.coaching_id)
        if receipt is None:
            return _Result("not_ranked", f"{CANDIDATES} others rank before it here", "")
        return _Result.of_receipt(receipt)


def _text(coaching: Coaching, index: int, likeness: float) -> Text:
    if not index:
        return Text(kind="intent", text=coaching.intent, likeness=likeness)
    return Text(kind="also here", text=coaching.examples[index - 1].text, likeness=likeness)


def _state_since(latest: Counterfactual) -> str:
    """What has become of a coaching since a receipt."""
    coaching = latest.head.coaching
    state = "deleted" if coaching.deleted else coaching.status
    return f"it is {state} at revision {coaching.revision}, whose probability would be {latest.probability():.2f}"
