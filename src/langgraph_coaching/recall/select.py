"""The choice: which candidates go into the prompt, and for each of the others the reason it does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from langgraph_coaching.recall.advice import Advice, Outcome, Receipt
from langgraph_coaching.recall.prompt import block, count_tokens, entry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.recall.search import Candidate, Labels


@dataclass(slots=True)
class _Choice:
    limits: Limits
    best: Candidate
    """The most probable one."""
    judged: Mapping[str, bool]
    """What a judge said, by the id of the coaching."""
    entries: list[str] = field(default_factory=list)
    """What the chosen coachings contribute, in prompt order."""
    said: dict[str, str] = field(default_factory=dict)
    """Each chosen behavior, rendered, and the id of the coaching it belongs to."""

    def take(self, candidate: Candidate) -> tuple[Outcome, str]:
        """Puts a candidate into the prompt, or says what keeps it out."""
        coaching, chance = candidate.head.coaching, candidate.probability
        if (hindrance := self._unfit(candidate) or self._no_room(candidate)) is not None:
            return hindrance
        self.entries.append(entry(coaching))
        self.said[_plain(coaching)] = coaching.id
        if self.judged.get(coaching.id):
            return "applied", f"probability {chance:.2f} is near the floor, and the judge says that it applies"
        return "applied", f"probability {chance:.2f} reaches the floor of {self.limits.floor:.2f}"

    def _unfit(self, candidate: Candidate) -> tuple[Outcome, str] | None:
        coaching, chance, limits = candidate.head.coaching, candidate.probability, self.limits
        confirmed = self.judged.get(coaching.id)
        if confirmed is False:
            return "denied", f"probability {chance:.2f} is near the floor, and the judge says that it does not apply"
        if chance < limits.floor and not confirmed:
            return "below_floor", f"probability {chance:.2f} is below the floor of {limits.floor:.2f}"
        outranked = coaching.priority <= self.best.head.coaching.priority
        if outranked and not confirmed and chance < self.best.probability - limits.margin:
            return "less_probable", f"probability {chance:.2f} is more than {limits.margin:.2f} below the best"
        return None

    def _no_room(self, candidate: Candidate) -> tuple[Outcome, str] | None:
        coaching, limits = candidate.head.coaching, self.limits
        if (twin := self.said.get(_plain(coaching))) is not None:
            return "duplicate", f"{twin} already says the same"
        if len(self.entries) >= limits.items:
            return "over_limit", f"{limits.items} coachings with precedence fill the prompt's item limit"
        size = count_tokens(block([*self.entries, entry(coaching)]))
        if size > limits.tokens:
            return "over_budget", f"the prompt block would take {size} tokens of {limits.tokens}"
        return None


def _plain(coaching: Coaching) -> str:
    return " ".join(coaching.behavior.render().casefold().split())


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

    Returns:
        Advice whose `considered` begins with the applied ones in prompt order, the rest by probability.
    """
    if not candidates:
        return Advice(situation=situation)
    best = max(candidates, key=lambda one: (one.probability, one.head.coaching.priority))
    choice = _Choice(limits, best, judged or {})
    found = [(candidate, *choice.take(candidate)) for candidate in sorted(candidates, key=_precedence)]
    applied = [one for one in found if one[1] == "applied"]
    others = sorted((one for one in found if one[1] != "applied"), key=lambda one: -one[0].probability)
    kept = (*applied, *others[: max(0, limits.considered - len(applied))])
    now = datetime.now(UTC)  # receipts of one advice share their time
    told = {} if labels is None else {"agent": labels.agent, "node": labels.node, "tags": tuple(sorted(labels.tags))}
    shared = {"situation": situation, "namespace": namespace, "at": now, "reserve": reserve} | told
    return Advice(
        considered=[_receipt(*one, shared) for one in kept],
        prompt=block(choice.entries),
        situation=situation,
    )


def _receipt(candidate: Candidate, outcome: Outcome, reason: str, shared: dict[str, Any]) -> Receipt:
    coaching = candidate.head.coaching
    return Receipt(
        coaching_id=coaching.id,
        revision=coaching.revision,
        content_hash=coaching.content_hash,
        intent=coaching.intent,
        behavior=coaching.behavior.type,
        probability=candidate.probability,
        outcome=outcome,
        reason=reason,
        **shared,
    )
