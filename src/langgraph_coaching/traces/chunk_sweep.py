"""The sweep of chunks: those that no trace names any more go, and no trace that is written meanwhile loses one.

A writer of traces writes their chunks first, and does not write again what it knows to be there. So what is taken away
is marked afterwards: a writer that sees another mark after it has written writes its chunks once more. What was
written before the mark is looked at again here, and gets back what it names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.traces.encoding import names_within

if TYPE_CHECKING:
    from collections.abc import Collection

    from langgraph_coaching.storage.table import Table
    from langgraph_coaching.traces.chunks import Chunks


def unnamed_chunks(traces: Table, chunks: Chunks, gone: Collection[str] = ()) -> list[str]:
    """The names of the chunks that no trace names, by itself or through others.

    Args:
        traces: The table of traces.
        chunks: Their chunks.
        gone: Ids of traces that do not count.

    Raises:
        StoreError: A table could not be read.
    """
    owners = _owners(traces, chunks, gone)
    return [name for name in chunks.names() if name not in owners]


def sweep_chunks(traces: Table, chunks: Chunks, gone: Collection[str]) -> int:
    """Erases the chunks that no trace names; text in others is found in a trace that is still there.

    Args:
        traces: The table of traces, of which some are gone.
        chunks: Their chunks.
        gone: The ids of those.

    Returns:
        How many were erased.

    Raises:
        StoreError: A table could not be read or written.
    """
    traces.database.upgrade.run(traces.database)  # which nobody may hold up who goes on to write
    with traces.database.hold_versions():
        seen = traces.version()
        owners, names = _owners(traces, chunks), chunks.names()
        chunks.assign({name: owners[name] for name, trace_id in names.items() if trace_id in gone and name in owners})
        erased = names.keys() - owners.keys()
        if not erased:
            return 0
        before = chunks.version()
        chunks.erase(sorted(erased))
        missed = set[str]() if traces.version() == seen else erased & _owners(traces, chunks, version=before).keys()
        chunks.bring_back(sorted(missed), before)
    return len(erased - missed)


def _owners(traces: Table, chunks: Chunks, gone: Collection[str] = (), version: int | None = None) -> dict[str, str]:
    """For the name of each chunk that is named a trace that names it, by itself or through others.

    Args:
        traces: The table of traces.
        chunks: Their chunks.
        gone: Ids of traces that do not count.
        version: Of the chunks that name others; the latest when None.
    """
    left_out, owners = set(gone), dict[str, str]()
    for row in traces.each(["id", "record"]):
        if row["id"] not in left_out:
            for name in names_within(row["record"]):
                owners.setdefault(name, row["id"])
    links = chunks.links(version)
    waiting = [name for name in owners if name in links]
    while waiting:
        name = waiting.pop()
        fresh = [one for one in links[name] if one not in owners]
        owners.update(dict.fromkeys(fresh, owners[name]))
        waiting += [one for one in fresh if one in links]
    return owners
