"""Shadows, canaries and a pause in compiled graphs, behind each door and in both call styles."""

import pytest
from agents import (
    ASKED,
    DOORS,
    THREAD,
    TOLD,
    asking,
    asking_node,
    calling,
    coached_on,
    leaked,
    messages_of,
    wrapped_builder,
)
from langchain_core.runnables import RunnableLambda
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import CachePolicy, Command

from langgraph_coaching import Coach, CoachingState, Limits, coached
from langgraph_coaching.agent import channel
from langgraph_coaching.coaching.stage import draw

SHARE = 0.5


def threads(coaching):
    """One that is in the share of the canary, and one that is not."""
    names = [f"t-{number}" for number in range(200)]
    return (
        next(n for n in names if draw(coaching.id, n) < SHARE),
        next(n for n in names if draw(coaching.id, n) >= SHARE),
    )


def config(thread):
    return {"configurable": {"thread_id": thread}}


def outcomes(coach, **which):
    coach.flush()
    return {(receipt.thread_id, receipt.outcome) for receipt in coach.receipts(**which)}


@pytest.mark.parametrize("door", [*DOORS, "model"])
def test_a_canary_is_in_the_requests_of_its_threads_only(coach, run, model, door):
    canary = coached_on(coach, status="canary", share=SHARE)
    inside, outside = threads(canary)
    if door == "model":
        builder = StateGraph(MessagesState).add_node("agent", calling(coach.model(model), run, messages_of))
        graph = builder.add_edge(START, "agent").compile()
    else:
        graph = DOORS[door](coach, run, model)
    for thread in (inside, outside, inside, outside):
        assert not leaked(run(graph, asking(), config(thread)))
    run(graph, asking())
    assert [TOLD in told for told in model.told] == [True, False, True, False, False]
    assert outcomes(coach) == {(inside, "applied"), (outside, "held_back"), (None, "held_back")}


def test_a_shadow_is_in_no_request_and_on_the_answer(coach, run, model, agent):
    shadow = coached_on(coach, status="shadow")
    result = run(agent(model), asking(), THREAD)
    assert model.blocks == [0]
    briefs = result["messages"][-1].response_metadata["coaching"]
    assert [(one["coaching_id"], one["outcome"]) for one in briefs] == [(shadow.id, "shadow")]
    assert outcomes(coach) == {("1", "shadow")}


def test_a_pause_is_seen_at_the_next_call_and_never_raised(coach, coaching, run, model, agent):
    graph = agent(model)
    run(graph, asking(), THREAD)
    coach.pause(reason="prices went out wrong", author="dana")
    result = run(graph, asking(), config("2"))
    coach.resume()
    run(graph, asking(), config("3"))
    assert model.blocks == [1, 0, 1]
    (brief,) = result["messages"][-1].response_metadata["coaching"]
    assert brief["outcome"] == "paused"
    assert "paused by dana" in brief["reason"]


def node_agent(coach, run, model, saver):
    builder = StateGraph(CoachingState).add_node("coach", coach.node())
    builder.add_node("agent", asking_node(model, run, coached))
    return builder.add_edge(START, "coach").add_edge("coach", "agent").compile(checkpointer=saver)


def wrapped_agent(coach, run, model, saver):
    builder = StateGraph(MessagesState).add_node("agent", coach.node(asking_node(model, run, messages_of)))
    return builder.add_edge(START, "agent").compile(checkpointer=saver)


@pytest.mark.parametrize("build", [node_agent, wrapped_agent])
def test_what_goes_on_after_an_interrupt_has_the_same_arm(coach, run, model, build):
    """Also where the canary became active, or a shadow, while a person was asked."""
    canary = coached_on(coach, status="canary", share=SHARE)
    inside, outside = threads(canary)
    graph = build(coach, run, model, InMemorySaver())
    for thread in (inside, outside):
        run(graph, asking(), config(thread))
    run(graph, Command(resume="yes"), config(inside))
    coach.promote(canary.id, to="active")
    run(graph, Command(resume="yes"), config(outside))
    assert model.blocks == [1, 0, 1, 0]


@pytest.mark.parametrize("build", [node_agent, wrapped_agent])
def test_what_goes_on_while_all_is_paused_goes_on_without(coach, coaching, run, model, build, monkeypatch):
    monkeypatch.setattr(channel, "FRESH", 0.0)
    graph = build(coach, run, model, InMemorySaver())
    run(graph, asking(), THREAD)
    coach.pause(reason="stop")
    run(graph, Command(resume="yes"), THREAD)
    assert model.blocks == [1, 0]


def test_what_was_asked_while_all_was_paused_is_looked_up_when_it_goes_on(coach, coaching, run, model):
    graph = wrapped_agent(coach, run, model, InMemorySaver())
    coach.pause(reason="stop")
    run(graph, asking(), THREAD)
    coach.flush()
    coach.resume()
    run(graph, Command(resume="yes"), THREAD)
    assert model.blocks == [0, 1]


