"""The six behaviors: each is built, stored, read and said in a prompt."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langgraph_coaching import Action, Coaching, Handoff, Playbook, Process, Reply, SearchKnowledge
from langgraph_coaching.coaching.behavior import behavior_of
from langgraph_coaching.coaching.row import coaching_of

SIX = [
    (Reply("Ask for the country first."), ["Ask for the country first."]),
    (SearchKnowledge("Returns policy"), ["Returns policy", "article"]),
    (SearchKnowledge("Returns policy", "return window", instruction="Quote the days."),
     ["Returns policy", "return window", "Quote the days."]),
    (Action("get_order"), ["`get_order`"]),
    (Action("get_order", {"id": "the order they named"}, instruction="Once."), ["`get_order`", "named", "Once."]),
    (Process("exchange", instruction="No shortcuts."), ["exchange", "process", "No shortcuts."]),
    (Playbook("angry customer"), ["angry customer", "playbook"]),
    (Handoff("billing team", instruction="Say goodbye."), ["billing team", "Hand", "Say goodbye."]),
]  # fmt: skip


@pytest.mark.parametrize(("behavior", "said"), SIX)
def test_it_says_itself_in_a_prompt(behavior, said):
    assert [part for part in said if part not in behavior.render()] == []


@pytest.mark.parametrize("behavior", [behavior for behavior, _ in SIX])
def test_it_comes_back_from_json_as_it_was(behavior):
    written = json.dumps(behavior.model_dump(mode="json"))
    assert behavior_of(json.loads(written)) == behavior
    coaching = Coaching(id="c", intent="i", behavior=behavior)
    assert coaching_of(coaching.model_dump_json()) == coaching


def test_all_six_types_are_there():
    assert {behavior.type for behavior, _ in SIX} == {
        "reply", "search_knowledge", "action", "process", "playbook", "handoff",
    }  # fmt: skip


def test_a_behavior_cannot_be_changed_in_place():
    with pytest.raises(ValueError, match="frozen"):
        Reply("x").text = "y"


def test_every_keyword_and_position_means_the_same():
    assert SearchKnowledge("a", "q") == SearchKnowledge(article="a", query="q")
    assert Action("t", {"x": 1}) == Action(tool="t", arguments={"x": 1})
    assert (Reply("a"), Process("a"), Playbook("a"), Handoff("a")) == (
        Reply(text="a"), Process(name="a"), Playbook(name="a"), Handoff(target="a"),
    )  # fmt: skip


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=8), _JSON, max_size=4))
def test_any_json_arguments_come_back_from_the_store(arguments):
    coaching = Coaching(id="c", intent="i", behavior=Action("t", arguments))
    again = coaching_of(coaching.model_dump_json())
    assert again.behavior == coaching.behavior
    assert again.content_hash == coaching.content_hash


def test_tuples_in_arguments_are_the_lists_that_a_stored_copy_holds():
    assert Action("t", {"both": (1, 2)}) == Action("t", {"both": [1, 2]})
