"""The files people have: what services' APIs give and exporters print, in whatever shape of file."""

import gzip
import json
from pathlib import Path

import pytest

from langgraph_coaching.errors import TraceImportError
from langgraph_coaching.traces.importers import import_traces

CHAT = [{"role": "user", "content": "Where is it?"}, {"role": "assistant", "content": "At the depot."}]
SAID = [("user", "Where is it?"), ("message", "At the depot.")]
TRACE = "8a3c60f7d188f8fa79d48a391a778fa6"


def said(trace):
    return [(step.type, step.text) for step in trace.steps]


def at(second):
    return f"2030-01-01T12:00:{second:02}.000000Z"


def run(number, parent=None, kind="llm", start=1, **fields):
    inputs, outputs = {"messages": CHAT[:1]}, {"choices": [{"message": CHAT[1]}]}
    shown = {"inputs": inputs, "outputs": outputs} if kind == "llm" else {"inputs": {}, "outputs": {}}
    times = {"start_time": at(start), "end_time": at(start + 1)}
    return {"id": number, "parent_run_id": parent, "run_type": kind, "name": kind, **times, **shown, **fields}


def observation(number, kind="GENERATION", start=1, **fields):
    told = {"input": CHAT[:1], "output": CHAT[1]} if kind == "GENERATION" else {}
    times = {"startTime": at(start), "endTime": at(start + 1)}
    return {"id": number, "traceId": "t-1", "type": kind, "name": kind.lower(), **times, **told, **fields}


def printed_span(number="0x00f067aa0ba902b7", parent=None, start=1, **attributes):
    """As the console exporter of OpenTelemetry prints it."""
    told = {
        "gen_ai.operation.name": "chat",
        "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Where is it?"}]}]),
        "gen_ai.output.messages": json.dumps(
            [{"role": "assistant", "parts": [{"type": "text", "content": "At the depot."}]}]
        ),
    }
    return {
        "name": "chat x-1",
        "context": {"trace_id": f"0x{TRACE}", "span_id": number, "trace_state": "[]"},
        "kind": "SpanKind.CLIENT",
        "parent_id": parent,
        "start_time": at(start),
        "end_time": at(start + 1),
        "status": {"status_code": "UNSET"},
        "attributes": attributes or told,
        "events": [],
        "links": [],
        "resource": {"attributes": {"service.name": "shop"}, "schema_url": ""},
    }


# ── shapes of files ─────────────────────────────────────────────────────────────────────────

ROWS = [{"id": str(number), "messages": CHAT} for number in range(3)]


def written(rows, shape):
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    pretty = [json.dumps(row, indent=4) for row in rows]
    return {
        "a list": json.dumps(rows),
        "a pretty list": json.dumps(rows, indent=2),
        "lines": "\n".join(lines) + "\n",
        "lines with blanks": "\n\n".join(lines),
        "pretty objects": "\n".join(pretty),
        "objects side by side": "".join(lines),
        "objects with commas": ",\n".join(pretty),
        "objects among other output": "starting…\n" + "\nsaved\n".join(pretty) + "\nbye\n",
    }[shape]


SHAPES = (
    "a list",
    "a pretty list",
    "lines",
    "lines with blanks",
    "pretty objects",
    "objects side by side",
    "objects with commas",
    "objects among other output",
)


def bare(text):
    return text.encode()


ENCODINGS = {
    "plain": bare,
    "with a byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "windows lines": lambda text: text.replace("\n", "\r\n").encode(),
    "utf-16": lambda text: text.encode("utf-16"),
    "gz": lambda text: gzip.compress(text.encode()),
}


