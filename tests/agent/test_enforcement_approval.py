"""Enforcement that a person approves first: asked once, by one interrupt; a refusal leaves the advice."""

from __future__ import annotations

import json

import pytest
from agents import ASKED, THREAD, asking, calling, messages_of
from choosing_model import ChoosingModel, agent_with_tools, get_order
from langchain.agents import create_agent
from langchain.agents.middleware import ModelRetryMiddleware
from langchain_core.messages import AIMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command, RetryPolicy, Send, interrupt

from langgraph_coaching import Action, Coach, CoachingState, Handoff, Limits, Reply, coached
from langgraph_coaching.agent.enforce import read_answer
from scripted_model import ScriptedModel

DOORS = ["node", "wrapped", "model", "middleware"]
ENFORCED = Action("refund_order", enforce="approval")
HANDOFF = Handoff("billing", enforce="approval")


@pytest.fixture
def choosing():
    """A model that takes a tool choice."""
    return ChoosingModel()


def asked_of(result):
    """What a run that has stopped asks."""
    return [one.value for one in result.get("__interrupt__", ())]


def going(run, graph, answer, config=THREAD, **options):
    """The run goes on with an answer."""
    return run(graph, Command(resume=answer), config, **options)


@pytest.mark.parametrize("door", DOORS)
def test_a_person_is_asked_once_and_approves(door, coach, run, choosing, coach_on, receipts_of):
    coaching = coach_on(ENFORCED)
    graph = agent_with_tools(door, coach, run, choosing, checkpointer=InMemorySaver())
    (asked,) = asked_of(run(graph, asking(), THREAD))

    assert choosing.prompts == []
    assert json.loads(json.dumps(asked)) == {
        "what": "call the tool refund_order",
        "why": asked["why"],
        "coaching_id": coaching.id,
        "revision": 1,
        "intent": coaching.intent,
        "behavior": "action",
        "name": "refund_order",
        "options": ["approve", "refuse"],
    }
    assert asked["why"].startswith("probability")

    result = going(run, graph, {"decision": "approve", "by": "Ann"})
    assert "__interrupt__" not in result
    assert choosing.choices == ["refund_order", None]
    assert choosing.blocks[0] == 1
    first, second = receipts_of(coaching)
    assert first.enforced == "tool_choice"
    assert first.enforced_reason == "approved by Ann; the call had to choose the tool refund_order"
    assert second.enforced == "done"


@pytest.mark.parametrize("door", DOORS)
def test_a_refusal_leaves_the_advice_and_is_not_asked_again(door, coach, run, choosing, coach_on, receipts_of):
    coaching = coach_on(ENFORCED)
    choosing.answers = [calls_get_order, "All right."]
    graph = agent_with_tools(door, coach, run, choosing, checkpointer=InMemorySaver())
    run(graph, asking(), THREAD)
    result = going(run, graph, False)

    assert "__interrupt__" not in result
    assert choosing.choices == [None, None]
    assert choosing.blocks == [1, 1]
    assert [(one.enforced, one.enforced_reason) for one in receipts_of(coaching)] == [
        ("refused", "refused by a person"),
        ("advice", "the turn has begun, and only where it begins coaching is enforced"),
    ]


def calls_get_order(_):
    """An answer that calls another tool than the one that was refused."""
    return AIMessage("", tool_calls=[{"name": "get_order", "args": {"order_id": "7"}, "id": "1"}])


@pytest.mark.parametrize("door", DOORS)
def test_without_a_checkpointer_nobody_can_be_asked(door, coach, run, choosing, coach_on, receipts_of):
    coaching = coach_on(ENFORCED)
    result = run(agent_with_tools(door, coach, run, choosing), asking())

    assert result["messages"][-1].content == "All right."
    assert choosing.choices == [None]
    (receipt,) = receipts_of(coaching)
    assert (receipt.enforced, receipt.enforced_reason) == (
        "advice",
        "a person has to approve it, and nobody can be asked without a checkpointer and a thread",
    )


def test_outside_of_a_graph_nobody_can_be_asked(coach, run, choosing, coach_on, receipts_of):
    coaching = coach_on(ENFORCED)
    run(coach.model(choosing).bind_tools([get_order], tool_choice=None).bind(tools=[{"name": "refund_order"}]), ASKED)

    assert choosing.choices == [None]
    assert receipts_of(coaching)[0].enforced_reason.endswith("outside of a graph")


