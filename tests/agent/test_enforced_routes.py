"""An enforced handoff, process or playbook: the graph goes there, where its own edges allow it, and nowhere else."""

from __future__ import annotations

from typing import Literal

import pytest
from agents import THREAD, asking, calling, messages_of
from choosing_model import ChoosingModel, get_order
from langchain.agents import create_agent
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableLambda
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.types import Command
from langgraph_supervisor import create_supervisor
from langgraph_swarm import create_handoff_tool, create_swarm

from langgraph_coaching import Action, CoachingState, Handoff, Playbook, Process, Reply, coached
from langgraph_coaching.errors import InvalidCoachingError
from scripted_model import ScriptedModel

HANDOFF = Handoff("billing", enforce=True)
TOLD = "Be kind."


def desk(coach, run, agent, billing, **fields):
    """A coach node in front of an agent, that may go to billing instead."""
    builder = StateGraph(CoachingState)
    builder.add_node("coach", coach.node(**{"goto": ("billing", "refunds"), "then": "agent"} | fields))
    builder.add_node("agent", calling(agent, run, coached)).add_node("billing", calling(billing, run, coached))
    builder.add_node("refunds", lambda _: {"messages": [AIMessage("Refunded.")]})
    return builder.add_edge(START, "coach")


@pytest.mark.parametrize("behavior", [HANDOFF, Process("Billing", enforce=True), Playbook("billing", enforce=True)])
def test_the_node_goes_there_and_nowhere_else(behavior, coach, run, coach_on, receipts_of):
    coaching, told = coach_on(behavior, Reply(TOLD))
    agent, billing = ScriptedModel(), ScriptedModel(answers=["Billing here."])
    graph = desk(coach, run, agent, billing).compile()
    result = run(graph, asking(), {"callbacks": [coach.callback()]})

    assert [message.content for message in result["messages"][1:]] == ["Billing here."]
    assert agent.prompts == []
    assert TOLD in billing.told[0]
    assert ("hand" not in billing.told[0].lower()) or behavior is not HANDOFF
    (receipt,) = receipts_of(coaching)
    assert (receipt.enforced, receipt.enforced_reason) == ("goto", "the graph went on at billing")
    assert receipt.followed == "yes"
    assert [one.outcome for one in receipts_of(told)] == ["applied"]


def test_who_takes_over_is_not_told_to_hand_over(coach, run, coach_on, receipts_of):
    coaching = coach_on(HANDOFF)
    billing = ScriptedModel()
    run(desk(coach, run, ScriptedModel(), billing).compile(), asking())

    assert billing.blocks == [0]
    assert [receipt.outcome for receipt in receipts_of(coaching)] == ["applied"]


def test_otherwise_the_graph_goes_on_as_it_does(coach, run, coach_on, receipts_of):
    coaching = coach_on(Handoff("legal", enforce=True))
    agent, billing = ScriptedModel(), ScriptedModel()
    run(desk(coach, run, agent, billing).compile(), asking())

    assert (len(agent.prompts), len(billing.prompts)) == (1, 0)
    assert agent.blocks == [1]
    (receipt,) = receipts_of(coaching)
    assert receipt.enforced == "advice"
    assert receipt.enforced_reason.startswith("legal is nowhere the graph may go from here")


def test_a_graph_knows_where_its_coach_may_go(coach, run):
    graph = desk(coach, run, ScriptedModel(), ScriptedModel()).compile()
    drawn = {(edge.source, edge.target) for edge in graph.get_graph().edges}
    assert {("coach", "agent"), ("coach", "billing"), ("coach", "refunds")} <= drawn

    with pytest.raises(ValueError, match="nowhere"):
        desk(coach, run, ScriptedModel(), ScriptedModel(), goto=["nowhere"]).compile()


