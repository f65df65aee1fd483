"""A thread's history is stored once, not once a turn, and every trace comes back whole."""

import json
import shutil
import signal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import RunnableLambda
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph

from langgraph_coaching import Coach, Step, Trace
from langgraph_coaching.errors import StoreError
from langgraph_coaching.traces.chunking import from_chunks, to_chunks
from langgraph_coaching.traces.encoding import decode_trace, encode_trace
from langgraph_coaching.traces.prompt import prompt_of
from parts import database_of


def size(folder):
    """Bytes of data; the lists of files that LanceDB keeps with each commit until it tidies up are as long whatever is
    in them."""
    return sum(path.stat().st_size for path in Path(folder).glob("*/data/*"))


def turn(number, earlier, **fields):
    """A trace of one turn, with so many messages said before it."""
    texts = [f"number {n}: {'words ' * (n % 7)}" for n in range(earlier)]
    steps = [
        {"type": "user" if n % 2 == 0 else "message", "author": "user" if n % 2 == 0 else "agent", "text": text}
        for n, text in enumerate(texts)
    ]
    own = {"type": "user", "author": "user", "text": f"turn {number}"}
    steps = [
        Step(**step, index=n, trace_id=f"t-{number}", message_id=f"m{n}", history=n < earlier)
        for n, step in enumerate([*steps, own])
    ]
    return Trace(id=f"t-{number}", thread_id="thread", steps=tuple(steps), **fields)


# ── the cuts ──


@settings(deadline=None)
@given(st.lists(st.integers() | st.lists(st.text(max_size=3), max_size=3), max_size=300), st.integers(0, 40))
def test_a_folded_list_unfolds_to_itself(items, times):
    chunks = {}
    items = items * times
    found = to_chunks(items, chunks)
    contents = {name: json.loads(text) for name, text in chunks.items()}
    assert list(from_chunks(found, contents)) == items


def test_appending_leaves_the_chunks_before_as_they_are():
    items = [{"text": f"number {n}"} for n in range(10_000)]
    before, after = {}, {}
    to_chunks(items, before)
    to_chunks([*items, {"text": "one more"}], after)
    new = {name: text for name, text in after.items() if name not in before}
    assert sum(map(len, before.values())) > sum(len(json.dumps(item)) for item in items) * 0.9
    assert sum(map(len, new.values())) < 5_000


def test_a_big_item_ends_its_chunk():
    chunks = {}
    to_chunks([{"image": "x" * 20_000, "n": n} for n in range(5)], chunks)
    assert len(chunks) == 5


# ── in the store ──


def test_traces_come_back_as_they_were(coach):
    traces = [turn(number, 300 + 2 * number) for number in range(5)]
    coach.traces.add(traces)
    assert [coach.traces.get(trace.id) for trace in traces] == traces
    assert sorted(coach.traces.list(limit=None), key=lambda trace: trace.id) == traces


def test_a_history_costs_about_itself_however_many_turns_look_back_at_it(tmp_path):
    last = turn(20, 2_040)
    with Coach(tmp_path / "once") as coach:
        coach.traces.add(last)
    with Coach(tmp_path / "turns") as coach:
        for number in range(20):
            coach.traces.add(turn(number, 2_000 + 2 * number))
        assert len(coach.traces.get("t-19").steps) == 2_039
    one = len(last.model_dump_json(exclude_defaults=True))
    assert size(tmp_path / "once") < one
    assert size(tmp_path / "turns") < one


def test_a_prompt_and_a_payload_that_come_back_each_turn_are_stored_once(tmp_path):
    with Coach(tmp_path / "store") as coach:
        for number in range(20):
            prompt = {
                "type": "system",
                "author": "system",
                "name": "prompt",
                "text": "".join(map(chr, range(300, 9_000))),
            }
            step = Step(**prompt, index=0, trace_id=f"t-{number}", call=number)
            coach.traces.add(Trace(id=f"t-{number}", steps=(step,)))
            assert coach.traces.get(f"t-{number}").steps == (step,)
    assert size(tmp_path / "store") < 6 * len(prompt["text"].encode())


@pytest.mark.parametrize("text", ['say "x"\nNUMBER 7', "Größe", "user", "number 7: ", "c:\\"])
def test_what_was_said_earlier_is_found_in_the_first_trace_that_tells_it(coach, text):
    words = ['say "x"\nnumber 7', "die größe", "c:\\temp", *(f"number {n}: " for n in range(50))]

    def told(name, own, history):
        steps = [
            Step(type="user", author="user", text=word, index=n, trace_id=name, history=n < len(history))
            for n, word in enumerate([*history, own])
        ]
        return Trace(id=name, steps=tuple(steps))

    coach.traces.add([told("t-0", "hello", words), told("t-1", "bye", [*words, "hello"]), told("t-2", "aha", [])])
    held = [trace.id for trace in coach.traces.list(text=text)]
    assert held == ([] if text == "user" else ["t-0"])
    assert [trace.id for trace in coach.traces.list(text="BYE")] == ["t-1"]


def test_what_a_system_prompt_says_is_not_what_was_said(coach):
    text = "secret " * 500
    coach.traces.add(
        [
            Trace(id="t-0", steps=(Step(index=0, trace_id="t-0", type="system", author="system", text=text),)),
            Trace(id="t-1", steps=(Step(index=0, trace_id="t-1", type="user", author="user", text=text),)),
        ]
    )
    assert [trace.id for trace in coach.traces.list(text="SECRET")] == ["t-1"]


def test_histories_of_two_namespaces_are_apart(tmp_path):
    one, two = Coach(tmp_path, namespace="one"), Coach(tmp_path, namespace="two")
    with one, two:
        one.traces.add(turn(0, 100))
        assert two.traces.list(text="number 7") == []
        two.traces.add(turn(0, 100))
        one.traces.add(turn(1, 102))
        assert two.traces.get("t-0").steps == turn(0, 100).steps
        assert [trace.id for trace in one.traces.list(text="number 7:")] == ["t-0"]


