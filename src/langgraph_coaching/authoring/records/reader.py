"""Records of a file, or of the files of a folder, and of which product they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from langgraph_coaching.authoring.records.ada import read_used_coachings
from langgraph_coaching.authoring.records.csv_rows import csv_rows, find_delimiter
from langgraph_coaching.authoring.records.dify import read_annotations
from langgraph_coaching.authoring.records.headings import find_columns
from langgraph_coaching.authoring.records.json_rows import json_documents, rows_of
from langgraph_coaching.authoring.records.record import Records
from langgraph_coaching.authoring.records.text_file import read_text
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.traces.importers.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Product = Literal["dify", "ada"]
"""Whose exports become coachings."""

ENDINGS = (".csv", ".tsv", ".json", ".jsonl", ".ndjson")
"""Of the files of a folder that are read."""

_READERS = {"dify": read_annotations, "ada": read_used_coachings}
_BEGINNING = 4_096


def read_records(path: Path, product: Product) -> Records:
    """The records of a file, or of a folder's files.

    Raises:
        InvalidCoachingError: A file cannot be read at all, or there are no records in it.
    """
    records = Records()
    _READERS[product](_texts_of(_files_of(path), records), records)
    if not records.found and not records.findings:
        raise InvalidCoachingError(f"there is nothing in {path}; give what {product.capitalize()} has exported")
    return records


def product_of(path: Path) -> Product | None:
    """Whose export a file is, or the first one of a folder, where its content says so without a doubt; else None."""
    try:
        (first, *_) = _files_of(path)
        beginning = read_text(first, _BEGINNING)
        if beginning.lstrip()[:1] in ("{", "["):
            return _product_of_json(read_text(first))
    except (InvalidCoachingError, ValueError):
        return None
    delimiter, text = find_delimiter(beginning)
    heading = next(csv_rows(text, delimiter), None)
    return "dify" if heading is not None and find_columns(heading.cells) is not None else None


def _product_of_json(text: str) -> Product | None:
    for _, document, fault in json_documents(text)[:1]:
        for _, row in [] if fault else rows_of(document):
            names = row.keys() if isinstance(row, dict) else set()
            if "used_coaching" in names:
                return "ada"
            return "dify" if {"question", "answer", "hit_count"} <= names else None
    return None


def _texts_of(paths: list[Path], records: Records) -> Iterator[tuple[str, str]]:
    """The files, by name; where there are several, one that cannot be read is a finding."""
    for path in paths:
        try:
            text = read_text(path)
        except InvalidCoachingError as error:
            if len(paths) == 1:
                raise
            records.findings.append(Finding(1, "unreadable", f"{error}; it was left out", file=path.name))
        else:
            yield path.name, text


def _files_of(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(one for one in path.iterdir() if one.suffix.lower() in ENDINGS and not one.name.startswith("."))
    if not found:
        raise InvalidCoachingError(f"{path} holds no files that end with {', '.join(ENDINGS)}")
    return found
