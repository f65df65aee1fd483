"""Conversations in OpenAI's format become typed steps; what is no part of them is metadata."""

import json
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from langgraph_coaching.errors import TraceImportError
from langgraph_coaching.recall.situation import text_of
from langgraph_coaching.traces.importers import import_traces
from langgraph_coaching.traces.messages import messages_of
from langgraph_coaching.traces.model import Trace

TRAJECTORIES = Path(__file__).parents[3].parent / "shared" / "data" / "trajectories"


def user(text):
    return {"role": "user", "content": text}


def asks(*calls, content=None):
    made = [
        {"id": number, "type": "function", "function": {"name": name, "arguments": arguments}}
        for number, name, arguments in calls
    ]
    return {"role": "assistant", "content": content, "tool_calls": made}


def answers(number, text):
    return {"role": "tool", "tool_call_id": number, "content": text}


def one(*messages, **fields):
    imported = import_traces({"messages": list(messages), **fields})
    return imported[0], [finding.message for finding in imported.findings]


CONVERSATION = [
    {"role": "system", "content": "You sell bicycles."},
    user("Where is my bicycle?"),
    asks(("call_a", "find_order", '{"customer": "Ada"}'), content="Let me look."),
    answers("call_a", "on its way"),
    {"role": "assistant", "content": "It is on its way."},
]


def test_a_conversation_becomes_typed_steps_in_order():
    trace, repairs = one(*CONVERSATION)
    assert [(step.type, step.author, step.name, step.text, step.call) for step in trace.steps] == [
        ("system", "system", "prompt", "You sell bicycles.", None),
        ("user", "user", None, "Where is my bicycle?", None),
        ("message", "agent", None, "Let me look.", 0),
        ("tool_call", "agent", "find_order", '{"customer": "Ada"}', 0),
        ("tool_result", "tool", "find_order", "on its way", None),
        ("message", "agent", None, "It is on its way.", 1),
    ]
    assert trace.steps[3].arguments == {"customer": "Ada"}
    assert [step.index for step in trace.steps] == [0, 1, 2, 3, 4, 5]
    assert {step.trace_id for step in trace.steps} == {trace.id}
    assert repairs == []


def test_imported_steps_have_no_times_the_recording_does_not_have():
    trace, _ = one(*CONVERSATION)
    assert {step.at for step in trace.steps} == {None}
    assert trace.origin == "imported"
    assert trace.ended_at is None


def test_fields_of_the_row_find_their_place_and_the_rest_is_metadata():
    trace, _ = one(
        user("Hello"), id=7, label="escalated", agent_model="gpt-x", reward=0, domain="bicycles", thread_id="th-1"
    )
    assert (trace.id, trace.label, trace.models, trace.thread_id) == ("7", "escalated", ("gpt-x",), "th-1")
    assert trace.metadata == {"reward": 0, "domain": "bicycles"}


@pytest.mark.parametrize(
    ("reward", "label"), [(1, "success"), (1.0, "success"), (0.0, "failure"), (0.5, None), (None, None)]
)
def test_a_reward_is_a_label_where_it_is_clear(reward, label):
    trace, _ = one(user("Hello"), reward=reward)
    assert trace.label == label


def test_rows_with_a_role_of_their_own_are_rows():
    imported = import_traces([{"role": "agent", "messages": [user("Hello")]} for _ in range(2)])
    assert [trace.metadata for trace in imported] == [{"role": "agent"}] * 2


def test_origin_and_namespace_are_what_was_asked_for():
    trace = import_traces([[user("Hello")]], origin="simulated", namespace="acme")[0]
    assert (trace.origin, trace.namespace) == ("simulated", "acme")


def test_calls_without_ids_are_numbered_and_results_paired_in_order():
    trace, repairs = one(
        user("Change both"),
        asks((None, "get", '{"n": 1}'), (None, "get", '{"n": 2}'), (None, "set", '{"n": 3}')),
        {"role": "tool", "content": "first"},
        {"role": "tool", "content": "third", "name": "set"},
        {"role": "tool", "content": "second", "name": "get"},
    )
    called = {step.tool_call_id: step.arguments["n"] for step in trace.steps if step.type == "tool_call"}
    results = {step.text: (called[step.tool_call_id], step.name) for step in trace.steps if step.type == "tool_result"}
    assert results == {"first": (1, "get"), "second": (2, "get"), "third": (3, "set")}
    assert repairs == [
        "tool call without an id: given one (3 times)",
        "tool result without tool_call_id: paired with its call (3 times)",
    ]