@pytest.mark.parametrize("door", ["node", "model"])
def test_who_goes_on_elsewhere_sees_what_was_asked(door, coach, run, choosing, coach_on, receipts_of, embeddings):
    coaching = coach_on(ENFORCED)
    saver = InMemorySaver()
    run(agent_with_tools(door, coach, run, choosing, checkpointer=saver), asking(), THREAD)
    coach.edit(coaching.id, behavior=Action("get_order", enforce=True))
    coach.flush()

    with Coach(coach.uri, embeddings=embeddings, limits=Limits(deadline=30)) as other:
        graph = agent_with_tools(door, other, run, choosing, checkpointer=saver)
        going(run, graph, "approve")
    first = receipts_of(coaching)[0]

    assert choosing.choices[0] == "refund_order"
    assert (first.revision, first.enforced) == (1, "tool_choice")


def desk(coach, run, agent, billing, **compiled):
    """A coach node in front of an agent, that may go to billing instead."""
    builder = StateGraph(CoachingState).add_node("coach", coach.node(goto="billing", then="agent"))
    builder.add_node("agent", calling(agent, run, coached)).add_node("billing", calling(billing, run, coached))
    return builder.add_edge(START, "coach").compile(**compiled)


def test_going_elsewhere_waits_for_approval_too(coach, run, coach_on, receipts_of):
    coaching = coach_on(HANDOFF)
    agent, billing = ScriptedModel(), ScriptedModel()
    graph = desk(coach, run, agent, billing, checkpointer=InMemorySaver())
    (asked,) = asked_of(run(graph, asking(), THREAD))
    assert (asked["what"], asked["name"]) == ("go on at billing", "billing")

    going(run, graph, {"approved": True, "by": "Bo"})
    assert (len(agent.prompts), len(billing.prompts)) == (0, 1)
    (receipt,) = receipts_of(coaching)
    assert (receipt.enforced, receipt.enforced_reason) == ("goto", "approved by Bo; the graph went on at billing")


def test_going_elsewhere_that_is_refused_stays_advice(coach, run, coach_on, receipts_of):
    coaching = coach_on(HANDOFF)
    agent, billing = ScriptedModel(), ScriptedModel()
    graph = desk(coach, run, agent, billing, checkpointer=InMemorySaver())
    run(graph, asking(), THREAD)
    going(run, graph, {"decision": "refuse", "by": "Bo"})

    assert (len(agent.prompts), len(billing.prompts)) == (1, 0)
    assert agent.blocks == [1]
    (receipt,) = receipts_of(coaching)
    assert (receipt.enforced, receipt.enforced_reason) == ("refused", "refused by Bo")


def test_what_was_refused_lets_the_next_one_go_first(coach, run, choosing, coach_on, receipts_of):
    refused, other = coach_on((ENFORCED, {"priority": 1}), Action("get_order", enforce=True))
    graph = agent_with_tools("model", coach, run, choosing, checkpointer=InMemorySaver())
    run(graph, asking(), THREAD)
    going(run, graph, "refuse")

    assert choosing.choices == ["get_order", None]
    assert receipts_of(refused)[0].enforced == "refused"
    assert receipts_of(other)[0].enforced == "tool_choice"


@pytest.mark.parametrize("door", ["wrapped", "model"])
def test_an_interrupt_of_the_nodes_own_is_not_mixed_up_with_it(door, coach, run, choosing, coach_on):
    coach_on(ENFORCED)
    bound = (coach.model(choosing) if door == "model" else choosing).bind_tools([get_order, REFUND])

    def node(state):
        answer = bound.invoke(state["messages"])
        heard = interrupt("send it?")
        return {"messages": [answer.model_copy(update={"content": heard})]}

    async def anode(state):
        answer = await bound.ainvoke(state["messages"])
        heard = interrupt("send it?")
        return {"messages": [answer.model_copy(update={"content": heard})]}

    call = anode if run.is_async else node
    builder = StateGraph(MessagesState).add_node("agent", coach.node(call) if door == "wrapped" else call)
    graph = builder.add_edge(START, "agent").compile(checkpointer=InMemorySaver())
    assert asked_of(run(graph, asking(), THREAD))[0]["name"] == "refund_order"
    assert asked_of(going(run, graph, "approve")) == ["send it?"]
    result = going(run, graph, "yes, send it")

    assert result["messages"][-1].content == "yes, send it"
    assert choosing.choices == ["refund_order", "refund_order"]


REFUND = {"name": "refund_order", "description": "Refunds.", "parameters": {"type": "object", "properties": {}}}


