"""The coached agent on a recorded real model: server-sent events and whole answers, sync and async.

To record anew, with the model of the recording served on port 8088:
`pytest tests/agent/test_recorded_streaming.py --record-mode=rewrite`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from langchain_core.messages import AIMessageChunk

from langgraph_coaching import Reply
from langgraph_coaching.demo.agent import chat_model, support_agent
from langgraph_coaching.demo.cassette import recorded
from langgraph_coaching.errors import RecordingError

FOLDER = Path(__file__).parents[2] / "cassettes" / "agents"
AGAIN = "pytest tests/agent/test_recorded_streaming.py --record-mode=rewrite"
SERVED, NOWHERE = "http://127.0.0.1:8088/v1", "http://127.0.0.1:9/v1"
RECORDINGS = ("answered", "streamed")

SAID = "I just opened my parcel and the glass bowl in it is broken."
ASKED = {"messages": [("user", SAID)]}
THREAD = {"configurable": {"thread_id": "friday"}}


@pytest.fixture
def agent(coach, request):
    """The demo's support agent with one coaching, its model served while recording and out of reach otherwise."""
    coach.add(
        id="damaged",
        intent="something in a customer's parcel is broken or damaged",
        behavior=Reply("Say sorry and ask for the order number and a photo of the damage."),
        examples=[SAID],
    )
    return support_agent(chat_model(SERVED if _recording(request) else NOWHERE), coach)


@pytest.fixture
def cassette(request):
    """Opens a recording by its name."""
    return lambda name: recorded(FOLDER / f"{name}.yaml", again=AGAIN, record=_recording(request))


def _recording(request):
    return request.config.getoption("record_mode") not in (None, "none")


def _asserts_coached_once(played, state, *, stream):
    (request,) = played.requests
    body = json.loads(request.body)
    assert bool(body.get("stream")) is stream
    assert str(body["messages"]).count("<coaching>") == 1
    assert body["messages"][0]["role"] == "system"
    answer = state.values["messages"][-1]
    assert "order number" in answer.text
    assert "photo" in answer.text
    assert [receipt["coaching_id"] for receipt in answer.response_metadata["coaching"]] == ["damaged"]
    assert "<coaching>" not in str(state.values)


def test_a_streamed_answer_comes_in_pieces_and_is_coached(agent, run, cassette):
    with cassette("streamed") as played:
        parts = run.stream(agent, ASKED, THREAD, stream_mode="messages")
    said = [message.text for message, _ in parts if isinstance(message, AIMessageChunk) and message.text]
    state = run.state(agent, THREAD)
    assert len(said) > 3
    assert "".join(said) == state.values["messages"][-1].text
    _asserts_coached_once(played, state, stream=True)


def test_a_whole_answer_is_coached(agent, run, cassette):
    with cassette("answered") as played:
        run(agent, ASKED, THREAD)
    _asserts_coached_once(played, run.state(agent, THREAD), stream=False)


def test_another_prompt_is_not_answered_from_the_recording(coach, run):
    uncoached = support_agent(chat_model(NOWHERE), coach)
    with (
        pytest.raises(RecordingError, match="--record-mode=rewrite"),
        recorded(FOLDER / "answered.yaml", again=AGAIN),
    ):
        run(uncoached, ASKED, THREAD)


def test_no_recording_is_without_a_test():
    assert {path.stem for path in FOLDER.rglob("*.yaml")} == set(RECORDINGS)


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_holds_nothing_private(name):
    for each in yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))["interactions"]:
        headers = {header.lower() for header in (*each["request"]["headers"], *each["response"]["headers"])}
        assert not headers & {"authorization", "cookie", "set-cookie", "user-agent"}
        assert not any(header.startswith("x-stainless") for header in headers)