def test_a_made_up_id_is_not_one_that_is_taken():
    trace, _ = one(user("Go"), asks((None, "a", "{}")), asks(("call_1", "b", "{}")), answers("call_1", "b done"))
    numbers = {step.name: step.tool_call_id for step in trace.steps if step.type == "tool_call"}
    assert numbers["b"] == "call_1"
    assert numbers["a"] not in {None, "", "call_1"}


def test_a_result_that_answers_nothing_is_kept():
    trace, repairs = one(user("Go"), answers("call_zzz", "late"), {"role": "tool", "content": "lost", "name": "get"})
    assert [(step.text, step.tool_call_id, step.name) for step in trace.steps[1:]] == [
        ("late", "call_zzz", None),
        ("lost", None, "get"),
    ]
    assert repairs == ["tool result that answers no open call: kept by itself (2 times)"]


@pytest.mark.parametrize(
    ("written", "arguments"),
    [
        (
            "{'name': 'Ada', 'old': True, 'tags': ('a', 'b'), 'zip': None}",
            {"name": "Ada", "old": True, "tags": ["a", "b"], "zip": None},
        ),
        ("{'note': \"it's late\"}", {"note": "it's late"}),
        (r"{'path': 'C:\data'}", {"path": r"C:\data"}),
        ('"{\\"n\\": 1}"', {"n": 1}),
        ({"n": 1}, {"n": 1}),
        ("", {}),
        (None, {}),
    ],
)
@pytest.mark.filterwarnings("error")
def test_arguments_are_read_however_they_were_written(written, arguments):
    trace, _ = one(user("Go"), asks(("c", "act", written)))
    assert (trace.steps[1].arguments, trace.steps[1].error) == (arguments, None)


@pytest.mark.parametrize(
    "written", ["{'name': ", "open('x', 'w')", "[1, 2]", "{'n': {[]}}", "(" * 5_000, "-" * 100_000 + "1"]
)
def test_arguments_that_cannot_be_read_stay_as_text_with_an_error(written):
    trace, repairs = one(user("Go"), asks(("c", "act", written)))
    step = trace.steps[1]
    assert (step.type, step.name, step.text, step.arguments) == ("tool_call", "act", written, None)
    assert step.error
    assert repairs == ["arguments that cannot be read: kept as text"]


def test_arguments_never_run(tmp_path):
    target = tmp_path / "made"
    one(user("Go"), asks(("c", "act", f"{{'a': __import__('pathlib').Path({str(target)!r}).touch()}}")))
    assert not target.exists()


def test_older_forms_of_calls_and_results_are_read():
    trace, _ = one(
        user("Go"),
        {"role": "assistant", "content": None, "function_call": {"name": "act", "arguments": '{"n": 1}'}},
        {"role": "function", "name": "act", "content": "done"},
        {"role": "assistant", "tool_calls": [{"name": "flat", "args": {"n": 2}, "id": "f"}]},
        {
            "role": "assistant",
            "tool_calls": [{"type": "custom", "id": "k", "custom": {"name": "shell", "input": "ls"}}],
        },
    )
    calls = [(step.name, step.arguments) for step in trace.steps if step.type == "tool_call"]
    assert calls == [("act", {"n": 1}), ("flat", {"n": 2}), ("shell", {"input": "ls"})]
    assert trace.steps[2].type == "tool_result"
    assert trace.steps[2].tool_call_id == trace.steps[1].tool_call_id


def test_what_a_call_says_beyond_name_and_arguments_is_kept():
    message = asks(("c", "act", "{}"))
    message["tool_calls"][0]["extra_content"] = {"signature": "abc"}
    strange = {"role": "assistant", "tool_calls": ["act now"]}
    trace, _ = one(user("Go"), message, strange)
    assert trace.steps[1].extra == {"tool_calls": message["tool_calls"]}
    assert trace.steps[2].extra == {"tool_calls": ["act now"]}


def test_messages_that_forgot_their_role_are_recognised_by_what_they_hold():
    call, result = asks(("c", "act", "{}")), answers("c", "done")
    del call["role"], result["role"]
    trace, repairs = one(user("Go"), call, result)
    assert [step.type for step in trace.steps] == ["user", "tool_call", "tool_result"]
    assert len(repairs) == 2


