"""The end of the process: what is queued is written and what was written is put together, in this order."""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger("langgraph_coaching")

SETTLING = 0.1
"""Seconds between the last use of LanceDB and the end of the process: its threads let go of Python objects a moment
after a call has returned, and abort the process when the interpreter is gone by then."""

SETTLED_AFTER = 1.0
"""Seconds it is waited at most where threads go on working, as on a busy machine."""

_LOOKS = 4
_TASKS = Path("/proc/self/task")

FIRST, LAST = 0, 1
"""Positions in the order."""

_at_end: list[tuple[int, Callable[[], None]]] = []
_promised: set[int] = set()
"""The processes that multiprocessing has started and that have promised to end in order."""


def at_end(position: int, work: Callable[[], None]) -> None:
    """Has something done at the normal end of this process.

    Args:
        position: `FIRST` or `LAST`.
        work: Called once or more, from the main thread; what it raises is logged.
    """
    _at_end.append((position, work))


def promise() -> None:
    """Sees to it that the end of a process comes here; to be called once there is something to be done.

    A process that `multiprocessing` has forked ends without what is registered with `atexit`.
    """
    if os.getpid() in _promised or "multiprocessing.util" not in sys.modules:
        return
    _promised.add(os.getpid())
    from multiprocessing import parent_process, util

    if parent_process() is not None:
        util.Finalize(None, _end, exitpriority=0)


@atexit.register
def _end() -> None:
    for _, work in sorted(_at_end, key=lambda pair: pair[0]):
        try:
            work()
        except Exception:
            log.exception("at exit")
    if "lancedb" in sys.modules:
        _settle()


def _settle() -> None:
    """Waits until no other thread of the process has had anything to do for a while."""
    until, quiet = time.monotonic() + SETTLED_AFTER, 0
    while quiet < _LOOKS and time.monotonic() < until:
        time.sleep(SETTLING / _LOOKS)
        quiet = 0 if others_run() else quiet + 1


def others_run() -> bool:
    """Whether another thread of this process runs or waits for a core; False where the system does not tell."""
    own = str(threading.get_native_id())
    try:
        states = [(task / "stat").read_text().rpartition(") ")[2][:1] for task in _TASKS.iterdir() if task.name != own]
    except OSError:  # another system, or a thread that ended meanwhile
        return _TASKS.is_dir()
    return "R" in states
