"""Retrying: a write that another overtook, and a read whose files were superseded, are done again on the latest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenacity import Retrying, retry_if_exception_message, stop_after_attempt, wait_random_exponential

if TYPE_CHECKING:
    from lancedb.table import Table

GONE = r"(?s).*([Nn]ot ?[Ff]ound|No such file)"

OVERTAKEN = r"(?s).*([Rr]etryable commit conflict|Commit conflict|[Nn]ot ?[Ff]ound|No such file)"


def retrying(table: Table, message: str, attempts: int) -> Retrying:
    """Tries again, on the latest version, what has failed with such a message.

    Args:
        table: Which.
        message: `GONE` or `OVERTAKEN`.
        attempts: At most.
    """
    return Retrying(
        retry=retry_if_exception_message(match=message),
        stop=stop_after_attempt(attempts),
        wait=wait_random_exponential(multiplier=0.02, max=0.5),
        before_sleep=lambda _: table.checkout_latest(),  # type: ignore[no-untyped-call]
        reraise=True,
    )
