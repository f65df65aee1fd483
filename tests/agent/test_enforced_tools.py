"""An enforced action: the tool is chosen for one model call, once a turn; where it cannot be, the receipt says why."""

from __future__ import annotations

from functools import partial

import pytest
from agents import ASKED, OTHER, THREAD, asking, calling
from choosing_model import ChoosingModel, agent_with_tools, get_order
from langchain.agents import create_agent
from langchain.agents.structured_output import ToolStrategy
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from langgraph.types import Send
from pydantic import BaseModel

from langgraph_coaching import Action, Process, Reply

DOORS = ["node", "wrapped", "model", "middleware"]
ENFORCED = Action("get_order", enforce=True)


@pytest.fixture
def choosing():
    """A model that takes a tool choice."""
    return ChoosingModel()


def called(result):
    """Names of the tools that were called."""
    return [call["name"] for message in result["messages"] for call in getattr(message, "tool_calls", ())]


@pytest.mark.parametrize("door", DOORS)
def test_the_tool_is_chosen_for_the_first_model_call_of_a_turn_alone(door, coach, run, choosing, coach_on, receipts_of):
    coaching = coach_on(ENFORCED)
    graph = agent_with_tools(door, coach, run, choosing)
    result = run(graph, asking(), {"callbacks": [coach.callback()]})

    assert choosing.choices == ["get_order", None]
    assert called(result) == ["get_order"]
    assert result["messages"][-1].content == "All right."
    assert choosing.blocks == [1, 1]
    first, second = receipts_of(coaching)
    assert (first.enforced, first.enforced_reason) == ("tool_choice", "the call had to choose the tool get_order")
    assert (second.enforced, second.enforced_reason) == ("done", "the tool get_order was called in this turn already")
    assert first.followed == "yes"
    (brief,) = result["messages"][1].response_metadata["coaching"]
    assert (brief["enforced"], brief["enforced_reason"]) == ("tool_choice", first.enforced_reason)
    traced = [receipt for step in coach.traces.list()[0].steps for receipt in step.receipts]
    assert [receipt.enforced for receipt in traced if receipt.id == first.id] == ["tool_choice"]


@pytest.mark.parametrize("door", DOORS)
def test_each_turn_is_enforced_anew(door, coach, run, choosing, coach_on):
    coach_on(ENFORCED)
    graph = agent_with_tools(door, coach, run, choosing, checkpointer=InMemorySaver())
    run(graph, asking(), THREAD)
    run(graph, asking(), THREAD)
    run(graph, asking(OTHER), THREAD)

    assert choosing.choices == ["get_order", None, "get_order", None, None]
    assert choosing.blocks == [1, 1, 1, 1, 0]


def test_nothing_is_chosen_where_it_is_not_asked_for(coach, run, choosing, coach_on, receipts_of):
    coaching = coach_on(Action("get_order"))
    result = run(agent_with_tools("model", coach, run, choosing), asking())

    assert choosing.choices == [None]
    assert "enforced" not in result["messages"][-1].response_metadata["coaching"][0]
    assert receipts_of(coaching)[0].enforced is None


@pytest.mark.parametrize("door", DOORS)
def test_a_tool_that_the_call_is_not_offered_is_advice(door, coach, run, choosing, coach_on, receipts_of):
    coaching = coach_on(Action("cancel_order", enforce=True))
    run(agent_with_tools(door, coach, run, choosing), asking())

    assert choosing.choices == [None]
    assert choosing.blocks == [1]
    (receipt,) = receipts_of(coaching)
    assert receipt.enforced == "advice"
    assert receipt.enforced_reason == "the call is offered no tool cancel_order: it has get_order, refund_order"


@pytest.mark.parametrize("own", ["none", "any", {"type": "function", "function": {"name": "refund_order"}}])
def test_a_tool_choice_of_the_users_own_stays(own, coach, run, coach_on, receipts_of):
    coaching = coach_on(ENFORCED)
    model = ChoosingModel(answers=[AIMessage("All right.")])
    bound = coach.model(model).bind_tools([], tool_choice=own).bind(tools=[{"name": "get_order"}])
    run(bound, ASKED)

    assert model._choices == [own]
    (receipt,) = receipts_of(coaching)
    assert (receipt.enforced, receipt.enforced_reason) == (
        "advice",
        "the call has a tool_choice of its own, which stays",
    )


