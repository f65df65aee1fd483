"""Located situations: the latest situation vectors of a background, which are asked for more than once.

An agent calls its model several times in one situation, and what it has met is noted for the traffic afterwards.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.storage.at_fork import start_over_in_child

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.situation_vector import SituationVector

    Turns = tuple[tuple[str, bool], ...]

REMEMBERED = 256
"""So many; 2 to 10 KB each at 384 dimensions."""


class Located:
    """Remembers them by their turns, and by the vectors of these: an embedder may have become another one."""

    def __init__(self) -> None:
        self.start_over()
        start_over_in_child(self)

    def start_over(self) -> None:
        """Forgets everything: in the child of a fork a lock may be left held."""
        self._lock = threading.Lock()
        self._known: OrderedDict[Turns, tuple[NDArray[np.float32], SituationVector]] = OrderedDict()

    def get(self, turns: Turns, vectors: NDArray[np.float32]) -> SituationVector | None:
        """What was remembered of these, or None.

        Args:
            turns: Of the situation.
            vectors: Of its turns, `float32[len(turns), dimension]`.
        """
        with self._lock:
            known = self._known.get(turns)
        return known[1] if known is not None and np.array_equal(known[0], vectors) else None

    def keep(self, turns: Turns, vectors: NDArray[np.float32], located: SituationVector) -> None:
        """Remembers one, in place of the oldest."""
        with self._lock:
            self._known[turns] = vectors, located
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
