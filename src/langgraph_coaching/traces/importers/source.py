"""Sources of an import: files, folders or rows in memory become numbered rows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from langchain_core.messages import BaseMessage
from pydantic import BaseModel

from langgraph_coaching.errors import TraceImportError
from langgraph_coaching.storage.storable import path_fault
from langgraph_coaching.surrogates import replace_surrogates
from langgraph_coaching.traces.importers.files import ENDINGS, read_file

if TYPE_CHECKING:
    from langgraph_coaching.traces.importers.findings import Repairs


Found = TypeVar("Found")

TWICE = "told again"
"""Key of a part that was told more than once: how often it was told again."""

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError)
"""What is raised where something else stands in a row than should."""

_ENDS = ("end_time", "endTime", "end")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a source."""

    number: int
    """From 1: the line of a file of lines, otherwise the place among the rows."""
    value: Any
    fault: str | None = None
    """Why there is nothing to read in it; `value` is then the text that was there."""
    file: str | None = None
    """Its file, where the source is a folder of files."""


def rows_of(source: Any) -> list[Row]:
    """The rows of a source.

    Args:
        source: The path of a file or a folder of files, one row, or an iterable of rows.

    Raises:
        TraceImportError: There is no such file, or no rows can come out of it.
    """
    if isinstance(source, str | os.PathLike):
        if fault := path_fault(source):
            raise TraceImportError(f"there can be no {os.fspath(source)[:80]!r}: {fault}; give another path")
        path = Path(source)
        if path.is_dir():
            return [row for inner in _files_in(path) for row in _read_in_folder(inner, str(inner.relative_to(path)))]
        return file_rows(path)
    if isinstance(source, Mapping):
        return [Row(1, source)]
    if not isinstance(source, Iterable):
        raise TraceImportError(f"{type(source).__name__} is no source of traces; give a path, a row or a list of rows")
    return list(_number_rows(source))


def modified_at(source: Any) -> datetime:
    """The latest a recording can be from, where it says no time: when its file was changed, or else now."""
    if isinstance(source, str | os.PathLike):
        return datetime.fromtimestamp(Path(source).stat().st_mtime, UTC)
    return datetime.now(UTC)


def _number_rows(rows: Iterable[Any]) -> Iterator[Row]:
    number = 0
    try:
        for number, value in enumerate(rows, 1):
            yield Row(number, value)
    except Exception as error:  # noqa: BLE001 - a chat loader may raise anything; what it gave so far is kept
        yield Row(number + 1, None, f"the source broke off here: {type(error).__name__}: {error}")


def _files_in(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.name.lower().endswith(ENDINGS))
    if not found:
        raise TraceImportError(f"there is no recording in {folder}; its files would end in {', '.join(ENDINGS)}")
    return found


def _read_in_folder(path: Path, name: str) -> list[Row]:
    """The rows of one file of a folder; a file that cannot be read costs no other."""
    try:
        return [replace(row, file=name) for row in file_rows(path)]
    except TraceImportError as error:
        return [Row(1, None, str(error), name)]


def file_rows(path: Path) -> list[Row]:
    """The rows of one file."""
    return [Row(number, value, fault) for number, value, fault in read_file(path)]


def group_by_trace(
    rows: Iterable[Row],
    parts_of: Callable[[Any], Iterable[dict[str, Any]]],
    lacking: str,
    trace_of: Callable[[dict[str, Any]], str],
    above: Callable[[dict[str, Any]], Any] = lambda _: None,
) -> list[Row]:
    """Rows that hold parts of traces as rows of whole ones, whose value is the list of the parts.

    Args:
        rows: As they were read.
        parts_of: The parts in the value of a row, each with an `id`.
        lacking: What is said of a row without any part.
        trace_of: The id of the trace a part belongs to; "" where it does not say.
        above: The id of the part above a part, which ties together those that say no trace.
    """
    parts: dict[tuple[str, str], dict[str, Any]] = {}
    places: dict[tuple[str, str], Row] = {}
    faulty = []

    def keyed_parts(value: Any) -> list[tuple[tuple[str, str], str, dict[str, Any]]]:
        return [((trace_of(part), str(part["id"])), str(above(part)), part) for part in parts_of(value)]

    for row in rows:
        inside, fault = read_row(row, keyed_parts)
        if not inside:
            faulty.append(replace(row, fault=fault or lacking))
        for key, _, part in inside:
            parts[key] = merge_parts(parts[key], part) if key in parts else part
            places.setdefault(key, row)
    traces: dict[str, Row] = {}
    names = _names(parts, above)
    for key, row in places.items():
        traces.setdefault(names[key], Row(row.number, [], file=row.file)).value.append(parts[key])
    return sorted([*traces.values(), *faulty], key=lambda row: (row.file or "", row.number))


def read_row(row: Row, read: Callable[[Any], Iterable[Found]]) -> tuple[list[Found], str | None]:
    """What is found in a row, and why nothing is."""
    try:
        return (list(read(row.value)) if row.fault is None else []), row.fault
    except UNREADABLE as error:
        return [], say_unreadable(error)


def say_unreadable(error: Exception) -> str:
    """Why a row cannot be read, in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def merge_parts(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """One part of a trace that was told twice: what was told last, where it says something."""
    told = {name: value for name, value in other.items() if value not in (None, "", 0, [], {})}
    kept = {name: {**one[name], **value} for name, value in told.items() if _both_maps(one.get(name), value)}
    # Some tracers tell the start and the end of a run apart; that is no repetition.
    whole = all(any(part.get(name) for name in _ENDS) for part in (one, other))
    return {**one, **told, **kept, TWICE: one.get(TWICE, 0) + whole}


def _both_maps(one: Any, other: Any) -> bool:
    return isinstance(one, dict) and isinstance(other, dict)


def _names(
    parts: Mapping[tuple[str, str], dict[str, Any]], above: Callable[[dict[str, Any]], Any]
) -> dict[tuple[str, str], str]:
    """The trace of each part: the one that it names, or the nearest above it does, or else the topmost part itself."""
    keys: dict[str, tuple[str, str]] = {}
    for key in parts:
        if not keys.get(key[1], ("", ""))[0]:
            keys[key[1]] = key
    found = {}
    for key in parts:
        here, seen = key, {key}
        while not here[0]:
            named = above(parts[here])
            parent = keys.get(str(named))
            if parent is None and named:  # what hangs on one run that is not here belongs together, too
                here = str(named), here[1]
            if parent is None or parent in seen:
                break
            seen.add(parent)
            here = parent
        found[key] = here[0] or here[1]
    return found


HALF_CHARACTER = "half a character (a lone surrogate, or a byte that is no UTF-8): replaced by U+FFFD"


def to_plain_value(value: Any, repairs: Repairs) -> Any:
    """The value as JSON can hold it: texts, numbers, lists and mappings; messages stay as they are.

    Args:
        value: Anything.
        repairs: Told where a text could not be encoded.

    Raises:
        RecursionError: It is nested too deeply, or holds itself.
    """
    if value is None or isinstance(value, bool | int | float | BaseMessage):
        return value
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if isinstance(value, Mapping):
        return {_mend_text(str(key), repairs): to_plain_value(item, repairs) for key, item in value.items()}
    if isinstance(value, list | tuple | AbstractSet):
        return [to_plain_value(item, repairs) for item in value]
    return _mend_text(value.isoformat() if isinstance(value, date) else str(value), repairs)


def _mend_text(text: str, repairs: Repairs) -> str:
    whole = replace_surrogates(text)
    if whole is not text:
        repairs.note(HALF_CHARACTER)
    return whole
