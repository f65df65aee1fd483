"""Whether a behavior is enforced: read with patience, written only where it is, and kept through a text file."""

import pytest

from langgraph_coaching import Action, Handoff, Playbook, Process, Reply
from langgraph_coaching.coaching.behavior import behavior_of
from langgraph_coaching.coaching.changes import changes_between
from langgraph_coaching.coaching.enforcement import enforced_name, find_name, receiver_of
from langgraph_coaching.coaching.model import Coaching
from langgraph_coaching.coaching.text_reader import read_coaching
from langgraph_coaching.coaching.text_writer import write_coaching
from langgraph_coaching.errors import InvalidCoachingError

FOUR = [Action("get_order", {"id": 7}), Handoff("billing"), Process("exchange"), Playbook("angry customer")]


def coaching_of(behavior, **fields):
    return Coaching(id="c-1", intent="a customer asks where an order is", behavior=behavior, **fields)


@pytest.mark.parametrize("behavior", FOUR, ids=lambda one: one.type)
def test_what_is_not_enforced_is_written_as_it_always_was(behavior):
    assert "enforce" not in behavior.model_dump_json()
    assert "enforce" not in repr(behavior)
    again = type(behavior)(**behavior.model_dump(), enforce=False)
    assert again == behavior
    assert coaching_of(again).content_hash == coaching_of(behavior).content_hash


def test_a_digest_from_before_there_was_enforcement_stays():
    assert coaching_of(Action("get_order", {"id": 7})).content_hash == "81ee8bb9394d90b1"


@pytest.mark.parametrize("asked", [True, "approval"])
@pytest.mark.parametrize("behavior", FOUR, ids=lambda one: one.type)
def test_what_is_enforced_goes_through_a_record_and_a_text_file(behavior, asked):
    enforced = behavior_of({**behavior.model_dump(), "enforce": asked})
    assert enforced.enforce == asked
    assert behavior_of(enforced.model_dump(mode="json")) == enforced
    coaching = coaching_of(enforced)
    assert coaching.content_hash != coaching_of(behavior).content_hash
    assert Coaching.model_validate_json(coaching.model_dump_json(exclude={"content_hash"})) == coaching
    text = write_coaching(coaching)
    assert f"enforce: {str(asked).lower()}" in text
    assert read_coaching(text).coaching.behavior == enforced


@pytest.mark.parametrize("wrong", ["maybe", 1, None, [], "Approve", 0.5])
def test_anything_else_is_refused_in_words(wrong):
    with pytest.raises(InvalidCoachingError, match="enforce must be True, False or 'approval'"):
        Action("get_order", enforce=wrong)


def test_a_reply_cannot_be_enforced():
    with pytest.raises(InvalidCoachingError, match="enforce is not a field here"):
        behavior_of({"type": "reply", "text": "Be kind.", "enforce": True})


def test_a_change_of_enforcement_is_shown():
    before, after = coaching_of(Handoff("billing")), coaching_of(Handoff("billing", enforce="approval"))
    (change,) = changes_between(before, after)
    assert change.lines() == ["enforcement", "  + enforced once a person approves"]
    (change,) = changes_between(after, before)
    assert change.lines() == ["enforcement", "  - enforced once a person approves"]


@pytest.mark.parametrize(
    ("tool", "receiver"),
    [
        ("transfer_to_billing", "billing"),
        ("handoff_to_Billing_Team", "billing team"),
        ("delegate-to-billing", "billing"),
        ("transfer_back_to_supervisor", "supervisor"),
        ("transfer_money", ""),
        ("billing", ""),
        ("", ""),
    ],
)
def test_to_whom_a_tool_hands_over(tool, receiver):
    assert receiver_of(tool) == receiver


def test_a_name_is_found_in_another_spelling_only_where_its_own_is_not_there():
    assert find_name("Billing", ["billing", "Billing"]) == "Billing"
    assert find_name("billing team", ["Billing_Team"]) == "Billing_Team"
    assert find_name("bill", ["billing"]) is None
    assert enforced_name(Reply("Be kind.")) == ""
