"""A receipt tells the truth: `applied` was in the request of a model call; what was in none says so, a warning why."""

from __future__ import annotations

import logging

import pytest
from agents import THREAD, TOLD, asking, calling, coached_on, leaked, messages_of, receipts
from langchain.agents import create_agent
from langchain.agents.middleware import ModelFallbackMiddleware, dynamic_prompt, wrap_model_call
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command, interrupt
from pydantic import BaseModel

from langgraph_coaching import Coach, CoachingState, coached

UNSEEN = "not seen by the model"


@pytest.fixture
def warnings(caplog):
    """The warnings so far."""
    caplog.set_level(logging.WARNING, "langgraph_coaching")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "langgraph_coaching"]


def outcomes(coach):
    coach.flush()
    return [receipt.outcome for receipt in coach.receipts()]


def graph_of(node, state=MessagesState, **compiled):
    return StateGraph(state).add_node("agent", node).add_edge(START, "agent").compile(**compiled)


def node_graph(coach, node, **compiled):
    builder = StateGraph(CoachingState).add_node("coach", coach.node()).add_node("agent", node)
    return builder.add_edge(START, "coach").add_edge("coach", "agent").compile(**compiled)


# ── the middleware ──


@dynamic_prompt
def own_prompt(request):
    return "You are brief."


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_middleware_does_not_matter(coach, coaching, run, model, warnings, order):
    agent = create_agent(model, tools=[], middleware=[coach.middleware(), own_prompt][::order])
    state = run(agent, asking())

    assert model.blocks == [1]
    assert model.told[0].startswith("You are brief.\n\n<coaching>")
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]
    assert outcomes(coach) == ["applied"]
    assert warnings() == []


@pytest.mark.parametrize("order", [1, -1])
def test_a_fallback_in_either_order(coach, coaching, run, scripted, model, order):
    failing = scripted(ConnectionError("gone"))
    middleware = [coach.middleware(), ModelFallbackMiddleware(model)][::order]
    run(create_agent(failing, tools=[], middleware=middleware), asking())

    assert (failing.blocks, model.blocks) == ([1], [1])
    assert set(outcomes(coach)) == {"applied"}


def replacing(model):
    """A middleware that sends something else to another model."""

    @wrap_model_call
    def replaced(request, handler):
        return handler(request.override(model=model, system_message=SystemMessage("You are brief.")))

    @wrap_model_call
    async def areplaced(request, handler):
        return await handler(request.override(model=model, system_message=SystemMessage("You are brief.")))

    return lambda run: areplaced if run.is_async else replaced


def test_what_another_middleware_takes_out_is_not_applied(coach, coaching, run, model, scripted, warnings):
    other = scripted("Else.")
    agent = create_agent(model, tools=[], middleware=[coach.middleware(), replacing(other)(run)])
    for _ in range(2):
        state = run(agent, asking())

    assert other.blocks == [0, 0]
    assert "coaching" not in state["messages"][-1].response_metadata
    assert outcomes(coach) == [UNSEEN] * 2
    (warning,) = warnings()
    assert UNSEEN in warning
    assert "coach.middleware() after" in warning
    assert all(UNSEEN in receipt.reason for receipt in coach.receipts())


def test_an_answer_without_the_model(coach, coaching, run, model, warnings):
    @wrap_model_call
    def answered(request, handler):
        return AIMessage("From a list.")

    @wrap_model_call
    async def aanswered(request, handler):
        return AIMessage("From a list.")

    run(
        create_agent(model, tools=[], middleware=[coach.middleware(), aanswered if run.is_async else answered]),
        asking(),
    )

    assert outcomes(coach) == [UNSEEN]
    assert len(warnings()) == 1


class Choice(BaseModel):
    """A choice."""

    name: str


