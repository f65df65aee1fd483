"""Storable values: what is written and what is asked for, in the one form that a store can hold.

Half characters become U+FFFD on both ways, so that what was written of an id is found by that id; what is no value of
its column is refused in words.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.surrogates import replace_surrogates

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa
    from lancedb.expr import Expr


LONGEST_NAME = 255
"""Bytes of the name of a file or a folder, at most, on any system there is."""


def to_storable(value: Any) -> Any:
    """A value of a row with every half character in it replaced."""
    if isinstance(value, str):
        return replace_surrogates(value)
    if isinstance(value, Mapping):
        return {to_storable(name): to_storable(part) for name, part in value.items()}
    return [to_storable(part) for part in value] if isinstance(value, list | tuple) else value


def json_of(value: Any) -> str:
    """JSON values as text, every half character replaced."""
    text = json.dumps(value)
    # Rare, and dear to look for in every value: halves are escaped, as are the two of a whole character beyond 16 bits.
    return json.dumps(to_storable(value)) if "\\ud" in text else text


def arrow_of(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as a table of a schema, every half character replaced."""
    import pyarrow as pa

    try:
        return pa.Table.from_pylist([*rows], schema=schema)
    except UnicodeEncodeError:  # rare, and dear to look for in every row
        return pa.Table.from_pylist([to_storable(row) for row in rows], schema=schema)


def text_asked(name: str, value: Any) -> str:
    """A text that is looked for, as it would be stored.

    Raises:
        InvalidCoachingError: It is no text.
    """
    if not isinstance(value, str):
        raise InvalidCoachingError(f"{name} is a text, not {_shown(value)}")
    return replace_surrogates(value)


def time_asked(name: str, value: Any) -> datetime:
    """A time that is looked for, in UTC; one without a zone is taken as UTC, one that is none there as the nearest.

    Raises:
        InvalidCoachingError: It is no time.
    """
    if not isinstance(value, datetime):
        raise InvalidCoachingError(f"{name} is a datetime such as datetime.now(UTC), not {_shown(value)}")
    try:
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        early = (value.utcoffset() or timedelta()) > timedelta()
        return datetime.min.replace(tzinfo=UTC) if early else datetime.max.replace(tzinfo=UTC)


def path_fault(path: str | os.PathLike[str]) -> str | None:
    """Why no system can have a file of this name; None where one can."""
    try:
        name = os.fsencode(path)
    except UnicodeEncodeError:
        return "half a character (a lone surrogate) is in its name"
    if b"\0" in name:
        return "a zero character is in its name"
    return "it is too long" if max(map(len, name.split(os.fsencode(os.sep)))) > LONGEST_NAME else None


def check_path(path: str | os.PathLike[str]) -> None:
    """Refuses a name that no file can have.

    Raises:
        InvalidCoachingError: It is such a one.
    """
    if fault := path_fault(path):
        raise InvalidCoachingError(f"there can be no {os.fspath(path)[:80]!r}: {fault}; give another path")


def check_limit(limit: Any, of: str, least: int = 0) -> None:
    """Refuses what does not say how many are asked for.

    Args:
        limit: As it was given.
        of: What is counted, and what else may be given.
        least: The smallest there is.

    Raises:
        InvalidCoachingError: It is no whole number, or below the least.
    """
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < least:
        raise InvalidCoachingError(f"limit is a number of {of}, not {limit!r}")


def literal(value: Any) -> Expr:
    """A value in a condition, as it would be stored.

    Raises:
        InvalidCoachingError: It is neither text nor number nor time; None neither, it must not mean any.
    """
    from lancedb.expr import lit

    if not isinstance(value, str | int | float | datetime):
        raise InvalidCoachingError(f"an id, or what is looked for, is a text, not {_shown(value)}")
    return lit(replace_surrogates(value) if isinstance(value, str) else value)


def equals(schema: Callable[[], pa.Schema], column: str, value: Any) -> Expr:
    """The condition that a column has a value, or one of a list.

    Args:
        schema: Makes the schema of the table, where it is needed.
        column: Of the table.
        value: As it was given.

    Raises:
        InvalidCoachingError: It is none of that column.
    """
    from lancedb.expr import col

    values = value if isinstance(value, list) else [value]
    others = [one for one in values if not isinstance(one, str)]
    if others and str(schema().field(column).type) == "string":
        raise InvalidCoachingError(f"{column} is a text, not {_shown(others[0])}")
    return col(column).isin(to_storable(value)) if isinstance(value, list) else col(column) == literal(value)


def _shown(value: Any) -> str:
    return "None" if value is None else f"{type(value).__name__} {repr(value)[:80]}"
