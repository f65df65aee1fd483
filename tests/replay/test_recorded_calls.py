"""The demo's recorded real model, asked again with other coaching: three replays, three different answers.

To record the answer to the edited coaching anew, with the model of the recording served on port 8088:
`pytest tests/replay/test_recorded_calls.py --coaching-record=rewrite`. The other answers are in the demo's recording.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from langgraph_coaching import Reply
from langgraph_coaching.demo.agent import chat_model
from langgraph_coaching.demo.scenario import CORRECTIONS, AgentPair
from langgraph_coaching.demo.setup import open_cassette

CASSETTES = Path(__file__).parents[2] / "cassettes" / "replay"
SERVED, NOWHERE = "http://127.0.0.1:8088/v1", "http://127.0.0.1:9/v1"
PLANNED = CORRECTIONS[0]


@pytest.fixture
def played(coach):
    """The trace in which the demo's first correction is applied, with its coaching."""
    with open_cassette():
        agents = AgentPair(coach, chat_model(NOWHERE))
        correction = agents.correct(PLANNED, agents.converse(PLANNED.before))
        later = agents.converse(PLANNED.later)
    return later.traces[-1], correction.coaching, agents


def test_without_it_the_real_model_falls_back(coach, played):
    trace, coaching, _ = played
    with open_cassette():
        replay = coach.replay(trace, without=[coaching.id], model=chat_model(NOWHERE))
    (step,) = replay.diff().changes
    assert (step.outcome, PLANNED.is_followed_by(step.recorded.text)) == ("changed", True)
    assert not PLANNED.is_followed_by(step.replayed.text)
    assert f"- {coaching.id}" in str(replay.diff())


def test_as_of_before_it_existed_the_real_model_says_what_it_says_without(coach, played):
    trace, coaching, _ = played
    before = coaching.created_at - timedelta(milliseconds=1)
    with open_cassette():
        (then,) = coach.replay(trace, as_of=before, model=chat_model(NOWHERE)).steps
    with open_cassette():
        (without,) = coach.replay(trace, without=[coaching.id], model=chat_model(NOWHERE)).steps
    assert then.replayed.text == without.replayed.text != then.recorded.text
    assert (then.replayed.considered, then.outcome) == ((), "changed")


@pytest.mark.coaching_cassette("edited", folder=CASSETTES)
def test_with_an_edited_one_the_real_model_follows_that(coach, played):
    trace, coaching, _ = played
    edited = coaching.revised(behavior=Reply("Say sorry and tell the customer that a new bowl is on its way today."))
    replay = coach.replay(trace, using=[edited], model=chat_model(SERVED))
    (step,) = replay.diff().changes
    assert (step.outcome, PLANNED.is_followed_by(step.replayed.text)) == ("changed", False)
    assert "new bowl" in step.replayed.text
    assert replay.to_json()["steps"][0]["moved"] == [{"coaching_id": coaching.id, "from": 1, "to": 2}]


def test_the_compiled_graph_goes_the_other_way_too(coach, played):
    trace, coaching, agents = played
    with open_cassette():
        (step,) = coach.replay(trace, without=[coaching.id], graph=agents.coached).steps
    with open_cassette():
        (asked,) = coach.replay(trace, without=[coaching.id], model=chat_model(NOWHERE)).steps
    assert step.replayed.text == asked.replayed.text
    assert step.outcome == "changed"


def test_nothing_of_it_needs_a_model_where_nothing_changed(coach, played):
    trace, _, _ = played
    assert [step.outcome for step in coach.replay(trace).steps] == ["same"]
