"""Width: a coaching that fires on unrelated traffic, or not even where it was written and where it says it applies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.authoring.lint.finding import Finding, Severity, quote
from langgraph_coaching.authoring.lint.overlap import crowding_of_all, example_rows
from langgraph_coaching.authoring.outlook_hint import WIDE
from langgraph_coaching.recall.scoring.head import Head, fit_heads
from langgraph_coaching.recall.scoring.places import Places
from langgraph_coaching.recall.scoring.probability import FittedHeads, probabilities
from langgraph_coaching.recall.scoring.situation_vector import SituationVector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.places import Surroundings
    from langgraph_coaching.recall.snapshot import Snapshot

WIDE_ANYWHERE = 0.01
"""Share of the background from which on it is too broad: that has texts of every subject, and small talk.

Of 62 coachings of ABCD and STAR none is likely in more than 0.2 %, one for thanks in 0.6 %, 2026-11-30:
`tests/benchmarks/lint.py`."""

SPREAD = 400
"""Requests of the background that are looked at."""


@dataclass(frozen=True, slots=True)
class OrdinaryTraffic:
    """What is said beside what a coaching is for."""

    places: Places | None
    """Where that is; None where nothing is recorded, and there is no background either."""
    times: NDArray[np.intp]
    """How often each was said."""
    near: Surroundings | None
    """What of the store's traffic is near each."""
    recorded: bool
    """Whether they were recorded; otherwise they are the background's small talk and a spread of its requests."""

    @property
    def count(self) -> int:
        """Of all situations."""
        return int(self.times.sum())


def spread_of(background: Background) -> Places:
    """The background's small talk, and a spread of its requests."""
    requests = len(background.vectors) - background.talk
    rows = [*range(0, requests, max(1, requests // SPREAD)), *range(requests, len(background.vectors), 3)]
    crowding = crowding_of_all(background.vectors[rows], background)
    return Places.of([SituationVector(background.vectors[row], at) for row, at in zip(rows, crowding, strict=True)])


def too_broad(coaching: Coaching, fired: int, traffic: OrdinaryTraffic) -> Finding | None:
    """A coaching that is likely enough in much of the traffic.

    Args:
        coaching: An active one.
        fired: Situations of the traffic in which it is likely enough.
        traffic: All of them.
    """
    looked_at, least = traffic.count, WIDE if traffic.recorded else WIDE_ANYWHERE
    if not fired or fired <= least * looked_at:
        return None
    kind = "recorded situations" if traffic.recorded else "ordinary requests and small talk of any subject"
    return Finding(
        severity="warning",
        rule="too_broad",
        what=f"{quote(coaching.intent)} is likely enough in {fired} of {looked_at} {kind}",
        why="it stands in prompts where it is of no use, and takes the place of others",
        remedy="name the one thing they ask for, add `never` examples, or move it into the system prompt",
        coaching_ids=(coaching.id,),
    )


def silent_at_source(coaching: Coaching, probability: float, floor: float) -> Finding | None:
    """A coaching that is not even likely in the conversation it was written from.

    Args:
        coaching: An active one with a source.
        probability: There.
        floor: Where nothing applies below.
    """
    if probability >= floor:
        return None
    where = coaching.source.trace_id if coaching.source else "its conversation"
    what = f"it stays silent where it was written: {probability:.2f} in {where}"
    why = f"the floor is {floor:.2f}, and nothing below it applies"
    remedy = "say in general words what the user asked there, or add what others say as examples"
    return _too_narrow("warning", coaching, what, why, remedy)


def silent_examples(heads: Sequence[Head], snapshot: Snapshot, floor: float) -> dict[str, list[str]]:
    """Examples at which coachings would be silent if they were not among their own, by the coaching's id.

    Args:
        heads: Of the snapshot; those with a single example have nothing to be held against.
        snapshot: With its background.
        floor: Where nothing applies below.
    """
    silent: dict[str, list[str]] = {head.coaching.id: [] for head in heads}
    asked = [(head, row) for head in heads if len(rows := example_rows(head)) > 1 for row in rows]
    background = snapshot.background
    if background is None or not asked:
        return silent
    without = [_without_row(head, row) for head, row in asked]
    fits = fit_heads(without, background)
    fitted = FittedHeads(without, fits, background, snapshot.reserve)
    vectors = np.stack([head.vectors[row] for head, row in asked])
    ranks = (fits.rows * vectors).sum(axis=1) + fits.offsets
    for index, ((head, row), at) in enumerate(zip(asked, crowding_of_all(vectors, background), strict=True)):
        situation = SituationVector(vectors[index], at)
        if probabilities(situation, np.array([index]), ranks[index : index + 1], fitted)[0] < floor:
            silent[head.coaching.id].append(head.coaching.examples[row - 1].text)
    return silent


def _without_row(head: Head, row: int) -> Head:
    examples = head.coaching.examples
    kept = head.coaching.model_copy(update={"examples": examples[: row - 1] + examples[row:]})
    return Head(kept, np.delete(head.vectors, row, axis=0))


def silent_at_examples(coaching: Coaching, silent: Sequence[str], told: int) -> Finding | None:
    """A coaching whose intent and other examples do not reach most of its own examples.

    Args:
        coaching: An active one.
        silent: Examples that are not reached.
        told: Of how many that were looked at.
    """
    if len(silent) < 2 or 2 * len(silent) <= told:  # noqa: PLR2004 - one may be odd
        return None
    what = f"of {told} examples {len(silent)} are unlike its intent and unlike each other, such as {quote(silent[0])}"
    why = "it is recalled in those words, and hardly in others"
    remedy = "word the intent as what all of them ask for, or split it where they ask for several things"
    return _too_narrow("note", coaching, what, why, remedy)


def _too_narrow(severity: Severity, coaching: Coaching, what: str, why: str, remedy: str) -> Finding:
    return Finding(severity=severity, rule="too_narrow", what=what, why=why, remedy=remedy, coaching_ids=(coaching.id,))
