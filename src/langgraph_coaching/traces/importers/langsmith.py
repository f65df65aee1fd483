"""Importer of LangSmith's runs: exported rows, pages of its API, run trees, bodies of its SDKs, its client's lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from langgraph_coaching.traces.importers.findings import Repairs
from langgraph_coaching.traces.importers.source import TWICE, Row, group_by_trace, merge_parts
from langgraph_coaching.traces.importers.span_messages import messages_in, parse_value, usage_of
from langgraph_coaching.traces.importers.spans import Kind, Span
from langgraph_coaching.traces.importers.steps import timestamp_of

_KINDS: dict[str, Kind] = {"llm": "model", "chat_model": "model", "tool": "tool", "retriever": "retriever"}
_THREADS = ("thread_id", "session_id", "conversation_id")
_PAGES = ("runs", "data", "items", "results")
_USED = (
    *("id", "parent_run_id", "run_type", "name", "start_time", "end_time", "inputs", "outputs", "error", "child_runs"),
    *("serialized", "extra", "trace_id", "dotted_order", "session_id", TWICE),
)


def group_rows(rows: Iterable[Row]) -> list[Row]:
    """Rows of single runs, put together by trace; each row's value becomes the list of its runs."""
    lacking = "there is no run in it, which has `id` and `run_type`"
    return group_by_trace(rows, _runs, lacking, _trace, lambda run: run.get("parent_run_id"))


def _trace(run: Mapping[str, Any]) -> str:
    """The trace that a run names; its order names it, too."""
    return str(run.get("trace_id") or "") or str(run.get("dotted_order") or "").partition(".")[0].partition("Z")[2]


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
        yield from _complete_runs([*(value.get("post") or ()), *(value.get("patch") or ())])
    elif (number := _number(value)) and (value.get("run_type") or value.get("inputs") is not None):
        yield from _runs_in_tree(value, number)
    else:
        page = next((value[name] for name in _PAGES if isinstance(value.get(name), list)), ())
        yield from _runs(page)


def _runs_in_tree(run: Mapping[str, Any], number: str) -> Iterator[dict[str, Any]]:
    """A run and those that stand inside of it."""
    yield {name: part for name, part in run.items() if name != "child_runs"} | {"id": number}
    for child in run.get("child_runs") or ():
        if isinstance(child, Mapping):
            named = {"parent_run_id": number, **({"trace_id": trace} if (trace := _trace(run)) else {})}
            yield from _runs({**named, **{key: part for key, part in child.items() if part is not None}})


def _number(run: Mapping[str, Any]) -> str:
    order = str(run.get("dotted_order") or "").rpartition(".")[2]
    return str(run.get("id") or run.get("run_id") or order.partition("Z")[2])


def _complete_runs(parts: Iterable[Any]) -> Iterator[dict[str, Any]]:
    runs: dict[str, dict[str, Any]] = {}
    for part in parts:
        if isinstance(part, Mapping):
            name = _number(part)
            told = {key: value for key, value in part.items() if value is not None} | {"id": name}
            runs[name] = merge_parts(runs[name], told) if name in runs else told
    yield from runs.values()


def read_spans(runs: list[dict[str, Any]], repairs: Repairs) -> tuple[list[Span], dict[str, Any]]:
    """The spans of one trace, and what is known of the whole.

    Raises:
        ValueError: A run has no start.
    """
    spans = [_read_span(run, repairs) for run in runs]
    root = next((run for run in runs if not run.get("parent_run_id")), runs[0])
    metadata = _metadata(root)
    thread = next((metadata[name] for name in _THREADS if metadata.get(name)), None)
    feedback = [item for run in runs for item in _feedback(run)]
    return spans, {
        "id": _trace(root) or str(root["id"]),
        "name": root.get("name"),
        "thread_id": None if thread is None else str(thread),
        "tags": tuple(str(tag) for tag in root.get("tags") or ()),
        "metadata": {**metadata, **({"feedback": feedback} if feedback else {})},
    }


def _metadata(run: Mapping[str, Any]) -> dict[str, Any]:
    extra = parse_value(run.get("extra"))
    found = extra.get("metadata") if isinstance(extra, Mapping) else None
    return dict(found) if isinstance(found, Mapping) else {}


def _feedback(run: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    items = run.get("feedback")
    for item in items if isinstance(items, list) else ():
        if isinstance(item, Mapping):
            yield {"run_id": str(run["id"]), **item}


def _read_span(run: Mapping[str, Any], repairs: Repairs) -> Span:
    start, end = (timestamp_of(dict(run), (name,)) for name in ("start_time", "end_time"))
    kind: Kind = _KINDS.get(str(run.get("run_type")), "chain")
    metadata, inputs, outputs = _metadata(run), parse_value(run.get("inputs")), parse_value(run.get("outputs"))
    extra = parse_value(run.get("extra"))
    invoked = extra.get("invocation_params") if isinstance(extra, Mapping) else None
    asked = dict(invoked) if isinstance(invoked, Mapping) else {}
    span = Span(
        id=str(run["id"]),
        parent=str(run["parent_run_id"]) if run.get("parent_run_id") else None,
        kind=kind,
        name=str(run.get("name") or ""),
        start=start.timestamp() if start else 0.0,
        end=end.timestamp() if end else 0.0,
        error=str(run["error"]) if run.get("error") else None,
        again=run.get(TWICE, 0),
        metadata=metadata,
        rest={name: part for name, part in run.items() if name not in _USED and part not in (None, [], {}, "")},
    )
    if kind == "tool":
        span.arguments, span.tool_call_id = _arguments(inputs), _call_id(outputs)
        found = messages_in(outputs, Repairs(repairs.row), speaker="assistant")  # whatever a tool returns is its own
        span.gave = [message for message in found if message.type == "tool"]
        span.result = outputs.get("output", outputs) if isinstance(outputs, Mapping) else outputs
    else:
        # What a chain is given and gives may be anything; of a model it is messages.
        told = repairs if kind == "model" else Repairs(repairs.row)
        span.given = messages_in(inputs, told)
        span.gave = messages_in(outputs, told, speaker="assistant")
    if kind == "model":
        span.model = metadata.get("ls_model_name") or asked.get("model") or asked.get("model_name")
        span.parameters = asked
        tools = inputs.get("tools") if isinstance(inputs, Mapping) else None
        if tools:
            span.parameters.setdefault("tools", tools)
        span.set_usage(usage_of(run.get("usage_metadata")) or usage_of(run))
    return span


def _arguments(inputs: Any) -> Any:
    if isinstance(inputs, Mapping) and set(inputs) == {"input"}:
        return parse_value(inputs["input"])
    return inputs


def _call_id(outputs: Any) -> str | None:
    output = outputs.get("output") if isinstance(outputs, Mapping) else None
    kwargs = output.get("kwargs", output) if isinstance(output, Mapping) else {}
    found = kwargs.get("tool_call_id") if isinstance(kwargs, Mapping) else None
    return str(found) if found else None