def test_a_users_own_calls_are_kept_and_their_results_are_no_orphans():
    call = {"id": "u1", "type": "function", "function": {"name": "toggle_data", "arguments": "{}"}}
    trace, repairs = one({**user("I try it"), "tool_calls": [call]}, {**answers("u1", "on"), "requestor": "user"})
    assert trace.steps[0].extra == {"tool_calls": [call]}
    assert (trace.steps[1].name, trace.steps[1].extra) == ("toggle_data", {"requestor": "user"})
    assert repairs == []


def test_content_in_parts_is_text_and_what_is_no_text_is_kept():
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    trace, _ = one(
        {"role": "user", "content": [{"type": "text", "text": "What is"}, {"type": "text", "text": "this?"}, image]},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "I cannot say."}]},
        {"role": "assistant", "content": None, "refusal": "Nor now."},
    )
    assert [step.text for step in trace.steps] == ["What is\nthis?", "I cannot say.", "Nor now."]
    assert image in trace.steps[0].extra["content"]


@pytest.mark.parametrize("data", [{"price": 3}, [{"price": 3}], [{"type": "sale"}], 3, True])
def test_a_tools_data_is_written_as_json(data):
    trace, _ = one(user("Go"), asks(("c", "act", "{}")), {"role": "tool", "tool_call_id": "c", "content": data})
    assert json.loads(trace.steps[2].text) == data


def test_text_that_happens_to_be_json_stays_as_it_was_said():
    said = '{"message": "Hello"}'
    trace, repairs = one(user("Hi"), {"role": "assistant", "content": said})
    assert (trace.steps[1].text, repairs) == (said, [])


def test_reasoning_is_a_step_of_its_own():
    trace, _ = one(
        user("Why?"),
        {"role": "assistant", "content": "Because.", "reasoning_content": "They want to know."},
        {"role": "assistant", "content": "<think>Say it again.</think>\nBecause!"},
    )
    assert [(step.type, step.text, step.call) for step in trace.steps[1:]] == [
        ("reasoning", "They want to know.", 0),
        ("message", "Because.", 0),
        ("reasoning", "Say it again.", 1),
        ("message", "Because!", 1),
    ]


def test_empty_messages_keep_their_place():
    trace, _ = one(user(""), {"role": "assistant", "content": None}, {"role": "assistant"}, user("Hello?"))
    assert [(step.type, step.text, step.coachable) for step in trace.steps] == [
        ("user", "", False),
        ("message", "", False),
        ("message", "", False),
        ("user", "Hello?", False),
    ]


def test_what_a_message_says_beyond_its_text_is_kept():
    trace, _ = one(
        {"role": "developer", "content": "Be brief."},
        {**user("Hi"), "name": "ada"},
        {
            "role": "assistant",
            "content": "Hello",
            "id": "m-1",
            "model": "gpt-x",
            "refusal": None,
            "usage": {"prompt_tokens": 5, "completion_tokens": 2},
            "timestamp": "2024-05-01T10:00:00",
            "mood": "kind",
        },
        id="r",
    )
    prompt, asked, said = trace.steps
    assert (prompt.name, prompt.extra) == ("prompt", {"role": "developer"})
    assert asked.extra == {"name": "ada"}
    assert (said.message_id, said.model, said.extra["mood"]) == ("m-1", "gpt-x", "kind")
    assert said.usage == {"input_tokens": 5, "output_tokens": 2, "total_tokens": 7}
    assert said.at == trace.started_at == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert trace.models == ("gpt-x",)


def test_a_message_of_unknown_role_or_no_message_at_all_is_kept_as_an_event():
    trace, repairs = one(user("Hi"), {"role": "critic", "content": "Too short", "score": 2}, "a stray line", 5)
    assert [(step.type, step.name, step.text) for step in trace.steps[1:]] == [
        ("system", "critic", "Too short"),
        ("system", "unknown", "a stray line"),
        ("system", "unknown", "5"),
    ]
    assert trace.steps[1].extra == {"score": 2}
    assert repairs == [
        "message of unknown role 'critic': kept as a system event",
        "message of unknown role None: kept as a system event (2 times)",
    ]


def test_a_failed_tool_says_so():
    trace, _ = one(user("Go"), asks(("c", "act", "{}")), {**answers("c", "no such order"), "status": "error"})
    assert trace.steps[2].error == "no such order"


