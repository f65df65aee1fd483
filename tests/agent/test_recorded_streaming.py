"""The coached agent on a recorded real model: server-sent events and whole answers, sync and async.

To record anew, with the model of the recording served on port 8088:
`pytest tests/agent/test_recorded_streaming.py -n 0 --coaching-record=rewrite`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from langchain_core.messages import AIMessageChunk

from langgraph_coaching import Reply
from langgraph_coaching.demo.agent import chat_model, support_agent
from langgraph_coaching.errors import RecordingError
from langgraph_coaching.testing.cassette import recorded

FOLDER = Path(__file__).parents[2] / "cassettes" / "agents"
SERVED = "http://127.0.0.1:8088/v1"

SAID = "I just opened my parcel and the glass bowl in it is broken."
ASKED = {"messages": [("user", SAID)]}
THREAD = {"configurable": {"thread_id": "friday"}}


@pytest.fixture
def agent(coach):
    """The demo's support agent with one coaching; its model is out of reach unless it is recorded."""
    coach.add(
        id="damaged",
        intent="something in a customer's parcel is broken or damaged",
        behavior=Reply("Say sorry and ask for the order number and a photo of the damage."),
        examples=[SAID],
    )
    return support_agent(chat_model(SERVED), coach)


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


@pytest.mark.coaching_cassette("streamed", folder=FOLDER)
def test_a_streamed_answer_comes_in_pieces_and_is_coached(agent, run, coaching_cassette):
    parts = run.stream(agent, ASKED, THREAD, stream_mode="messages")
    said = [message.text for message, _ in parts if isinstance(message, AIMessageChunk) and message.text]
    state = run.state(agent, THREAD)
    assert len(said) > 3
    assert "".join(said) == state.values["messages"][-1].text
    _asserts_coached_once(coaching_cassette, state, stream=True)


@pytest.mark.coaching_cassette("answered", folder=FOLDER)
def test_a_whole_answer_is_coached(agent, run, coaching_cassette):
    run(agent, ASKED, THREAD)
    _asserts_coached_once(coaching_cassette, run.state(agent, THREAD), stream=False)


def test_another_prompt_is_not_answered_from_the_recording(coach, run):
    uncoached = support_agent(chat_model(SERVED), coach)
    with pytest.raises(RecordingError, match="the coaching block differs"), recorded(FOLDER / "answered.yaml"):
        run(uncoached, ASKED, THREAD)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_recording_holds_nothing_private(path):
    for each in yaml.safe_load(path.read_text(encoding="utf-8"))["interactions"]:
        headers = {header.lower() for header in (*each["request"]["headers"], *each["response"]["headers"])}
        assert not headers & {"authorization", "cookie", "set-cookie", "user-agent"}
        assert not any(header.startswith("x-stainless") for header in headers)
