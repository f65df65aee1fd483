"""The promise: one step of a real graph is corrected, and the next similar conversations go better."""

import json

import pytest
from langchain_core.language_models import FakeListChatModel
from langgraph.graph import START, StateGraph

from langgraph_coaching import Coach, CoachingState, Limits, coached

PARAPHRASES = [
    "where's my order",
    "where is my package?",
    "has my order shipped yet",
    "I'm still waiting for my order",
    "can you tell me where order 9912 is",
    "when will my order arrive",
    "track my order please",
    "my parcel hasn't come yet, where is it?",
    "whats the status of my order",
    "any news on my delivery?",
    "i ordered shoes last week and they're not here yet",
    "wheres my stuff",
]
OTHERS = [
    "I want to return my order",
    "cancel my order 4471",
    "do you ship to Norway?",
    "thanks!",
    "my order arrived broken",
    "hello",
    "can I change the address of my order?",
    "what's your refund policy",
    "I love my new shoes",
    "reset my password",
]
PROPOSED = {
    "intent": "the user asks where their order is",
    "phrasings": ["wheres my parcel??", "still nothing here", "is it on its way yet", "could you check on my delivery"],
    "near_misses": ["I want to cancel what I ordered", "which carrier do you use"],
}


@pytest.fixture
def coach(tmp_path):
    with Coach(tmp_path / "coaching", limits=Limits(deadline=60)) as opened:
        yield opened


@pytest.fixture
def step(coach):
    """The answer of a graph that was asked "Where is my order 4471?", as it was captured."""
    model = FakeListChatModel(responses=["It is on its way."])
    builder = StateGraph(CoachingState)
    builder.add_node("coach", coach.node())
    builder.add_node("agent", lambda state: {"messages": [model.invoke(coached(state))]})
    builder.add_edge(START, "coach")
    builder.add_edge("coach", "agent")
    asked = {"messages": [("user", "Where is my order 4471?")]}
    builder.compile().invoke(asked, {"callbacks": [coach.callback()]})
    coach.flush()
    return coach.traces.list()[0].coachable_steps()[-1]


@pytest.mark.parametrize("proposed", [False, True], ids=["as it is", "with proposals"])
def test_a_correction_of_one_step_is_recalled_in_other_peoples_words(coach, step, proposed):
    draft = coach.draft(step)
    assert "4471" not in draft.intent
    if proposed:
        draft = draft.propose(FakeListChatModel(responses=[json.dumps(PROPOSED)]))
        assert len(draft.proposals) > 2
    saved = coach.save(draft.reply("Look it up with get_order first."))
    assert saved.examples[0].text == "Where is my order 4471?"  # what is stored keeps its specifics
    recalled = [text for text in PARAPHRASES if coach.advise(text).applied]
    assert len(recalled) >= 11, set(PARAPHRASES) - set(recalled)
    fired = [text for text in OTHERS if coach.advise(text).applied]
    assert fired == []


def test_saving_tells_what_to_expect(coach, step):
    saved = coach.save(coach.draft(step).reply("Look it up with get_order first."))
    outlook = coach.outlook(saved)
    assert outlook.fires_at_source
    assert outlook.known == 2
    assert "known by 2 texts" in str(outlook)
