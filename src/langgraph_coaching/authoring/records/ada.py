"""Ada's coachings, as far as its Data Export API tells of them.

As published: the endpoint of conversations (version 2) answers with pages, `data` with conversations and perhaps a
`next_page_uri`. A conversation has an `_id` and, since May 2026, `used_coaching`: the coachings that were applied
during it, each with `id`, `entity_name`, `coaching_type`, `coaching_instructions` and `coaching_intent`. Coachings that
were in no conversation are not in it, nor is where in a conversation one was applied, nor what was said there: so no
examples and no receipts can be made of it. In how many conversations one was used is kept in its notes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langgraph_coaching.authoring.records.ada_behavior import behavior_from_ada
from langgraph_coaching.authoring.records.json_rows import json_documents, rows_of
from langgraph_coaching.authoring.records.record import Record, Records, id_from
from langgraph_coaching.coaching.model import refuse_id
from langgraph_coaching.coaching.validation import INTENT_LIMIT
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.traces.importers.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NAMES = ("id", "entity_name", "coaching_type", "coaching_instructions", "coaching_intent")
"""Fields of an entry of `used_coaching`."""


@dataclass(slots=True)
class _Used:
    """One coaching, as the latest of the conversations tells of it."""

    said: dict[str, str]
    when: str
    row: int
    file: str
    conversations: set[str] = field(default_factory=set)
    changed: bool = False


def read_used_coachings(files: Iterable[tuple[str, str]], records: Records) -> None:
    """Reads the coachings of exported conversations: each once, as the latest conversation tells of it.

    Args:
        files: Each with its name and its text.
        records: Where they go, with a finding for each row that is none.
    """
    seen: dict[str, _Used] = {}
    for file, text in files:
        for row, conversation in _conversations(text, file, records):
            for entry in conversation["used_coaching"]:
                if not isinstance(entry, dict) or not (own := _text(entry, "id")):
                    _complain(records, row, file, "names a coaching without an id", entry)
                    continue
                said = {name: _text(entry, name) for name in NAMES}
                when = _text(conversation, "date_updated") or _text(conversation, "date_created")
                used = seen.setdefault(own, _Used(said, when, row, file))
                used.conversations.add(_text(conversation, "_id") or f"{file} row {row}")
                used.changed = used.changed or said != used.said
                if when >= used.when:
                    used.said, used.when, used.row, used.file = said, when, row, file
    for own, used in seen.items():
        try:
            record, lack = _record_of(used.said, used.row, used.file, len(used.conversations))
        except InvalidCoachingError as error:
            _complain(records, used.row, used.file, f"coaching {own[:60]} {error}", used.said)
            continue
        records.found.append(record)
        changed = "was changed between conversations; the latest words hold" if used.changed else ""
        for one in filter(None, (changed, lack)):
            records.findings.append(Finding(used.row, "repaired", f"coaching {own[:60]} {one}", file=used.file))


def _record_of(said: dict[str, str], row: int, file: str, uses: int) -> tuple[Record, str]:
    if not said["coaching_intent"]:
        raise InvalidCoachingError("has no intent")
    if len(said["coaching_intent"]) > INTENT_LIMIT:
        raise InvalidCoachingError(f"has an intent of more than {INTENT_LIMIT} characters")
    behavior, lack = behavior_from_ada(said["coaching_type"], said["entity_name"], said["coaching_instructions"])
    name = f"ada-{said['id']}"
    try:
        refuse_id(name)
    except InvalidCoachingError:
        name = id_from("ada", said["id"])
    notes = f"Coaching of Ada, {said['id'][:100]}, used in {uses} exported conversation{'' if uses == 1 else 's'}"
    record = Record(
        id=name, row=row, file=file, intent=said["coaching_intent"], behavior=behavior,
        notes=notes,
    )  # fmt: skip
    return record, lack


def _conversations(text: str, file: str, records: Records) -> Iterator[tuple[int, dict[str, Any]]]:
    documents = json_documents(text)
    for line, document, fault in documents:
        if fault:
            _complain(records, line, file, fault, None)
            continue
        if isinstance(document, dict) and document.get("next_page_uri"):
            said = "is a page of several: it names a next one (next_page_uri); get the others too"
            records.findings.append(Finding(line, "incomplete", said, file=file))
        for place, value in rows_of(document):
            row = place if len(documents) == 1 else line
            if isinstance(value, dict) and isinstance(value.get("used_coaching"), list):
                yield row, value
            else:
                _complain(records, row, file, "has no used_coaching: it is no conversation of version 2", value)


def _complain(records: Records, row: int, file: str, said: str, raw: Any) -> None:
    records.findings.append(Finding(row, "unreadable", f"{said}; it was left out", raw, file))


def _text(value: dict[str, Any], name: str) -> str:
    found = value.get(name)
    return found.strip() if isinstance(found, str) else str(found) if isinstance(found, int) else ""
