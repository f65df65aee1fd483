"""Behind a page: what takes long is made in a thread, and a page waits for it a moment only."""

from __future__ import annotations

import threading
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Made = TypeVar("Made")

PATIENCE = 0.15
"""Seconds that a page waits; then it says that it is being made, and asks again."""

SOON = 0.05
"""Seconds that a page waits which has just written something."""

NAME = "coaching-behind-a-page"
"""Of the threads."""


def begin_behind(make: Callable[[], Made]) -> Future[Made]:
    """Makes something in a thread of its own.

    Args:
        make: Makes it.

    Returns:
        What will hold it, or what was raised instead.
    """
    future: Future[Made] = Future()

    def work() -> None:
        try:
            future.set_result(make())
        except BaseException as error:  # noqa: BLE001 - raised where the result is asked for
            future.set_exception(error)

    threading.Thread(target=work, daemon=True, name=NAME).start()
    return future


def is_made_soon(future: Future[Made], seconds: float | None = None) -> bool:
    """Whether it is made, after a moment of waiting.

    Args:
        future: As `begin_behind` gives it.
        seconds: How long to wait at most; `PATIENCE` when None.
    """
    return not wait([future], PATIENCE if seconds is None else seconds).not_done