@pytest.mark.parametrize("name", ["rows.json", "rows.jsonl", "rows.txt", "rows"])
@pytest.mark.parametrize("shape", SHAPES)
def test_rows_are_read_from_every_shape_of_file(tmp_path, shape, name):
    path = tmp_path / name
    path.write_text(written(ROWS, shape), encoding="utf-8")
    assert [trace.id for trace in import_traces(path)] == ["0", "1", "2"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("shape", ["a pretty list", "lines", "pretty objects"])
def test_rows_are_read_from_every_encoding(tmp_path, shape, encoding):
    path = tmp_path / ("rows.jsonl.gz" if encoding == "gz" else "rows.jsonl")
    path.write_bytes(ENCODINGS[encoding](written(ROWS, shape)))
    imported = import_traces(path)
    assert [said(trace) for trace in imported] == [SAID] * 3
    assert imported.findings == []


def test_an_object_that_is_cut_off_is_a_finding_with_its_line(tmp_path):
    text = written(ROWS, "pretty objects")
    (tmp_path / "rows.json").write_text(text[:-20])
    imported = import_traces(tmp_path / "rows.json")
    assert [trace.id for trace in imported] == ["0", "1"]
    (finding,) = imported.findings
    begins = 2 * (len(json.dumps(ROWS[0], indent=4).split("\n"))) + 1
    assert (finding.row, finding.kind) == (begins, "unreadable")
    assert '"id": "2"' in finding.raw


def test_a_line_that_is_broken_costs_no_other_message(tmp_path):
    lines = [json.dumps(CHAT[0]), '{"role": "assistant", "content": ', json.dumps(CHAT[1])]
    (tmp_path / "chat.jsonl").write_text("\n".join(lines))
    imported = import_traces(tmp_path / "chat.jsonl")
    assert [said(trace) for trace in imported] == [SAID]
    assert [(finding.row, finding.kind) for finding in imported.findings] == [(2, "unreadable")]


def test_a_folder_is_its_files(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.json").write_text(json.dumps(ROWS[:1]))
    (tmp_path / "b.jsonl").write_text(json.dumps(ROWS[1]) + "\nbroken\n")
    (tmp_path / "deep" / "c.jsonl.gz").write_bytes(gzip.compress(json.dumps(ROWS[2]).encode()))
    (tmp_path / "d.json").write_text("no JSON at all")
    (tmp_path / "notes.md").write_text("# not a recording")
    imported = import_traces(tmp_path)
    assert [trace.id for trace in imported] == ["0", "1", "2"]
    assert [(finding.file, finding.row) for finding in imported.findings] == [("b.jsonl", 2), ("d.json", 1)]
    assert "b.jsonl row 2 unreadable" in str(imported)


def test_messages_in_several_files_are_several_conversations(tmp_path):
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text("\n".join(json.dumps(message) for message in CHAT))
    assert [said(trace) for trace in import_traces(tmp_path)] == [SAID, SAID]


def test_a_trace_whose_spans_are_in_several_files_is_one(tmp_path):
    root = printed_span("0x01", **{"openinference.span.kind": "AGENT"})
    (tmp_path / "a.json").write_text(json.dumps(root))
    (tmp_path / "b.json").write_text(json.dumps(printed_span(parent="0x01")))
    (trace,) = import_traces(tmp_path, format="otel")
    assert said(trace) == SAID


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"id,input,output\n1,a,b\n", "CSV"),
        ("a.parquet", b"PAR1\x00\x00", "Parquet"),
        ("a.zip", b"PK\x03\x04\x00", "zip"),
        ("a.html", b"<!DOCTYPE html><html>", "page of the web"),
        ("a.json.gz", b"\x1f\x8b\x08broken", "cannot read"),
        ("a.json", b'{"messages": [', "no JSON"),
        ("a.log", b"{\n  resource: { attributes: {} },\n  traceId: 'ab',\n}", "OTLP"),
    ],
)
def test_other_files_say_what_they_look_like(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TraceImportError, match=says):
        import_traces(tmp_path / name)


def test_a_folder_without_recordings_says_so(tmp_path):
    (tmp_path / "notes.md").write_text("none")
    with pytest.raises(TraceImportError, match="no recording in"):
        import_traces(tmp_path)


# ── LangSmith ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "wrapped", [lambda runs: {"runs": runs, "cursors": {"next": None}}, lambda runs: [{"data": runs}]]
)
def test_a_page_of_langsmiths_api_is_read(tmp_path, wrapped):
    path = tmp_path / "page.json"
    path.write_text(json.dumps(wrapped([run("a", kind="chain", start=0, end_time=at(9)), run("b", "a")])))
    (trace,) = import_traces(path, format="langsmith")
    assert (trace.id, said(trace)) == ("a", SAID)


def test_several_pages_are_one_recording(tmp_path):
    pages = [{"runs": [run("b", "a")]}, {"runs": [run("a", kind="chain", start=0, end_time=at(9))]}]
    (tmp_path / "pages.jsonl").write_text("\n".join(json.dumps(page) for page in pages))
    (trace,) = import_traces(tmp_path / "pages.jsonl", format="langsmith")
    assert (trace.id, said(trace)) == ("a", SAID)


