"""`coach.node(call_model)`: whatever LangGraph takes as a node goes on working, unchanged inside."""

from __future__ import annotations

import asyncio
import functools
import operator
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import pytest
from agents import ASKED, OTHER, THREAD, TOLD, asking, leaked, receipts
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableConfig, RunnableLambda
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.graph.message import add_messages
from langgraph.runtime import Runtime  # noqa: TC002 - LangGraph reads the annotations
from langgraph.store.base import BaseStore  # noqa: TC002
from langgraph.store.memory import InMemoryStore
from langgraph.types import Command, Overwrite, Send, StreamWriter
from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict


def graph_of(node, state=MessagesState, **compiled):
    return StateGraph(state).add_node("agent", node).add_edge(START, "agent").compile(**compiled)


class CallsModel:
    """A node that is an object."""

    def __init__(self, model):
        self.model = model

    def __call__(self, state: MessagesState):
        return {"messages": [self.model.invoke(state["messages"])]}

    def method(self, state: MessagesState):
        return self(state)


class AwaitsModel(CallsModel):
    async def __call__(self, state: MessagesState):
        return {"messages": [await self.model.ainvoke(state["messages"])]}


def call_with(model, state: MessagesState):
    return {"messages": [model.invoke(state["messages"])]}


async def acall_with(model, state: MessagesState):
    return {"messages": [await model.ainvoke(state["messages"])]}


def generating(model):
    def node(state: MessagesState):
        yield {"messages": [model.invoke(state["messages"])]}

    return node


def both(model):
    return RunnableLambda(functools.partial(call_with, model), functools.partial(acall_with, model))


def chain(model):
    prompt = ChatPromptTemplate.from_messages([("system", "You are brief."), ("placeholder", "{messages}")])
    return prompt | model | (lambda answer: {"messages": [answer]})


SYNC = {
    "function": lambda model: functools.partial(call_with, model),
    "lambda": lambda model: lambda state: {"messages": [model.invoke(state["messages"])]},
    "object": CallsModel,
    "method": lambda model: CallsModel(model).method,
    "generator": generating,
    "both": both,
    "chain": chain,
}
ASYNC = {
    "coroutine": lambda model: functools.partial(acall_with, model),
    "object": AwaitsModel,
    "both": both,
    "chain": chain,
}


@pytest.mark.parametrize("kind", SYNC)
def test_every_kind_of_node(coach, coaching, run, model, kind):
    state = run(graph_of(coach.node(SYNC[kind](model))), asking())

    assert model.blocks == [1]
    assert isinstance(model.prompts[0][0], SystemMessage)
    assert [m.type for m in state["messages"]] == ["human", "ai"]
    assert leaked(state) == []
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]


@pytest.mark.parametrize("kind", ASYNC)
def test_every_kind_of_asynchronous_node(coach, coaching, model, kind):
    state = asyncio.run(graph_of(coach.node(ASYNC[kind](model))).ainvoke(asking()))

    assert model.blocks == [1]
    assert leaked(state) == []
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]


def test_the_system_message_that_a_chain_adds_is_the_one_that_it_goes_into(coach, coaching, run, model):
    run(graph_of(coach.node(chain(model))), asking())

    (prompt,) = model.prompts
    assert [m.type for m in prompt] == ["system", "human"]
    assert prompt[0].content.startswith("You are brief.\n\n<coaching>")


