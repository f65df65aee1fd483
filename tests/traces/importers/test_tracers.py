"""Runs of LangSmith, Langfuse, OpenInference, OpenTelemetry and a LangGraph server's debug stream as traces."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from langgraph_coaching import import_traces
from langgraph_coaching.errors import TraceImportError
from langgraph_coaching.traces.importers.reader import TRACERS

DATA = Path(__file__).parents[4] / "shared" / "data" / "langgraph_traces"
ROOT, MODEL, TOOL, SECOND = (f"00000000-0000-4000-8000-00000000000{number}" for number in range(1, 5))


def at(second):
    return f"2030-01-01T12:00:{second:02}+00:00"


def lc(kind, **fields):
    return {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", kind], "kwargs": fields}


def langsmith():
    calls = [{"name": "lookup", "args": {"order": "A-1"}, "id": "c-1"}]
    shared = {"trace_id": ROOT, "extra": {"metadata": {"thread_id": "t-9", "langgraph_node": "agent"}}}
    asked = lc("HumanMessage", content="where is A-1?", id="m-1")
    first = lc("AIMessage", content="", id="m-2", tool_calls=calls)
    done = lc("ToolMessage", content="at the depot", tool_call_id="c-1", id="m-3", name="lookup")
    last = lc("AIMessage", content="It is at the depot.", id="m-4")
    generation = lambda message: {"generations": [[{"message": message}]]}  # noqa: E731
    return [
        {"id": ROOT, "name": "support", "run_type": "chain", "start_time": at(0), "end_time": at(9), **shared}
        | {"inputs": {"messages": [asked]}, "outputs": {"messages": [asked, first, done, last]}, "tags": ["eu"]},
        {"id": MODEL, "parent_run_id": ROOT, "run_type": "llm", "name": "ChatX", "start_time": at(1), "end_time": at(2)}
        | shared
        | {"inputs": {"messages": [[asked]]}, "outputs": generation(first), "prompt_tokens": 7, "completion_tokens": 3}
        | {"extra": {"metadata": {"ls_model_name": "x-1"}, "invocation_params": {"temperature": 0}}, "cost": "0.1"},
        {
            "id": TOOL,
            "parent_run_id": ROOT,
            "run_type": "tool",
            "name": "lookup",
            "start_time": at(3),
            "end_time": at(4),
        }
        | shared
        | {"inputs": {"input": "{'order': 'A-1'}"}, "outputs": {"output": done}},
        {
            "id": SECOND,
            "parent_run_id": ROOT,
            "run_type": "llm",
            "name": "ChatX",
            "start_time": at(5),
            "end_time": at(6),
        }
        | shared
        | {"inputs": {"messages": [[asked, first, done]]}, "outputs": generation(last), "error": None}
        | {"feedback": [{"key": "quality", "score": 0, "correction": {"output": "Say which depot."}}]},
    ]


def langfuse():
    call = {"id": "c-1", "type": "function", "function": {"name": "lookup", "arguments": '{"order": "A-1"}'}}
    asked = {"role": "user", "content": "where is A-1?"}
    first = {"role": "assistant", "content": "", "tool_calls": [call]}
    done = {"role": "tool", "content": "at the depot", "tool_call_id": "c-1"}
    last = {"role": "assistant", "content": "It is at the depot."}
    observations = [
        {"id": "o-1", "type": "SPAN", "name": "support", "startTime": at(0), "endTime": at(9), "input": "{}"},
        {"id": "o-2", "type": "GENERATION", "name": "ChatX", "startTime": at(1), "endTime": at(2), "model": "x-1"}
        | {"parentObservationId": "o-1", "input": json.dumps([asked]), "output": json.dumps(first)}
        | {"usageDetails": {"input": 7, "output": 3, "total": 10}},
        {"id": "o-3", "type": "TOOL", "name": "lookup", "startTime": at(3), "endTime": at(4)}
        | {"parentObservationId": "o-1", "input": '{"order": "A-1"}', "output": json.dumps(done)},
        {"id": "o-4", "type": "GENERATION", "name": "ChatX", "startTime": at(5), "endTime": at(6), "model": "x-1"}
        | {"parentObservationId": "o-1", "input": json.dumps([asked, first, done]), "output": json.dumps(last)},
    ]
    score = {"name": "output", "source": "ANNOTATION", "longStringValue": "Say which depot.", "observationId": "o-4"}
    trace = {"id": "lf-1", "name": "support", "sessionId": "t-9", "timestamp": at(0), "tags": ["eu"]}
    return [{"trace": {**trace, "observations": observations, "corrections": [score], "bookmarked": True}}]


def span(number, kind, start, end, attributes, parent="s-1"):
    context = {"trace_id": "oi-1", "span_id": f"s-{number}"}
    told = {"openinference.span.kind": kind, "session.id": "t-9", **attributes}
    times = {"start_time": at(start), "end_time": at(end), "parent_id": parent if number > 1 else None}
    return {"name": "support" if number == 1 else kind, "context": context, **times, "attributes": told}


def openinference():
    def message(place, role, content="", **more):
        return {f"llm.{place}.message.role": role, f"llm.{place}.message.content": content} | {
            f"llm.{place}.message.{name}": value for name, value in more.items()
        }

    asked = message("input_messages.0", "user", "where is A-1?")
    called = {
        "tool_calls.0.tool_call.id": "c-1",
        "tool_calls.0.tool_call.function.name": "lookup",
        "tool_calls.0.tool_call.function.arguments": '{"order": "A-1"}',
    }
    done = message("input_messages.2", "tool", "at the depot", tool_call_id="c-1")
    usage = {"llm.token_count.prompt": 7, "llm.token_count.completion": 3, "llm.model_name": "x-1"}
    first = message("output_messages.0", "assistant", **called)
    again = message("input_messages.1", "assistant", **called)
    last = message("output_messages.0", "assistant", "It is at the depot.")
    tool = {"tool.name": "lookup", "input.value": '{"order": "A-1"}', "output.value": "at the depot"}
    return [
        span(1, "AGENT", 0, 9, {"custom.tenant": "eu"}),
        span(2, "LLM", 1, 2, {**asked, **first, **usage}),
        span(3, "TOOL", 3, 4, {**tool, "tool_call.id": "c-1"}),
        span(4, "LLM", 5, 6, {**asked, **again, **done, **last}),
    ]


def otel():
    def attributes(**told):
        return [{"key": name.replace("__", "."), "value": {"stringValue": str(value)}} for name, value in told.items()]

    def parts(role, *given):
        return {"role": role, "parts": list(given)}

    said = lambda text: {"type": "text", "content": text}  # noqa: E731
    asked = parts("user", said("where is A-1?"))
    first = parts("assistant", {"type": "tool_call", "id": "c-1", "name": "lookup", "arguments": {"order": "A-1"}})
    done = parts("tool", {"type": "tool_call_response", "id": "c-1", "response": "at the depot"})
    last = parts("assistant", said("It is at the depot."))

    def one(number, start, end, told):
        times = {"startTimeUnixNano": str((1893499200 + start) * 10**9), "endTimeUnixNano": (1893499200 + end) * 10**9}
        above = {"parentSpanId": "s-1"} if number > 1 else {}
        named = {"traceId": "ot-1", "spanId": f"s-{number}", "name": "support" if number == 1 else f"span {number}"}
        return {**named, **above, **times, "attributes": attributes(gen_ai__conversation__id="t-9", **told)}

    chat = {"gen_ai__operation__name": "chat", "gen_ai__request__model": "x-1"}
    messages = lambda given, gave: {  # noqa: E731
        "gen_ai__input__messages": json.dumps(given),
        "gen_ai__output__messages": json.dumps(gave),
    }
    tool = {"gen_ai__operation__name": "execute_tool", "gen_ai__tool__name": "lookup", "gen_ai__tool__call__id": "c-1"}
    result = {"gen_ai__tool__call__arguments": '{"order": "A-1"}', "gen_ai__tool__call__result": "at the depot"}
    usage = attributes()
    spans = [
        one(1, 0, 9, {"gen_ai__operation__name": "invoke_agent", "custom__tenant": "eu"}),
        one(2, 1, 2, {**chat, **messages([asked], [first])}),
        one(3, 3, 4, {**tool, **result}),
        one(4, 5, 6, {**chat, **messages([asked, first, done], [last])}),
    ]
    counts = [("gen_ai.usage.input_tokens", "7"), ("gen_ai.usage.output_tokens", "3")]
    spans[1]["attributes"] += [*usage, *({"key": name, "value": {"intValue": count}} for name, count in counts)]
    return [{"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}]


SOURCES = {"langsmith": langsmith, "langfuse": langfuse, "openinference": openinference, "otel": otel}


@pytest.mark.parametrize("name", SOURCES)
def test_the_same_run_is_the_same_steps_whoever_recorded_it(name):
    imported = import_traces(SOURCES[name](), format=name)
    (trace,) = imported
    assert [(step.type, step.author, step.text or step.name) for step in trace.steps] == [
        ("user", "user", "where is A-1?"),
        ("tool_call", "agent", '{"order": "A-1"}'),
        ("tool_result", "tool", "at the depot"),
        ("message", "agent", "It is at the depot."),
    ]
    asked, call, result, answer = trace.steps
    assert (call.name, call.arguments, call.tool_call_id) == ("lookup", {"order": "A-1"}, "c-1")
    assert (result.tool_call_id, result.name) == ("c-1", "lookup")
    assert (call.call, answer.call, call.model) == (0, 1, "x-1")
    assert call.usage == {"input_tokens": 7, "output_tokens": 3, "total_tokens": 10}
    assert call.duration_ms == pytest.approx(1000)
    assert (trace.name, trace.thread_id, trace.origin, trace.status) == ("support", "t-9", "imported", "done")
    assert {step.trace_id for step in trace.steps} == {trace.id}
    assert asked.at.isoformat() == at(0) or asked.at.isoformat() == at(1)
    assert imported.findings == []


@pytest.mark.parametrize(
    ("name", "run"), [("langsmith", SECOND), ("langfuse", "o-4"), ("openinference", "s-4"), ("otel", "s-4")]
)
def test_steps_keep_the_ids_of_the_tracer(name, run):
    (trace,) = import_traces(SOURCES[name](), format=name)
    assert trace.steps[-1].run_id == run


@pytest.mark.parametrize(
    ("name", "kept"),
    [("langsmith", "0.1"), ("langfuse", "bookmarked"), ("openinference", "custom.tenant"), ("otel", "custom.tenant")],
)
def test_what_is_not_understood_is_kept(name, kept):
    (trace,) = import_traces(SOURCES[name](), format=name)
    assert kept in trace.model_dump_json()


def test_an_import_from_a_file_is_that_of_its_rows(tmp_path):
    path = tmp_path / "runs.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in langsmith()), encoding="utf-8")
    assert [t.id for t in import_traces(path, format="langsmith")] == [ROOT]
    assert import_traces(path, format="langsmith")[0].steps == import_traces(langsmith(), format="langsmith")[0].steps


def test_nested_run_trees_and_ingest_bodies_are_the_same_runs():
    root, *children = langsmith()
    flat = import_traces(langsmith(), format="langsmith")[0].steps
    tree = {**root, "child_runs": children}
    assert import_traces([tree], format="langsmith")[0].steps == flat
    late = ("outputs", "end_time")
    post = [{name: part for name, part in run.items() if name not in late} for run in (root, *children)]
    patch = [{name: run[name] for name in (*late, "id")} for run in (root, *children)]
    assert import_traces([{"post": post, "patch": patch}], format="langsmith")[0].steps == flat


def test_a_run_that_failed_says_so():
    rows = langsmith()
    rows[3] |= {"error": "RateLimitError: slow down", "outputs": None}
    rows[0] |= {"error": "RateLimitError: slow down", "outputs": None}
    (trace,) = import_traces(rows, format="langsmith")
    assert (trace.status, trace.error) == ("error", "RateLimitError: slow down")
    assert [step.error for step in trace.steps if step.error] == ["RateLimitError: slow down"]


def test_one_bad_row_is_reported_and_costs_no_other():
    imported = import_traces([*langsmith(), {"something": "else"}, 7], format="langsmith")
    assert len(imported) == 1
    assert [(found.row, found.kind, found.raw) for found in imported.findings] == [
        (5, "unreadable", {"something": "else"}),
        (6, "unreadable", 7),
    ]


def test_a_debug_stream_is_one_trace_with_its_nodes():
    def event(kind, second, **payload):
        return {"event": "debug", "data": {"type": kind, "timestamp": at(second), "payload": payload}}

    human = {"type": "human", "content": "hi", "id": "m-1"}
    answer = {"type": "ai", "content": "hello", "id": "run-2"}
    config = {"configurable": {"thread_id": "t-9", "graph_id": "chat", "checkpoint_id": "c-1"}}
    rows = [
        {"event": "metadata", "data": {"run_id": "r-1"}},
        event("checkpoint", 0, config=config, values={"messages": [human], "plan": []}),
        event("task", 1, id="k-1", name="respond", input={"messages": [human], "plan": []}),
        event(
            "task_result", 2, id="k-1", name="respond", error=None, result=[["messages", [answer]], ["plan", ["look"]]]
        ),
        event("checkpoint", 3, config=config, values={"messages": [human, answer], "plan": ["look"]}),
    ]
    (trace,) = import_traces(rows, format="debug_stream")
    assert [(step.type, step.text, step.node) for step in trace.steps] == [
        ("user", "hi", None),
        ("message", "hello", "respond"),
    ]
    assert (trace.id, trace.thread_id, trace.checkpoint_id, trace.name) == ("r-1", "t-9", "c-1", "chat")
    assert trace.metadata["runs"] == [
        {"id": "run", "name": "", "values": {"plan": ["look"]}},
        {"id": "k-1", "name": "respond", "input": {"plan": []}, "result": [["plan", ["look"]]]},
    ]


def test_an_answer_that_was_only_streamed_is_a_model_call():
    def event(kind, second, **payload):
        return {"event": "debug", "data": {"type": kind, "timestamp": at(second), "payload": payload}}

    human = {"type": "human", "content": "hi", "id": "m-1"}
    calls = [{"name": "Plan", "args": {"steps": ["look"]}, "id": "c-1"}]
    known = {"langgraph_checkpoint_ns": "plan:k-1", "langgraph_node": "plan", "ls_model_name": "x-1", "host": "saas"}
    rows = [
        event("task", 1, id="k-1", name="plan", input={"messages": [human]}),
        {"event": "messages/metadata", "data": {"run-2": {"metadata": known}}},
        {"event": "messages/partial", "data": [{"type": "ai", "content": "", "id": "run-2"}]},
        {"event": "messages/partial", "data": [{"type": "ai", "content": "", "id": "run-2", "tool_calls": calls}]},
        event("task_result", 2, id="k-1", name="plan", result=[["steps", ["look"]]]),
        {"event": "custom", "data": 1},
    ]
    (trace,) = import_traces(rows, format="debug_stream")
    assert [(step.type, step.name, step.node, step.call) for step in trace.steps] == [
        ("user", None, None, None),
        ("tool_call", "Plan", "plan", 0),
    ]
    assert (trace.models, trace.steps[-1].run_id) == (("x-1",), "run-2")
    kept = trace.model_dump_json()
    assert "saas" in kept
    assert '"custom":1' in kept


@pytest.mark.parametrize("name", TRACERS)
def test_nothing_to_import_is_said(name):
    with pytest.raises(TraceImportError, match="there is no conversation to import"):
        import_traces([{"a": 1}], format=name)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["id", "role", "content", "messages", "parts", "type", "name"]), inner)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("name", SOURCES)
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_whatever_stands_in_a_field_one_row_never_costs_another(name, data):
    rows = json.loads(json.dumps(SOURCES[name]()))
    spoilt = json.loads(json.dumps(rows[-1]))
    where = spoilt
    while isinstance(where, dict) and where:
        key = data.draw(st.sampled_from(sorted(where)))
        if not isinstance(where[key], dict) or data.draw(st.booleans()):
            where[key] = data.draw(JSON)
            break
        where = where[key]
    imported = import_traces([*SOURCES["langsmith"](), spoilt] if name == "langsmith" else [*rows, spoilt], format=name)
    assert len(imported) >= 1


@pytest.mark.parametrize("when", [2.534023008e20, 10**25, -1, "9" * 30])
def test_a_time_that_is_none_is_left_out(when):
    rows = openinference()
    (trace,) = import_traces([*rows[:-1], rows[-1] | {"end_time": when}], format="openinference")
    (whole,) = import_traces(rows, format="openinference")
    assert [(step.type, step.text) for step in trace.steps] == [(step.type, step.text) for step in whole.steps]


@pytest.mark.skipif(not DATA.exists(), reason="the recorded samples are not beside the project")
@pytest.mark.parametrize(
    ("file", "name", "count"),
    [
        ("langsmith_run_ingest.jsonl", "langsmith", 4),
        ("framework_traces.jsonl", "langfuse", 16),
        ("langgraph_platform_debug_stream.jsonl", "debug_stream", 1),
    ],
)
def test_the_recorded_samples_are_understood(file, name, count):
    imported = import_traces(DATA / file, format=name)
    assert len(imported) == count
    assert [found for found in imported.findings if found.kind == "unreadable"] == []
    assert all(any(step.type in ("message", "tool_call") for step in trace.steps) for trace in imported)
