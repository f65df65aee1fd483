"""An audit as text: lines of JSON, or CSV that no spreadsheet takes for formulas; written as it is read."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from langgraph_coaching.authoring.audit import Change

COLUMNS = ("at", "by", "coaching_id", "revision", "kind", "intent", "field", "before", "after", "change_set")
"""Of the CSV: a row for each field that a change changed."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}")
_FORMULAS = (*_FORMULA, "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")


def json_lines(changes: Iterable[Change]) -> Iterator[str]:
    """A JSON object a line, one for each change."""
    for change in changes:
        yield json.dumps(change.to_json(), ensure_ascii=False) + "\n"


def csv_lines(changes: Iterable[Change]) -> Iterator[str]:
    """The rows as CSV, the headings first; a change of nothing that is said has a row with an empty field."""
    yield _row_of(COLUMNS)
    for change in changes:
        told = change.to_json()
        head = [told[name] for name in COLUMNS[:6]]
        for one in told["fields"] or [{"field": "", "before": [], "after": []}]:
            yield _row_of([*head, one["field"], "\n".join(one["before"]), "\n".join(one["after"]), told["change_set"]])


def plain_cell(text: str) -> str:
    """A text that a spreadsheet shows and does not reckon: with an apostrophe before what could begin a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULAS) else text


def _row_of(values: Iterable[object]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(["" if value is None else plain_cell(str(value)) for value in values])
    return written.getvalue()