def test_langgraph_goes_on_injecting(coach, coaching, run, model):
    seen = {}

    def call_model(
        state: MessagesState, config: RunnableConfig, runtime: Runtime, *, store: BaseStore, writer: StreamWriter
    ):
        seen.update(thread=config["configurable"]["thread_id"], context=runtime.context, item=store.get(("a",), "b"))
        writer({"told": True})
        return {"messages": [model.invoke(state["messages"], config)]}

    async def acall_model(
        state: MessagesState, config: RunnableConfig, runtime: Runtime, *, store: BaseStore, writer: StreamWriter
    ):
        seen.update(thread=config["configurable"]["thread_id"], context=runtime.context, item=store.get(("a",), "b"))
        writer({"told": True})
        return {"messages": [await model.ainvoke(state["messages"], config)]}

    store = InMemoryStore()
    store.put(("a",), "b", {"c": 1})
    node = coach.node(acall_model if run.is_async else call_model)
    graph = graph_of(node, store=store, checkpointer=InMemorySaver())
    parts = run.stream(graph, asking(), THREAD, context={"who": "me"}, stream_mode=["custom", "values"])

    assert seen["thread"] == "1"
    assert seen["context"] == {"who": "me"}
    assert seen["item"].value == {"c": 1}
    assert ("custom", {"told": True}) in parts
    assert model.blocks == [1]
    assert receipts(parts[-1][1]["messages"][-1]) == [(coaching.id, 1)]


def test_a_node_has_the_name_of_what_it_wraps(coach, model):
    def call_model(state: MessagesState):
        return {}

    assert "call_model" in StateGraph(MessagesState).add_node(coach.node(call_model)).nodes
    assert "CallsModel" in StateGraph(MessagesState).add_node(coach.node(CallsModel(model))).nodes
    assert "call_with" in StateGraph(MessagesState).add_node(coach.node(functools.partial(call_with, model))).nodes
    assert "method" in StateGraph(MessagesState).add_node(coach.node(CallsModel(model).method)).nodes


def test_a_node_keeps_the_schema_and_the_goals_langgraph_reads_from_it(coach, model):
    class Private(TypedDict):
        messages: list[AnyMessage]
        note: str

    def route(state: Private) -> Command[Literal["agent", "__end__"]]:
        return Command(goto="agent")

    builder = StateGraph(MessagesState).add_node("route", coach.node(route))
    route.__annotations__ = {"state": Private, "return": Command[Literal["agent", "__end__"]]}
    typed = StateGraph(MessagesState).add_node("route", coach.node(route))

    assert typed.nodes["route"].input_schema is Private
    assert typed.nodes["route"].ends == ("agent", "__end__")
    assert builder.nodes["route"].input_schema is MessagesState  # as without wrapping: the hint is a local name


@dataclass
class DataState:
    messages: Annotated[list[AnyMessage], add_messages] = field(default_factory=list)
    topic: str = "orders"


@dataclass(frozen=True, slots=True)
class FrozenState:
    messages: Annotated[list[AnyMessage], add_messages]
    topic: str = "orders"
    made: int = field(default=0, init=False)


class PydanticState(BaseModel):
    messages: Annotated[list[AnyMessage], add_messages]
    topic: str = "orders"


class FrozenPydanticState(PydanticState):
    model_config = ConfigDict(frozen=True)


@pytest.mark.parametrize("schema", [DataState, FrozenState, PydanticState, FrozenPydanticState])
def test_states_that_are_objects(coach, coaching, run, model, schema):
    seen = []

    def call_model(state):
        seen.append(state)
        return {"messages": [model.invoke(state.messages)]}

    state = run(graph_of(coach.node(call_model), schema), asking())

    assert model.blocks == [1]
    assert isinstance(seen[0], schema)
    assert seen[0].topic == "orders"
    assert leaked(state) == []
    assert len(state["messages"]) == 2


@pytest.mark.parametrize("schema", [DataState, PydanticState])
def test_a_state_object_that_is_returned_whole(coach, coaching, run, model, schema):
    def call_model(state):
        state.messages.append(model.invoke(state.messages))
        return state

    state = run(graph_of(coach.node(call_model), schema), asking())

    assert model.blocks == [1]
    assert leaked(state) == []
    assert [m.type for m in state["messages"]] == ["human", "ai"]


class PlainState(TypedDict):
    """What a node returns takes the place of what was there."""

    messages: Annotated[list[Any], lambda _, new: new]
    prompt: list[Any]


