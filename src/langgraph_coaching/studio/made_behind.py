"""What is made behind a page, by what it is about: checks, impacts, outlooks; the page fills itself in with it."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from langgraph_coaching.studio.behind import begin_behind, is_made_soon

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from concurrent.futures import Future

Made = TypeVar("Made")

MOST = 8
"""Things that are made at once; whoever wants another one asks again."""

UNCLAIMED = 5.0
"""Seconds after which what is made, and nobody has come for, is let go: a page that waits for it asks every second."""


@dataclass(slots=True)
class _Making:
    """One of them."""

    future: Future[Any]
    until: float = math.inf
    """When it is let go, by the monotonic clock; as long as it is being made, it is not."""
    is_given: bool = False
    """Whether somebody has it."""


@dataclass(slots=True)
class MadeBehind:
    """Makes each thing once at a time, however many ask for it."""

    _lock: Any = field(default_factory=threading.Lock)
    _making: dict[Hashable, _Making] = field(default_factory=dict)

    def take(
        self, about: Hashable, make: Callable[[], Made], *, fresh: float = 0.0, patience: float | None = None
    ) -> Made | None:
        """What was made; None while it is being made: ask again.

        Args:
            about: What it is about.
            make: Makes it; gives anything but None.
            fresh: Seconds for which others are given the same; it is made anew for whoever asks later.
            patience: Seconds to wait for it; `behind.PATIENCE` when None.

        Raises:
            Exception: What `make` has raised; whoever asks next tries again.
        """
        with self._lock:
            self._let_go()
            making = self._making.get(about)
            if making is None:
                if sum(not one.future.done() for one in self._making.values()) >= MOST:
                    return None
                making = self._making[about] = _Making(begin_behind(make))
                making.future.add_done_callback(partial(_keep_unclaimed, making))
        if not is_made_soon(making.future, patience):
            return None
        with self._lock:
            if not making.is_given:
                making.is_given = True
                making.until = time.monotonic() + (0.0 if making.future.exception() else fresh)
            self._let_go()
        made: Made = making.future.result()
        return made

    def _let_go(self) -> None:
        now = time.monotonic()
        for about in [about for about, one in self._making.items() if one.until <= now]:
            del self._making[about]


def _keep_unclaimed(making: _Making, _: Future[Any]) -> None:
    making.until = min(making.until, time.monotonic() + UNCLAIMED)  # somebody may have it already
