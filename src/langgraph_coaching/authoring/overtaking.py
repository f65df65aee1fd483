"""Overtaking: a change that somebody else's has overtaken is made again on top of theirs, for a minute if need be.

The first try waits for nobody. Whoever was overtaken takes turns with all others of the folder that were, and a first
try that finds such a turn going on waits for one too: of any number that change one coaching, each comes through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from tenacity import (
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    stop_all,
    wait_random_exponential,
)

from langgraph_coaching.errors import ChangedMeanwhileError, ConflictError

if TYPE_CHECKING:
    from collections.abc import Callable

    from langgraph_coaching.storage.locks import Locks

T = TypeVar("T")

PATIENCE, TRIES = 60.0, 25
"""Seconds and tries after both of which what is overtaken again and again is given up: one try may take minutes."""

LONGEST = 0.3
"""Seconds of the longest pause between two tries, each of a random length; the first ones are 0.01 at most."""


def change_on_top(locks: Locks, work: Callable[[], T]) -> T:
    """Makes a change, again where others have overtaken it.

    Args:
        locks: Of the folder; elsewhere nobody takes turns, and the pauses alone keep those apart who meet.
        work: Reads what is there now, and writes; a `ChangedMeanwhileError` of it is final.

    Raises:
        ConflictError: It was overtaken for a minute, and 25 times.
    """
    overtaken = False

    def once() -> T:
        nonlocal overtaken
        with locks.changing(overtaken=overtaken):
            overtaken = True
            return work()

    retrying = Retrying(
        retry=retry_if_exception(_is_overtaken),
        stop=stop_all(stop_after_delay(PATIENCE), stop_after_attempt(TRIES)),
        wait=wait_random_exponential(multiplier=0.01, max=LONGEST),
        reraise=True,
    )
    return retrying(once)


def _is_overtaken(error: BaseException) -> bool:
    return isinstance(error, ConflictError) and not isinstance(error, ChangedMeanwhileError)