def test_leaving_the_choice_to_the_model_is_no_choice(coach, run, choosing, coach_on):
    coach_on(ENFORCED)
    graph = agent_with_tools("middleware", coach, run, choosing.bind(tool_choice="auto").bound)
    run(graph, asking())
    run(coach.model(choosing).bind(tools=[{"name": "get_order"}], tool_choice="auto"), ASKED)

    assert choosing.choices == ["get_order", None, "get_order"]


def test_an_answer_in_a_form_is_left_alone(coach, run, coach_on):
    class Verdict(BaseModel):
        """What was decided."""

        fine: bool

    coach_on(ENFORCED)
    call = {"name": "Verdict", "args": {"fine": True}, "id": "1"}
    model = ChoosingModel(answers=[AIMessage("", tool_calls=[call])])
    agent = create_agent(
        model, tools=[get_order], middleware=[coach.middleware()], response_format=ToolStrategy(Verdict)
    )
    result = run(agent, asking())

    assert model.choices == ["any"]
    assert result["structured_response"] == Verdict(fine=True)


def test_a_model_that_takes_no_choice_is_advised(coach, run, coach_on, receipts_of):
    class Deaf(ChoosingModel):
        def bind_tools(self, tools, *, tool_choice=None, **kwargs):
            return super().bind_tools(tools, **kwargs)

    coaching, model = coach_on(ENFORCED), Deaf()
    run(agent_with_tools("model", coach, run, model), asking())

    assert model.choices == [None]
    assert receipts_of(coaching)[0].enforced_reason == "the model takes no tool choice"


def test_of_two_the_one_with_precedence_is_enforced(coach, run, choosing, coach_on, receipts_of):
    low, high = coach_on(
        (Action("get_order", enforce=True), {"priority": 1}), (Action("refund_order", enforce=True), {"priority": 2})
    )
    run(agent_with_tools("model", coach, run, choosing), asking())

    assert choosing.choices == ["refund_order", None]
    assert [receipt.enforced for receipt in receipts_of(high)] == ["tool_choice", "done"]
    first, second = receipts_of(low)
    assert (first.enforced, first.enforced_reason) == (
        "advice",
        f"one is enforced at a time, and {high.id} goes first",
    )
    assert second.enforced == "advice"


def test_what_cannot_be_enforced_lets_the_next_one_go_first(coach, run, choosing, coach_on, receipts_of):
    low, high = coach_on((ENFORCED, {"priority": 1}), (Action("no_such_tool", enforce=True), {"priority": 2}))
    run(agent_with_tools("wrapped", coach, run, choosing), asking())

    assert choosing.choices == ["get_order", None]
    assert receipts_of(high)[0].enforced == "advice"
    assert receipts_of(low)[0].enforced == "tool_choice"


def test_the_same_words_as_advice_do_not_hide_what_is_enforced(coach, run, choosing, coach_on):
    coach_on((Action("get_order"), {"priority": 2}), (ENFORCED, {"priority": 1}))
    run(agent_with_tools("model", coach, run, choosing), asking())

    assert choosing.choices == ["get_order", None]


def test_a_process_is_the_tool_of_its_name(coach, run, choosing, coach_on):
    coach_on(Process("Refund order", enforce=True))
    run(agent_with_tools("middleware", coach, run, choosing), asking())

    assert choosing.choices == ["refund_order", None]


@pytest.mark.parametrize("door", DOORS)
def test_streaming_is_enforced_too(door, coach, run, choosing, coach_on):
    coach_on(ENFORCED)
    graph = agent_with_tools(door, coach, run, choosing)
    parts = run.stream(graph, asking(), stream_mode="messages")

    assert choosing.choices == ["get_order", None]
    assert [chunk.tool_calls[0]["name"] for chunk, _ in parts if getattr(chunk, "tool_calls", ())] == ["get_order"]


