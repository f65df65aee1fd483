"""The example graphs in the real LangGraph server, over its HTTP API, with its detector of blocking calls on."""

from __future__ import annotations

import json
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from dev_server import GUIDANCE, Server
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from langgraph_coaching import Coach, Reply

pytestmark = pytest.mark.slow

DOORS = ["coach_node", "wrapped_node", "middleware"]
QUESTION = "How much is shipping for a pair of boots?"
AGAIN = "And what does shipping cost for two pairs?"
OTHER = "What is the capital of Mongolia?"
COACHED = f"I was told: {GUIDANCE}"
SILENT = "Nobody told me anything about this."
BLOCK_PARTS = ("<coaching>", "What to tell the user", "When replying to")


def eventually(look):
    """Looks until an assertion holds, for at most twenty seconds: for what another process writes."""
    unseen = retry_if_exception_type(AssertionError)
    return Retrying(retry=unseen, stop=stop_after_delay(20), wait=wait_fixed(0.1), reraise=True)(look)


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Starts servers, and ends whatever is left of them."""
    servers = []

    def starting():
        servers.append(Server(tmp_path_factory.mktemp("server")))
        servers[-1].wait_until_up()
        return servers[-1]

    yield starting
    for server in servers:
        server.kill()


@pytest.fixture(scope="module")
def server(start):
    """One server for all tests. Its detector is seen to work first: otherwise its silence would mean nothing."""
    server = start()
    assert server.run("blocking", QUESTION)["__error__"]["error"] == "BlockingError"
    return server


@pytest.fixture(params=DOORS)
def door(request):
    return request.param


@pytest.fixture(autouse=True)
def silent_detector(request):
    """Holds for every test: what it did to the shared server did not block its event loop."""
    if "server" not in request.fixturenames:
        yield
        return
    server = request.getfixturevalue("server")
    before = len(server.log)
    yield
    assert "Blocking" not in server.log[before:]


def answered(state, question, answer):
    """Checks a final state: the question, the answer, receipts, nothing else of coaching; returns the receipts."""
    assert set(state) == {"messages"}, state
    *_, human, ai = state["messages"]
    assert (human["content"], ai["content"]) == (question, answer)
    clean(state["messages"])
    receipts = ai["response_metadata"]["coaching"]
    assert receipts[0]["outcome"] == ("below_floor" if answer == SILENT else "applied"), receipts
    return receipts


def clean(value):
    """Checks that nothing of the prompt block is in messages, a state or a stream."""
    text = json.dumps(value)
    assert not [part for part in BLOCK_PARTS if part in text], text


@pytest.mark.parametrize(
    ("assistant", "how"),
    [("coach_node", signal.SIGINT), ("wrapped_node", signal.SIGTERM), ("middleware", signal.SIGTERM)],
)
def test_the_first_call_is_coached_and_recorded_though_the_server_stops_right_after_it(start, assistant, how):
    server = start()
    thread = server.thread()
    (receipt, *_) = answered(server.run(assistant, QUESTION, thread=thread), QUESTION, COACHED)
    server.stop(how)
    with Coach(server.store) as coach:
        (trace,) = coach.traces.list(thread_id=thread)
        (kept,) = coach.receipts(trace_id=trace.id)
    assert (kept.id, kept.outcome, kept.thread_id) == (receipt["id"], "applied", thread)
    assert [(step.type, step.text) for step in trace.steps] == [("user", QUESTION), ("message", COACHED)]
    assert "Blocking" not in server.log


def test_without_a_thread(server, door):
    answered(server.run(door, QUESTION), QUESTION, COACHED)
    answered(server.run(door, OTHER), OTHER, SILENT)


def test_a_thread_keeps_the_conversation_and_nothing_of_the_coaching(server, door):
    thread = server.thread()
    server.run(door, QUESTION, thread=thread)
    answered(server.run(door, AGAIN, thread=thread), AGAIN, COACHED)
    state = server.get(f"/threads/{thread}/state")
    assert [message["content"] for message in state["values"]["messages"]] == [QUESTION, COACHED, AGAIN, COACHED]
    assert set(state["values"]) == {"messages"}
    clean(state)
    for checkpoint in server.get(f"/threads/{thread}/history?limit=100"):
        channel = checkpoint["values"].pop("coaching", None)
        assert (channel is not None) == (door == "coach_node" and checkpoint["next"] == ["agent"])
        clean(checkpoint if door != "coach_node" else checkpoint["values"])  # the coach node's own write is in its task


def test_a_replay_has_the_coaching_of_then(server, door):
    question = f"May my dog try the {door} on?"
    intent = f"a customer asks whether a dog may try the {door} on"
    coaching = server.coach.add(intent=intent, behavior=Reply("Yes."))
    thread = server.thread()
    receipts = answered(server.run(door, question, thread=thread), question, "I was told: Yes.")
    server.coach.archive(coaching.id)
    model_node = "model" if door == "middleware" else "agent"
    history = server.get(f"/threads/{thread}/history?limit=100")
    (before,) = [checkpoint["checkpoint_id"] for checkpoint in history if checkpoint["next"] == [model_node]]
    replayed = server.run(door, None, thread=thread, checkpoint_id=before)
    assert answered(replayed, question, "I was told: Yes.") == receipts
    answered(server.run(door, question), question, SILENT)


def test_streams(server, door):
    body = {
        "assistant_id": door,
        "input": {"messages": [{"role": "user", "content": QUESTION}]},
        "stream_mode": ["messages-tuple", "updates"],
    }
    with server.http.stream("POST", "/runs/stream", json=body) as answer:
        assert answer.status_code == 200
        events = parsed(answer.iter_lines())
    assert "error" not in [name for name, _ in events]
    chunks = [data[0] for name, data in events if name == "messages"]
    clean(chunks)
    words = [chunk["content"] for chunk in chunks if chunk["type"] == "AIMessageChunk"]
    assert "".join(words) == COACHED
    assert len(words) > 1
    updates = [data for name, data in events if name == "updates"]
    (last,) = updates[-1].values()
    clean(last)
    (message,) = last["messages"]
    assert message["content"] == COACHED
    assert message["response_metadata"]["coaching"][0]["outcome"] == "applied"


def parsed(lines):
    """Server-sent events as pairs of a name and its data."""
    events, name = [], ""
    for line in lines:
        if line.startswith("event:"):
            name = line.removeprefix("event:").strip()
        elif line.startswith("data:"):
            events.append((name, json.loads(line.removeprefix("data:"))))
    return events


def test_concurrent_requests_get_each_their_own(server):
    asked = [
        (door, question, answer) for door in DOORS for question, answer in [(QUESTION, COACHED), (OTHER, SILENT)]
    ] * 3
    with ThreadPoolExecutor(len(asked)) as pool:
        states = list(pool.map(lambda ask: server.run(ask[0], ask[1]), asked))
    receipts = [answered(state, question, answer) for state, (_, question, answer) in zip(states, asked, strict=True)]
    assert len({receipt["id"] for of_one in receipts for receipt in of_one}) >= len(asked)


def test_coaching_that_another_process_adds_is_recalled_at_the_next_call(server, door):
    question = f"Can I pay the {door} with a crayon?"
    answered(server.run(door, question), question, SILENT)
    coaching = server.coach.add(
        intent=f"a customer asks whether the {door} can be paid with a crayon", behavior=Reply("No.")
    )
    answered(server.run(door, question), question, "I was told: No.")
    server.coach.archive(coaching.id)
    answered(server.run(door, question), question, SILENT)


def test_a_run_becomes_a_trace_with_its_receipts_while_the_server_goes_on(server, door):
    thread = server.thread()
    (receipt, *_) = answered(server.run(door, QUESTION, thread=thread), QUESTION, COACHED)

    def look():
        traces = server.coach.traces.list(thread_id=thread, coaching_id=receipt["coaching_id"])
        assert [trace.status for trace in traces] == ["done"]
        (trace,) = traces
        assert receipt["id"] in [kept.id for kept in server.coach.receipts(trace_id=trace.id)]
        return trace

    trace = eventually(look)
    assert trace.thread_id == thread
    user, message = trace.steps
    assert (user.type, message.type, message.author) == ("user", "message", "agent")
    assert message.receipts[0].id == receipt["id"]
    assert GUIDANCE in message.coaching


@pytest.mark.parametrize("assistant", ["sync_node", "async_wrapped"])
def test_the_other_call_style_of_a_door(server, assistant):
    answered(server.run(assistant, QUESTION), QUESTION, "1 blocks")


def test_each_model_call_of_a_tool_loop_has_the_block_once(server):
    state = server.run("tool_loop", QUESTION)
    _, call, result, answer = state["messages"]
    assert result["content"] == "1 blocks in the first call"
    assert answer["content"] == "1 blocks"
    assert [message["response_metadata"]["coaching"][0]["outcome"] for message in (call, answer)] == ["applied"] * 2
    clean(state)
