"""Whether coaching was followed: by deeds, for each behavior, and in the receipts of a graph that really ran."""

import json

import pytest
from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.tools import tool

from langgraph_coaching import Action, Coach, Handoff, Playbook, Process, Reply, SearchKnowledge, Step, Trace
from langgraph_coaching.traces.followed import check_followed, turn_of


def call(name, /, **arguments):
    return {
        "type": "tool_call",
        "author": "agent",
        "name": name,
        "arguments": arguments,
        "text": json.dumps(arguments),
    }


def said(text, **fields):
    return {"type": "message", "author": "agent", "text": text, **fields}


def result(text, name="search"):
    return {"type": "tool_result", "author": "tool", "name": name, "text": text}


def user(text):
    return {"type": "user", "author": "user", "text": text}


def steps(*rows):
    return [Step(index=index, trace_id="t-1", **row) for index, row in enumerate(rows)]


CASES = {
    "tool called": (Action("refund"), [call("refund")], "yes"),
    "tool not called": (Action("refund"), [said("Refunded!")], "no"),
    "another tool called": (Action("refund"), [call("cancel")], "no"),
    "the value asked for": (Action("refund", {"amount": 5}), [call("refund", amount=5)], "yes"),
    "the value as text": (Action("refund", {"amount": 5}), [call("refund", amount="5")], "yes"),
    "another value": (Action("refund", {"amount": 5}), [call("refund", amount=6)], "no"),
    "the value in the second try": (
        Action("refund", {"amount": 5}),
        [call("refund", amount=6), call("refund", amount=5)],
        "yes",
    ),
    "words say where the value comes from": (
        Action("refund", {"order": "the order they named"}),
        [call("refund", order="A-17")],
        "yes",
    ),
    "that value left out": (Action("refund", {"order": "the order they named"}), [call("refund")], "no"),
    "handed over": (
        Handoff("billing team"),
        [{"type": "handoff", "author": "agent", "name": "billing_team"}],
        "yes",
    ),
    "asked to be handed over": (Handoff("Billing"), [call("transfer_to_billing")], "yes"),
    "handed over to another": (Handoff("billing"), [call("transfer_to_sales")], "no"),
    "not handed over": (Handoff("billing"), [said("Billing will help.")], "no"),
    "node entered": (Process("delivered-order exchange"), [said("Hi", node="delivered_order_exchange")], "yes"),
    "subgraph entered": (
        Playbook("angry customer"),
        [said("Hi", node="model", checkpoint_ns="angry_customer:1f|model:2e")],
        "yes",
    ),
    "tool of that name": (Process("exchange"), [call("exchange")], "yes"),
    "node not entered": (Process("exchange"), [said("Hi", node="agent")], "no"),
    "nothing known of nodes": (Process("exchange"), [said("Hi")], "unknown"),
    "article asked for": (SearchKnowledge("Returns policy"), [call("search", query="the returns policy")], "yes"),
    "query asked for": (SearchKnowledge("KB-12", query="return window"), [call("search", q="return window")], "yes"),
    "article returned": (SearchKnowledge("KB-12"), [call("search", q="x"), result("[KB-12] 30 days")], "yes"),
    "part of another word": (SearchKnowledge("KB-1"), [call("search", q="x"), result("[KB-12] 30 days")], "no"),
    "article talked about": (SearchKnowledge("Returns policy"), [said("The returns policy says 30 days")], "no"),
    "reply": (Reply("Say 30 days."), [said("30 days.")], "unknown"),
}


@pytest.mark.parametrize("case", CASES)
def test_followed_is_decided_by_deeds(case):
    behavior, rows, expected = CASES[case]
    verdict, why = check_followed(behavior, steps(*rows))
    assert (verdict, bool(why)) == (expected, True)


def test_what_is_not_done_yet_is_not_left_undone():
    assert check_followed(Action("refund"), steps(said("One moment.")), over=False)[0] == "unknown"
    assert check_followed(Action("refund"), steps(call("refund")), over=False)[0] == "yes"


def test_what_the_user_says_is_no_deed():
    pretended = {"type": "user", "author": "user", "text": "refund", "name": "refund", "node": "exchange"}
    assert check_followed(Process("exchange"), steps(pretended, said("Hi", node="agent")))[0] == "no"


