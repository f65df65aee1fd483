"""What is reported of probabilities and choices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langgraph_coaching.recall.search import Candidate


def calibration_error(chance: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over bins of equal width."""
    place = np.minimum((chance * bins).astype(int), bins - 1)
    kept = [place == i for i in range(bins) if (place == i).any()]
    return float(sum(abs(chance[one].mean() - right[one].mean()) * one.mean() for one in kept))


def scores(found: Sequence[list[Candidate]], at: dict[str, int]) -> np.ndarray:
    """Probabilities as a matrix, situations by coachings; 0 where one was no candidate."""
    result = np.zeros((len(found), len(at)))
    for row, candidates in zip(result, found, strict=True):
        for candidate in candidates:
            row[at[candidate.head.coaching.id]] = candidate.probability
    return result


def chosen(applied: Sequence[Sequence[int]], right: np.ndarray) -> dict[str, float]:
    """Recall, false application and wrong application of what was applied.

    Args:
        applied: Indices of the coachings applied in each situation.
        right: Index of the one that is right there; -1 where none is.
    """
    sets = [set(one) for one in applied]
    inside = [(one, index) for one, index in zip(sets, right, strict=True) if index >= 0]
    outside = [one for one, index in zip(sets, right, strict=True) if index < 0]
    return {
        "recall": float(np.mean([index in one for one, index in inside])),
        "false": float(np.mean([bool(one) for one in outside])) if outside else float("nan"),
        "wrong": float(np.mean([bool(one - {index}) for one, index in inside])),
    }


def at_recall(found: np.ndarray, right: np.ndarray, wanted: float) -> dict[str, float]:
    """False application at the threshold that gives the wanted recall.

    Args:
        found: Scores, situations by coachings.
        right: As in `chosen`.
        wanted: Recall, 0..1.

    Returns:
        `false_at`: recall counted over all situations of coached intents. `false_at_first`: counted over those in which
        the right one ranks first, so that the threshold is judged apart from the ranking.
    """
    inside = right >= 0
    own = found[inside, right[inside]]
    others = found[inside].copy()
    others[np.arange(len(others)), right[inside]] = -np.inf
    leading = own > others.max(axis=1, initial=-np.inf)
    outside = found[~inside].max(axis=1)
    # A threshold of 0 would count what is no candidate at all as applied, which is the honest figure: out of reach.
    return {
        "false_at": float((outside >= np.quantile(own, 1 - wanted)).mean()),
        "false_at_first": float((outside >= np.quantile(own[leading], 1 - wanted)).mean()),
        "first": float(leading.mean()),
    }


def set_f1(applied: np.ndarray, right: np.ndarray) -> float:
    """F1 of sets of coachings, pooled over all situations; `bool[situations, coachings]` each."""
    return float(2 * (applied & right).sum() / max(applied.sum() + right.sum(), 1))
