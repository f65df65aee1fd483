"""Situation vector: the mean of a situation's turns, each weighted by how much it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.recall.normalization.negation import takes_back
from langgraph_coaching.recall.scoring.standalone_turns import standalone_shares
from langgraph_coaching.recall.scoring.weights import (
    AGENT_TURN,
    DEPENDENT_TURN,
    ENOUGH_WORDS,
    FADE,
    TALK_FAR,
    TALK_NEAR,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.situation import Situation

_LEAST = 0.02
"""What a turn that is small talk still says."""

_NEAREST = 3
"""Small talk that a turn is held against: as much of it as is nearest."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class SituationVector:
    """Where a situation is: its unit vector, how crowded it is there, and what mixing its turns has cost."""

    vector: NDArray[np.float32]
    """`float32[dimension]`."""
    crowding: float
    mixed: float = 0.0
    """Log of the sum of the weights over the length of the weighted sum; 0 for a single text."""
    latest: float = 0.0
    """0..1: how much of what the user has said is in the latest turn; 0 where that is not known."""
    unwanted: bool = False
    """Whether the latest turn says what its speaker does not want, and nothing else."""


def situation_vector(situation: Situation, vectors: NDArray[np.float32], background: Background) -> SituationVector:
    """Where a situation is: the weighted mean of its turns.

    Args:
        situation: The turns.
        vectors: Of `situation.texts`, `float32[len(turns), dimension]`, unit length.
        background: Of the same embedder; it remembers the latest ones.
    """
    if (known := background.located.get(situation.turns, vectors)) is not None:
        return known
    made = _situation_vector(situation, vectors, background)
    background.located.keep(situation.turns, vectors, made)
    return made


def _situation_vector(situation: Situation, vectors: NDArray[np.float32], background: Background) -> SituationVector:
    # What a single turn weighs is the same as what all of it does.
    each = turn_weights(situation, vectors, background) if len(vectors) > 1 else np.ones(1)
    summed = each @ vectors
    length = max(float(np.linalg.norm(summed)), 1e-9)
    vector = (summed / length).astype(np.float32)
    crowding = background.crowding_of(vector)
    users = [weight for weight, (_, user) in zip(each.tolist(), situation.turns, strict=True) if user and weight]
    latest = users[0] / sum(users) if users else 0.0
    mixed = float(np.log(each.sum() / length))
    return SituationVector(vector, crowding, mixed, latest, unwanted=takes_back(situation.latest_user_text))


def turn_weights(situation: Situation, vectors: NDArray[np.float32], background: Background) -> NDArray[np.float64]:
    """How much each turn weighs, `float64[len(turns)]`; the arguments are those of `situation_vector`."""
    talk = vectors @ background.small_talk.T
    near = np.sort(np.partition(talk, -_NEAREST, axis=1)[:, -_NEAREST:], axis=1).sum(axis=1) / _NEAREST
    odd = (TALK_NEAR - background.scale_cosines(near)) / (TALK_NEAR - TALK_FAR)
    odd = np.minimum(np.maximum(odd, _LEAST), 1.0)
    alone = standalone_shares(situation.turns, vectors, background, talk)
    result, kept = np.zeros(len(vectors)), 1.0
    for index, (text, user) in enumerate(situation.turns):
        words = min(max(len(_WORD.findall(text)), 1), ENOUGH_WORDS) / ENOUGH_WORDS
        share = DEPENDENT_TURN + (1.0 - DEPENDENT_TURN) * alone[index] if user else AGENT_TURN
        informative = odd[index] * words * share
        result[index] = informative * kept
        kept *= (1.0 - FADE * informative) * (1.0 - alone[index])
    return result
