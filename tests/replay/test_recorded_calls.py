"""The demo's recorded real model, asked again with other coaching: three replays, three different answers.

To record the answer to the edited coaching anew, with the model of the recording served on port 8088:
`pytest tests/replay/test_recorded.py --record-mode=rewrite`. The other answers are in the demo's own recording.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from langgraph_coaching import Reply
from langgraph_coaching.demo.agent import chat_model
from langgraph_coaching.demo.cassette import recorded
from langgraph_coaching.demo.stage import CASSETTE
from langgraph_coaching.demo.story import LESSONS, Shop

EDITED = Path(__file__).parents[2] / "cassettes" / "replay" / "edited.yaml"
AGAIN = "pytest tests/replay/test_recorded.py --record-mode=rewrite"
SERVED, NOWHERE = "http://127.0.0.1:8088/v1", "http://127.0.0.1:9/v1"
LESSON = LESSONS[0]


@pytest.fixture
def played(coach):
    """The trace in which the demo's first lesson is applied, with its coaching."""
    with recorded(CASSETTE, again=AGAIN):
        shop = Shop(coach, chat_model(NOWHERE))
        correction = shop.correct(LESSON, shop.talk(LESSON.before))
        later = shop.talk(LESSON.later)
    return later.traces[-1], correction.coaching, shop


def test_without_it_the_real_model_falls_back(coach, played):
    trace, coaching, _ = played
    with recorded(CASSETTE, again=AGAIN):
        replay = coach.replay(trace, without=[coaching.id], model=chat_model(NOWHERE))
    (step,) = replay.diff().changes
    assert (step.outcome, LESSON.followed(step.recorded.text)) == ("changed", True)
    assert not LESSON.followed(step.replayed.text)
    assert f"- {coaching.id}" in str(replay.diff())


def test_as_of_before_it_existed_the_real_model_says_what_it_says_without(coach, played):
    trace, coaching, _ = played
    before = coaching.created_at - timedelta(milliseconds=1)
    with recorded(CASSETTE, again=AGAIN):
        (then,) = coach.replay(trace, as_of=before, model=chat_model(NOWHERE)).steps
    with recorded(CASSETTE, again=AGAIN):
        (without,) = coach.replay(trace, without=[coaching.id], model=chat_model(NOWHERE)).steps
    assert then.replayed.text == without.replayed.text != then.recorded.text
    assert (then.replayed.considered, then.outcome) == ((), "changed")


def test_with_an_edited_one_the_real_model_follows_that(coach, played, request):
    trace, coaching, _ = played
    edited = coaching.revised(behavior=Reply("Say sorry and tell the customer that a new bowl is on its way today."))
    live = request.config.getoption("record_mode") not in (None, "none")
    with recorded(EDITED, again=AGAIN, record=live):
        replay = coach.replay(trace, using=[edited], model=chat_model(SERVED if live else NOWHERE))
    (step,) = replay.diff().changes
    assert (step.outcome, LESSON.followed(step.replayed.text)) == ("changed", False)
    assert "new bowl" in step.replayed.text
    assert replay.to_json()["steps"][0]["moved"] == [{"coaching_id": coaching.id, "from": 1, "to": 2}]


def test_the_compiled_graph_goes_the_other_way_too(coach, played):
    trace, coaching, shop = played
    with recorded(CASSETTE, again=AGAIN):
        (step,) = coach.replay(trace, without=[coaching.id], graph=shop.agent).steps
    with recorded(CASSETTE, again=AGAIN):
        (asked,) = coach.replay(trace, without=[coaching.id], model=chat_model(NOWHERE)).steps
    assert step.replayed.text == asked.replayed.text
    assert step.outcome == "changed"


def test_nothing_of_it_needs_a_model_where_nothing_changed(coach, played):
    trace, _, _ = played
    assert [step.outcome for step in coach.replay(trace).steps] == ["same"]
