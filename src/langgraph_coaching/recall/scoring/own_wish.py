"""Whether a turn says by itself what its speaker wants: then what was said before it does not count any more.

"Where is my parcel?" decides, whatever was talked of before. "At five, please" and "yes" do not: they are understood
with what went before. "Thanks, bye" and "I don't want a refund" end what was talked of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.recall.normalization.negation import takes_back

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.background.background import Background

WISH, ANSWERS, RELATED, EVEN = 3.6, 3.0, 3.5, -0.7
"""Logit that a turn stands alone: so much for each unit of how much it reads like a request, less so much for each of
its scaled similarity to the turn before it, since an answer takes up what was asked, and to the nearest of all turns
before it, less a constant.

Fitted on the tuning half of `tests/benchmarks/field.json` and on even STAR dialogues: about 91 % of the new
wishes stand alone, 11 % of the answers, and 14 % of what happy users say after they have opened their matter.
"""

EARLIER = 3.0
"""Less so much for a turn that is not the latest: whoever said it has been answered since."""

SURE = 0.1
"""Probability up to which a turn does not stand alone at all; from 1 less as much it does altogether."""


def own_wish(
    turns: Sequence[tuple[str, bool]], vectors: NDArray[np.float32], background: Background
) -> NDArray[np.float64]:
    """How far each turn stands alone, `float64[len(turns)]`, 0..1; 0 for an agent's.

    Args:
        turns: Pairs of a text and whether the user said it, the latest first.
        vectors: Of their texts, `float32[len(turns), dimension]`, unit length.
        background: Of the same embedder.
    """
    user = np.array([said for _, said in turns])
    latest = int(user.argmax())
    similar = np.triu(background.scaled(vectors @ vectors.T), 1)
    before, nearest = np.append(np.diagonal(similar, 1), 0.0), similar.max(axis=1)
    logits = WISH * background.requested(vectors) - ANSWERS * np.maximum(before, 0.0) - RELATED * nearest - EVEN
    logits[np.arange(len(turns)) != latest] -= EARLIER
    chances = 1.0 / (1.0 + np.exp(-logits))
    alone: NDArray[np.float64] = np.clip((chances - SURE) / (1.0 - 2.0 * SURE), 0.0, 1.0) * user
    taken_back = user[latest] and takes_back(turns[latest][0])
    if taken_back or (user[latest] and background.ended(vectors[latest : latest + 1])[0]):
        alone[latest] = 1.0
    return alone