def test_a_helper_of_another_middleware_is_not_coached(coach, coaching, run, scripted):
    """It asks the same model about the same message, to have a form filled in."""
    answer = AIMessage("", tool_calls=[{"name": "Choice", "args": {"name": "a"}, "id": "1"}])
    model = scripted(answer, "All right.")

    class Model(type(model)):
        def bind_tools(self, tools, **kwargs):
            return self.bind(**kwargs) if kwargs else self

    model = Model(answers=[answer, "All right."])

    @wrap_model_call
    def choosing(request, handler):
        request.model.with_structured_output(Choice).invoke([SystemMessage("Choose."), request.messages[-1]])
        return handler(request)

    @wrap_model_call
    async def achoosing(request, handler):
        await request.model.with_structured_output(Choice).ainvoke([SystemMessage("Choose."), request.messages[-1]])
        return await handler(request)

    run(
        create_agent(model, tools=[], middleware=[coach.middleware(), achoosing if run.is_async else choosing]),
        asking(),
    )

    assert model.blocks == [0, 1]


def test_two_coaches_in_one_agent(coach, coaching, run, model, embeddings, warnings):
    with Coach(coach.uri, embeddings=embeddings, limits=coach.limits, namespace="other") as other:
        theirs = coached_on(other, told="Say please.")
        middleware = [other.middleware(), own_prompt, coach.middleware()]
        state = run(create_agent(model, tools=[], middleware=middleware), asking())

        assert model.blocks == [2]
        assert receipts(state["messages"][-1]) == [(theirs.id, 1), (coaching.id, 1)]
        assert (outcomes(coach), outcomes(other)) == (["applied"], ["applied"])
    assert warnings() == []


# ── the wrapped node ──


def test_a_node_that_calls_no_model(coach, coaching, run, warnings):
    def node(state):
        return {"messages": [AIMessage("From a list.")]}

    graph = graph_of(coach.node(node))
    run(graph, asking())
    run(graph, asking())

    assert outcomes(coach) == [UNSEEN] * 2
    (warning,) = warnings()
    assert "coach.node(node)" in warning
    assert "no chat model was called" in warning


def test_a_node_that_asks_the_model_something_else(coach, coaching, run, model, warnings):
    run(graph_of(coach.node(calling(model, run, lambda _: "Tell me a joke"))), asking())

    assert model.blocks == [0]
    assert outcomes(coach) == [UNSEEN]
    assert "with the conversation that it is for" in warnings()[0]


def test_a_node_that_fails_before_its_call_says_nothing_yet(coach, coaching, run, model, warnings):
    def node(state):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(graph_of(coach.node(node)), asking())

    assert outcomes(coach) == [UNSEEN]
    assert warnings() == []


@pytest.mark.parametrize("process", ["same", "other"])
def test_a_node_that_stops_before_its_call_has_it_when_it_goes_on(
    coach, coaching, run, model, embeddings, tmp_path, process
):
    saver = run.saver("sqlite", tmp_path)

    def node(state):
        interrupt("go on?")
        return {"messages": [model.invoke(state["messages"])]}

    async def anode(state):
        interrupt("go on?")
        return {"messages": [await model.ainvoke(state["messages"])]}

    own = anode if run.is_async else node
    run(graph_of(coach.node(own), checkpointer=saver), asking(), THREAD)
    assert outcomes(coach) == [UNSEEN]
    with Coach(coach.uri, embeddings=embeddings, limits=coach.limits) as other:
        there = coach if process == "same" else other
        run(graph_of(there.node(own), checkpointer=saver), Command(resume=True), THREAD)
        there.flush()

    assert model.blocks == [1]
    assert outcomes(coach) == ["applied"]
    assert UNSEEN not in coach.receipts()[0].reason


def test_two_nested_coaches_are_both_applied(coach, coaching, run, model, embeddings, warnings):
    with Coach(coach.uri, embeddings=embeddings, limits=coach.limits, namespace="other") as other:
        theirs = coached_on(other, told="Say please.")
        node = other.node(coach.node(calling(model, run, messages_of)))
        state = run(graph_of(node), asking())

        assert model.blocks == [2]
        assert receipts(state["messages"][-1]) == [(theirs.id, 1), (coaching.id, 1)]
        assert (outcomes(coach), outcomes(other)) == (["applied"], ["applied"])
    assert warnings() == []