@pytest.mark.parametrize("door", ["wrapped", "model"])
def test_a_call_that_fails_is_made_again_with_its_choice(door, coach, run, coach_on):
    class Failing(ChoosingModel):
        def _answer(self, messages, choice=None):
            if not self._choices:
                self._choices.append(choice)
                raise ConnectionError("the line is dead")
            return super()._answer(messages, choice)

    coach_on(ENFORCED)
    model = Failing()
    asked = coach.model(model) if door == "model" else model
    bound = asked.bind_tools([get_order]).with_retry(wait_exponential_jitter=False)

    def node(state):
        return {"messages": [bound.invoke(state["messages"])]}

    async def anode(state):
        return {"messages": [await bound.ainvoke(state["messages"])]}

    call = anode if run.is_async else node
    builder = StateGraph(MessagesState).add_node("agent", coach.node(call) if door == "wrapped" else call)
    run(builder.add_edge(START, "agent").compile(), asking())

    assert model.choices == ["get_order", "get_order"]


def test_a_node_that_calls_its_model_in_a_loop_of_its_own_is_enforced_once(coach, run, choosing, coach_on):
    coach_on(ENFORCED)
    bound = choosing.bind_tools([get_order])

    def node(state):
        first = bound.invoke(state["messages"])
        return {"messages": [first, bound.invoke([*state["messages"], HumanMessage("and now?", name="loop")])]}

    builder = StateGraph(MessagesState).add_node("agent", coach.node(node)).add_edge(START, "agent")
    builder.compile().invoke(asking())

    assert choosing.choices == ["get_order", None]


def test_a_prompt_without_what_the_tools_have_answered_goes_round_in_no_circle(coach, run, choosing, coach_on):
    def words(state):
        return [message for message in state["messages"] if message.type == "human"]

    coach_on(ENFORCED)
    bound = coach.model(choosing).bind_tools([get_order])
    builder = (
        StateGraph(MessagesState).add_node("agent", calling(bound, run, words)).add_node("tools", ToolNode([get_order]))
    )
    builder.add_edge(START, "agent").add_conditional_edges("agent", tools_condition).add_edge("tools", "agent")
    graph = builder.compile(checkpointer=InMemorySaver())
    run(graph, asking(), THREAD)
    run(graph, asking(), THREAD)

    assert choosing.choices == ["get_order", None, "get_order", None]


def test_branches_that_run_at_once_are_each_enforced(coach, run, choosing, coach_on, receipts_of):
    coaching = coach_on(ENFORCED)
    bound = coach.model(choosing).bind_tools([get_order])
    builder = StateGraph(MessagesState).add_node("agent", lambda state: {"messages": [bound.invoke(state["messages"])]})
    fan_out = partial(lambda state: [Send("agent", state), Send("agent", state)])
    builder.add_conditional_edges(START, fan_out, ["agent"])
    run(builder.compile(), asking())

    assert choosing.choices == ["get_order", "get_order"]
    assert [receipt.enforced for receipt in receipts_of(coaching)] == ["tool_choice", "tool_choice"]


def test_a_failure_in_enforcing_breaks_no_agent(coach, run, choosing, coach_on, receipts_of, monkeypatch):
    def fail(*_):
        raise RuntimeError("out of luck")

    coaching = coach_on(ENFORCED)
    monkeypatch.setattr("langgraph_coaching.agent.enforcing.offered_tools", fail)
    result = run(agent_with_tools("model", coach, run, choosing), asking())

    assert result["messages"][-1].content == "All right."
    assert choosing.blocks == [1]
    assert receipts_of(coaching)[0].enforced_reason == "it could not be enforced: RuntimeError: out of luck"


def test_outside_of_a_graph_it_is_enforced_too(coach, run, choosing, coach_on, receipts_of):
    coaching, other = coach_on(ENFORCED, Reply("Say so."))
    run(coach.model(choosing).bind_tools([get_order]), ASKED)

    assert choosing.choices == ["get_order"]
    assert receipts_of(coaching)[0].enforced == "tool_choice"
    assert receipts_of(other)[0].enforced is None
