"""At fork: in the child, what holds threads, locks or files of the parent begins anew."""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class StartsOver(Protocol):
    """What forgets what it had of the parent."""

    def start_over(self) -> None:
        """Begins anew, in the child of a fork."""


_parts: weakref.WeakSet[StartsOver] = weakref.WeakSet()


def start_over_in_child(part: StartsOver) -> None:
    """Has a part begin anew in every child of a fork, as long as it is used.

    Args:
        part: Any; it is not kept alive by this.
    """
    _parts.add(part)


def _start_over() -> None:
    for part in list(_parts):
        part.start_over()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_over)
