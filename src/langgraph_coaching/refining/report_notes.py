"""What a reader has to know of a report, in sentences: only what it gives reason for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.refining.comparison import CAUTIONS, WITHOUT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from langgraph_coaching.refining.comparison import Comparison
    from langgraph_coaching.refining.report import Overall, Standing

MANY = 20
"""Comparisons of which one is expected to be certain by chance alone."""


def notes_of(standings: Sequence[Standing], overall: Overall) -> tuple[str, ...]:
    """The notes of a report.

    Args:
        standings: Of each coaching.
        overall: Of all.
    """
    return tuple(_notes(standings, overall))


def design_notes(compared: Sequence[Comparison]) -> list[str]:
    """For each way that some comparisons were made: which threads are the ones without, and whether that is fair.

    Args:
        compared: The comparisons.
    """
    designs = [design for design in WITHOUT if any(one.design == design for one in compared)]
    return [f"Without it, {design}: {WITHOUT[design]}; {CAUTIONS[design]}." for design in designs]


def _notes(standings: Sequence[Standing], overall: Overall) -> Iterator[str]:
    compared = [one for standing in (overall, *standings) for one in standing.outcomes]
    if compared:
        yield (
            "With and without: a thread counts once, since its runs are not independent, and as the last of its runs "
            "that was evaluated says."
        )
    yield from design_notes(compared)
    certain = sum(one.difference is not None for one in compared)
    if certain >= MANY:
        yield (
            f"Of {certain} differences with a 95% interval, about {round(certain / MANY)} would leave out 0 by chance "
            "alone."
        )
    if overall.judged:
        yield (
            "Precision is of the applications that people judged; where they mostly judge what looks wrong, it is too "
            "low."
        )
    if overall.tokens is not None and overall.applied:
        yield "Tokens are estimated, one for four characters, from the revisions that were applied."
    elif overall.applied:
        yield "Tokens are not said where a revision that was applied is erased."
    if overall.time is not None and overall.time.calls < overall.calls:
        yield f"The time of recall is known of {overall.time.calls:,} of {overall.calls:,} calls."
