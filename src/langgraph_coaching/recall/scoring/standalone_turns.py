"""Stand-alone turns: one that says by itself what its speaker wants ends what was said before it.

"Where is my parcel?" decides, whatever was talked of before. "At five, please" and "yes" do not: they are understood
with what went before. "Thanks, bye" and "I don't want a refund" end what was talked of.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.recall.normalization.negation import takes_back
from langgraph_coaching.recall.scoring.weights import ANSWERS, EARLIER_TURN, RELATED, REQUEST, STANDALONE_BIAS, SURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.background.background import Background


@cache
def _above_diagonal(count: int) -> NDArray[np.float64]:
    return np.triu(np.ones((count, count)), 1)


def standalone_shares(
    turns: Sequence[tuple[str, bool]],
    vectors: NDArray[np.float32],
    background: Background,
    talk: NDArray[np.float32],
) -> NDArray[np.float64]:
    """How far each turn stands alone, `float64[len(turns)]`, 0..1; 0 for an agent's.

    Args:
        turns: Pairs of a text and whether the user said it, the latest first.
        vectors: Of their texts, `float32[len(turns), dimension]`, unit length.
        background: Of the same embedder.
        talk: Products of the vectors with its small talk, `float32[len(turns), background.talk]`.
    """
    user = np.array([said for _, said in turns])
    latest = int(user.argmax())
    similar = background.scale_cosines(vectors @ vectors.T) * _above_diagonal(len(turns))
    before, nearest = np.zeros(len(turns)), similar.max(axis=1)
    before[:-1] = similar.diagonal(1)
    taken_up = ANSWERS * np.maximum(before, 0.0)
    logits = REQUEST * background.request_scores(vectors) - taken_up - RELATED * nearest - STANDALONE_BIAS
    logits[np.arange(len(turns)) != latest] -= EARLIER_TURN
    chances = 1.0 / (1.0 + np.exp(-logits))
    alone: NDArray[np.float64] = np.minimum(np.maximum((chances - SURE) / (1.0 - 2.0 * SURE), 0.0), 1.0) * user
    taken_back = user[latest] and takes_back(turns[latest][0])
    if taken_back or (user[latest] and background.is_farewell(talk[latest])):
        alone[latest] = 1.0
    return alone