def test_of_branches_that_wait_each_gets_its_own_answer(coach, run, choosing, coach_on, receipts_of):
    coaching = coach_on(ENFORCED)
    bound = coach.model(choosing).bind_tools([REFUND])
    builder = StateGraph(MessagesState).add_node("agent", calling(bound, run, messages_of))
    builder.add_conditional_edges(START, lambda state: [Send("agent", state), Send("agent", state)], ["agent"])
    graph = builder.compile(checkpointer=InMemorySaver())
    first, second = run(graph, asking(), THREAD)["__interrupt__"]
    result = going(run, graph, {first.id: "approve", second.id: "refuse"})

    assert "__interrupt__" not in result
    assert sorted(map(str, choosing.choices)) == ["None", "refund_order"]
    assert sorted(receipt.enforced for receipt in receipts_of(coaching)) == ["refused", "tool_choice"]


def test_a_node_that_is_tried_again_does_not_ask_again(coach, run, coach_on):
    class Failing(ChoosingModel):
        def _answer(self, messages, choice=None):
            if not self._choices:
                self._choices.append(choice)
                raise ConnectionError("the line is dead")
            return super()._answer(messages, choice)

    coach_on(ENFORCED)
    model = Failing()
    bound = coach.model(model).bind_tools([REFUND])
    policy = RetryPolicy(initial_interval=0.0, jitter=False, max_attempts=2)
    builder = StateGraph(MessagesState).add_node("agent", calling(bound, run, messages_of), retry_policy=policy)
    graph = builder.add_edge(START, "agent").compile(checkpointer=InMemorySaver())
    run(graph, asking(), THREAD)
    result = going(run, graph, "approve")

    assert "__interrupt__" not in result
    assert model.choices == ["refund_order", "refund_order"]


@pytest.mark.parametrize("outside", [True, False])
def test_a_middleware_that_retries_does_not_swallow_the_question(outside, coach, run, choosing, coach_on):
    coach_on(ENFORCED)
    line = [ModelRetryMiddleware(max_retries=1, initial_delay=0.0), coach.middleware()]
    agent = create_agent(
        choosing,
        tools=[get_order, REFUND],
        middleware=line if outside else line[::-1],
        checkpointer=InMemorySaver(),
    )
    (asked,) = asked_of(run(agent, asking(), THREAD))
    assert asked["name"] == "refund_order"


def test_in_a_subgraph_the_question_comes_to_the_top(coach, run, choosing, coach_on):
    coach_on(ENFORCED)
    inner = agent_with_tools("middleware", coach, run, choosing)
    builder = StateGraph(MessagesState).add_node("inner", inner).add_edge(START, "inner")
    graph = builder.compile(checkpointer=InMemorySaver())
    (asked,) = asked_of(run(graph, asking(), THREAD))
    result = going(run, graph, "approve")

    assert asked["name"] == "refund_order"
    assert "__interrupt__" not in result
    assert choosing.choices == ["refund_order", None]


def test_advice_beside_it_is_in_the_prompt_whatever_is_answered(coach, run, choosing, coach_on, receipts_of):
    enforced, told = coach_on(ENFORCED, Reply("Be kind."))
    graph = agent_with_tools("middleware", coach, run, choosing, checkpointer=InMemorySaver())
    run(graph, asking(), THREAD)
    going(run, graph, True)

    assert "Be kind." in choosing.told[0]
    assert receipts_of(told)[0].outcome == "applied"
    assert receipts_of(enforced)[0].enforced == "tool_choice"


@pytest.mark.parametrize(
    ("given", "approved", "by"),
    [
        (True, True, ""),
        ("approve", True, ""),
        (" Yes ", True, ""),
        ({"decision": "approve", "by": "Ann\nLee"}, True, "Ann Lee"),
        ({"approved": True}, True, ""),
        ({"type": "accept"}, True, ""),
        ({"decisions": [{"type": "approve"}]}, True, ""),
        ({"decisions": [{"type": "approve"}, {"type": "reject"}]}, False, ""),
        (False, False, ""),
        (None, False, ""),
        ("no", False, ""),
        ("approve it, but only half", False, ""),
        (1, False, ""),
        ([True], False, ""),
        ({}, False, ""),
        ({"decision": "refuse", "by": "Bo"}, False, "Bo"),
        ({"by": 7, "decision": True}, True, ""),
    ],
)
def test_only_a_clear_approval_is_one(given, approved, by):
    answer = read_answer(given)
    assert (answer.approved, answer.by) == (approved, by)
