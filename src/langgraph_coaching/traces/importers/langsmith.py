"""LangSmith's runs: exported rows, run trees, the bodies its SDKs send, and the objects its client lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from langgraph_coaching.traces.importers.content import messages_in, parsed, usage_of
from langgraph_coaching.traces.importers.source import Row, gathered
from langgraph_coaching.traces.importers.spans import Kind, Span
from langgraph_coaching.traces.importers.steps import moment_of

if TYPE_CHECKING:
    from langgraph_coaching.traces.importers.report import Repairs

_KINDS: dict[str, Kind] = {"llm": "model", "tool": "tool", "retriever": "retriever"}
_THREADS = ("thread_id", "session_id", "conversation_id")
_USED = (
    *("id", "parent_run_id", "run_type", "name", "start_time", "end_time", "inputs", "outputs", "error", "child_runs"),
    *("serialized", "extra", "trace_id", "dotted_order", "session_id"),
)


def grouped(rows: Iterable[Row]) -> list[Row]:
    """Rows of single runs, put together by trace; each row's value becomes the list of its runs."""
    lacking = "there is no run in it, which has `id` and `run_type`"
    return gathered(rows, _runs, lacking, lambda run: str(run.get("trace_id") or run.get("id")))


def _runs(value: Any) -> Iterator[dict[str, Any]]:
    if hasattr(value, "model_dump") or hasattr(value, "dict"):
        value = value.model_dump() if hasattr(value, "model_dump") else value.dict()
    if isinstance(value, list | tuple):
        for item in value:
            yield from _runs(item)
    if not isinstance(value, Mapping):
        return
    if isinstance(inner := value.get("ingest_body"), Mapping):
        value = inner
    if "post" in value or "patch" in value:
        yield from _merged([*(value.get("post") or ()), *(value.get("patch") or ())])
    elif value.get("id") and (value.get("run_type") or value.get("inputs") is not None):
        run = {name: part for name, part in value.items() if name != "child_runs"}
        yield run
        for child in value.get("child_runs") or ():
            if isinstance(child, Mapping):
                named = {"trace_id": run.get("trace_id") or run["id"], "parent_run_id": run["id"]}
                yield from _runs({**named, **child})


def _merged(parts: Iterable[Any]) -> Iterator[dict[str, Any]]:
    runs: dict[str, dict[str, Any]] = {}
    for part in parts:
        if isinstance(part, Mapping):
            order = str(part.get("dotted_order") or "").rpartition(".")[2]
            name = str(part.get("id") or order.partition("Z")[2])
            told = {key: value for key, value in part.items() if value is not None}
            runs[name] = {**runs.get(name, {}), **told, "id": name}
    yield from runs.values()


def read(runs: list[dict[str, Any]], repairs: Repairs) -> tuple[list[Span], dict[str, Any]]:
    """The spans of one trace, and what is known of the whole.

    Raises:
        ValueError: A run has no start.
    """
    spans = [_span(run, repairs) for run in runs]
    root = next((run for run in runs if not run.get("parent_run_id")), runs[0])
    metadata = _metadata(root)
    thread = next(
        (metadata[name] for name in ("thread_id", "session_id", "conversation_id") if metadata.get(name)), None
    )
    feedback = [item for run in runs for item in _feedback(run)]
    return spans, {
        "id": str(root.get("trace_id") or root["id"]),
        "name": root.get("name"),
        "thread_id": None if thread is None else str(thread),
        "tags": tuple(str(tag) for tag in root.get("tags") or ()),
        "metadata": {**metadata, **({"feedback": feedback} if feedback else {})},
    }


def _metadata(run: Mapping[str, Any]) -> dict[str, Any]:
    extra = run.get("extra")
    found = extra.get("metadata") if isinstance(extra, Mapping) else None
    return dict(found) if isinstance(found, Mapping) else {}


def _feedback(run: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    items = run.get("feedback")
    for item in items if isinstance(items, list) else ():
        if isinstance(item, Mapping):
            yield {"run_id": str(run["id"]), **item}


def _span(run: Mapping[str, Any], repairs: Repairs) -> Span:
    start = moment_of(dict(run), ("start_time",))
    if start is None:
        repairs.note("a run without a start was put where the one before it ended")
    end = moment_of(dict(run), ("end_time",)) or start
    kind: Kind = _KINDS.get(str(run.get("run_type")), "chain")
    metadata, inputs, outputs = _metadata(run), parsed(run.get("inputs")), parsed(run.get("outputs"))
    extra = run.get("extra") if isinstance(run.get("extra"), Mapping) else {}
    asked = dict(extra.get("invocation_params") or {}) if isinstance(extra, Mapping) else {}
    span = Span(
        id=str(run["id"]),
        parent=str(run["parent_run_id"]) if run.get("parent_run_id") else None,
        kind=kind,
        name=str(run.get("name") or ""),
        start=start.timestamp() if start else 0.0,
        end=end.timestamp() if end else 0.0,
        error=str(run["error"]) if run.get("error") else None,
        metadata=metadata,
        rest={name: part for name, part in run.items() if name not in _USED and part not in (None, [], {}, "")},
    )
    if kind == "tool":
        span.arguments, span.tool_call_id = _arguments(inputs), _call_id(outputs)
        span.gave = [m for m in messages_in(outputs, repairs, speaker="assistant") if m.type == "tool"]
        span.result = outputs.get("output", outputs) if isinstance(outputs, Mapping) else outputs
    else:
        span.given = messages_in(inputs, repairs)
        span.gave = messages_in(outputs, repairs, speaker="assistant")
    if kind == "model":
        span.model = metadata.get("ls_model_name") or asked.get("model") or asked.get("model_name")
        span.parameters = asked
        tools = inputs.get("tools") if isinstance(inputs, Mapping) else None
        if tools:
            span.parameters.setdefault("tools", tools)
        counts = usage_of(run.get("usage_metadata")) or usage_of(run)
        last = span.gave[-1] if span.gave else None
        if counts and last is not None and getattr(last, "usage_metadata", 0) is None:
            span.gave[-1] = last.model_copy(update={"usage_metadata": counts})
    return span


def _arguments(inputs: Any) -> Any:
    if isinstance(inputs, Mapping) and set(inputs) == {"input"}:
        return parsed(inputs["input"])
    return inputs


def _call_id(outputs: Any) -> str | None:
    output = outputs.get("output") if isinstance(outputs, Mapping) else None
    kwargs = output.get("kwargs", output) if isinstance(output, Mapping) else {}
    found = kwargs.get("tool_call_id") if isinstance(kwargs, Mapping) else None
    return str(found) if found else None
