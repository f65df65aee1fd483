"""Rows of a file: one JSON document, a row a line, or documents one after another; perhaps compressed."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import TraceImportError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENDINGS = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz")
"""Names of the files of a folder that are read."""

SIZE_LIMIT = 512 * 2**20
"""Bytes of a file, unpacked: a small one may hold any number of them."""

_OTHERS = (
    (b"PAR1", "Parquet"),
    (b"PK\x03\x04", "a zip archive"),
    (b"SQLite", "a SQLite database"),
    (b"%PDF", "PDF"),
    (b"\x80\x04\x95", "a pickle"),
    (b"\x80\x05\x95", "a pickle"),
)

Numbered = tuple[int, Any, str | None]
"""The line on which a value begins (or its place in a list), the value, and why there is none."""


def read_file(path: Path) -> list[Numbered]:
    """The rows of a file.

    Args:
        path: Of any name; it is looked at what is in it.

    Raises:
        TraceImportError: It cannot be read, or there is no JSON in it.
    """
    text = _decode_text(path)
    first = next((line for line in text.split("\n") if line.strip()), "")
    by_line = ".jsonl" in path.name.lower() or ".ndjson" in path.name.lower()
    if by_line and first.strip() not in ("{", "["):
        rows = list(_lines(text))
        if not rows or any(fault is None for _, _, fault in rows):
            return rows
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        why = str(error)
    else:
        return (
            [(place, value, None) for place, value in enumerate(whole, 1)]
            if isinstance(whole, list)
            else [(1, whole, None)]
        )
    for rows in (list(_lines(text)), list(_documents(text))):
        if (
            rows
            and rows[0][2] is None
            and isinstance(rows[0][1], dict | list)
            and (len(rows) > 1 or first.strip() != "[")
        ):
            return rows
    rows = list(_documents(text))
    if any(fault is None and isinstance(value, dict | list) for _, value, fault in rows):
        return rows
    if by_line:
        return list(_lines(text))
    raise TraceImportError(
        f"{path} is no JSON: {why}; give a file of JSON, or one JSON row a line{_guess_format(text)}"
    )


def _decode_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_LIMIT + 1)
        if data[:2] == b"\x1f\x8b" and len(data) <= SIZE_LIMIT:
            with gzip.open(io.BytesIO(data)) as packed:
                data = packed.read(SIZE_LIMIT + 1)
    except (OSError, EOFError, zlib.error) as error:
        said = getattr(error, "strerror", None) or error
        raise TraceImportError(f"cannot read {path}: {said}; give the path of a .json or .jsonl file") from error
    if len(data) > SIZE_LIMIT:
        raise TraceImportError(
            f"{path} holds more than {SIZE_LIMIT // 2**20} MiB; split it into files of a folder, and give the folder"
        )
    for begins, kind in _OTHERS:
        if data.startswith(begins):
            raise TraceImportError(f"{path} is {kind}; give a file of JSON, or one JSON row a line")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace").removeprefix("\ufeff")
    # Bytes that are no UTF-8 become lone surrogates, which are mended row by row.
    return data.decode("utf-8-sig", errors="surrogateescape").replace("\r\n", "\n")


def _lines(text: str) -> Iterator[Numbered]:
    # Not `splitlines`: inside JSON strings other separators than a newline are ordinary text.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line), None
        except (ValueError, RecursionError) as error:
            yield number, line, f"no JSON: {error}"


def _documents(text: str) -> Iterator[Numbered]:
    """JSON objects and lists one after another, over several lines each; other lines between them are left out."""
    read = json.JSONDecoder().raw_decode
    place, line = 0, 1
    while place < len(text):
        if text[place] not in "{[":
            end = text.find("\n", place)
            end = len(text) if end < 0 else end + 1
            begins = place + len(text[place:end]) - len(text[place:end].lstrip(" \t,\x1e"))
            end = begins if begins < len(text) and begins < end and text[begins] in "{[" else end
        else:
            try:
                value, end = read(text, place)
                yield line, value, None
            except (ValueError, RecursionError) as error:
                end = _next_document(text, place)
                yield line, text[place:end].rstrip(), f"no JSON: {error}"
        line += text.count("\n", place, end)
        place = max(end, place + 1)


def _next_document(text: str, place: int) -> int:
    """Where the next object begins that starts a line."""
    found = [at for begin in ("\n{", "\n[") if (at := text.find(begin, place + 1)) >= 0]
    return min(found) + 1 if found else len(text)


def _guess_format(text: str) -> str:
    """What it looks like instead."""
    start = text.lstrip()[:2_000]
    if start.startswith(("<!DOCTYPE", "<html", "<?xml")):
        return "; it looks like a page of the web"
    if start.startswith(("{ ", "{\n")) and ("resource:" in start or "traceId:" in start):
        return "; it looks like what OpenTelemetry's console exporter for JavaScript prints: use an OTLP file exporter"
    head = start.split("\n", 1)[0]
    return "; it looks like CSV: convert it to JSON" if head.count(",") > 1 and "{" not in head else ""
