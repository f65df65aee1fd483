"""Records, read one by one: one that a newer version has written, or that is damaged, harms no other."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeVar

from langgraph_coaching.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

log = logging.getLogger("langgraph_coaching")

T = TypeVar("T")

MOST_NAMED = 10_000
"""Records that are known to have been named, so that each is named once in a process."""

_named: dict[str, None] = {}


def read_each(named: Iterable[tuple[str, Any]], read: Callable[[Any], T]) -> Iterator[T]:
    """What can be read of records, in order; what cannot be is left alone, and named once in the log.

    Args:
        named: Each with what it is called, such as `coaching 'c-1', revision 2`.
        read: Reads one.
    """
    for name, record in named:
        try:
            found = read(record)
        except Exception as error:  # noqa: BLE001 - what somebody else has written may be anything
            _leave_alone(name, error)
        else:
            yield found


def read_one(name: str, record: Any, read: Callable[[Any], T]) -> T:
    """What is in a record that is asked for by name.

    Raises:
        StoreError: It cannot be read; the message says what to do.
    """
    try:
        return read(record)
    except StoreError:
        raise
    except Exception as error:
        raise StoreError(f"{_complaint(name, error)}; upgrade langgraph-coaching to use it") from error


def _leave_alone(name: str, error: Exception) -> None:
    if name not in _named:
        _named[name] = None
        if len(_named) > MOST_NAMED:
            del _named[next(iter(_named))]
        advice = "" if isinstance(error, StoreError) else ": upgrade langgraph-coaching"
        log.warning("%s; it is left alone, and the others are used%s", _complaint(name, error), advice)


def _complaint(name: str, error: Exception) -> str:
    return f"this version cannot read the {name}: {' '.join(str(error).split())[:300]}"
