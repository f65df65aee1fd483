"""A coaching written in the middle of a conversation: it applies at that moment, not on the topic alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from langgraph_coaching import Step, Trace
from langgraph_coaching.authoring.source_examples import source_examples

KETTLE = [
    "I want to return the kettle I bought last week",
    "> I can refund it to your card. Shall I proceed?",
    "Yes, please.",
]
TALKS = {
    "kettle": KETTLE,
    "flight": ["I need a flight to Seattle", "> There is one at 3 pm. Shall I book it?", "yes, book it please"],
    "address": [
        "Can you change the delivery address of my order?",
        "> To 5 Oak Street. Please confirm (yes/no).",
        "yes",
    ],
    "hotel": ["Which hotels in Lisbon have a pool?", "> There are three: Azul, Mar and Sol.", "the second one please"],
}


def said(*turns):
    return [AIMessage(turn[2:]) if turn.startswith("> ") else HumanMessage(turn) for turn in turns]


def examples(*turns):
    return source_examples(said(*turns), "t-1")


@pytest.mark.parametrize(
    "turns",
    [
        ["I want to return a kettle"],
        ["hello"],
        ["> Welcome!", "Where is my order 4471?"],
        ["Hi!", "> How can I help?", "I want to return a kettle"],
        ["I want to return a kettle", "> Done. Anything else?", "Yes, can you also cancel my newspaper subscription?"],
        ["I want to return a kettle", "> Done.", "Wo ist eigentlich die Rechnung vom letzten Monat?"],
        ["Hallo", "> Hallo!", "上个月的账单在哪里可以下载"],
    ],
)
def test_a_turn_that_says_what_the_user_wants_is_the_example(turns):
    (one,) = examples(*turns)
    assert (one.text, one.turns, one.applies, one.origin, one.reference) == (turns[-1], (), True, "source", "t-1")


@pytest.mark.parametrize("last", ["Yes, please.", "no", "the second one please", "0412", "ja bitte", "はい"])
def test_a_turn_that_answers_is_understood_with_the_turns_before_and_those_alone_are_where_it_never_applies(last):
    here, before = examples(*KETTLE[:2], last)
    assert here.applies
    assert here.text == last
    assert here.turns == ((last, True), (KETTLE[1][2:], False), (KETTLE[0], True))
    assert (before.text, before.turns, before.applies, before.origin) == (KETTLE[0], (), False, "source")


def test_every_earlier_moment_is_where_it_never_applies():
    here, *before = examples(*KETTLE, "> Really?", "yes")
    assert len(here.turns) == 5
    assert [(len(one.turns), one.text) for one in before] == [(3, "Yes, please."), (0, KETTLE[0])]
    assert not any(one.applies for one in before)


def test_tool_calls_and_prompts_are_no_turns():
    noise = [
        SystemMessage("Sell more."),
        *said(*KETTLE),
        AIMessage("Let me see.", tool_calls=[{"name": "find", "args": {}, "id": "c"}]),
        ToolMessage("found", tool_call_id="c"),
    ]
    assert source_examples(noise, "t-1") == examples(*KETTLE)


def test_where_no_user_has_spoken_there_is_no_example():
    assert source_examples([], "t-1") == examples("> Welcome!") == examples("  ") == ()


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=[]), max_size=40), max_size=5))
def test_whatever_was_said_the_examples_can_be_kept(turns):
    for one in examples(*turns):
        assert one.text
        assert all(text for text, _ in one.turns)


# ── in a store ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture(params=TALKS)
def talk(request):
    return TALKS[request.param]


@pytest.fixture
def corrected(coach, talk):
    """A coaching saved from the answer to the last turn of a conversation."""
    spoken = [*talk, "> Done."]
    steps = tuple(
        Step(index=n, trace_id="t-1", type="message", author="agent", text=turn[2:])
        if turn.startswith("> ")
        else Step(index=n, trace_id="t-1", type="user", author="user", text=turn)
        for n, turn in enumerate(spoken)
    )
    coach.traces.add(Trace(id="t-1", steps=steps))
    trace = coach.traces.get("t-1")
    return coach.save(coach.draft(trace.steps[len(talk)]).handoff("a person"))


def applied(coach, *turns):
    return [receipt.coaching_id for receipt in coach.advise(said(*turns)).applied]


def test_it_fires_at_its_moment_and_not_on_the_topic_alone(coach, corrected, talk):
    assert applied(coach, *talk) == [corrected.id]
    assert applied(coach, talk[0]) == []


@pytest.mark.parametrize("last", ["yes go ahead", "please do it", "ok proceed"])
def test_it_fires_at_close_variants_of_its_moment(coach, corrected, talk, last):
    assert applied(coach, *talk[:2], last) == [corrected.id]


def test_its_intent_is_one_scenario_without_specifics(corrected):
    assert ", and now" not in corrected.intent
    assert not any(letter.isdigit() for letter in corrected.intent)


def test_a_yes_alone_or_something_else_does_not_fire(coach, corrected):
    assert applied(coach, "yes") == []
    assert applied(coach, "What time do you open on Sundays?") == []


def test_a_phrasing_that_the_author_adds_fires_by_itself(coach, corrected, talk):
    phrasing = "Just confirm everything you suggested about the garden furniture and go ahead"
    coach.edit(corrected.id, examples=[*(one for one in corrected.examples if one.applies), phrasing])
    assert applied(coach, phrasing) == [corrected.id]
    assert applied(coach, talk[0]) == []
