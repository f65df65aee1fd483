"""Early loading: from the time on that coaching is put into a graph, what its first model call needs is loaded aside.

Only what is of the process and survives a fork: packages and the embedded model, no store and no embedder of somebody
else. A fork waits until the step that is going on has ended, since a package that is half imported stays so in the
child; so does the end of the process.
"""

from __future__ import annotations

import logging
import os
import threading
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from langgraph_coaching.recall.worker import Job, free_worker
from langgraph_coaching.storage.at_exit import FIRST, at_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

log = logging.getLogger("langgraph_coaching")

PATIENCE = 10.0
"""Seconds that a fork or the end of the process waits at most, for steps that take one where nothing else is done."""

PACKAGES = "pyarrow.dataset", "lance_namespace"
"""Most of what LanceDB imports. Not LanceDB itself, which starts a thread and warns in the child of a fork."""


class EarlyLoading:
    """Loads step by step in a thread of its own, so that there is a time between two steps for forks and ends."""

    def __init__(self) -> None:
        self._start_over()

    def begin(self, steps: Callable[[], Iterator[Callable[[], object]]]) -> None:
        """Begins to load; never raises, and nobody waits for it.

        Args:
            steps: What there is to do. What fails is done again, and said, where it is needed.
        """
        with suppress(RuntimeError):  # no more threads, or the process ends
            free_worker().do(Job(partial(self._load, steps), Future()))

    def _load(self, steps: Callable[[], Iterator[Callable[[], object]]]) -> None:
        going_on = self._going_on
        try:
            for step in steps():
                with going_on:
                    if self._ended:
                        return
                    step()
        except Exception:
            log.debug("something could not be loaded early", exc_info=True)

    def _start_over(self) -> None:
        """In the child of a fork the thread is gone."""
        self._going_on = threading.Lock()
        self._forking: set[int] = set()
        """Threads that hold it."""
        self._ended = False

    def _hold(self) -> None:
        if self._going_on.acquire(timeout=PATIENCE):
            self._forking.add(threading.get_ident())

    def _let_go(self) -> None:
        if threading.get_ident() in self._forking:
            self._forking.remove(threading.get_ident())
            self._going_on.release()

    def end(self) -> None:
        """Waits for the step that is going on; there will be no other."""
        self._ended = True
        if self._going_on.acquire(timeout=PATIENCE):
            self._going_on.release()

    def heed_forks(self) -> None:
        """Has forks wait as well, from now on."""
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._hold, after_in_parent=self._let_go, after_in_child=self._start_over)


def package_steps() -> Iterator[Callable[[], object]]:
    """Imports of packages that a store is read with; none of them is missed where LanceDB does without."""
    for package in PACKAGES:
        yield partial(import_module, package)


early_loading = EarlyLoading()
early_loading.heed_forks()
at_end(FIRST, early_loading.end)
