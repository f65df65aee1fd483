"""Every model call of a tool loop has the block, once."""

from __future__ import annotations

import pytest
from agents import ASKED, EDITED, THREAD, TOLD, asking, calling, leaked, messages_of, receipts
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.messages import AIMessage, SystemMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from langgraph.types import Command

from langgraph_coaching import CoachingState, Reply, coached


@tool
def look_up(order: str) -> str:
    """Looks up an order."""
    return f"{order}: delivered"


def call(number):
    return AIMessage("", tool_calls=[{"name": "look_up", "args": {"order": "A1"}, "id": f"call_{number}"}])


@pytest.fixture
def model(scripted):
    """Calls a tool twice, then answers."""
    return scripted(call(1), call(2), "It can be exchanged.")


def node_loop(coach, run, model, **compiled):
    builder = StateGraph(CoachingState).add_node("coach", coach.node()).add_node("tools", ToolNode([look_up]))
    builder.add_node("agent", calling(model, run, coached)).add_edge(START, "coach").add_edge("coach", "agent")
    return builder.add_conditional_edges("agent", tools_condition).add_edge("tools", "coach").compile(**compiled)


def wrapped_loop(coach, run, model, **compiled):
    builder = StateGraph(MessagesState).add_node("tools", ToolNode([look_up]))
    builder.add_node("agent", coach.node(calling(model, run, messages_of))).add_edge(START, "agent")
    return builder.add_conditional_edges("agent", tools_condition).add_edge("tools", "agent").compile(**compiled)


def middleware_loop(coach, run, model, **compiled):
    return create_agent(model, tools=[look_up], middleware=[coach.middleware()], **compiled)


LOOPS = {"node": node_loop, "wrapped": wrapped_loop, "middleware": middleware_loop}


@pytest.fixture(params=list(LOOPS))
def loop(request):
    return LOOPS[request.param]


def test_one_block_in_each_call(coach, coaching, run, model, loop, saver):
    graph = loop(coach, run, model, checkpointer=saver)
    state = run(graph, asking(), THREAD)

    assert model.blocks == [1, 1, 1]
    assert [len(prompt) for prompt in model.prompts] == [2, 4, 6]
    assert all(isinstance(prompt[0], SystemMessage) for prompt in model.prompts)
    assert [m.type for m in state["messages"]] == ["human", "ai", "tool", "ai", "tool", "ai"]
    assert leaked(state) == []
    assert all(leaked(s.values) == [] for s in run.history(graph, THREAD))
    assert [receipts(m) for m in state["messages"] if m.type == "ai"] == [[(coaching.id, 1)]] * 3


def test_the_tool_gets_the_arguments_the_model_gave(coach, coaching, run, model, loop):
    state = run(loop(coach, run, model), asking())

    assert [m.content for m in state["messages"] if m.type == "tool"] == ["A1: delivered"] * 2


def test_streaming_a_loop(coach, coaching, run, model, loop):
    parts = run.stream(loop(coach, run, model), asking(), stream_mode=["messages", "values", "updates"])

    assert model.blocks == [1, 1, 1]
    assert leaked(parts) == []


def test_an_edit_in_the_middle_of_a_loop_is_in_the_next_call(coach, coaching, run, scripted, loop):
    def edits(_):
        coach.edit(coaching.id, behavior=Reply(EDITED))
        return call(1)

    model = scripted(edits, "It can be exchanged.")
    run(loop(coach, run, model), asking())

    assert [TOLD in told for told in model.told] == [True, False]
    assert EDITED in model.told[1]


def test_a_person_who_approves_a_tool(coach, coaching, run, model):
    """The call after the approval is a new one; those before it are not made again."""
    approval = HumanInTheLoopMiddleware(interrupt_on={"look_up": True})
    graph = create_agent(
        model, tools=[look_up], middleware=[coach.middleware(), approval], checkpointer=InMemorySaver()
    )
    run(graph, asking(), THREAD)
    coach.edit(coaching.id, behavior=Reply(EDITED))
    run(graph, Command(resume={"decisions": [{"type": "approve"}]}), THREAD)

    assert [TOLD in told for told in model.told] == [True, False]
    assert model.blocks == [1, 1]


def test_the_middleware_merges_into_the_agents_own_system_prompt(coach, coaching, run, model):
    prompts = ["You are brief.", SystemMessage([{"type": "text", "text": "You are brief.", "cache_control": {}}])]
    for prompt in prompts:
        agent = create_agent(model, tools=[look_up], system_prompt=prompt, middleware=[coach.middleware()])
        run(agent, asking())

    assert model.blocks == [1] * 4
    text, blocks = model.prompts[0][0].content, model.prompts[3][0].content
    assert text.startswith("You are brief.\n\n<coaching>")
    assert blocks[0] == {"type": "text", "text": "You are brief.", "cache_control": {}}
    assert TOLD in blocks[1]["text"]
    assert all([m.type for m in prompt].count("system") == 1 for prompt in model.prompts)


def test_the_middleware_merges_into_a_system_message_of_the_conversation(coach, coaching, run, model):
    agent = create_agent(model, tools=[look_up], middleware=[coach.middleware()])
    state = run(agent, {"messages": [("system", "Be kind."), ("user", ASKED)]})

    assert model.blocks == [1, 1, 1]
    assert model.told[0].startswith("Be kind.\n\n<coaching>")
    assert [m.type for m in model.prompts[0]] == ["system", "human"]
    assert state["messages"][0].content == "Be kind."