RETURNS = {
    "all messages": lambda state, answer: {"messages": [*state["messages"], answer]},
    "the state": lambda state, answer: {**state, "messages": [*state["messages"], answer]},
    "another key": lambda state, answer: {"prompt": state["messages"], "messages": [HumanMessage("a"), answer]},
    "one system message": lambda state, answer: {"prompt": state["messages"][0], "messages": ["a", answer]},
    "an overwrite": lambda state, answer: {"messages": Overwrite([*state["messages"], answer])},
    "a command": lambda state, answer: Command(update={"messages": [*state["messages"], answer]}),
    "pairs": lambda state, answer: Command(update=[("messages", [*state["messages"], answer])]),
    "a list": lambda state, answer: [{"prompt": state["messages"]}, Command(update={"messages": ["a", answer]})],
}


@pytest.mark.parametrize("returned", RETURNS)
@pytest.mark.parametrize("system", [[], [SystemMessage("Be kind.\n\n", id="s")]])
def test_nothing_of_it_is_left_in_what_the_node_returns(coach, coaching, run, model, returned, system):
    def call_model(state):
        return RETURNS[returned](state, model.invoke(state["messages"]))

    graph = graph_of(coach.node(call_model), PlainState, checkpointer=InMemorySaver())
    before = [*system, HumanMessage(ASKED, id="h")]
    state = run(graph, {"messages": before}, THREAD)

    assert model.blocks == [1]
    assert leaked(state) == []
    assert [leaked(s.values) for s in run.history(graph, THREAD)] == [[]] * 3
    for key in ("messages", "prompt"):
        kept = [m for m in state.get(key) or [] if isinstance(m, SystemMessage)]
        assert kept in ([], system)


def test_nothing_of_it_is_sent_on(coach, coaching, run, model):
    seen = []

    def call_model(state):
        return Command(goto=Send("reader", {"messages": state["messages"]}))

    def reader(state):
        seen.append(state)

    builder = StateGraph(PlainState).add_node("agent", coach.node(call_model), destinations=("reader",))
    graph = builder.add_node("reader", reader).add_edge(START, "agent").compile()
    run(graph, {"messages": [HumanMessage(ASKED)]})

    assert [m.type for m in seen[0]["messages"]] == ["human"]


FORMS = {
    "mappings": [{"role": "system", "content": "Be kind.", "name": "x"}, {"role": "user", "content": ASKED}],
    "pairs": [("user", ASKED)],
    "a tuple": (("system", "Be kind."), ("user", ASKED)),
    "one text": ASKED,
    "one message": HumanMessage(ASKED),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_node_is_given_its_messages_as_they_are(coach, coaching, run, model, form):
    """Whatever it does with them, coaching is in the model's request alone."""
    messages, seen = FORMS[form], []

    def call_model(state):
        seen.append(state["messages"])
        return {"messages": [*(state["messages"],), model.invoke(convert_to_messages_of(state["messages"]))]}

    state = run(graph_of(coach.node(call_model), PlainState), {"messages": messages})

    assert seen[0] is messages or seen == [messages]
    assert model.blocks == [1]
    assert leaked(state) == []


def convert_to_messages_of(given):
    return [given] if isinstance(given, HumanMessage) else given


def test_another_key_for_the_messages(coach, coaching, run, model):
    class State(TypedDict):
        chat: Annotated[list[AnyMessage], add_messages]

    def call_model(state):
        return {"chat": [model.invoke(state["chat"])]}

    state = run(graph_of(coach.node(call_model, messages_key="chat"), State), {"chat": [("user", ASKED)]})

    assert model.blocks == [1]
    assert leaked(state) == []


def test_a_node_that_calls_several_models_labels_those_that_saw_it(coach, coaching, run, model, scripted):
    other = scripted("orders")

    def call_model(state):
        topic = other.invoke([("user", f"classify: {ASKED}")])
        return {"messages": [topic, model.invoke(state["messages"])]}

    state = run(graph_of(coach.node(call_model)), asking())

    _, topic, answer = state["messages"]
    assert other.blocks == [0]
    assert "coaching" not in topic.response_metadata
    assert receipts(answer) == [(coaching.id, 1)]


def test_a_node_that_streams_its_model(coach, coaching, run, scripted):
    model = scripted("Let us exchange it.")

    def call_model(state: MessagesState):
        chunks = list(model.stream(state["messages"]))
        return {"messages": [sum(chunks[1:], chunks[0])]}

    async def acall_model(state: MessagesState):
        chunks = [chunk async for chunk in model.astream(state["messages"])]
        return {"messages": [sum(chunks[1:], chunks[0])]}

    state = run(graph_of(coach.node(acall_model if run.is_async else call_model)), asking())

    assert model.blocks == [1]
    assert state["messages"][-1].text == "Let us exchange it."
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]
    assert len(state["messages"][-1].response_metadata["coaching"]) == 1


