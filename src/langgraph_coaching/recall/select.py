"""Selection: which candidates go into the prompt within the limits, and of each other the reason it does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.stage import cohort_of
from langgraph_coaching.recall.advice import Advice
from langgraph_coaching.recall.nearest_texts import nearest_texts
from langgraph_coaching.recall.normalization.language import language_of
from langgraph_coaching.recall.prompt import block, count_tokens
from langgraph_coaching.recall.reasons import join_reason, outranking_change, unlikely_reason
from langgraph_coaching.recall.receipt import SUPPOSED, Outcome, Receipt, new_ids
from langgraph_coaching.recall.stage_reasons import in_share, say_staged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.recall.nearest_texts import Query
    from langgraph_coaching.recall.search import Candidate


_Chosen = tuple["Candidate", "Outcome", str, str]
"""A candidate, what becomes of it, why, and what would change that."""

_UNLIKELY = ("below_floor", "denied")
"""Outcomes of what is not likely enough, whatever else there is room for."""


@dataclass(slots=True)
class _Choice:
    limits: Limits
    best: Candidate
    """The most probable one."""
    judged: Mapping[str, bool]
    """What a judge said, by the id of the coaching."""
    entries: list[str] = field(default_factory=list)
    """What the chosen coachings contribute, in prompt order."""
    behaviors: dict[str, str] = field(default_factory=dict)
    """Each chosen behavior, rendered, and the id of the coaching it belongs to."""
    last: Candidate | None = None
    """The chosen one with the least precedence."""

    def take(self, candidate: Candidate) -> tuple[Outcome, str, str]:
        """Puts a candidate into the prompt, or says what keeps it out and what would change that.

        What it was compared with, and what would make it likelier, is said later: only of those that leave a receipt.
        """
        coaching, chance = candidate.head.coaching, candidate.probability
        if (exclusion := self._exclude_unlikely(candidate) or self.exclude_for_room(candidate)) is not None:
            return exclusion
        self.put_in(candidate)
        if self.judged.get(coaching.id):
            ground = f"probability {chance:.2f} is near the floor, and the judge says that it applies"
        else:
            ground = f"probability {chance:.2f} reaches the floor of {self.limits.floor:.2f}"
        return "applied", ground + in_share(candidate), ""

    def put_in(self, candidate: Candidate) -> None:
        """Puts a candidate into the prompt."""
        coaching = candidate.head.coaching
        self.entries.append(candidate.head.entry)
        self.behaviors[candidate.head.behavior_key] = coaching.id
        self.last = candidate

    def _exclude_unlikely(self, candidate: Candidate) -> tuple[Outcome, str, str] | None:
        coaching, chance, limits = candidate.head.coaching, candidate.probability, self.limits
        confirmed = self.judged.get(coaching.id)
        if confirmed is False:
            return "denied", f"probability {chance:.2f} is near the floor, and the judge denies that it applies", ""
        if chance < limits.floor and not confirmed:
            return "below_floor", f"probability {chance:.2f} is below the floor of {limits.floor:.2f}", ""
        best = self.best.head.coaching
        if coaching.priority <= best.priority and not confirmed and chance < self.best.probability - limits.margin:
            ground = (
                f"probability {chance:.2f} is more than {limits.margin:.2f} below the best, "
                f"{self.best.probability:.2f} of {best.id}"
            )
            return "less_probable", ground, outranking_change(coaching.id, best.priority, "a wider Limits(margin=…)")
        return None

    def exclude_for_room(self, candidate: Candidate) -> tuple[Outcome, str, str] | None:
        """What keeps a likely candidate out of the prompt beside those that are in it, or None."""
        coaching, limits = candidate.head.coaching, self.limits
        if (twin := self.behaviors.get(candidate.head.behavior_key)) is not None:
            ground = f"{twin} already says the same, so that nothing is missing"
            return "duplicate", ground, f"coach.archive({coaching.id!r}) keeps one of the two"
        last = (self.last or self.best).head.coaching
        if len(self.entries) >= limits.items:
            ground = (
                f"{limits.items} coachings with precedence fill the prompt's item limit, {last.id} the last of them"
            )
            change = outranking_change(coaching.id, last.priority, f"Limits(items={limits.items + 1})")
            return "over_limit", ground, change
        size = count_tokens(block([*self.entries, candidate.head.entry]))
        if size > limits.tokens:
            ground = f"the prompt block would take {size} tokens of {limits.tokens}"
            if not self.entries:
                return "over_budget", ground, f"coach.edit({coaching.id!r}, behavior=…) with a shorter one"
            return "over_budget", f"{ground}, beside {', '.join(self.behaviors.values())}", f"Limits(tokens={size})"
        return None


def _precedence(candidate: Candidate) -> tuple[float, float, float, str]:
    coaching = candidate.head.coaching
    return -coaching.priority, -candidate.probability, -coaching.created_at.timestamp(), coaching.id


def select(
    candidates: Sequence[Candidate],
    limits: Limits,
    *,
    situation: str = "",
    namespace: str = "default",
    labels: Labels | None = None,
    reserve: float = 0.0,
    judged: Mapping[str, bool] | None = None,
    query: Query | None = None,
) -> Advice:
    """Chooses by precedence within the limits: priority first, then probability, then the newer, then the id.

    Args:
        candidates: Scored coachings in any order.
        limits: Floor, item limit and token budget.
        situation: The matched text, for the receipts.
        namespace: For the receipts.
        labels: For the receipts: where the call comes from.
        reserve: For the receipts: what was taken from every logit.
        judged: What a judge said of candidates near the floor, by the id of the coaching.
        query: The situation, for what reasons say of the texts it was compared with.

    Returns:
        Advice whose `considered` begins with the applied ones in prompt order, the rest by probability; at the end,
        beyond `limits.considered`, what would have been applied, were it not in shadow or held back.
    """
    if not candidates:
        return Advice(situation=situation)
    live = _without_unrecorded([one for one in candidates if one.part == "live"], limits, judged or {})
    found, entries = _choose(live, limits, judged or {})
    applied = [one for one in found if one[1] == "applied"]
    others = [one for one in found if one[1] != "applied"]
    threaded = labels is not None and labels.thread_id is not None
    waiting = [one for one in candidates if one.part != "live"]
    staged = _suppose_chosen(live, waiting, limits, judged or {}, threaded) if waiting else []
    supposed = [one for one in staged if one[1] in SUPPOSED][: limits.considered]
    others = sorted([*others, *(one for one in staged if one[1] not in SUPPOSED)], key=_rank)
    kept = (*applied, *others[: max(0, limits.considered - len(applied))], *supposed)
    reasons = _reasons(kept, query)
    now = datetime.now(UTC)  # receipts of one advice share their time
    call = {} if labels is None else _call_fields(labels)
    shared = {"situation": situation, "namespace": namespace, "at": now, "reserve": reserve} | call
    return Advice(
        considered=[
            _receipt(candidate, outcome, {"id": name, "reason": reason} | shared)
            for (candidate, outcome, *_), reason, name in zip(kept, reasons, new_ids(len(kept)), strict=True)
        ],
        prompt=block(entries),
        situation=situation,
    )


def _call_fields(labels: Labels) -> dict[str, Any]:
    tags = tuple(sorted(labels.tags))
    return {"agent": labels.agent, "node": labels.node, "tags": tags, "thread_id": labels.thread_id}


def _without_unrecorded(live: list[Candidate], limits: Limits, judged: Mapping[str, bool]) -> list[Candidate]:
    """Without those that are below the floor, and have so many before them that they leave no receipt."""
    least = min(_least_recorded(live, limits), limits.floor)
    return [one for one in live if one.probability >= least or one.head.coaching.id in judged]


def _least_recorded(candidates: Sequence[Candidate], limits: Limits) -> float:
    """The probability below which what is not applied leaves no receipt: that many are before it."""
    count = max(limits.considered, 1)
    if len(candidates) <= count:
        return 0.0
    return sorted([one.probability for one in candidates], reverse=True)[count - 1]


def _choose(
    candidates: Sequence[Candidate], limits: Limits, judged: Mapping[str, bool]
) -> tuple[list[_Chosen], list[str]]:
    """What becomes of each candidate that leaves a receipt, by precedence, and the entries of the prompt."""
    if not candidates:
        return [], []
    best = max(candidates, key=lambda one: (one.probability, one.head.coaching.priority))
    choice, least = _Choice(limits, best, judged), _least_recorded(candidates, limits)
    found: list[_Chosen] = []
    for one in sorted(candidates, key=_precedence):
        full = len(choice.entries) >= limits.items
        if not full or one.probability >= least or one.part != "live":  # else nobody reads what becomes of it
            found.append((one, *choice.take(one)))
    return found, choice.entries


def _suppose_chosen(
    live: Sequence[Candidate],
    waiting: Sequence[Candidate],
    limits: Limits,
    judged: Mapping[str, bool],
    threaded: bool,
) -> list[_Chosen]:
    """What would become of what is in shadow or held back beside what is live, the most probable first.

    A shadow is supposed alone, what is held back with its cohort: that is how the threads of its share have it.
    """
    groups: dict[str, list[Candidate]] = {}
    for one in waiting:
        coaching = one.head.coaching
        groups.setdefault(coaching.id if one.part == "shadow" else cohort_of(coaching), []).append(one)
    found = []
    for group in groups.values():
        if all(one.probability < limits.floor and not judged.get(one.head.coaching.id) for one in group):
            chosen, _ = _choose(group, limits, judged)  # whatever is beside them, nothing would change
        else:
            chosen, _ = _choose([*live, *group], limits, judged)
        found += [
            (one, *say_staged(one, outcome, ground, change, threaded=threaded))
            for one, outcome, ground, change in chosen
            if one.part != "live"
        ]
    return sorted(found, key=_rank)


def _rank(chosen: _Chosen) -> float:
    return -chosen[0].probability


def choose_fitting(likely: Iterable[Candidate], limits: Limits) -> tuple[list[Candidate], int]:
    """Those for which there is room, of candidates that are likely enough; and how many were looked at.

    Args:
        likely: In order of precedence; what is behind those that fill the prompt is not looked at.
        limits: Item limit and token budget.
    """
    chosen: list[Candidate] = []
    choice: _Choice | None = None
    looked_at = 0
    for candidate in likely:
        choice = choice or _Choice(limits, candidate, {})
        if len(chosen) >= limits.items:
            break
        looked_at += 1
        if choice.exclude_for_room(candidate) is None:
            choice.put_in(candidate)
            chosen.append(candidate)
    return chosen, looked_at


def _reasons(kept: Sequence[_Chosen], query: Query | None) -> list[str]:
    """The reason of each receipt; what is not likely enough is told what it was compared with."""
    unlikely = [candidate.head for candidate, outcome, *_ in kept if outcome in _UNLIKELY]
    near = iter(nearest_texts(unlikely, query) if query else [None] * len(unlikely))
    nothing = not any(outcome == "applied" for _, outcome, *_ in kept)
    language = language_of(query.english) if query and query.english and nothing else None
    found = []
    for candidate, outcome, ground, change in kept:
        if outcome not in _UNLIKELY:
            found.append(join_reason(ground, change))
            continue
        more, remedy = unlikely_reason(candidate.head.coaching.id, next(near), language)
        found.append(join_reason(f"{ground}: {more}" if more else ground, remedy))
    return found


def _receipt(candidate: Candidate, outcome: Outcome, fields: dict[str, Any]) -> Receipt:
    return Receipt.of(candidate.head.coaching, probability=candidate.probability, outcome=outcome, **fields)
