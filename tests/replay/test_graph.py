"""A real graph runs on with other coaching, in a copy of its thread."""

import asyncio

import pytest
from langchain.agents import create_agent
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import MessagesState, StateGraph

from langgraph_coaching import CoachingState, Reply, coached
from langgraph_coaching.errors import CoachingError, EmbedderError, InvalidCoachingError, NotFoundError
from langgraph_coaching.recall.adviser import Adviser

BROKEN = "my order arrived broken"


def add_coaching(coach):
    return coach.add(intent="an order arrived broken", behavior=Reply("Ask for a photo."))


@pytest.fixture
def coaching(coach, written_once):
    return written_once(add_coaching, coach.uri)


def state_of(graph, saver):
    config = {"configurable": {"thread_id": "t"}}
    return [(one.config, one.values) for one in graph.get_state_history(config)]


def test_the_graph_answers_with_other_coaching_and_its_thread_stays(coach, coaching, door, model, saver, say):
    graph = door(coach, model, saver)
    trace = say(graph, BROKEN)
    was, receipts = state_of(graph, saver), len(coach.receipts())
    (step,) = coach.replay(trace, without=[coaching.id], graph=graph).steps
    assert (step.outcome, step.recorded.text, step.replayed.text) == ("changed", "Do this: Ask for a photo.", "hm")
    edited = coach.get(coaching.id).revised(behavior=Reply("Say sorry."))
    (step,) = coach.replay(trace, using=[edited], graph=graph).steps
    assert step.replayed.text == "Do this: Say sorry."
    coach.flush()
    assert (state_of(graph, saver), len(coach.receipts())) == (was, receipts)
    assert {one.config["configurable"]["thread_id"] for one in saver.list(None)} == {"t"}


def test_where_no_prompt_changes_nothing_runs(coach, coaching, door, model, saver, say):
    calls = []
    graph = door(coach, model, saver)
    trace = say(graph, BROKEN)
    graph.invoke = lambda *_, **__: calls.append(1)
    assert [step.outcome for step in coach.replay(trace, graph=graph).steps] == ["same"]
    assert calls == []


def test_what_follows_is_what_the_graph_then_did(coach, coaching, model, saver, say):
    def loop(state):
        return "agent" if "photo" in state["messages"][-1].text and len(state["messages"]) < 3 else "__end__"

    builder = StateGraph(MessagesState)
    builder.add_node("agent", coach.node(lambda state: {"messages": [model.invoke(state["messages"])]}))
    builder.add_edge("__start__", "agent").add_conditional_edges("agent", loop)
    graph = builder.compile(checkpointer=saver)
    trace = say(graph, BROKEN)
    first, second = coach.replay(trace, without=[coaching.id], graph=graph).steps
    assert (first.outcome, first.replayed.text) == ("changed", "hm")
    assert (second.outcome, second.replayed.answered, second.downstream) == ("changed", False, True)


def test_a_graph_that_cannot_go_back_is_refused(coach, coaching, door, model, saver, say):
    trace = say(door(coach, model, saver), BROKEN)
    with pytest.raises(InvalidCoachingError, match="checkpointer"):
        coach.replay(trace, without=[coaching.id], graph=door(coach, model))
    with pytest.raises(NotFoundError, match="checkpoint"):
        coach.replay(trace, without=[coaching.id], graph=door(coach, model, InMemorySaver()))


def test_a_graph_that_fails_is_said_and_leaves_nothing_behind(coach, coaching, saver, say, model):
    failing = []

    def agent(state):
        if failing:
            raise ConnectionError("refused")
        return {"messages": [model.invoke(state["messages"])]}

    builder = StateGraph(MessagesState)
    builder.add_node("agent", coach.node(agent))
    builder.add_edge("__start__", "agent")
    graph = builder.compile(checkpointer=saver)
    trace = say(graph, BROKEN)
    failing.append(True)
    with pytest.raises(CoachingError, match="refused"):
        coach.replay(trace, without=[coaching.id], graph=graph)
    assert {one.config["configurable"]["thread_id"] for one in saver.list(None)} == {"t"}


def graph_of(saver, *nodes, channels=MessagesState):
    """A graph of these nodes, all of them behind each other."""
    builder = StateGraph(channels)
    builder.add_sequence(nodes)
    return builder.add_edge("__start__", nodes[0][0]).compile(checkpointer=saver)


def awaited_before(coach, model, saver):
    async def agent(state):
        return {"messages": [await model.ainvoke(coached(state))]}

    return graph_of(saver, ("coach", coach.node()), ("agent", agent), channels=CoachingState)


def awaited_around(coach, model, saver):
    async def agent(state):
        return {"messages": [await model.ainvoke(state["messages"])]}

    return graph_of(saver, ("agent", coach.node(agent)))


