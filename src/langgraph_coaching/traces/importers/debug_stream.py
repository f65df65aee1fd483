"""Importer of a LangGraph server's debug stream: checkpoints, tasks and their results, event by event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from langgraph_coaching.traces.importers.source import Row
from langgraph_coaching.traces.importers.span_messages import messages_in
from langgraph_coaching.traces.importers.spans import Span
from langgraph_coaching.traces.importers.steps import timestamp_of

if TYPE_CHECKING:
    from langgraph_coaching.traces.importers.findings import Repairs


def group_rows(rows: Iterable[Row]) -> list[Row]:
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


def read_spans(events: list[Mapping[str, Any]], repairs: Repairs) -> tuple[list[Span], dict[str, Any]]:
    """The tasks and the answers that were streamed as spans, and what is known of the run.

    Raises:
        ValueError: There is no debug event with a time in it.
    """
    told = [(str(event["event"]), event.get("data")) for event in events]
    times = [at for name, data in told if (at := _time(name, data)) is not None]
    if not times:
        raise ValueError("there is no debug event with a timestamp in it; stream with stream_mode='debug'")
    stream = _Stream(Span("run", None, "chain", "", min(times), max(times)), repairs)
    for name, data in told:
        stream.read(name, data)
    return stream.spans(), _header(told)


def _time(name: str, data: Any) -> float | None:
    if name.partition("|")[0] != "debug" or not isinstance(data, Mapping):
        return None
    found = timestamp_of(dict(data), ("timestamp",))
    return found.timestamp() if found else None


class _Stream:
    """A run while its events are read, in order.

    Args:
        root: The whole run.
        repairs: Told what had to be mended.
    """

    def __init__(self, root: Span, repairs: Repairs) -> None:
        self._root = root
        self._repairs = repairs
        self._spans = {root.id: root}
        self._now = root.start
        self._answers: dict[str, tuple[Span, Any]] = {}
        """Of each message that is streamed in pieces: its span, and the longest piece so far."""
        self._known: dict[str, Mapping[str, Any]] = {}
        self._others: dict[str, int] = {}

    def spans(self) -> list[Span]:
        """The whole run, its tasks, and the model calls that were seen to answer."""
        if self._others:
            self._root.rest["other_events"] = self._others
        for number, (span, said) in self._answers.items():
            told = self._known.get(number, {})
            place = str(told.get("langgraph_checkpoint_ns") or told.get("checkpoint_ns") or "")
            task = place.rpartition("|")[2].rpartition(":")[2]
            above = self._spans.get(task, self._root)
            span.parent, span.given, span.model = above.id, list(above.given), told.get("ls_model_name")
            span.metadata = {name: part for name, part in told.items() if name.startswith("langgraph_")}
            span.metadata.setdefault("langgraph_node", above.name)
            span.rest = {"metadata": {name: told[name] for name in told if not name.startswith("langgraph_")}}
            span.gave = messages_in(said, self._repairs, speaker="assistant")
            span.end = max(span.start, min(span.end, above.end))
        return [*self._spans.values(), *(span for span, _ in self._answers.values())]

    def read(self, name: str, data: Any) -> None:
        """Reads one event."""
        kind, _, above = name.partition("|")
        at = _time(name, data)
        if kind == "debug" and isinstance(data, Mapping):
            payload = data.get("payload")
            if at is None or not isinstance(payload, Mapping):
                self._repairs.note("a debug event without payload or time was left out")
                return
            self._now = at
            self._debug(above, str(data.get("type")), payload)
        elif kind == "messages/metadata" and isinstance(data, Mapping):
            known = {number: one.get("metadata") for number, one in data.items() if isinstance(one, Mapping)}
            self._known |= {number: one for number, one in known.items() if isinstance(one, Mapping)}
        elif kind in ("messages/partial", "messages/complete") and isinstance(data, list):
            for message in data:
                self._read_piece(message)
        elif kind != "metadata":
            self._others[kind] = self._others.get(kind, 0) + 1

    def _read_piece(self, message: Any) -> None:
        if not isinstance(message, Mapping) or not str(message.get("type", "")).lower().startswith("ai"):
            return
        number = str(message.get("id"))
        span, _ = self._answers.get(number) or (Span(number, None, "model", "", self._now, self._root.end), None)
        self._answers[number] = span, message

    def _debug(self, above: str, kind: str, payload: Mapping[str, Any]) -> None:
        number, name = str(payload.get("id")), str(payload.get("name"))
        if kind == "task":
            parent = above.rpartition("|")[2].rpartition(":")[2]
            span = Span(number, parent if parent in self._spans else self._root.id, "chain", name, self._now, self._now)
            place = f"{above}|{name}:{number}" if above else f"{name}:{number}"
            span.metadata = {"langgraph_node": name, "langgraph_checkpoint_ns": place}
            span.given = messages_in(_messages(payload.get("input")), self._repairs)
            span.rest = {"input": _without_messages(payload.get("input"))}
            self._spans[number] = span
        elif kind == "task_result" and number in self._spans:
            span = self._spans[number]
            span.end = max(self._now, span.start)
            span.error = str(payload["error"]) if payload.get("error") else None
            span.gave = messages_in(_messages_written(payload.get("result")), self._repairs, speaker="assistant")
            span.rest |= {"result": _without_messages(payload.get("result"))}
        elif kind == "checkpoint":
            self._checkpoint(above, payload)

    def _checkpoint(self, above: str, payload: Mapping[str, Any]) -> None:
        values = payload.get("values")
        if above:
            span = self._spans.get(above.rpartition("|")[2].rpartition(":")[2], self._root)
        else:
            span, said = self._root, messages_in(_messages(values), self._repairs)
            span.given, span.gave = span.given or said, said or span.gave
        span.rest["values"] = _without_messages(values)


def _without_messages(value: Any) -> Any:
    """A state or a result without its messages, which are steps."""
    if isinstance(value, Mapping):
        return {name: part for name, part in value.items() if name != "messages"}
    if isinstance(value, list | tuple):
        return [pair for pair in value if not (isinstance(pair, list | tuple) and pair and pair[0] == "messages")]
    return value


def _messages_written(result: Any) -> list[Any]:
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