def test_what_does_not_go_together_is_refused(coach):
    with pytest.raises(InvalidCoachingError, match="which node comes next otherwise"):
        coach.node(goto="billing")
    with pytest.raises(InvalidCoachingError, match="yours has its own edges"):
        coach.node(lambda state: state, then="agent")
    with pytest.raises(TypeError, match="goes with a function"):
        coach.node(RunnableLambda(lambda state: state), goto="billing")


def test_a_graph_that_comes_back_to_its_coach_ends(coach, run, coach_on):
    coach_on(HANDOFF)
    agent, billing = ScriptedModel(answers=["Done."]), ScriptedModel(answers=["Billing here."])
    graph = desk(coach, run, agent, billing).add_edge("billing", "coach").compile()
    result = run(graph, asking(), {"recursion_limit": 10})

    assert [message.content for message in result["messages"][1:]] == ["Billing here.", "Done."]


def test_an_action_that_goes_first_is_not_passed_over(coach, run, coach_on, receipts_of):
    action, handoff = coach_on((Action("get_order", enforce=True), {"priority": 1}), HANDOFF)
    model = ChoosingModel()
    builder = StateGraph(CoachingState).add_node("coach", coach.node(goto="billing", then="agent"))
    builder.add_node("agent", calling(model.bind_tools([get_order]), run, coached))
    builder.add_node("billing", calling(ScriptedModel(), run, coached))
    run(builder.add_edge(START, "coach").compile(), asking())

    assert model.choices == ["get_order"]
    assert receipts_of(action)[0].enforced == "tool_choice"
    assert receipts_of(handoff)[0].enforced_reason == f"one is enforced at a time, and {action.id} goes first"


def test_a_handoff_with_precedence_comes_before_an_action(coach, run, coach_on, receipts_of):
    action, handoff = coach_on(Action("get_order", enforce=True), (HANDOFF, {"priority": 1}))
    model = ChoosingModel()
    run(desk(coach, run, ScriptedModel(), model.bind_tools([get_order])).compile(), asking())

    assert model.choices == [None]
    assert receipts_of(handoff)[0].enforced == "goto"
    assert receipts_of(action)[0].enforced_reason == f"one is enforced at a time, and {handoff.id} goes first"


def annotated(node, returned):
    """A node of the user's whose annotations say where it may go."""
    node.__annotations__ = {"return": returned}
    return node


@pytest.mark.parametrize(
    ("returned", "goto"),
    [(Command[Literal["billing"]], ()), (dict, ("billing",)), (dict | Command[Literal["x"]], "billing")],
)
def test_a_wrapped_node_goes_where_its_annotations_or_you_allow(returned, goto, coach, run, coach_on, receipts_of):
    coaching = coach_on(HANDOFF)
    model = ScriptedModel()
    node = annotated(calling(model, run, messages_of), returned)
    builder = StateGraph(MessagesState).add_node("agent", coach.node(node, goto=goto))
    builder.add_node("billing", lambda _: {"messages": [AIMessage("Billing here.")]}).add_node("x", lambda _: {})
    graph = builder.add_edge(START, "agent").add_edge("agent", END).compile()
    result = run(graph, asking(), {"callbacks": [coach.callback()]})

    assert result["messages"][-1].content == "Billing here."
    assert model.prompts == []
    assert ("agent", "billing") in {(edge.source, edge.target) for edge in graph.get_graph().edges}
    (receipt,) = receipts_of(coaching)
    assert (receipt.enforced, receipt.followed) == ("goto", "yes")


def test_a_wrapped_node_goes_nowhere_else(coach, run, coach_on, receipts_of):
    coaching = coach_on(HANDOFF)
    model = ScriptedModel()
    builder = StateGraph(MessagesState).add_node("agent", coach.node(calling(model, run, messages_of)))
    builder.add_node("billing", lambda _: {"messages": [AIMessage("Billing here.")]})
    run(builder.add_edge(START, "agent").add_edge("billing", END).compile(), asking())

    assert model.blocks == [1]
    assert receipts_of(coaching)[0].enforced == "advice"