def test_a_trace_of_before_histories_is_read(coach):
    trace = turn(0, 100)
    record, chunks = encode_trace(trace)
    assert chunks
    assert decode_trace(trace.model_dump_json(exclude_defaults=True), {}) == trace
    assert decode_trace(record, {name: json.loads(text) for name, text in chunks.items()}) == trace


def test_a_store_that_lost_a_part_of_a_history_says_so(coach, tmp_path):
    coach.traces.add(turn(0, 100))
    coach.close()
    shutil.rmtree(tmp_path / "coaching" / "histories.lance")
    with pytest.raises(StoreError, match="lacks a part of a trace's history"):
        coach.traces.get("t-0")


def test_an_older_copy_of_the_folder_gets_what_it_lacks(coach, tmp_path):
    folder = tmp_path / "coaching"
    coach.traces.add(turn(0, 100))
    shutil.copytree(folder, tmp_path / "copy")
    coach.traces.add(turn(1, 200))
    coach.close()
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "copy", folder)
    coach.traces.add(turn(2, 200))
    assert coach.traces.get("t-2").steps == turn(2, 200).steps


def test_an_image_that_stays_in_the_conversation_is_stored_once(tmp_path):
    image = {
        "type": "image",
        "base64": "".join(f"{n * 7919 % 100_003:x}" for n in range(20_000)),
        "mime_type": "image/png",
    }
    tools = [[{"name": "look", "description": "Looks. " * 500}]]
    with Coach(tmp_path / "store") as coach:
        for number in range(20):
            trace = turn(number, 3 + number)
            first = trace.steps[0].model_copy(update={"exact": {"content": [image]}, "history": number > 0})
            record = {"content": [image, {"type": "text", "text": "odd"}]}
            kept = {
                "tools": tools,
                "messages": [{"type": "human", "data": record}],
                "parameters": [{"stop": ["a" * 999]}],
            }
            trace = Trace.model_validate(trace.model_dump() | kept | {"steps": (first, *trace.steps[1:])})
            coach.traces.add(trace)
            assert coach.traces.get(trace.id) == trace
    assert size(tmp_path / "store") < 4 * len(image["base64"])  # the step's, the message's, and some for each trace


# ── captured ──


def test_a_long_thread_turn_by_turn(run, coach, tmp_path):
    seen = []

    def answer(state):
        seen.append(list(state["messages"]))
        return {"messages": [AIMessage(f"answer {len(state['messages'])}")]}

    async def aanswer(state):
        return answer(state)

    builder = StateGraph(MessagesState).add_node("agent", RunnableLambda(answer, aanswer)).add_edge(START, "agent")
    graph = builder.compile(checkpointer=InMemorySaver())
    config = {"callbacks": [coach.callback()], "configurable": {"thread_id": "t"}}
    history = [HumanMessage(f"number {n}") if n % 2 else AIMessage(f"number {n}") for n in range(600)]
    run.update(graph, config, {"messages": history}, as_node="agent")
    for number in range(5):
        run(graph, {"messages": [("user", f"turn {number}")]}, config)
    coach.flush()
    traces = sorted(coach.traces.list(limit=None), key=lambda trace: trace.started_at)
    assert [len(trace.steps) for trace in traces if not trace.steps[-1].history] == [602, 604, 606, 608, 610]
    for trace, prompt in zip(traces[-5:], seen, strict=True):
        said = [message.text for message in prompt_of(trace, trace.steps[-1])]
        assert said == [message.text for message in prompt]
    rows = database_of(coach).table("traces").to_arrow().column("record").to_pylist()
    assert max(map(len, rows)) < 10_000


PROGRAM = """
import asyncio, os, signal, sys
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableLambda
from langgraph.graph import START, MessagesState, StateGraph
from langgraph_coaching import Coach

coach, style, place = Coach(sys.argv[1]), sys.argv[2], sys.argv[3]

def die():
    coach.flush()
    os.kill(os.getpid(), signal.SIGKILL)

def answer(state):
    return {"messages": [AIMessage("answer")]}

def after(state):
    if place == "in the run" and len(state["messages"]) == 106:
        die()

async def aanswer(state):
    return answer(state)

graph = StateGraph(MessagesState)
graph.add_sequence([("agent", RunnableLambda(answer, aanswer)), ("after", after)])
graph = graph.add_edge(START, "agent").compile()
for n in range(3):
    history = [("user" if k % 2 == 0 else "assistant", f"number {k}") for k in range(100 + 2 * n)]
    given, config = {"messages": [*history, ("user", f"turn {n}")]}, {"callbacks": [coach.callback()]}
    asyncio.run(graph.ainvoke(given, config)) if style == "async" else graph.invoke(given, config)
die()
"""


@pytest.mark.parametrize(
    ("style", "place"), [("sync", "in the run"), pytest.param("async", "after the run", marks=pytest.mark.slow)]
)
def test_nothing_is_lost_when_the_process_is_killed_right_after_flush(run_python, tmp_path, style, place):
    done = run_python("-c", PROGRAM, tmp_path / "store", style, place)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with Coach(tmp_path / "store") as coach:
        traces = sorted(coach.traces.list(limit=None), key=lambda trace: len(trace.steps))
        assert [[step.text for step in trace.steps] for trace in traces] == [
            [*(f"number {k}" for k in range(100 + 2 * n)), f"turn {n}", "answer"] for n in range(3)
        ]
        last = "running" if place == "in the run" else "done"
        assert [trace.status for trace in traces] == ["done", "done", last]
