"""What the coaching channel holds: ids, the same for the same coaching, which any process can look up."""

from __future__ import annotations

import pytest
from agents import ASKED, EDITED, INTENT, OTHER, THREAD, TOLD, asking, calling, coached_on, node_agent, node_builder
from agents import receipts as applied_to
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph

from langgraph_coaching import Coach, CoachingState, Limits, Reply, coached
from langgraph_coaching.agent.channel import CHANNEL_CACHE

MODES = ["values", "updates", "debug", "tasks", "checkpoints"]


@pytest.fixture
def forgetful():
    """Makes this process forget what was put into states, as another process does not know it."""
    return CHANNEL_CACHE._kept.clear


@pytest.mark.parametrize("mode", [*MODES, MODES])
def test_no_stream_has_a_text_of_a_coaching(coach, coaching, run, model, mode):
    graph = node_agent(coach, run, model, checkpointer=InMemorySaver())
    parts = str(run.stream(graph, asking(), THREAD, stream_mode=mode))

    assert TOLD in model.told[0]
    assert TOLD not in parts
    assert INTENT not in parts
    assert "<coaching>" not in parts
    assert f"{coaching.id}@1" in parts


def test_it_is_the_same_for_the_same_words_until_a_coaching_is_another(coach, coaching):
    def channel(text):
        return coach.node().invoke({"messages": [HumanMessage(text)]})["coaching"]

    first = channel(ASKED)
    assert channel(ASKED) == first
    assert channel(f"{ASKED}!") != first
    coach.edit(coaching.id, behavior=Reply(EDITED))
    second = channel(ASKED)
    coach.archive(coaching.id)
    third = channel(ASKED)
    assert [first, second, third].count(second) == 1
    assert third == []
    assert [item["applied"] for item in (first[0], second[0])] == [[f"{coaching.id}@1"], [f"{coaching.id}@2"]]


@pytest.mark.parametrize("flushed", [True, False])
def test_another_process_goes_on_with_what_was_advised(coach, coaching, run, model, tmp_path, flushed, forgetful):
    """Between the two nodes the run waits; meanwhile the coaching is edited."""
    saver = run.saver("sqlite", tmp_path)
    graph = node_builder(coach, run, model).compile(checkpointer=saver, interrupt_before=["agent"])
    run(graph, asking(), THREAD)
    assert TOLD not in str(run.history(graph, THREAD))
    if flushed:
        coach.flush()
    coach.edit(coaching.id, behavior=Reply(EDITED))
    forgetful()
    if flushed:
        coach = Coach(coach.uri, embeddings=coach.embeddings, limits=Limits(deadline=30))
        graph = node_builder(coach, run, model).compile(checkpointer=saver)
    state = run(graph, None, THREAD)

    assert TOLD in model.told[0]
    assert applied_to(state["messages"][-1]) == [(coaching.id, 1)]
    coach.flush()
    if flushed:
        (receipt,) = coach.receipts(coaching_id=coaching.id)
        assert receipt.outcome == "applied"
    coach.close()


def test_what_nobody_knows_any_more_leaves_the_prompt_as_it_is(coach, coaching, forgetful):
    state = {"messages": [HumanMessage(ASKED)]}
    channel = coach.node().invoke(state)["coaching"]
    coach.flush()
    coach.delete(coaching.id, purge=True)
    forgetful()

    for item in (channel[0] | {"coach": "of a store that is not open"}, channel[0] | {"asked": "of no receipt"}):
        assert coached(state | {"coaching": [item]}) == state["messages"]


def test_a_state_of_an_earlier_version_still_has_its_advice(coach, coaching):
    """It held the whole advice."""
    advice = coach.advise(ASKED)

    (system, _) = coached({"messages": [HumanMessage(ASKED)], "coaching": [advice.to_json()]})
    assert TOLD in system.content


def two_coaches(coach, embeddings):
    """A second namespace, whose coaching applies to the same question."""
    other = Coach(coach.uri, embeddings=embeddings, namespace="acme", limits=Limits(deadline=30))
    return other, coached_on(other, told="Mention the winter sale.")


@pytest.mark.parametrize("order", ["one after the other", "side by side"])
def test_two_coaches_in_front_of_one_node(coach, coaching, embeddings, run, model, order):
    acme, second = two_coaches(coach, embeddings)
    builder = StateGraph(CoachingState).add_node("ours", coach.node()).add_node("theirs", acme.node())
    builder.add_node("agent", calling(model, run, coached)).add_edge(START, "ours")
    if order == "side by side":
        builder.add_edge(START, "theirs").add_edge(["ours", "theirs"], "agent")
    else:
        builder.add_edge("ours", "theirs").add_edge("theirs", "agent")
    state = run(builder.compile(), asking())

    assert model.blocks == [2]
    assert "winter sale" in model.told[0]
    assert TOLD in model.told[0]
    assert sorted(applied_to(state["messages"][-1])) == sorted([(coaching.id, 1), (second.id, 1)])
    for one, own in ((coach, coaching), (acme, second)):
        one.flush()
        assert [(r.coaching_id, r.outcome) for r in one.receipts()] == [(own.id, "applied")]
    run(builder.compile(), asking(OTHER))
    assert model.blocks[1:] == [0]
    acme.close()
