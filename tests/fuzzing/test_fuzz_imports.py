"""Any file: recordings of every format and coaching files, broken anywhere, are read as far as they go, or refused."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_values import JSON, TEXTS, fuzzed

from langgraph_coaching import import_traces
from langgraph_coaching.errors import CoachingError, TraceImportError
from langgraph_coaching.traces.importers.reader import FORMATS

_SAID = [{"role": "user", "content": "where is A-1?"}]
_CALL = {"id": "c-1", "type": "function", "function": {"name": "lookup", "arguments": '{"order": "A-1"}'}}
_CHAT = [
    *_SAID,
    {"role": "assistant", "content": None, "tool_calls": [_CALL]},
    {"role": "tool", "tool_call_id": "c-1", "content": "at the depot"},
    {"role": "assistant", "content": [{"type": "text", "text": "It is at the depot."}]},
]
_AT = {"start_time": "2030-01-01T00:00:00Z", "end_time": "2030-01-01T00:00:01Z"}
SAMPLES = {
    "openai": [{"id": "a", "messages": _CHAT, "tools": [{"type": "function", "function": {"name": "lookup"}}]}],
    "chat_sessions": [{"messages": [{"type": "human", "data": {"content": "hi"}}], "functions": []}],
    "langsmith": [
        {"id": "r-1", "trace_id": "r-1", "run_type": "chain", "inputs": {"messages": _SAID}, "outputs": {}, **_AT},
        {"id": "r-2", "trace_id": "r-1", "parent_run_id": "r-1", "run_type": "llm", **_AT}
        | {"inputs": {"messages": [_SAID]}, "outputs": {"generations": [[{"message": _CHAT[-1]}]]}},
    ],
    "langfuse": [
        {
            "trace": {
                "id": "lf",
                "timestamp": _AT["start_time"],
                "observations": [
                    {"id": "o-1", "type": "GENERATION", "input": _SAID, "output": _CHAT[1], "startTime": 1893456000}
                ],
            }
        }
    ],
    "openinference": [
        {
            "context": {"trace_id": "oi", "span_id": "s-1"},
            "attributes": {
                "openinference.span.kind": "LLM",
                "llm.input_messages.0.message.role": "user",
                "llm.input_messages.0.message.content": "where is A-1?",
                "llm.output_messages.0.message.role": "assistant",
                "llm.output_messages.0.message.content": "At the depot.",
            },
            **_AT,
        }
    ],
    "otel": [
        {
            "traceId": "ot",
            "spanId": "s-1",
            "name": "chat",
            "startTimeUnixNano": "1893456000000000000",
            "attributes": [
                {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
                {"key": "gen_ai.input.messages", "value": {"stringValue": json.dumps(_SAID)}},
            ],
        }
    ],
    "debug_stream": [
        {"event": "debug", "data": {"type": "task", "step": 1, "timestamp": _AT["start_time"], "payload": {"id": "k"}}},
        {"event": "messages/partial", "data": [{"type": "ai", "content": "hello", "id": "run-1"}]},
    ],
}


def places_in(value, path=()):
    """Where something stands in a value of JSON."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inside:
        yield from places_in(part, (*path, name))


@st.composite
def broken_rows(draw, rows):
    """The rows with something else in one to three places."""
    rows = copy.deepcopy(rows)
    for _ in range(draw(st.integers(1, 3))):
        if not rows:
            break
        *path, last = draw(st.sampled_from([path for path in places_in(rows) if path]))
        where = rows
        for name in path:
            where = where[name]
        what = draw(st.sampled_from(["value", "gone", "key", "text"]))
        if what == "gone":
            del where[last]
        elif what == "key" and isinstance(where, dict):
            where[draw(TEXTS)] = where.pop(last)
        elif what == "text":
            where[last] = json.dumps(where[last])
        else:
            where[last] = draw(JSON)
    return rows


@st.composite
def broken_bytes(draw, content):
    """The bytes of a file with some gone, doubled or changed."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 40)))
        middle = draw(st.one_of(st.just(b""), st.binary(max_size=6), st.just(content[start:end] * 2)))
        content = content[:start] + middle + content[end:]
    return content


def check(coach, read):
    """What came of an import: traces that can be kept, or a refusal in words."""
    try:
        imported = read()
    except TraceImportError as error:
        str(error).encode()
        return
    for finding in imported.findings:
        str(finding).encode()
    names = coach.traces.add(imported)
    assert len(set(names)) == len(imported)
    assert set(names) <= {one.id for one in coach.traces.list(limit=None)}
    coach.traces.delete(names)


@pytest.mark.parametrize("name", FORMATS)
def test_the_samples_are_sound(name):
    assert import_traces(SAMPLES[name], format=name)


@pytest.mark.parametrize("name", FORMATS)
@fuzzed(2)
@given(data=st.data())
def test_rows_with_anything_in_them_are_read_or_refused(coach, name, data):
    rows = data.draw(broken_rows(SAMPLES[name]))
    check(coach, lambda: import_traces(rows, format=name))


@pytest.mark.parametrize("ending", ["json", "jsonl"])
@fuzzed(3)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(coach, tmp_path, ending, data):
    name = data.draw(st.sampled_from(FORMATS))
    rows = SAMPLES[name]
    text = "\n".join(map(json.dumps, rows)) if ending == "jsonl" else json.dumps(rows, indent=1)
    path = tmp_path / f"runs.{ending}"
    path.write_bytes(data.draw(broken_bytes(text.encode())))
    check(coach, lambda: import_traces(path, format=name))


@pytest.fixture(scope="module")
def coaching_files(coach, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported")
    coach.export(folder, notes=True)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


ANNOTATIONS = {
    "annotations.csv": b"Question,Answer\r\nHow long does shipping take?,Two days.\r\n",
    "page.json": json.dumps({"data": [{"id": "1", "question": "How long?", "answer": "Two days."}]}).encode(),
}


@fuzzed(6)
@given(data=st.data())
def test_a_damaged_coaching_file_is_read_or_refused(coach, coaching_files, tmp_path, data):
    files = coaching_files | ANNOTATIONS
    name = data.draw(st.sampled_from(sorted(files)))
    path = tmp_path / name
    for other in tmp_path.iterdir():
        other.unlink()
    path.write_bytes(data.draw(broken_bytes(files[name])))
    try:
        str(coach.import_(path, dry_run=True)).encode()
    except CoachingError as error:
        str(error).encode()