def test_the_same_coach_twice_is_recorded_once(coach, coaching, run, model, warnings):
    run(graph_of(coach.node(coach.node(calling(model, run, messages_of)))), asking())

    assert model.blocks == [1]
    assert outcomes(coach) == ["applied"]
    assert warnings() == []


# ── the node before ──


def test_advice_that_the_next_node_leaves_is_not_applied(coach, coaching, run, model, warnings):
    graph = node_graph(coach, calling(model, run, messages_of))
    state = run(graph, asking())

    assert model.blocks == [0]
    assert "coaching" not in state["messages"][-1].response_metadata
    assert outcomes(coach) == [UNSEEN]
    (warning,) = warnings()
    assert "coached(state)" in warning


def test_advice_that_is_taken_and_cut_off_is_not_applied(coach, coaching, run, model):
    run(node_graph(coach, calling(model, run, lambda state: [HumanMessage(coached(state)[-1].text + "!")])), asking())

    assert model.blocks == [0]
    assert outcomes(coach) == [UNSEEN]


def test_advice_that_the_next_node_takes_is_applied(coach, coaching, run, model, warnings):
    run(node_graph(coach, calling(model, run, lambda state: [SystemMessage("Mine."), *coached(state)])), asking())

    assert model.blocks == [1]
    assert [m.type for m in model.prompts[0]] == ["system", "human"]
    assert outcomes(coach) == ["applied"]
    assert warnings() == []


def test_what_was_put_into_a_state_is_applied_in_another_process(coach, coaching, run, model, embeddings, tmp_path):
    saver = run.saver("sqlite", tmp_path)
    node = calling(model, run, coached)
    builder = node_graph(coach, node, checkpointer=saver, interrupt_before=["agent"])
    run(builder, asking(), THREAD)
    assert outcomes(coach) == [UNSEEN]
    name, uri, limits = coaching.id, coach.uri, coach.limits
    coach.close()
    with Coach(uri, embeddings=embeddings, limits=limits) as other:
        run(node_graph(other, node, checkpointer=saver), None, THREAD)

        assert model.blocks == [1]
        assert outcomes(other) == ["applied"]
        assert other.receipts()[0].coaching_id == name


def test_a_chain_that_takes_it_in_a_step_of_its_own(coach, coaching, run, model):
    """What one step of a chain sets, the next does not see; the block is known all the same."""
    from langchain_core.runnables import RunnableLambda

    chain = RunnableLambda(coached) | model | (lambda answer: {"messages": [answer]})
    state = run(node_graph(coach, chain), asking(), THREAD)

    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]
    assert outcomes(coach) == ["applied"]


# ── streaming ──


def test_a_streamed_request_has_been_seen(coach, coaching, run, scripted):
    model = scripted("Let us exchange it.")

    def node(state):
        chunks = list(model.stream(state["messages"][-1:]))
        return {"messages": [sum(chunks[1:], chunks[0])]}

    async def anode(state):
        chunks = [chunk async for chunk in model.astream(state["messages"][-1:])]
        return {"messages": [sum(chunks[1:], chunks[0])]}

    state = run(graph_of(coach.node(anode if run.is_async else node)), asking())

    assert model.blocks == [1]
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]
    assert outcomes(coach) == ["applied"]


def test_a_request_that_fails_has_been_made(coach, coaching, run, scripted):
    with pytest.raises(ConnectionError):
        run(graph_of(coach.node(calling(scripted(ConnectionError("gone")), run, messages_of))), asking())

    assert outcomes(coach) == ["applied"]


def test_the_stream_of_a_graph_has_neither_block_nor_doubt(coach, coaching, run, model):
    graph = node_graph(coach, calling(model, run, coached), checkpointer=InMemorySaver())
    parts = run.stream(graph, asking(), THREAD, stream_mode=["messages", "updates"])

    assert leaked(parts) == []
    assert TOLD in model.told[0]