def test_half_characters_are_replaced_and_whole_ones_joined(tmp_path):
    path = tmp_path / "odd.jsonl"
    path.write_bytes(
        rb'{"messages": [{"role": "user", "content": "half \ud83d, whole \ud83d\ude00"}]}' + b"\n"
        b'{"messages": [{"role": "user", "content": "caf\xe9"}]}\n'
    )
    imported = import_traces(path)
    assert [trace.steps[0].text for trace in imported] == ["half �, whole \N{GRINNING FACE}", "caf�"]
    assert [(finding.row, finding.kind) for finding in imported.findings] == [(1, "repaired"), (2, "repaired")]
    assert all(Trace.model_validate_json(trace.model_dump_json()) == trace for trace in imported)


def test_rows_that_cannot_be_read_are_reported_with_what_was_in_them(tmp_path):
    good = json.dumps({"id": "a", "messages": [user("Hi")]})
    lines = [
        good,
        "",
        '{"id": "b", "messages": [',
        '{"id": "c"}',
        '{"id": "d", "messages": []}',
        "17",
        '{"messages": [{"role": "ghost"}]}',
    ]
    path = tmp_path / "messy.jsonl"
    path.write_text("\n".join(lines) + "\n")
    imported = import_traces(str(path))
    assert [trace.id for trace in imported] == ["a"]
    assert [(finding.row, finding.kind) for finding in imported.findings] == [
        (row, "unreadable") for row in (3, 4, 5, 6, 7)
    ]
    assert [finding.raw for finding in imported.findings][:3] == [lines[2], {"id": "c"}, {"id": "d", "messages": []}]
    assert str(imported).startswith("traces: 1, steps: 1; rows repaired: 0, unreadable: 5\n  row 3 unreadable: no JSON")


@pytest.mark.parametrize("as_path", [str, Path, os.fspath])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rows.jsonl", '{"messages": [%s]}\n[%s]\n'),
        ("rows.json", '[{"messages": [%s]}, [%s]]'),
        ("lines.json", '{"messages": [%s]}\n[%s]'),
        ("bom.jsonl", '\ufeff{"messages": [%s]}\r\n[%s]\r\n'),
    ],
)
def test_files_of_json_and_of_lines_are_read(tmp_path, name, text, as_path):
    path = tmp_path / name
    two = json.dumps(user("two\u2028lines"), ensure_ascii=False)
    path.write_text(text % (json.dumps(user("one")), two), encoding="utf-8", newline="")
    assert [trace.steps[0].text for trace in import_traces(as_path(path))] == ["one", "two\u2028lines"]


def test_a_list_of_messages_is_one_conversation(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(CONVERSATION))
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, CONVERSATION)))
    sources = [
        CONVERSATION,
        iter(CONVERSATION),
        {"conversation": CONVERSATION},
        tmp_path / "a.json",
        tmp_path / "a.jsonl",
    ]
    assert [[len(trace.steps) for trace in import_traces(source)] for source in sources] == [[6]] * 5


def test_importing_again_gives_the_same_ids():
    rows = [CONVERSATION, [user("Something else")]]
    first, second = import_traces(rows), import_traces([[dict(reversed(m.items())) for m in row] for row in rows])
    assert [trace.id for trace in first] == [trace.id for trace in second]
    assert first[0].id != first[1].id
    assert first[0].steps == second[0].steps


def test_a_recording_without_times_is_as_old_as_its_file(tmp_path):
    path = tmp_path / "old.json"
    path.write_text(json.dumps(CONVERSATION))
    os.utime(path, (1_600_000_000, 1_600_000_000))
    assert import_traces(path)[0].started_at == datetime.fromtimestamp(1_600_000_000, UTC)


@pytest.mark.parametrize(
    ("said", "at"), [("2024-05-01T12:00:00+02:00", 1714557600), (1714557600, 1714557600), (1714557600000, 1714557600)]
)
def test_the_rows_own_time_is_read(said, at):
    trace, _ = one(user("Hi"), created_at=said)
    assert trace.started_at == datetime.fromtimestamp(at, UTC)