def test_an_agent_goes_to_a_node_of_the_graph_around_it(coach, run, coach_on, receipts_of):
    coaching = coach_on(HANDOFF)
    model, billing = ScriptedModel(), ScriptedModel(answers=["Billing here."])
    agent = create_agent(model, tools=[], middleware=[coach.middleware(goto="billing")])
    builder = StateGraph(MessagesState).add_node("agent", agent, destinations=("billing",))
    builder.add_node("billing", calling(billing, run, messages_of))
    graph = builder.add_edge(START, "agent").compile()
    result = run(graph, asking(), {"callbacks": [coach.callback()]})

    assert [message.content for message in result["messages"][1:]] == ["Billing here."]
    assert model.prompts == []
    (receipt,) = receipts_of(coaching)
    assert (receipt.enforced, receipt.enforced_reason) == ("goto", "the graph went on at billing")
    assert receipt.followed == "yes"


def test_an_agent_that_is_in_no_graph_goes_nowhere(coach, run, coach_on, receipts_of):
    coaching = coach_on(HANDOFF)
    model = ScriptedModel()
    run(create_agent(model, tools=[], middleware=[coach.middleware(goto="billing")]), asking())

    assert model.blocks == [1]
    assert receipts_of(coaching)[0].enforced == "advice"


def test_in_a_swarm_the_handoff_tool_is_chosen(coach, run, coach_on, receipts_of):
    coaching = coach_on(HANDOFF)
    front, billing = ChoosingModel(), ChoosingModel(answers=["Billing here."])
    tools = [create_handoff_tool(agent_name="billing"), get_order]
    agents = [
        create_agent(front, tools=tools, middleware=[coach.middleware()], name="front"),
        create_agent(billing, tools=[get_order], middleware=[coach.middleware()], name="billing"),
    ]
    graph = create_swarm(agents, default_active_agent="front").compile(checkpointer=InMemorySaver())
    result = run(graph, asking(), THREAD | {"callbacks": [coach.callback()]})

    assert front.choices == ["transfer_to_billing"]
    assert billing.choices == [None]
    assert result["messages"][-1].content == "Billing here."
    assert [receipt.enforced for receipt in receipts_of(coaching)] == ["tool_choice", "done"]
    assert receipts_of(coaching)[0].followed == "yes"


def test_whom_a_turn_was_handed_to_begins_it_anew(coach, run, coach_on):
    coach_on((Action("get_order", enforce=True), {"agent": "billing"}))
    handing = AIMessage("", tool_calls=[{"name": "transfer_to_billing", "args": {}, "id": "1"}])
    front, billing = ChoosingModel(answers=[handing]), ChoosingModel(answers=["Billing here."])
    middleware = [coach.middleware(agent="billing")]
    agents = [
        create_agent(front, tools=[create_handoff_tool(agent_name="billing")], name="front"),
        create_agent(billing, tools=[get_order], middleware=middleware, name="billing"),
    ]
    run(create_swarm(agents, default_active_agent="front").compile(), asking())

    assert billing.choices == ["get_order", None]


@pytest.mark.filterwarnings("ignore:create_react_agent")
def test_under_a_supervisor_the_handoff_tool_is_chosen_once(coach, run, coach_on, receipts_of):
    coaching = coach_on(HANDOFF)
    boss = ChoosingModel(answers=["Settled."])
    worker = create_agent(ScriptedModel(answers=["Billing here."]), tools=[], name="billing")
    graph = create_supervisor([worker], model=coach.model(boss)).compile()
    result = run(graph, asking(), {"callbacks": [coach.callback()]})

    assert boss.choices == ["transfer_to_billing", None]
    assert result["messages"][-1].content == "Settled."
    assert [receipt.enforced for receipt in receipts_of(coaching)] == ["tool_choice", "done"]
    assert receipts_of(coaching)[0].followed == "yes"