def test_runs_are_tied_by_their_parents_alone():
    runs = [run("c", "b", start=2), run("b", "a", kind="chain", start=1, end_time=at(8))]
    runs += [run("a", kind="chain", start=0, end_time=at(9)), run("z", start=3)]
    imported = import_traces(runs, format="langsmith")
    assert {trace.id: said(trace) for trace in imported} == {"a": SAID, "z": SAID}


def test_runs_whose_parent_is_not_in_the_file_belong_together():
    second = run("c", "gone", start=3, inputs={"messages": [*CHAT, {"role": "user", "content": "Thanks"}]})
    second["outputs"] = {"choices": [{"message": {"role": "assistant", "content": "Welcome."}}]}
    (trace,) = import_traces([run("b", "gone"), second], format="langsmith")
    assert said(trace) == [*SAID, ("user", "Thanks"), ("message", "Welcome.")]


def test_a_trace_is_told_by_its_dotted_order():
    root, child = "1" * 8, "2" * 8
    runs = [
        run(child, root, dotted_order=f"20300101T120000000000Z{root}.20300101T120001000000Z{child}"),
        run(root, kind="chain", start=0, end_time=at(9), dotted_order=f"20300101T120000000000Z{root}"),
    ]
    (trace,) = import_traces(runs, format="langsmith")
    assert (trace.id, said(trace)) == (root, SAID)


def test_a_start_and_an_end_in_different_rows_are_one_run():
    whole = run("a")
    start = {"post": [{name: whole[name] for name in ("id", "run_type", "name", "start_time", "inputs")}]}
    end = {"patch": [{name: whole[name] for name in ("id", "end_time", "outputs")}]}
    imported = import_traces([start, end], format="langsmith")
    assert [said(trace) for trace in imported] == [SAID]
    assert imported.findings == []


def test_fields_that_are_json_text_are_read():
    row = run("a")
    row |= {name: json.dumps(row[name]) for name in ("inputs", "outputs")}
    row["extra"] = json.dumps({"metadata": {"thread_id": "th-1"}})
    (trace,) = import_traces([row], format="langsmith")
    assert (trace.thread_id, said(trace)) == ("th-1", SAID)


# ── Langfuse ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "source",
    [
        [observation("root", "SPAN", 0, endTime=at(9)), observation("g", parentObservationId="root")],
        {"data": [observation("g")], "meta": {"page": 1, "totalItems": 1}},
        [{"data": [observation("g")]}, {"data": [observation("root", "SPAN", 0)]}],
        {"data": [{"id": "t-1", "timestamp": at(0), "observations": [observation("g")]}], "meta": {}},
        {
            "data": [
                {
                    "id": "t-1",
                    "timestamp": at(0),
                    "input": "Where is it?",
                    "output": "At the depot.",
                    "observations": ["g"],
                }
            ]
        },
        {"id": "t-1", "timestamp": at(0), "input": {"messages": CHAT[:1]}, "output": CHAT[1]},
        [{"id": "t-1", "timestamp": at(0), "name": "shop", "observations": ["g"], "input": None}, observation("g")],
        {"trace": {"id": "t-1", "timestamp": at(0)}, "observations": [observation("g")]},
        {
            "batch": [
                {"id": "1", "type": "trace-create", "timestamp": at(0), "body": {"id": "t-1", "timestamp": at(0)}},
                {"id": "2", "type": "generation-create", "body": observation("g", endTime=None, output=None)},
                {
                    "id": "3",
                    "type": "generation-update",
                    "body": {"id": "g", "traceId": "t-1"} | {"output": CHAT[1], "endTime": at(2)},
                },
            ]
        },
        [
            {
                "id": "g",
                "trace_id": "t-1",
                "type": "GENERATION",
                "start_time": at(1),
                "end_time": at(2),
                "input": CHAT[:1],
                "output": CHAT[1],
            }
        ],
    ],
    ids=[
        "flat observations",
        "a page of observations",
        "several pages",
        "a page of traces",
        "a page of traces without observations",
        "a trace alone",
        "traces and observations as rows",
        "observations beside the trace",
        "a batch of events",
        "names of the SDK",
    ],
)
def test_what_langfuse_gives_is_read(tmp_path, source):
    path = tmp_path / "langfuse.json"
    path.write_text(json.dumps(source))
    (trace,) = import_traces(path, format="langfuse")
    assert (trace.id, said(trace)) == ("t-1", SAID)


# ── OpenTelemetry ───────────────────────────────────────────────────────────────────────────