def test_two_rows_of_one_id_lose_nothing():
    imported = import_traces([{"id": "a", "messages": [user(text)]} for text in ("one", "two", "three")])
    assert [(trace.id, trace.steps[0].trace_id, trace.steps[0].text) for trace in imported] == [
        ("a", "a", "one"),
        ("a#2", "a#2", "two"),
        ("a#3", "a#3", "three"),
    ]
    assert [finding.row for finding in imported.findings] == [2, 3]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("nowhere.jsonl", "nowhere.jsonl"),
        (5, "give a path"),
        ([], "empty"),
        (["just text"], "row 1"),
        ([{"id": 1}], "no messages"),
        ({"messages": "Hi"}, "no messages"),
    ],
)
def test_nothing_to_import_is_an_error_that_says_what_to_do(source, says):
    with pytest.raises(TraceImportError, match=says):
        import_traces(source)


def test_files_that_are_no_recordings_are_errors(tmp_path):
    (tmp_path / "broken.json").write_text('{"messages": [\n {"role": "user"')
    (tmp_path / "empty.jsonl").write_text("\n")
    for path in (tmp_path / "broken.json", tmp_path / "empty.jsonl", tmp_path):
        with pytest.raises(TraceImportError):
            import_traces(path)


def test_an_unknown_format_names_the_known_ones():
    with pytest.raises(TraceImportError, match="openai, chat_sessions"):
        import_traces([CONVERSATION], format="carrier-pigeon")


# ── properties ──────────────────────────────────────────────────────────────────────────────

texts = st.text(max_size=30).filter(lambda text: "think>" not in text)
spoken = texts.filter(str.strip)
names = st.text("abcdefg_", min_size=1, max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
arguments = st.dictionaries(st.text(max_size=6), values, max_size=3)
parts = st.lists(texts, min_size=1, max_size=3).map(lambda said: [{"type": "text", "text": text} for text in said])


@st.composite
def conversations(draw):
    messages = [{"role": "system", "content": draw(texts)}] if draw(st.booleans()) else []
    messages.append({"role": "user", "content": draw(texts | parts)})
    for turn in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(["user", "assistant", "tools"]))
        if kind == "tools":
            calls = [
                (f"id_{turn}_{n}", draw(names), json.dumps(draw(arguments))) for n in range(draw(st.integers(1, 3)))
            ]
            messages.append(asks(*calls, content=draw(st.none() | spoken)))
            messages += [answers(number, draw(texts)) for number, _, _ in draw(st.permutations(calls))]
        else:
            messages.append({"role": kind, "content": draw(texts | parts)})
    return messages


def text_in(content):
    return "\n".join(part["text"] for part in content if part["text"]) if isinstance(content, list) else content or ""


def spoken_in(messages):
    roles = {"user": HumanMessage, "assistant": AIMessage, "tool": ToolMessage}
    return [(roles[m["role"]], text_in(m["content"])) for m in messages if m["role"] != "system"]


@settings(deadline=None)
@given(conversations())
def test_every_text_tool_and_argument_of_a_conversation_is_in_its_trace(messages):
    imported = import_traces([messages])
    steps = imported[0].steps
    found = messages_of(steps)
    assert [finding for finding in imported.findings if finding.kind != "incomplete"] == []
    assert [(type(message), text_of(message)) for message in found] == spoken_in(messages)
    calls = [call for m in messages for call in m.get("tool_calls", ())]
    assert [(c["id"], c["name"], c["args"]) for m in found if isinstance(m, AIMessage) for c in m.tool_calls] == [
        (c["id"], c["function"]["name"], json.loads(c["function"]["arguments"])) for c in calls
    ]
    assert [m.tool_call_id for m in found if isinstance(m, ToolMessage)] == [
        m["tool_call_id"] for m in messages if m["role"] == "tool"
    ]
    assert [step.text for step in steps if step.type == "system"] == [
        m["content"] for m in messages if m["role"] == "system"
    ]
    assert Trace.model_validate_json(imported[0].model_dump_json()) == imported[0]


def as_python(message):
    """The message as messy recorders leave it: no ids, arguments as `str(dict)`."""
    if "tool_calls" in message:
        calls = [
            c["function"] | {"arguments": str(json.loads(c["function"]["arguments"]))} for c in message["tool_calls"]
        ]
        return {**message, "tool_calls": [{"type": "function", "function": call} for call in calls]}
    return {name: value for name, value in message.items() if name != "tool_call_id"}


