"""Own loop: an event loop of ours, for embeddings that can only be awaited, wherever they are asked from.

One for all calls: clients keep connections, and those belong to the loop they were made in.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from langgraph_coaching.storage.at_fork import start_over_in_child

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


class OwnLoop:
    """Runs in a daemon thread from its first use on; not to be called from within itself."""

    def __init__(self) -> None:
        self.start_over()
        start_over_in_child(self)

    def start_over(self) -> None:
        """Forgets the loop: in the child of a fork its thread is gone."""
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What it returns or raises; the calling thread waits for it.

        Args:
            work: Is awaited in the loop, with the caller's context variables.
        """
        return asyncio.run_coroutine_threadsafe(work, self._running()).result()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                loop = asyncio.new_event_loop()
                threading.Thread(target=loop.run_forever, daemon=True, name="coaching-embed").start()
                self._loop = loop
            return self._loop


own_loop = OwnLoop()
