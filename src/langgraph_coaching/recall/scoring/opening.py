"""Opening penalty: what is known from a later moment of a conversation says little where one only begins.

"Yes, please proceed" is embedded near the wish before it. What sets the two apart is who says it
when: in the one, next to nothing of what the user wants is said in the latest turn, in the other all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.recall.scoring.weights import OPENING, OPENING_FULL, OPENING_LEAST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.head import Head


def opening_penalties(heads: Sequence[Head], vector: NDArray[np.float32], latest: float) -> NDArray[np.float64]:
    """What is taken from each logit where a conversation begins, `float64[heads]`, 0 or more.

    Args:
        heads: Candidates.
        vector: Of the situation.
        latest: 0..1: how much of what the user has said in it is in the latest turn.
    """
    taken = np.zeros(len(heads))
    begins = float(np.clip((latest - OPENING_LEAST) / (OPENING_FULL - OPENING_LEAST), 0.0, 1.0))
    if begins:
        for index, head in enumerate(heads):
            if head.knows_later:
                near = np.where(head.applies_mask[1:], head.vectors[1:] @ vector, -1.0)
                taken[index] = OPENING * begins * bool(head.later_mask[int(near.argmax())])
    return taken
