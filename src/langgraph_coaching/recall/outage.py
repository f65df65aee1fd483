"""Outage: that model calls go without coaching is said in the log, once a minute, and when it is over."""

from __future__ import annotations

import logging
import math
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger("langgraph_coaching")

EVERY = 60.0
"""Seconds between two lines about the same kind of failure."""


class Outage:
    """Model calls of one coach that went without coaching, since something failed.

    Args:
        namespace: Whose coaching it is.
        clock: Gives the time, in seconds.
    """

    def __init__(self, namespace: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._namespace = namespace
        self._clock = clock
        self._lock = threading.Lock()
        self._said: dict[str, float] = {}
        """When each kind of failure was last said."""
        self._count = 0
        """Calls since coaching was last looked up."""
        self._over = -math.inf
        """When it was last said that it is over."""

    def note(self, kind: str, reason: str) -> None:
        """Counts a call that failed, and says so unless it was just said.

        Args:
            kind: Of failure, of which there are few.
            reason: Of this one.
        """
        with self._lock:
            self._count += 1
            now, count = self._clock(), self._count
            if now - self._said.get(kind, -math.inf) < EVERY:
                return
            self._said[kind] = now
        more = f" ({count} calls so far)" if count > 1 else ""
        log.warning("coaching of the namespace %r: %s; the model is called without%s", self._namespace, reason, more)

    def end(self) -> None:
        """Says that it is over, where there was one; some nanoseconds where there was none."""
        if not self._count:
            return
        with self._lock:
            count, self._count = self._count, 0
            now = self._clock()
            if not count or now - self._over < EVERY:
                return
            self._over = now
        log.warning(
            "coaching of the namespace %r is looked up again; calls that went without: %d", self._namespace, count
        )
