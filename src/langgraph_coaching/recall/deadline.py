"""A deadline for work that cannot be interrupted: it is left behind, and the caller goes on."""

from __future__ import annotations

import threading
from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MOST_LEFT_BEHIND = 8
"""So many overdue calls may be running; beyond it new ones are refused at once instead of piling up threads."""


class Overdue(TimeoutError):  # noqa: N818 - it is not an error of the program but an outcome
    """The work did not finish in time, or too much overdue work is still running."""


class Deadline:
    """Runs work in daemon threads and stops waiting when time is up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left_behind = 0

    def run(self, work: Callable[[], T], seconds: float) -> T:
        """The work's result.

        Args:
            work: Called in another thread, with this one's context variables.
            seconds: How long to wait for it.

        Raises:
            Overdue: Time is up; the work goes on unattended.
        """
        if self._left_behind >= MOST_LEFT_BEHIND:
            raise Overdue(f"{self._left_behind} earlier calls are still running past their deadline")
        outcome: list[T] = []
        problem: list[BaseException] = []
        state = {"left": False}
        finished = threading.Event()

        def attempt() -> None:
            try:
                outcome.append(work())
            except BaseException as error:  # noqa: BLE001 - raised again in the waiting thread
                problem.append(error)
            finally:
                with self._lock:
                    self._left_behind -= state["left"]
                    finished.set()

        threading.Thread(target=copy_context().run, args=(attempt,), daemon=True, name="coaching-advise").start()
        if not finished.wait(seconds):
            with self._lock:
                if not finished.is_set():
                    state["left"] = True
                    self._left_behind += 1
                    raise Overdue(f"it took longer than the deadline of {seconds:g} s")
        if problem:
            raise problem[0]
        return outcome[0]
