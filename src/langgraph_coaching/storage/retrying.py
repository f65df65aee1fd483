"""Retrying: a write that another overtook, and a read whose files were superseded, are done again on the latest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tenacity import (
    Retrying,
    retry_if_exception_message,
    stop_after_attempt,
    stop_after_delay,
    stop_all,
    wait_random_exponential,
)

if TYPE_CHECKING:
    from lancedb.table import Table
    from tenacity import RetryCallState

GONE = r"(?s).*([Nn]ot ?[Ff]ound|No such file)"

OVERTAKEN = r"(?s).*([Rr]etryable commit conflict|Commit conflict|[Nn]ot ?[Ff]ound|No such file)"


_CONFLICT = re.compile("[Cc]ommit conflict")

PATIENCE = 20.0
"""Seconds for which a write is done again at least, however often others overtake it."""


def retrying(table: Table, message: str, attempts: int) -> Retrying:
    """Tries again, on the latest version, what has failed with such a message.

    Args:
        table: Which.
        message: `GONE` or `OVERTAKEN`.
        attempts: At most; of those that others have overtaken as many as there are in `PATIENCE`, if these are more.
    """
    enough = stop_after_attempt(attempts)
    long = stop_all(enough, stop_after_delay(PATIENCE))

    def stop(state: RetryCallState) -> bool:
        fault = state.outcome.exception() if state.outcome else None
        return (long if _CONFLICT.search(str(fault)) else enough)(state)

    return Retrying(
        retry=retry_if_exception_message(match=message),
        stop=stop,
        wait=wait_random_exponential(multiplier=0.02, max=0.5),
        before_sleep=lambda _: table.checkout_latest(),  # type: ignore[no-untyped-call]
        reraise=True,
    )