def in_call_order(messages):
    order = {call["id"]: place for m in messages for place, call in enumerate(m.get("tool_calls", ()))}
    arranged = []
    for message in messages:
        if message["role"] == "tool":
            start = next(i for i in range(len(arranged), 0, -1) if arranged[i - 1]["role"] != "tool")
            results = sorted([*arranged[start:], message], key=lambda m: order[m["tool_call_id"]])
            arranged[start:] = results
        else:
            arranged.append(message)
    return arranged


@settings(deadline=None)
@given(conversations().map(in_call_order))
def test_a_messy_recording_is_the_same_conversation_as_the_tidy_one(messages):
    tidy = messages_of(import_traces([messages])[0].steps)
    messy = messages_of(import_traces([[as_python(message) for message in messages]])[0].steps)

    def shape(found):
        numbers = {}
        return [
            (
                m.type,
                m.text,
                [
                    (numbers.setdefault(c["id"], len(numbers)), c["name"], c["args"])
                    for c in getattr(m, "tool_calls", ())
                ],
                numbers.get(getattr(m, "tool_call_id", None)),
            )
            for m in found
        ]

    assert shape(messy) == shape(tidy)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["text", "{}", "{'a': 1}"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "name", "text", "function", "arguments", "custom", "input", "refusal"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
fields = st.sampled_from(
    [
        "id",
        "content",
        "tool_calls",
        "tool_call_id",
        "function_call",
        "name",
        "usage",
        "reasoning",
        "timestamp",
        "model",
        "status",
    ]
)
odd_messages = st.builds(
    lambda role, rest: {**rest, "role": role},
    st.sampled_from(["user", "assistant", "tool", "system", "function", "developer", "Human", "ghost", None, 3]),
    st.dictionaries(fields, anything, max_size=4),
)
odd_rows = st.dictionaries(
    st.sampled_from(["id", "reward", "label", "model", "tags", "created_at", "name", "metadata"]), anything, max_size=3
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(odd_rows, st.lists(odd_messages | anything, max_size=5))
def test_whatever_a_row_holds_it_is_imported_or_reported(row, messages):
    imported = import_traces([{**row, "messages": messages}, [user("so that there is one")]])
    unreadable = [finding for finding in imported.findings if finding.kind == "unreadable"]
    assert len(imported) + len(unreadable) == 2
    for trace in imported:
        assert Trace.model_validate_json(trace.model_dump_json()).id == trace.id


# ── recorded runs of others ─────────────────────────────────────────────────────────────────


def recorded(name):
    path = TRAJECTORIES / name
    if not path.exists():
        pytest.skip("the shared recordings are not here")
    return path, [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    "name",
    [
        "bigtau_retail_gpt4o.jsonl",
        "tau1_airline_gpt4o.jsonl",
        "tau1_retail_assertions.jsonl",
        "tau1_retail_preconditions.jsonl",
        "tau1_retail_toolcalling.jsonl",
        "tau2_airline_toolorchestra.jsonl",
        "tau2_misc_gpt41mini.jsonl",
        "tau2_retail_toolorchestra.jsonl",
        "tooltalk_reference.jsonl",
    ],
)
def test_recorded_runs_import_whole(name):
    path, rows = recorded(name)
    imported = import_traces(path)
    assert [trace.id for trace in imported] == [row["id"] for row in rows]
    assert [finding for finding in imported.findings if finding.kind == "unreadable"] == []
    for trace, row in zip(imported, rows, strict=True):
        said = Counter(m["content"] for m in row["messages"] if m.get("content"))
        kept = Counter(step.text for step in trace.steps if step.type != "tool_call")
        assert said <= kept
        named = [
            c["function"]["name"]
            for m in row["messages"]
            if m["role"] == "assistant"
            for c in m.get("tool_calls") or ()
        ]
        assert [step.name for step in trace.steps if step.type == "tool_call"] == named
        assert all(
            step.error is None and step.arguments is not None for step in trace.steps if step.type == "tool_call"
        )


def test_every_result_of_the_messy_file_is_paired_with_a_call():
    path, _ = recorded("tau1_retail_assertions.jsonl")
    imported = import_traces(path)
    for trace in imported:
        called = [(step.tool_call_id, step.name) for step in trace.steps if step.type == "tool_call"]
        assert [(step.tool_call_id, step.name) for step in trace.steps if step.type == "tool_result"] == called
        assert len(set(called)) == len(called)
    assert {finding.row for finding in imported.findings} == set(range(1, len(imported) + 1))