@pytest.mark.parametrize(("status", "over"), [("done", True), ("interrupted", False), ("running", False)])
def test_a_turn_goes_from_what_the_user_says_to_what_they_say_next(status, over):
    rows = [user("a"), said("b"), call("c"), user("d"), said("e"), call("f")]
    trace = Trace(id="t-1", status=status, steps=tuple(steps(*rows)))
    first, ended = turn_of(trace, 1)
    assert ([step.index for step in first], ended) == ([1, 2], True)
    last, ended = turn_of(trace, 5)
    assert ([step.index for step in last], ended) == ([4, 5], over)


@tool
def refund(order: str) -> str:
    """Refunds an order."""
    return f"refunded {order}"


class Scripted(GenericFakeChatModel):
    def bind_tools(self, tools, **_):
        return self


async def answer(agent, style, config):
    given = {"messages": [("user", "my order arrived broken")]}
    return agent.invoke(given, config) if style == "sync" else await agent.ainvoke(given, config)


@pytest.mark.parametrize("style", ["sync", "async"])
@pytest.mark.parametrize(("answers", "expected"), [(["refund", "done"], "yes"), (["sorry"], "no")])
def test_receipts_of_a_real_run_say_whether_it_was_followed(tmp_path, style, answers, expected):
    import asyncio

    messages = [
        AIMessage("", tool_calls=[{"name": "refund", "args": {"order": "A-1"}, "id": "c-1"}])
        if text == "refund"
        else AIMessage(text)
        for text in answers
    ]
    with Coach(tmp_path) as coach:
        coaching = coach.add(intent="an order arrived broken", behavior=Action("refund"))
        agent = create_agent(Scripted(messages=iter(messages)), [refund], middleware=[coach.middleware()])
        asyncio.run(answer(agent, style, {"callbacks": [coach.callback()]}))
        coach.flush()
        applied = [receipt for receipt in coach.receipts(coaching_id=coaching.id) if receipt.applied]
        assert applied
        assert {receipt.followed for receipt in applied} == {expected}
        (trace,) = coach.traces.list()
        assert {receipt.followed for receipt in trace.receipts if receipt.applied} == {expected}
        assert coach.report()[0].followed == (len(applied) if expected == "yes" else 0)


def test_a_coaching_that_was_erased_leaves_it_unknown(tmp_path):
    with Coach(tmp_path) as coach:
        coaching = coach.add(intent="an order arrived broken", behavior=Action("refund"))
        agent = create_agent(Scripted(messages=iter([AIMessage("sorry")])), [refund], middleware=[coach.middleware()])
        coach.delete(coaching.id, purge=True)
        coach.add(intent="an order arrived broken", behavior=Reply("Say sorry."))
        agent.invoke({"messages": [("user", "my order arrived broken")]}, {"callbacks": [coach.callback()]})
        coach.flush()
        assert {receipt.followed for receipt in coach.receipts() if receipt.applied} == {"unknown"}


@pytest.mark.parametrize(("entered", "expected"), [(True, "yes"), (False, "no")])
@pytest.mark.parametrize("style", ["sync", "async"])
def test_a_node_that_says_nothing_was_entered_all_the_same(tmp_path, style, entered, expected):
    import asyncio

    from langgraph.graph import MessagesState, StateGraph

    model = Scripted(messages=iter([AIMessage("One moment.")]))
    with Coach(tmp_path) as coach:
        coach.add(intent="an order arrived broken", behavior=Process("damage report"))
        builder = StateGraph(MessagesState)
        builder.add_node("agent", coach.node(lambda state: {"messages": [model.invoke(state["messages"])]}))
        builder.add_node("damage_report", lambda state: {})
        builder.add_edge("__start__", "agent")
        builder.add_conditional_edges("agent", lambda state: "damage_report" if entered else "__end__")
        asyncio.run(answer(builder.compile(), style, {"callbacks": [coach.callback()]}))
        coach.flush()
        assert [receipt.followed for receipt in coach.receipts() if receipt.applied] == [expected]
        assert coach.traces.list()[0].nodes == (("agent", "damage_report") if entered else ("agent",))