def test_what_the_console_exporter_prints_is_read(tmp_path):
    root = printed_span("0x0000000000000001", start=0, **{"gen_ai.operation.name": "invoke_agent"})
    root["end_time"] = at(9)
    spans = [printed_span(parent="0x0000000000000001"), root]
    path = tmp_path / "console.log"
    path.write_text("\n".join(json.dumps(span, indent=4) for span in spans))
    (trace,) = import_traces(path, format="otel")
    assert (trace.id, said(trace)) == (TRACE, SAID)
    assert trace.started_at.isoformat() == "2030-01-01T12:00:00+00:00"


def test_an_otlp_file_and_the_console_are_the_same_trace():
    printed = printed_span()
    value = [{"key": key, "value": {"stringValue": told}} for key, told in printed["attributes"].items()]
    seconds = {"startTimeUnixNano": "1893499201000000000", "endTimeUnixNano": "1893499202000000000"}
    sent = {"traceId": TRACE, "spanId": "00f067aa0ba902b7", "name": "chat x-1", "attributes": value, **seconds}
    forms = [
        {"resourceSpans": [{"scopeSpans": [{"spans": [sent]}]}]},
        {"resource_spans": [{"scope_spans": [{"spans": [sent]}]}]},
        {"batches": [{"instrumentationLibrarySpans": [{"spans": [sent]}]}]},
        {"data": [sent], "next_cursor": None},
    ]
    first = import_traces(printed, format="otel")[0]
    for form in forms:
        (trace,) = import_traces(form, format="otel")
        assert (trace.id, said(trace), trace.started_at) == (first.id, SAID, first.started_at)


def test_a_kind_beside_the_attributes_is_read():
    told = {"llm.input_messages": [{"message": CHAT[0]}], "llm.output_messages": [{"message": CHAT[1]}]}
    row = {**printed_span(), "span_kind": "LLM", "attributes": told}
    (trace,) = import_traces({"data": [row]}, format="openinference")
    assert said(trace) == SAID


def test_spans_of_vercels_sdk_are_read():
    def one(number, operation, start, parent="s-0", **told):
        span = printed_span(number, parent if number != "s-0" else None, start, **{"ai.operationId": operation, **told})
        return span | {"end_time": at(9 if number == "s-0" else start + 1)}

    call = {"toolCallType": "function", "toolCallId": "c-1", "toolName": "find", "args": '{"n": 1}'}
    first = [{"role": "user", "content": [{"type": "text", "text": "Where is it?"}]}]
    later = [
        *first,
        {
            "role": "assistant",
            "content": [{"type": "tool-call", "toolCallId": "c-1", "toolName": "find", "args": {"n": 1}}],
        },
        {
            "role": "tool",
            "content": [{"type": "tool-result", "toolCallId": "c-1", "toolName": "find", "result": "depot"}],
        },
    ]
    spans = [
        one(
            "s-0",
            "ai.generateText",
            0,
            **{"ai.prompt": json.dumps({"prompt": "Where is it?"}), "ai.response.text": "At the depot."},
        ),
        one(
            "s-1",
            "ai.generateText.doGenerate",
            1,
            **{"ai.prompt.messages": json.dumps(first), "ai.response.toolCalls": json.dumps([call])},
        ),
        one(
            "s-2",
            "ai.toolCall",
            3,
            **{
                "ai.toolCall.name": "find",
                "ai.toolCall.id": "c-1",
                "ai.toolCall.args": '{"n": 1}',
                "ai.toolCall.result": '"depot"',
            },
        ),
        one(
            "s-3",
            "ai.generateText.doGenerate",
            5,
            **{"ai.prompt.messages": json.dumps(later), "ai.response.text": "At the depot."},
        ),
    ]
    (trace,) = import_traces(spans, format="otel")
    assert [(step.type, step.name, step.text) for step in trace.steps] == [
        ("user", None, "Where is it?"),
        ("tool_call", "find", '{"n": 1}'),
        ("tool_result", "find", "depot"),
        ("message", None, "At the depot."),
    ]


# ── what is told twice, or not to its end ───────────────────────────────────────────────────

TOLD = {
    "langsmith": lambda: [run("a", kind="chain", start=0, end_time=at(9)), run("b", "a")],
    "langfuse": lambda: [observation("a", "SPAN", 0, endTime=at(9)), observation("b", parentObservationId="a")],
    "otel": lambda: [
        printed_span("a", start=0, **{"gen_ai.operation.name": "invoke_agent"}) | {"end_time": at(9)},
        printed_span("b", "a"),
    ],
}
ENDS = {"langsmith": "end_time", "langfuse": "endTime", "otel": "end_time"}


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("again", [0, 1])
def test_a_span_that_is_told_twice_is_one(name, again):
    rows = TOLD[name]()
    imported = import_traces([*rows, rows[again]], format=name)
    assert [said(trace) for trace in imported] == [SAID]
    assert [finding.message for finding in imported.findings] == ["a run that is told twice: read as one"]


