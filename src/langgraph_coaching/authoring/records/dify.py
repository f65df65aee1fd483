"""Dify's annotations: a question, and the answer that was written for it.

As published: the API lists them (`/apps/annotations`) as pages, `data` with `id`, `question`, `answer`, `hit_count`
and `created_at` (seconds since 1970), beside `has_more`, `page` and `total`. The page of an app exports them as CSV,
two columns under headings in English or Chinese (`Question` and `Answer`, or the same in Chinese), with a byte order
mark; and as lines of JSON with `messages`: an empty system message, the question and the answer. Its template for
bringing them in has the headings in the language of the page.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from langchain_core.messages import HumanMessage

from langgraph_coaching.authoring.intents.suggest import suggest_intents
from langgraph_coaching.authoring.records.csv_rows import csv_rows, find_delimiter
from langgraph_coaching.authoring.records.headings import find_columns
from langgraph_coaching.authoring.records.json_rows import json_documents, rows_of
from langgraph_coaching.authoring.records.record import Record, Records, id_from, same_words
from langgraph_coaching.coaching.behavior import Reply
from langgraph_coaching.coaching.model import refuse_id
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.traces.importers.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_Row = tuple[int, Any]


def read_annotations(files: Iterable[tuple[str, str]], records: Records) -> None:
    """Reads annotations, in whichever of the published forms.

    Args:
        files: Each with its name and its text.
        records: Where they go, with a finding for each row that is none.
    """
    answers: dict[str, list[Record]] = {}
    for file, text in files:
        rows = _json_rows(text, file, records) if text.lstrip()[:1] in ("{", "[") else _csv_rows(text, file, records)
        for row, value in rows:
            try:
                record = _record_of(row, value, file)
            except InvalidCoachingError as error:
                records.findings.append(Finding(row, "unreadable", f"{error}; it was left out", value, file))
                continue
            if kept := _tell_apart(record, answers.setdefault(same_words(record.question), []), records):
                records.found.append(kept)


def _tell_apart(record: Record, others: list[Record], records: Records) -> Record | None:
    """One more answer to a question: none where it is there already, else a coaching of its own, and that is said."""
    for there in others:
        if record.behavior == there.behavior:
            said = f"says the same as row {there.row} of {there.file}; it is there once"
            records.findings.append(Finding(record.row, "repaired", said, file=record.file))
            return None
    if others:
        there = others[0]
        said = f"asks the same as row {there.row} of {there.file}, with another answer; keep one of the two coachings"
        records.findings.append(Finding(record.row, "repaired", said, file=record.file))
    if any(record.id == there.id for there in others):
        record = replace(record, id=id_from("dify", f"{record.question}\n{record.behavior.render()}"))
    others.append(record)
    return record


def _record_of(row: int, value: Any, file: str) -> Record:
    if not isinstance(value, dict) or not {"question", "answer"} <= value.keys():
        raise InvalidCoachingError("has no question and answer")
    question, answer = (value[name] if isinstance(value[name], str) else "" for name in ("question", "answer"))
    for name, said in (("question", question), ("answer", answer)):
        if not said.strip():
            raise InvalidCoachingError(f"has an empty {name}")
    own = value.get("id")
    name = f"dify-{own}" if isinstance(own, str) and own else id_from("dify", question)
    try:
        refuse_id(name)
    except InvalidCoachingError:
        name = id_from("dify", str(own))
    intent = suggest_intents([HumanMessage(question)])[0]
    called = str(own)[:100] if own else "without an id"
    notes = ", ".join(["Annotation of Dify", called, *_describe_use(value)])
    return Record(
        id=name, row=row, file=file, question=question, intent=intent, behavior=Reply(answer),
        notes=notes,
    )  # fmt: skip


def _describe_use(value: dict[str, Any]) -> Iterator[str]:
    hits, made = value.get("hit_count"), value.get("created_at")
    if isinstance(hits, int) and not isinstance(hits, bool):
        yield f"hit {hits} time{'' if hits == 1 else 's'}"
    if isinstance(made, int | float) and 0 < made < 1e11:  # noqa: PLR2004 - seconds, up to the year 5138
        yield f"made {datetime.fromtimestamp(made, UTC):%Y-%m-%d}"


def _csv_rows(text: str, file: str, records: Records) -> Iterator[_Row]:
    delimiter, text = find_delimiter(text)
    rows = csv_rows(text, delimiter)
    first = next(rows, None)
    if first is None:
        return
    columns = find_columns(first.cells)
    if columns is None:
        said = f"taken for the headings: {', '.join(first.cells)[:100]!r}; the questions are in the first column"
        records.findings.append(Finding(first.line, "repaired", said, file=file))
    asked, told = columns or (0, 1)
    names = {cell.strip().casefold(): place for place, cell in enumerate(first.cells)}
    for row in rows:
        if row.broken or len(row.cells) <= max(asked, told):
            said = "opens a quotation mark that is never closed" if row.broken else f"has {len(row.cells)} column only"
            records.findings.append(Finding(row.line, "unreadable", f"{said}; it was left out", row.cells, file))
            continue
        own = {"id": row.cells[names["id"]]} if names.get("id", len(row.cells)) < len(row.cells) else {}
        yield row.line, {"question": row.cells[asked], "answer": row.cells[told], **own}


def _json_rows(text: str, file: str, records: Records) -> Iterator[_Row]:
    documents = json_documents(text)
    for line, document, fault in documents:
        if fault:
            records.findings.append(Finding(line, "unreadable", f"{fault}; it was left out", file=file))
            continue
        if isinstance(document, dict) and document.get("has_more") is True:
            said = f"is page {document.get('page')} of several ({document.get('total')} in all); get the others too"
            records.findings.append(Finding(line, "incomplete", said, file=file))
        for place, value in rows_of(document):
            yield (place if len(documents) == 1 else line), _from_messages(value)


def _from_messages(value: Any) -> Any:
    """A row of lines of JSON, as the other forms have it."""
    turns = value.get("messages") if isinstance(value, dict) else None
    if not isinstance(turns, list) or not all(isinstance(one, dict) for one in turns):
        return value
    said = {one.get("role"): one.get("content") for one in turns}
    return {"question": said.get("user", ""), "answer": said.get("assistant", "")}
