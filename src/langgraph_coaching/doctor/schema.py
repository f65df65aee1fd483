"""What is the matter with the schema version of a store: newer than this process knows, earlier, or damaged."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from langgraph_coaching.doctor.problem import Problem
from langgraph_coaching.errors import StoreError
from langgraph_coaching.storage.migrations import list_pending
from langgraph_coaching.storage.schema_version import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.doctor.problem import Severity
    from langgraph_coaching.storage.database import Database


def look_at_schema(database: Database, facts: dict[str, str]) -> Iterator[Problem]:
    """What is the matter with it; an `error` where nothing of the store can be read for it.

    Args:
        database: The store.
        facts: Is given the version.
    """
    try:
        found = database.upgrade.find_version(database)
    except StoreError as error:
        yield _problem("error", str(error), f"restore {database.uri}/{TABLE}.lance from a copy: all of it")
        return
    pending = list_pending(found.number)
    said = f"; {len(pending)} {'migration' if len(pending) == 1 else 'migrations'} pending" if pending else ""
    facts["schema version"] = f"{found.number}{said}"
    try:
        found.check_writable(database.uri)
    except StoreError as error:
        severity: Severity = "warning" if found.is_readable else "error"
        what, _, remedy = str(error).partition(". ")
        yield _problem(severity, what, remedy)
        return
    for migration in pending:
        what = f"migration {migration.version} is pending: {migration.does}"
        yield Problem(
            severity="note",
            kind="schema",
            where="",
            what=what,
            remedy="the first write does it, once; end older processes before, which must not write afterwards",
            repair=partial(database.upgrade.run, database),
        )


def _problem(severity: Severity, what: str, remedy: str) -> Problem:
    return Problem(severity=severity, kind="schema", where="", what=what, remedy=remedy)
