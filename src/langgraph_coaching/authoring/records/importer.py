"""The importer of records: another product's coachings into the store, as drafts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.records.merge_record import merge_record
from langgraph_coaching.authoring.records.record import same_words
from langgraph_coaching.errors import InvalidCoachingError, StoreError
from langgraph_coaching.traces.importers.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from langgraph_coaching.authoring.imported import Imported
    from langgraph_coaching.authoring.merge import Merge, Side
    from langgraph_coaching.authoring.records.record import Record, Records
    from langgraph_coaching.authoring.repository import Repository
    from langgraph_coaching.coaching.model import Coaching, Status

DIFY = "dify-"


def import_records(
    records: Records,
    result: Imported,
    repository: Repository,
    namespace: str,
    *,
    status: Status,
    prefer: Side | None,
    by: str | None,
    progress: Callable[[int], None] | None,
) -> None:
    """Writes what records say, and tells it; what is wrong with one keeps none of the others out.

    Args:
        records: As they were read.
        result: Where it is told.
        repository: The coachings.
        namespace: Theirs.
        status: Of those that are new.
        prefer: Whose word counts in a conflict.
        by: Who imports them.
        progress: Called with the number embedded so far.

    Raises:
        ConflictError: Another writer was faster; do it again.
        StoreError: The store could not be read or written.
    """
    histories = repository.histories()
    by_question = _ids_by_question(histories.values())
    merges: dict[str, Merge] = {}
    findings = [*records.findings]
    for record in records.found:
        name = _id_of(record, histories, by_question)
        history = histories.get(name, [])
        if history is None:
            raise StoreError(f"a newer version has written {name}; upgrade langgraph-coaching first")
        try:
            merges[name] = merge_record(
                replace(record, id=name), history, namespace=namespace, status=status, prefer=prefer
            )
        except InvalidCoachingError as error:
            findings.append(Finding(record.row, "unreadable", f"{error}; it was left out", file=record.file))
    result.take(merges, {name for name, history in histories.items() if history})
    result.findings = sorted(findings, key=lambda one: (one.file or "", one.row))
    if not result.dry_run:
        told = {} if by is None else {"changed_by": by}
        written = [one.coaching.model_copy(update=told) for one in merges.values() if one.coaching is not None]
        repository.write(written, progress)


def _ids_by_question(histories: Iterable[list[Coaching] | None]) -> dict[str, str]:
    """Annotations that are in the store, by their question: Dify's CSV has no ids, its API has."""
    heads = (history[-1] for history in histories if history)
    return {
        same_words(one.text): head.id
        for head in heads
        if head.id.startswith(DIFY)
        for one in head.examples[:1]
        if one.reference is not None
    }


def _id_of(record: Record, histories: dict[str, list[Coaching] | None], by_question: dict[str, str]) -> str:
    if record.id in histories or not record.id.startswith(DIFY) or not record.question:
        return record.id
    return by_question.get(same_words(record.question), record.id)
