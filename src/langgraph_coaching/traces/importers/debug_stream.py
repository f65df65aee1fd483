"""The debug stream of a LangGraph server: checkpoints, tasks and their results, event by event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from langgraph_coaching.traces.importers.content import messages_in
from langgraph_coaching.traces.importers.source import Row
from langgraph_coaching.traces.importers.spans import Span
from langgraph_coaching.traces.importers.steps import moment_of

if TYPE_CHECKING:
    from langgraph_coaching.traces.importers.report import Repairs


def grouped(rows: Iterable[Row]) -> list[Row]:
    """All events are of one run, except where another `metadata` event begins the next."""
    runs: list[Row] = []
    faulty = []
    for row in rows:
        if row.fault is not None or not isinstance(row.value, Mapping) or "event" not in row.value:
            faulty.append(Row(row.number, row.value, row.fault or "there is no `event` in it"))
        elif not runs or (row.value["event"] == "metadata" and any(e["event"] != "metadata" for e in runs[-1].value)):
            runs.append(Row(row.number, [row.value]))
        else:
            runs[-1].value.append(row.value)
    return sorted([*runs, *faulty], key=lambda row: row.number)


def read(events: list[Mapping[str, Any]], repairs: Repairs) -> tuple[list[Span], dict[str, Any]]:
    """The tasks as spans, and what is known of the run.

    Raises:
        ValueError: There is no task and no checkpoint with messages in it.
    """
    told = [(str(event["event"]), event.get("data")) for event in events]
    debug = [(name, data) for name, data in told if name.split("|")[0] == "debug" and isinstance(data, Mapping)]
    times = [found.timestamp() for _, data in debug if (found := moment_of(dict(data), ("timestamp",)))]
    if not times:
        raise ValueError("there is no debug event with a timestamp in it; stream with stream_mode='debug'")
    root = Span("run", None, "chain", "", min(times), max(times))
    spans, fields = {root.id: root}, _header(told)
    for name, data in debug:
        payload = data.get("payload")
        at = moment_of(dict(data), ("timestamp",))
        if not isinstance(payload, Mapping) or at is None:
            repairs.note("a debug event without payload or time was left out")
            continue
        _tell(spans, root, name.partition("|")[2], str(data.get("type")), payload, at.timestamp(), repairs)
    root.rest = {"other_events": _others(told)}
    return list(spans.values()), fields


def _tell(
    spans: dict[str, Span], root: Span, above: str, kind: str, payload: Mapping[str, Any], at: float, repairs: Repairs
) -> None:
    if kind == "task":
        number, name = str(payload.get("id")), str(payload.get("name"))
        place = f"{above}|{name}:{number}" if above else f"{name}:{number}"
        parent = above.rpartition("|")[2].rpartition(":")[2]
        told = {"langgraph_node": name, "langgraph_checkpoint_ns": place}
        given = messages_in(_messages(payload.get("input")), repairs)
        spans[number] = Span(
            number, parent if parent in spans else root.id, "chain", name, at, at, given, metadata=told
        )
    elif kind == "task_result" and (span := spans.get(str(payload.get("id")))) is not None:
        span.end = max(at, span.start)
        span.error = str(payload["error"]) if payload.get("error") else None
        found = _written(payload.get("result"))
        span.gave = messages_in(found, repairs, speaker="assistant")
    elif kind == "checkpoint" and not above:
        values = payload.get("values")
        said = messages_in(_messages(values), repairs)
        root.given = root.given or said
        root.gave = said or root.gave


def _written(result: Any) -> list[Any]:
    """What a task has written into `messages`: its result is a mapping, or pairs of a channel and a value."""
    pairs = result.items() if isinstance(result, Mapping) else result or ()
    return [pair[1] for pair in pairs if isinstance(pair, list | tuple) and pair and pair[0] == "messages"]


def _messages(state: Any) -> Any:
    return state.get("messages") if isinstance(state, Mapping) else None


def _header(told: list[tuple[str, Any]]) -> dict[str, Any]:
    run = next((data for name, data in told if name == "metadata" and isinstance(data, Mapping)), {})
    where: dict[str, Any] = {}
    for _, data in told:
        payload = data.get("payload") if isinstance(data, Mapping) else None
        config = payload.get("config") if isinstance(payload, Mapping) else None
        inner = config.get("configurable") if isinstance(config, Mapping) else None
        if isinstance(inner, Mapping):
            where = {**where, **inner}
    name = where.get("graph_id")
    return {
        "id": str(run.get("run_id") or where.get("run_id") or "t-unknown"),
        "name": None if name is None else str(name),
        "thread_id": str(where["thread_id"]) if where.get("thread_id") else None,
        "checkpoint_id": str(where["checkpoint_id"]) if where.get("checkpoint_id") else None,
    }


def _others(told: list[tuple[str, Any]]) -> dict[str, int]:
    """How many events of other streams there were: pieces of messages that the tasks' results hold whole."""
    counts: dict[str, int] = {}
    for name, _ in told:
        if name.split("|")[0] not in ("debug", "metadata"):
            counts[name] = counts.get(name, 0) + 1
    return counts