@pytest.mark.parametrize("build", [node_agent, wrapped_agent])
def test_in_another_process_too(coach, coaching, run, model, build, embeddings, monkeypatch):
    monkeypatch.setattr(channel, "FRESH", 0.0)
    saver = InMemorySaver()
    run(build(coach, run, model, saver), asking(), THREAD)
    coach.pause(reason="stop")
    coach.close()
    channel.CHANNEL_CACHE._kept.clear()
    with Coach(coach.uri, embeddings=embeddings, limits=Limits(deadline=30)) as other:
        run(build(other, run, model, saver), Command(resume="yes"), THREAD)
    assert model.blocks == [1, 0]


def test_a_fork_has_the_arm_of_its_thread(coach, run, model):
    canary = coached_on(coach, status="canary", share=SHARE)
    inside, _ = threads(canary)
    graph = wrapped_builder(coach, run, model).compile(checkpointer=InMemorySaver())
    run(graph, asking(), config(inside))
    first = next(state for state in run.history(graph, config(inside)) if state.next == ("agent",))
    run(graph, None, first.config)
    assert model.blocks == [1, 1]


def test_a_replay_of_the_graph_goes_by_the_recorded_thread(coach, run, model):
    canary = coached_on(coach, status="canary", share=SHARE)
    inside, outside = threads(canary)
    graph = wrapped_builder(coach, run, model).compile(checkpointer=InMemorySaver())
    for thread in (inside, outside):
        run(graph, asking(), {**config(thread), "callbacks": [coach.callback()]})
    coach.flush()
    for thread, applied in ((inside, True), (outside, False)):
        (found,) = coach.traces.list(thread_id=thread)
        replay = coach.replay(coach.traces.get(found.id))
        (step,) = replay.steps
        assert not step.prompt_changed
        assert bool(step.replayed.block) is applied


def test_a_replay_knows_the_stages_of_then(coach, run, model):
    canary = coached_on(coach, status="canary", share=SHARE)
    inside, _ = threads(canary)
    graph = wrapped_builder(coach, run, model).compile()
    run(graph, asking(), {**config(inside), "callbacks": [coach.callback()]})
    coach.flush()
    trace = coach.traces.get(coach.traces.list()[0].id)
    coach.promote(canary.id, to="shadow")
    then = coach.history(canary.id)[0].updated_at
    assert [bool(coach.replay(trace, **how).steps[0].replayed.block) for how in ({}, {"as_of": then})] == [False, True]
    assert coach.replay(trace, using=[canary]).steps[0].replayed.block
    assert coach.replay(trace, using=[coach.get(canary.id).revised(status="active")]).steps[0].replayed.block


def test_a_cached_node_knows_the_arms_apart(coach, run, model):
    """Where the thread cannot be known, nothing is taken from the cache."""
    canary = coached_on(coach, status="canary", share=SHARE)
    inside, outside = threads(canary)
    key = coach.cache_key()
    assert key({"messages": asking()["messages"]}) != key({"messages": asking()["messages"]})
    coach.promote(canary.id, to="active")
    assert key({"messages": asking()["messages"]}) == key({"messages": asking()["messages"]})
    assert CachePolicy(key_func=key)
    assert inside != outside


def test_outside_of_a_graph_a_wrapped_model_goes_by_the_metadata_and_a_chain_by_its_configuration(coach, run, model):
    canary = coached_on(coach, status="canary", share=SHARE)
    inside, outside = threads(canary)
    asked = RunnableLambda(lambda text: [("user", text)]) | coach.model(model)
    for thread in (inside, outside):
        run(coach.model(model), [("user", ASKED)], {"metadata": {"thread_id": thread}})
        run(asked, ASKED, {"metadata": {"thread_id": thread}})
    assert model.blocks == [1, 1, 0, 0]


def test_advise_in_a_node_goes_by_the_thread_unless_it_is_told_another(coach, run):
    canary = coached_on(coach, status="canary", share=SHARE)
    inside, outside = threads(canary)
    told = []

    async def anode(state, config):
        named = [await coach.aadvise(ASKED), await coach.aadvise(ASKED, thread_id=outside)]
        told.append([bool(one.prompt) for one in named])

    def node(state, config):
        named = [coach.advise(ASKED), coach.advise(ASKED, thread_id=outside)]
        told.append([bool(one.prompt) for one in named])

    builder = StateGraph(MessagesState).add_node("agent", anode if run.is_async else node)
    run(builder.add_edge(START, "agent").compile(), asking(), config(inside))
    assert told == [[True, False]]
    assert outcomes(coach) == {(inside, "applied"), (outside, "held_back")}