def test_a_node_wrapped_twice_has_one_block(coach, coaching, run, model):
    def call_model(state):
        return {"messages": [model.invoke(state["messages"])]}

    state = run(graph_of(coach.node(coach.node(call_model))), asking())

    assert model.blocks == [1]
    assert leaked(state) == []
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]


def test_a_wrapped_node_around_an_agent_with_the_middleware_has_one_block(coach, coaching, run, model):
    inner = create_agent(model, tools=[], system_prompt="You are brief.", middleware=[coach.middleware()])

    def call_agent(state: MessagesState):
        return {"messages": inner.invoke({"messages": state["messages"]})["messages"]}

    async def acall_agent(state: MessagesState):
        return {"messages": (await inner.ainvoke({"messages": state["messages"]}))["messages"]}

    state = run(graph_of(coach.node(acall_agent if run.is_async else call_agent)), asking())

    assert model.blocks == [1]
    assert model.told[0].startswith("You are brief.\n")
    assert leaked(state) == []
    assert [m.type for m in state["messages"]] == ["human", "ai"]


def test_the_scope_of_a_wrapped_node_is_its_name(coach, run, model):
    coach.add(
        intent="a customer asks to change a delivered order",
        behavior={"type": "reply", "text": TOLD},
        examples=[ASKED],
        node="agent",
    )
    call = functools.partial(call_with, model)
    here, there = coach.node(call), StateGraph(MessagesState).add_node("elsewhere", coach.node(call))
    run(graph_of(here), asking())
    run(there.add_edge(START, "elsewhere").compile(), asking())
    run(graph_of(coach.node(call, node="elsewhere")), asking())

    assert model.blocks == [1, 0, 0]


def test_a_compiled_graph_is_refused(coach, model):
    graph = graph_of(functools.partial(call_with, model))
    with pytest.raises(TypeError, match="middleware"):
        coach.node(graph)


@pytest.mark.parametrize("thing", [3, "agent", {"a": 1}])
def test_what_is_no_node_is_refused(coach, thing):
    with pytest.raises(TypeError, match="node function or a Runnable"):
        coach.node(thing)


def test_outside_of_a_graph_a_wrapped_node_is_a_function(coach, coaching, model):
    update = coach.node(functools.partial(call_with, model))({"messages": [HumanMessage(ASKED)]})

    assert model.blocks == [1]
    assert isinstance(update["messages"][0], AIMessage)


def test_errors_of_the_node_are_its_own(coach, coaching, run):
    def call_model(state):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        run(graph_of(coach.node(call_model)), asking())


def test_a_reducer_sees_the_nodes_own_output(coach, coaching, run, model):
    class State(TypedDict):
        messages: Annotated[list[Any], operator.add]

    def call_model(state):
        return {"messages": [model.invoke(state["messages"])]}

    def after(state):
        return Command(goto=END)

    builder = StateGraph(State).add_node("agent", coach.node(call_model)).add_node("after", after)
    graph = builder.add_edge(START, "agent").add_edge("agent", "after").compile()
    state = run(graph, {"messages": [HumanMessage(OTHER), AIMessage("Ulaanbaatar"), HumanMessage(ASKED)]})

    assert model.blocks == [1]
    assert leaked(state) == []
    assert len(state["messages"]) == 4
