"""Log: what is said to `logging.getLogger("langgraph_coaching")` breaks nobody, whatever its handlers and filters do.

A handler of somebody else that raises would end a model call, or the thread that writes what is queued.
"""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "langgraph_coaching"


def guard_log() -> None:
    """Has the log of this package swallow what handlers and filters raise; where they do, stderr says so once."""
    log = logging.getLogger(NAME)
    guarded = partial(_handle, log.handle, set())
    setattr(log, "handle", guarded)  # noqa: B010 - of this one logger, of whatever class somebody has given it


def _handle(handle: Callable[[logging.LogRecord], None], said: set[str], record: logging.LogRecord) -> None:
    try:
        handle(record)
    except Exception as error:  # noqa: BLE001 - it is theirs, and what was to be said is no reason to fail
        kind = type(error).__name__
        if kind in said or not logging.raiseExceptions:
            return
        said.add(kind)
        with suppress(AttributeError, OSError, ValueError):  # there may be none, or a closed one
            sys.stderr.write(f"langgraph-coaching: a handler or filter of the log has raised {kind}\n")