def awaited_within(coach, model, saver):
    return create_agent(model, [], middleware=[coach.middleware()], checkpointer=saver)


AWAITED = pytest.mark.parametrize("make", [awaited_before, awaited_around, awaited_within])


async def said(coach, graph):
    config = {"configurable": {"thread_id": "t"}, "callbacks": [coach.callback()]}
    await graph.ainvoke({"messages": [("user", BROKEN)]}, config)
    await asyncio.to_thread(coach.flush)
    return coach.traces.list(limit=1)[0]


@AWAITED
@pytest.mark.parametrize("inside", [False, True], ids=["called plainly", "called in an event loop"])
def test_a_graph_that_can_only_be_awaited_runs_on_too(coach, coaching, model, make, inside):
    graph = make(coach, model, InMemorySaver())
    trace = asyncio.run(said(coach, graph))

    async def replayed():
        return coach.replay(trace, without=[coaching.id], graph=graph)

    replay = asyncio.run(replayed()) if inside else coach.replay(trace, without=[coaching.id], graph=graph)
    assert [step.replayed.text for step in replay.steps] == ["hm"]


@AWAITED
def test_a_checkpointer_of_an_event_loop_is_used_from_beside_it(coach, coaching, model, make, tmp_path):
    async def replayed():
        async with AsyncSqliteSaver.from_conn_string(str(tmp_path / "checkpoints.db")) as saver:
            graph = make(coach, model, saver)
            trace = await said(coach, graph)
            with pytest.raises(InvalidCoachingError, match="to_thread"):
                coach.replay(trace, without=[coaching.id], graph=graph)
            replay = await asyncio.to_thread(coach.replay, trace, without=[coaching.id], graph=graph)
            return graph, trace, replay, {one.config["configurable"]["thread_id"] async for one in saver.alist(None)}

    graph, trace, replay, threads = asyncio.run(replayed())
    assert [step.replayed.text for step in replay.steps] == ["hm"]
    assert threads == {"t"}
    with pytest.raises(InvalidCoachingError, match="event loop"):  # it would wait for ever
        coach.replay(trace, without=[coaching.id], graph=graph)


def test_calls_beside_and_before_the_changed_one_are_not_mistaken_for_it(coach, coaching, model, saver, say):
    def title(state):
        return {"messages": [model.invoke([("user", "Do this: name it")])]}

    def twice(state):
        first = model.invoke([("user", "Do this: think")])
        return {"messages": [first, model.invoke(state["messages"])]}

    builder = StateGraph(MessagesState)
    builder.add_node("twice", coach.node(twice)).add_node("title", title)
    builder.add_edge("__start__", "title").add_edge("__start__", "twice")
    graph = builder.compile(checkpointer=saver)
    steps = coach.replay(say(graph, BROKEN), without=[coaching.id], graph=graph).steps
    told = {(step.recorded.text, step.replayed.text, step.outcome) for step in steps}
    assert told == {
        ("Do this: name it", "Do this: name it", "same"),
        ("Do this: think", "Do this: think", "same"),
        ("Do this: Ask for a photo.", "hm", "changed"),
    }
    assert len(steps) == 3


def test_a_capture_bound_to_the_graph_does_not_keep_the_replay(coach, coaching, door, model, saver, say):
    graph = door(coach, model, saver).with_config(callbacks=[coach.callback()])
    graph.invoke({"messages": [("user", BROKEN)]}, {"configurable": {"thread_id": "t"}})
    coach.flush()
    (trace,) = coach.traces.list()
    assert coach.replay(trace, without=[coaching.id], graph=graph).steps[0].replayed.text == "hm"
    coach.flush()
    assert [one.id for one in coach.traces.list()] == [trace.id]


def test_recall_that_fails_on_the_way_is_said_and_leaves_no_receipt(
    coach, coaching, door, model, saver, say, monkeypatch
):
    graph = door(coach, model, saver)
    trace, kept = say(graph, BROKEN), len(coach.receipts())

    def down(*_, **__):
        raise EmbedderError("refused")

    monkeypatch.setattr(Adviser, "advise_batch", down)  # what the graph asks for; the recorded calls are situations
    with pytest.raises(CoachingError, match="refused"):
        coach.replay(trace, without=[coaching.id], graph=graph)
    coach.flush()
    assert len(coach.receipts()) == kept


def test_a_coaching_is_ranked_by_what_the_graph_does_without_it(coach, coaching, door, model, saver, say):
    graph = door(coach, model, saver)
    (ranked,) = coach.replay(say(graph, BROKEN), graph=graph).ablate()
    assert (ranked.coaching_id, ranked.calls, ranked.answers) == (coaching.id, 1, 1)