def test_an_observation_that_is_told_twice_in_its_trace_is_one():
    told = {"id": "t-1", "timestamp": at(0), "observations": [observation("g"), observation("g")]}
    imported = import_traces([told], format="langfuse")
    assert [said(trace) for trace in imported] == [SAID]
    assert [finding.message for finding in imported.findings] == ["a run that is told twice: read as one"]


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("open_ones", [(0,), (1,), (0, 1)])
def test_a_span_without_an_end_keeps_its_answer_and_says_so(name, open_ones):
    rows = TOLD[name]()
    for place in open_ones:
        rows[place] = {key: value for key, value in rows[place].items() if key != ENDS[name]}
    imported = import_traces(rows, format=name)
    assert [said(trace) for trace in imported] == [SAID]
    assert [finding.kind for finding in imported.findings] == ["incomplete"]
    assert "no end" in imported.findings[0].message


@pytest.mark.parametrize("name", TOLD)
def test_what_runs_on_after_the_whole_has_ended_is_kept(name):
    rows = TOLD[name]()
    rows[0][ENDS[name]] = at(1)
    assert [said(trace) for trace in import_traces(rows, format=name)] == [SAID]


@pytest.mark.parametrize("deep", [1, 2, 3, 40])
def test_runs_inside_of_each_other_that_have_no_ends_are_one_trace(deep):
    outer = [run(f"r-{n}", f"r-{n - 1}" if n else None, kind="chain", start=0, end_time=None) for n in range(deep)]
    imported = import_traces([*outer, run("m", f"r-{deep - 1}", start=9, end_time=None)], format="langsmith")
    assert [said(trace) for trace in imported] == [SAID]


def test_what_starts_after_the_run_around_it_has_ended_is_in_the_same_trace():
    rows = [
        run("a", kind="chain", start=0, end_time=at(9)),
        run("b", "a", kind="chain", start=1),
        run("c", "b", start=5),
    ]
    assert [said(trace) for trace in import_traces(rows, format="langsmith")] == [SAID]


def test_a_model_call_without_an_answer_is_a_finding():
    rows = [run("a", kind="chain", start=0, end_time=at(9)), run("b", "a", outputs=None)]
    imported = import_traces(rows, format="langsmith")
    assert said(imported[0]) == SAID[:1]
    assert [finding.message for finding in imported.findings] == [
        "a model call whose answer is not in the recording: it has no step"
    ]


# ── which format it is ──────────────────────────────────────────────────────────────────────

SOURCES = {
    "openai": lambda: [{"messages": CHAT}],
    "langsmith": lambda: {"runs": [run("a")]},
    "langfuse": lambda: {"data": [observation("g")]},
    "otel": lambda: [printed_span()],
    "openinference": lambda: [printed_span(**{"openinference.span.kind": "LLM"})],
    "debug_stream": lambda: [{"event": "debug", "data": {"type": "task", "timestamp": at(0), "payload": {}}}],
}


@pytest.mark.parametrize("given", SOURCES)
@pytest.mark.parametrize("really", SOURCES)
def test_another_format_is_named_with_the_option_to_give(given, really):
    if given == really or {given, really} == {"otel", "openinference"} or really == "debug_stream" == given:
        return
    with pytest.raises(TraceImportError, match=f"looks like.*format='{really}'.*--format {really}"):
        import_traces(SOURCES[really](), format=given)


def test_a_file_of_messages_among_others_says_which_rows_are_something_else():
    imported = import_traces([{"messages": CHAT}, run("a")])
    assert [said(trace) for trace in imported] == [SAID]
    assert [(finding.row, finding.kind) for finding in imported.findings] == [(2, "unreadable")]
    assert "--format langsmith" in imported.findings[0].message


@pytest.mark.parametrize("name", ["sharegpt", "anthropic", "gemini", "vercel", "messages"])
def test_a_format_that_is_read_under_another_name_says_which(name):
    with pytest.raises(TraceImportError, match="openai"):
        import_traces([CHAT], format=name)


def test_paths_may_be_text(tmp_path: Path):
    (tmp_path / "a.json").write_text(json.dumps(CHAT))
    assert said(import_traces(str(tmp_path / "a.json"))[0]) == SAID
