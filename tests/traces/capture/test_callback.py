"""Real graphs, captured: what runs becomes a trace, in both call styles."""

import asyncio
import operator
import statistics
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from captured import Captured
from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel, FakeListLLM
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import InjectedToolCallId, tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.config import get_config
from langgraph.func import entrypoint, task
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import InjectedState, ToolNode
from langgraph.types import Command, RetryPolicy, Send, interrupt
from pydantic import BaseModel, Field

from langgraph_coaching.recall.prompt import block
from langgraph_coaching.traces.capture.callback import Capture
from langgraph_coaching.traces.model import Trace


class Model(BaseChatModel):
    """Gives the answers it was told to give, one a call; an exception among them is raised."""

    answers: list[Any]
    lock: Any = Field(default_factory=threading.Lock, exclude=True)

    @property
    def _llm_type(self):
        return "scripted"

    def bind_tools(self, tools, **kwargs):
        return self

    def _get_ls_params(self, stop=None, **kwargs):
        return {**super()._get_ls_params(stop, **kwargs), "ls_model_name": "scripted-1"}

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        with self.lock:
            answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        answers = answer if isinstance(answer, list) else [answer]
        made = [AIMessage(one) if isinstance(one, str) else one for one in answers]
        return ChatResult(generations=[ChatGeneration(message=message) for message in made])


class Echo(BaseChatModel):
    """Answers with the latest words it was given; can answer in pieces."""

    @property
    def _llm_type(self):
        return "echo"

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        return ChatResult(generations=[ChatGeneration(message=AIMessage(f"heard {messages[-1].content}"))])

    def _stream(self, messages, stop=None, run_manager=None, **kwargs):
        usage = {"input_tokens": 2, "output_tokens": 3, "total_tokens": 5}
        for piece, counted in (("heard ", None), (messages[-1].content, usage)):
            chunk = ChatGenerationChunk(message=AIMessageChunk(piece, usage_metadata=counted))
            if run_manager:
                run_manager.on_llm_new_token(piece, chunk=chunk)
            yield chunk


def asks(name, call_id="c1", **arguments):
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": call_id}])


@tool
def weather(city: str) -> str:
    """Tells the weather."""
    if city == "Atlantis":
        raise ConnectionError("no such place")
    return f"sunny in {city}"


@pytest.fixture(params=["sync", "async"])
def call(request):
    """Runs a Runnable to its end, in either call style."""
    if request.param == "sync":
        return lambda graph, inputs, config: graph.invoke(inputs, config)
    return lambda graph, inputs, config: asyncio.run(graph.ainvoke(inputs, config))


@pytest.fixture
def runs():
    return Captured()


def node(model):
    """A node that calls a model in the style it is called in."""

    async def acall(state):
        return {"messages": [await model.ainvoke(state["messages"])]}

    return RunnableLambda(lambda state: {"messages": [model.invoke(state["messages"])]}, acall)


def line(**nodes):
    """A graph of these nodes, one after the other."""
    builder = StateGraph(MessagesState)
    builder.add_sequence(list(nodes.items()))
    builder.add_edge(START, next(iter(nodes)))
    return builder


def said(text):
    return {"messages": [("user", text)]}


def told(trace, *fields):
    """One tuple a step of these fields; without the system prompt where it is not asked for."""
    return [tuple(getattr(step, name) for name in fields) for step in trace.steps]


# ── the steps of a run ──


def test_an_agent_with_a_tool_becomes_typed_steps_in_order(call, runs):
    usage = {"input_tokens": 9, "output_tokens": 4, "total_tokens": 13}
    model = Model(answers=[asks("weather", city="Paris"), AIMessage("It is sunny.", usage_metadata=usage)])
    agent = create_agent(model, [weather], system_prompt="Be brief.", name="helper")

    call(agent, said("How is the weather?"), runs.on("t-1", tags=["web"], metadata={"customer": "gold"}))

    trace = runs.trace
    assert told(trace, "type", "author", "text", "name", "tool_call_id", "call") == [
        ("system", "system", "Be brief.", "prompt", None, None),
        ("user", "user", "How is the weather?", None, None, None),
        ("tool_call", "agent", '{"city": "Paris"}', "weather", "c1", 0),
        ("tool_result", "tool", "sunny in Paris", "weather", "c1", None),
        ("message", "agent", "It is sunny.", None, None, 1),
    ]
    asked, result, answer = trace.steps[2:]
    assert (asked.arguments, result.arguments) == ({"city": "Paris"}, None)
    assert answer.usage == usage
    assert asked.model == answer.model == "scripted-1"
    assert trace.models == ("scripted-1",)
    assert min(asked.duration_ms, result.duration_ms, answer.duration_ms) > 0
    assert asked.at <= result.at <= answer.at
    assert (trace.name, trace.thread_id, trace.status, trace.error) == ("helper", "t-1", "done", None)
    assert (trace.origin, trace.tags, trace.metadata) == ("live", ("web",), {"customer": "gold"})
    assert trace.started_at <= trace.ended_at
    assert [step.index for step in trace.steps] == list(range(5))
    assert trace.id == "t-" + runs.events[0].run_id.hex
    assert Trace.model_validate_json(trace.model_dump_json()) == trace


def test_steps_have_the_keys_that_survive_retry_and_resume(call, runs):
    seen = []

    def agent(state):
        seen.append(get_config()["metadata"])
        return {"messages": [Model(answers=["Hello."]).invoke(state["messages"])]}

    call(line(agent=agent).compile(), said("hi"), runs.config())
    answer = runs.trace.steps[-1]
    assert (answer.node, answer.checkpoint_ns) == ("agent", seen[0]["langgraph_checkpoint_ns"])


def test_what_was_said_in_earlier_turns_is_history(call, runs):
    graph = line(agent=node(Echo()), goodbye=lambda state: {"messages": [AIMessage("Bye.")]}).compile(
        checkpointer=InMemorySaver()
    )
    call(graph, said("one"), runs.on("t"))
    runs.events.clear()
    call(graph, said("two"), runs.on("t"))
    assert told(runs.trace, "type", "author", "text", "history") == [
        ("user", "user", "one", True),
        ("message", "agent", "heard one", True),
        ("message", "agent", "Bye.", True),  # who wrote it cannot be known any more
        ("user", "user", "two", False),
        ("message", "agent", "heard two", False),
        ("message", "canned", "Bye.", False),
    ]


def test_history_where_the_way_in_is_conditional(call, runs):
    builder = StateGraph(MessagesState)
    builder.add_node("agent", node(Echo()))
    builder.add_conditional_edges(START, lambda state: "agent")
    graph = builder.compile(checkpointer=InMemorySaver())
    call(graph, said("one"), runs.on("t"))
    runs.events.clear()
    call(graph, said("two"), runs.on("t"))
    assert told(runs.trace, "author", "text", "history") == [
        ("user", "one", True),
        ("agent", "heard one", True),
        ("user", "two", False),
        ("agent", "heard two", False),
    ]


def test_messages_a_reducer_makes_of_what_a_node_returns_are_of_this_run(call, runs):
    class State(MessagesState):
        said: Annotated[list, lambda old, new: [*old, *(AIMessage(text) for text in new)]]

    builder = StateGraph(State)
    builder.add_sequence([("greet", lambda state: {"said": ["Welcome."]}), ("agent", node(Echo()))])
    builder.add_edge(START, "greet")
    call(builder.compile(), said("hi"), runs.config())
    assert told(runs.trace, "author", "text", "history") == [
        ("user", "hi", False),
        ("canned", "Welcome.", False),
        ("agent", "heard hi", False),
    ]


def test_a_conversation_given_to_a_model_alone(call, runs):
    call(Echo(), [("user", "one"), ("ai", "1"), ("user", "two")], runs.config())
    assert told(runs.trace, "author", "text", "history") == [
        ("user", "one", True),
        ("agent", "1", True),
        ("user", "two", False),
        ("agent", "heard two", False),
    ]


def test_a_canned_answer_without_a_graph(call, runs):
    call(RunnableLambda(lambda text: AIMessage("We are closed.")), "hi", runs.config())
    assert told(runs.trace, "author", "text", "history") == [("canned", "We are closed.", False)]


def test_the_same_words_in_two_turns_are_two_steps(call, runs):
    graph = line(agent=node(Echo())).compile(checkpointer=InMemorySaver())
    call(graph, said("yes"), runs.on("t"))
    runs.events.clear()
    call(graph, said("yes"), runs.on("t"))
    assert told(runs.trace, "text", "history", "call") == [
        ("yes", True, None),
        ("heard yes", True, None),
        ("yes", False, None),
        ("heard yes", False, 0),
    ]


def test_a_whole_conversation_given_at_once_is_history_up_to_its_last_answer(call, runs):
    given = [("user", "one"), ("ai", "1"), ("user", "two"), ("user", "and three")]
    call(line(agent=node(Echo())).compile(), {"messages": given}, runs.config())
    assert told(runs.trace, "author", "text", "history") == [
        ("user", "one", True),
        ("agent", "1", True),
        ("user", "two", False),
        ("user", "and three", False),
        ("agent", "heard and three", False),
    ]


def test_text_no_model_wrote_is_canned(call, runs):
    def agent(state):
        shots = [HumanMessage("2+2?"), AIMessage("4")]
        answer = Echo().invoke([*shots, *state["messages"]])
        return {"messages": [answer, AIMessage("Anything else?")]}

    call(line(agent=agent).compile(), said("3+3?"), runs.config())
    assert told(runs.trace, "author", "text") == [  # the examples are in the prompt of that one call, nobody said them
        ("user", "3+3?"),
        ("agent", "heard 3+3?"),
        ("canned", "Anything else?"),
    ]
    assert [step.text for step in runs.trace.coachable_steps()] == ["heard 3+3?"]


def test_what_a_later_node_puts_in_front_is_not_put_before_what_has_happened(call, runs):
    def agent(state):
        return {"messages": [Echo().invoke(state["messages"])]}

    def more(state):
        return Command(update={"messages": [HumanMessage("2+2?"), AIMessage("4")]})

    call(line(agent=agent, more=more).compile(), said("3+3?"), runs.config())
    assert told(runs.trace, "author", "text") == [
        ("user", "3+3?"),
        ("agent", "heard 3+3?"),
        ("user", "2+2?"),
        ("canned", "4"),
    ]


def test_an_answer_whose_words_a_node_changes_keeps_its_tool_calls_once(call, runs):
    model = Model(answers=[asks("weather", city="Rome")])

    def agent(state):
        answer = model.invoke(state["messages"])
        return {"messages": [AIMessage("Let me see.", tool_calls=answer.tool_calls, id="new")]}

    call(line(agent=agent, tools=ToolNode([weather])).compile(), said("hi"), runs.config())
    assert told(runs.trace, "type", "text")[1:] == [
        ("tool_call", '{"city": "Rome"}'),
        ("tool_result", "sunny in Rome"),
    ]


def test_an_answer_that_says_a_model_made_it_is_the_agents_even_if_langchain_did_not_see_the_call(call, runs):
    answer = AIMessage("Hi.", response_metadata={"model_name": "raw-sdk"})
    call(line(agent=lambda state: {"messages": [answer]}).compile(), said("hi"), runs.config())
    assert told(runs.trace, "author", "text") == [("user", "hi"), ("agent", "Hi.")]


def test_an_answer_the_node_writes_anew_is_not_recorded_twice(call, runs):
    def agent(state):
        answer = Echo().invoke([HumanMessage(message.content) for message in state["messages"]])
        return {"messages": [{"role": "assistant", "content": answer.content}]}

    call(line(agent=agent).compile(), said("hi"), runs.config())
    assert told(runs.trace, "author", "text") == [("user", "hi"), ("agent", "heard hi")]


def test_messages_are_recorded_when_no_model_is_ever_called(call, runs):
    given = {"messages": [SystemMessage("Be brief."), ("user", "hi")]}
    call(line(agent=lambda state: {}).compile(), given, runs.config())
    assert told(runs.trace, "type", "text") == [("system", "Be brief."), ("user", "hi")]


def test_messages_are_recorded_when_the_graph_fails_before_its_first_node(call, runs):
    graph = line(agent=node(Echo())).compile(checkpointer=InMemorySaver())
    with pytest.raises(ValueError, match="thread_id"):
        call(graph, said("hi"), runs.config())
    assert runs.events == []  # LangGraph refuses it before there is a run

    builder = StateGraph(MessagesState)
    builder.add_node("agent", node(Echo()))
    builder.add_conditional_edges(START, lambda state: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call(builder.compile(), said("hi"), runs.config())
    assert told(runs.trace, "type", "text", "name")[0] == ("user", "hi", None)
    assert (runs.trace.status, runs.trace.error) == ("error", "ZeroDivisionError: division by zero")


def test_a_prompt_in_the_state_is_recorded_once(call, runs):
    given = {"messages": [SystemMessage("Be brief."), ("user", "hi")]}
    call(line(agent=node(Echo())).compile(), given, runs.config())
    assert told(runs.trace, "type", "text") == [("system", "Be brief."), ("user", "hi"), ("message", "heard hi")]


def test_the_prompt_is_recorded_once_and_again_when_it_changes(call, runs):
    prompts = iter(["Be brief.", "Be brief.", "Be kind."])

    def turn(state):
        return {"messages": [Echo().invoke([SystemMessage(next(prompts)), *state["messages"]])]}

    builder = StateGraph(MessagesState)
    builder.add_node("agent", turn)
    builder.add_edge(START, "agent")
    builder.add_conditional_edges("agent", lambda state: END if len(state["messages"]) > 3 else "agent")
    call(builder.compile(), said("hi"), runs.config())
    assert told(runs.trace, "type", "text") == [
        ("system", "Be brief."),
        ("user", "hi"),
        ("message", "heard hi"),
        ("message", "heard heard hi"),
        ("system", "Be kind."),
        ("message", "heard heard heard hi"),
    ]


def test_reasoning_is_a_step_of_its_own(call, runs):
    thought = AIMessage([{"type": "reasoning", "reasoning": "Sum."}, {"type": "text", "text": "4"}])
    model = Model(answers=[thought, "<think>Sum again.</think>8"])
    call(line(one=node(model), two=node(model)).compile(), said("2+2? 4+4?"), runs.config())
    assert told(runs.trace, "type", "text", "call")[1:] == [
        ("reasoning", "Sum.", 0),
        ("message", "4", 0),
        ("reasoning", "Sum again.", 1),
        ("message", "8", 1),
    ]


def test_an_empty_answer_is_still_a_model_call(call, runs):
    call(line(agent=node(Model(answers=[""]))).compile(), said("hi"), runs.config())
    assert told(runs.trace, "type", "text", "call")[1:] == [("message", "", 0)]
    assert runs.trace.coachable_steps() == []


def test_further_generations_are_kept_beside_the_first(call, runs):
    call(line(agent=node(Model(answers=[["one", "two", "three"]]))).compile(), said("hi"), runs.config())
    assert runs.trace.steps[1].text == "one"
    assert runs.trace.steps[1].extra == {"alternatives": ["two", "three"]}


def test_a_model_that_completes_text(call, runs):
    llm = FakeListLLM(responses=["done"])
    call(llm, "Say done.", runs.config())
    assert told(runs.trace, "type", "author", "text") == [("user", "user", "Say done."), ("message", "agent", "done")]

    runs.events.clear()

    def agent(state):
        return {"messages": [AIMessage(FakeListLLM(responses=["4"]).invoke(f"Human: {state['messages'][-1].content}"))]}

    call(line(agent=agent).compile(), said("2+2?"), runs.config())
    assert told(runs.trace, "type", "author", "text") == [
        ("system", "system", "Human: 2+2?"),
        ("user", "user", "2+2?"),
        ("message", "agent", "4"),
    ]


def test_a_chain_without_a_graph(call, runs):
    chain = ChatPromptTemplate([("system", "Be brief."), ("human", "{question}")]) | Echo()
    call(chain, {"question": "why?"}, runs.config(run_name="little chain"))
    assert told(runs.trace, "type", "text") == [("system", "Be brief."), ("user", "why?"), ("message", "heard why?")]
    assert runs.trace.name == "little chain"


def test_the_functional_api(call, runs):
    @task
    def answer(question):
        return Echo().invoke(question)

    @entrypoint()
    def flow(question):
        return answer(question).result()

    @task
    async def aanswer(question):
        return await Echo().ainvoke(question)

    @entrypoint()
    async def aflow(question):
        return await aanswer(question)

    for graph in (flow,):
        graph.invoke("hi", runs.config())
    asyncio.run(aflow.ainvoke("hi", runs.config()))
    for trace in runs.traces:
        assert told(trace, "type", "text") == [("user", "hi"), ("message", "heard hi")]


@dataclass
class Plain:
    chat: Annotated[list, operator.add]


class Checked(BaseModel):
    chat: Annotated[list, operator.add]


@pytest.mark.parametrize("schema", [Plain, Checked])
def test_states_that_are_no_mappings(call, runs, schema):
    builder = StateGraph(schema)
    builder.add_node("agent", lambda state: {"chat": [Echo().invoke(state.chat), AIMessage("Bye.")]})
    builder.add_edge(START, "agent")
    graph = builder.compile(checkpointer=InMemorySaver())
    call(graph, schema(chat=[HumanMessage("one")]), runs.on("t"))
    call(graph, schema(chat=[HumanMessage("two")]), runs.on("t"))
    first, second = ([("user", n), ("agent", f"heard {n}"), ("canned", "Bye.")] for n in ("one", "two"))
    assert [told(trace, "author", "text") for trace in runs.traces] == [first, [*first[:2], ("agent", "Bye."), *second]]
    assert [step.history for step in runs.traces[1].steps] == [True] * 3 + [False] * 3


def test_where_a_simulated_run_comes_from(call, runs):
    graph = line(agent=node(Echo())).compile(name="support")
    call(graph, said("hi"), runs.config(metadata={"coaching_origin": "simulated", "coaching_label": "success"}))
    call(graph, said("hi"), runs.config(tags=["simulated"]))
    call(graph, said("hi"), runs.config())
    assert [(trace.origin, trace.label) for trace in runs.traces] == [
        ("simulated", "success"),
        ("simulated", None),
        ("live", None),
    ]
    assert {trace.name for trace in runs.traces} == {"support"}


# ── tools and handoffs ──


def test_a_tool_that_fails_is_an_error_of_the_run(call, runs):
    agent = create_agent(Model(answers=[asks("weather", city="Atlantis")]), [weather])
    with pytest.raises(ConnectionError):
        call(agent, said("hi"), runs.config())
    (failure,) = [step for step in runs.trace.steps if step.error]
    assert (failure.type, failure.name, failure.tool_call_id) == ("system", "tool_error", "c1")
    assert failure.error == runs.trace.error == "ConnectionError: no such place"
    assert failure.extra == {"tool": "weather"}
    assert runs.trace.status == "error"


def test_a_tools_failure_that_the_agent_is_told_of(call, runs):
    builder = StateGraph(MessagesState)
    builder.add_node("agent", node(Model(answers=[asks("weather", city="Atlantis"), asks("wether"), "Sorry."])))
    builder.add_node("tools", ToolNode([weather], handle_tool_errors=True))
    builder.add_edge(START, "agent")
    builder.add_conditional_edges("agent", lambda state: "tools" if state["messages"][-1].tool_calls else END)
    builder.add_edge("tools", "agent")
    call(builder.compile(), said("hi"), runs.config())
    trace = runs.trace
    assert trace.status == "done"
    assert [(step.type, step.name, bool(step.error)) for step in trace.steps[1:]] == [
        ("tool_call", "weather", False),
        ("system", "tool_error", True),
        ("tool_result", "weather", True),
        ("tool_call", "wether", False),
        ("tool_result", "wether", True),
        ("message", None, False),
    ]


def test_a_tool_called_without_a_model_says_with_what(call, runs):
    def look(state):
        found = weather.invoke({"city": "Rome"})
        return {"messages": [ToolMessage(found, tool_call_id="x1"), Echo().invoke(found)]}

    call(line(look=look).compile(), said("hi"), runs.config())
    results = [step for step in runs.trace.steps if step.type == "tool_result"]
    assert [(step.name, step.arguments, step.text, step.tool_call_id) for step in results] == [
        ("weather", {"city": "Rome"}, "sunny in Rome", "x1")
    ]


def test_parallel_tool_calls_with_the_same_answer_are_told_apart(call, runs):
    @tool
    def ping(host: str) -> str:
        """Pings."""
        return "ok"

    both = AIMessage("", tool_calls=[{"name": "ping", "args": {"host": h}, "id": h} for h in ("a", "b")])
    call(create_agent(Model(answers=[both, "Both fine."]), [ping]), said("hi"), runs.config())
    results = [step for step in runs.trace.steps if step.type == "tool_result"]
    assert sorted(step.tool_call_id for step in results) == ["a", "b"]


def test_arguments_that_are_changed_on_the_way_to_the_tool_are_recorded(call, runs):
    def tools(state):
        (asked,) = state["messages"][-1].tool_calls
        return {"messages": [weather.invoke({**asked, "args": {"city": "Oslo"}})]}

    graph = line(agent=node(Model(answers=[asks("weather", city="Rome")])), tools=tools).compile()
    call(graph, said("hi"), runs.config())
    asked, result = runs.trace.steps[1:]
    assert (asked.arguments, result.arguments, result.text) == ({"city": "Rome"}, {"city": "Oslo"}, "sunny in Oslo")


def test_call_ids_that_a_model_uses_again(call, runs):
    cities = ["Rome", "Oslo", "Rome"]
    answers = [answer for _ in range(2) for answer in (*(asks("weather", city=city) for city in cities), "Fine.")]
    agent = create_agent(Model(answers=answers), [weather], checkpointer=InMemorySaver())
    expected = [f"sunny in {city}" for city in cities]
    call(agent, said("hi"), runs.on("t"))
    assert [step.text for step in runs.trace.steps if step.type == "tool_result"] == expected
    runs.events.clear()
    call(agent, said("again"), runs.on("t"))
    results = [(step.text, step.history) for step in runs.trace.steps if step.type == "tool_result"]
    assert results == [(text, history) for history in (True, False) for text in expected]


def test_call_ids_used_again_by_a_run_that_is_resumed(call, runs):
    @tool
    def look(where: str) -> str:
        """Looks."""
        return interrupt(where)

    answers = [asks("look", where="left"), "Nothing.", asks("look", where="right"), "Found."]
    agent = create_agent(Model(answers=answers), [look], checkpointer=InMemorySaver())
    call(agent, said("hi"), runs.on("t"))
    call(agent, Command(resume="dust"), runs.on("t"))
    call(agent, said("again"), runs.on("t"))
    runs.events.clear()
    call(agent, Command(resume="a key"), runs.on("t"))
    results = [(step.text, step.history) for step in runs.trace.steps if step.type == "tool_result"]
    assert results == [("dust", True), ("a key", False)]


def transfer(target):
    @tool(f"to_{target}")
    def move(
        reason: str,
        tool_call_id: Annotated[str, InjectedToolCallId],
        state: Annotated[dict, InjectedState],
    ) -> Command:
        """Hands over."""
        moved = ToolMessage(
            f"now {target}", tool_call_id=tool_call_id, response_metadata={"__handoff_destination": target}
        )
        return Command(goto=target, graph=Command.PARENT, update={"messages": [*state["messages"], moved]})

    return move


def test_a_handoff_by_a_tool(call, runs):
    alice = create_agent(Model(answers=[asks("to_bob", reason="a refund")]), [transfer("bob")], name="alice")
    bob = create_agent(Model(answers=["Bob here."]), [], system_prompt="You are Bob.", name="bob")
    builder = StateGraph(MessagesState)
    builder.add_node("alice", alice, destinations=("bob",))
    builder.add_node("bob", bob)
    builder.add_edge(START, "alice")
    call(builder.compile(), said("I want a refund"), runs.config())
    assert told(runs.trace, "type", "author", "name", "text", "call") == [
        ("user", "user", None, "I want a refund", None),
        ("tool_call", "agent", "to_bob", '{"reason": "a refund"}', 0),
        ("tool_result", "tool", "to_bob", "now bob", None),
        ("handoff", "agent", "bob", "a refund", 0),
        ("system", "system", "prompt", "You are Bob.", None),
        ("message", "agent", None, "Bob here.", 1),
    ]
    assert runs.trace.steps[3].tool_call_id == "c1"
    assert runs.trace.status == "done"
    assert all(step.error is None for step in runs.trace.steps)


def test_a_handoff_by_a_nodes_command_is_one_only_if_there_is_an_agent(call, runs):
    model = Model(answers=["Billing will help.", "This is billing."])

    def triage(state):
        return Command(goto="billing", update={"messages": [model.invoke(state["messages"])]})

    def billing(state):
        return Command(goto="log", update={"messages": [model.invoke(state["messages"])]})

    builder = StateGraph(MessagesState)
    builder.add_node("router", lambda state: Command(goto="triage"))
    builder.add_node("triage", triage)
    builder.add_node("billing", billing)
    builder.add_node("log", lambda state: {})
    builder.add_edge(START, "router")
    call(builder.compile(), said("hi"), runs.config())
    assert told(runs.trace, "type", "author", "name", "text", "call") == [
        ("user", "user", None, "hi", None),
        ("handoff", "system", "triage", "", None),  # no model decided that
        ("message", "agent", None, "Billing will help.", 0),
        ("handoff", "agent", "billing", "", 0),
        ("message", "agent", None, "This is billing.", 1),
    ]


def test_a_handoff_that_carries_the_conversation_along_is_one_step(call, runs):
    @tool
    def to_bob(tool_call_id: Annotated[str, InjectedToolCallId], state: Annotated[dict, InjectedState]) -> Command:
        """Hands over."""
        moved = ToolMessage("now bob", tool_call_id=tool_call_id, response_metadata={"__handoff_destination": "bob"})
        return Command(goto=Send("bob", {"messages": [*state["messages"], moved]}), graph=Command.PARENT)

    builder = StateGraph(MessagesState)
    builder.add_node("alice", create_agent(Model(answers=[asks("to_bob")]), [to_bob]), destinations=("bob",))
    builder.add_node("bob", node(Model(answers=["Bob here."])))
    builder.add_edge(START, "alice")
    call(builder.compile(), said("hi"), runs.config())
    assert [(step.type, step.name) for step in runs.trace.steps[1:]] == [
        ("tool_call", "to_bob"),
        ("handoff", "bob"),
        ("tool_result", None),
        ("message", None),
    ]


def test_a_handoff_in_an_earlier_turn_is_history(call, runs):
    moved = ToolMessage("now bob", tool_call_id="c1", response_metadata={"__handoff_destination": "bob"})
    given = [HumanMessage("hi"), asks("to_bob"), moved, AIMessage("Bob here."), HumanMessage("thanks")]
    call(line(agent=node(Echo())).compile(), {"messages": given}, runs.config())
    assert told(runs.trace, "type", "name", "history")[2:4] == [("tool_result", None, True), ("handoff", "bob", True)]


def test_a_node_that_goes_to_itself_hands_nothing_over(call, runs):
    model = Model(answers=["one", "two"])

    def agent(state):
        more = len(state["messages"]) < 2
        return Command(goto="agent" if more else END, update={"messages": [model.invoke(state["messages"])]})

    builder = StateGraph(MessagesState)
    builder.add_node("agent", agent)
    builder.add_edge(START, "agent")
    call(builder.compile(), said("hi"), runs.config())
    assert told(runs.trace, "type", "text") == [("user", "hi"), ("message", "one"), ("message", "two")]


def test_a_subgraphs_node_that_hands_over_in_the_graph_above(call, runs):
    model = Model(answers=["To Bob.", "Bob here."])

    def leave(state):
        return Command(goto="bob", graph=Command.PARENT, update={"messages": [model.invoke(state["messages"])]})

    builder = StateGraph(MessagesState)
    builder.add_node("alice", line(leave=leave).compile(), destinations=("bob",))
    builder.add_node("bob", node(model))
    builder.add_edge(START, "alice")
    call(builder.compile(), said("hi"), runs.config())
    assert told(runs.trace, "type", "name", "text") == [
        ("user", None, "hi"),
        ("message", None, "To Bob."),
        ("handoff", "bob", ""),
        ("message", None, "Bob here."),
    ]


# ── what goes wrong, waits, or runs beside ──


def test_a_retried_node_shows_both_attempts(call, runs):
    model = Model(answers=[ConnectionError("busy"), "Hello."])
    builder = StateGraph(MessagesState)
    builder.add_node("agent", node(model), retry_policy=RetryPolicy(initial_interval=0.001, jitter=False))
    builder.add_edge(START, "agent")
    call(builder.compile(), said("hi"), runs.config())
    failed, answer = runs.trace.steps[1:]
    assert (failed.type, failed.name, failed.error) == ("system", "model_error", "ConnectionError: busy")
    assert (failed.call, answer.call, answer.text) == (0, 1, "Hello.")
    assert failed.checkpoint_ns == answer.checkpoint_ns
    assert failed.model == "scripted-1"
    assert runs.trace.status == "done"


def test_an_error_is_one_step_however_many_runs_it_passes(call, runs):
    def fail(state):
        raise KeyError("order")

    builder = StateGraph(MessagesState)
    builder.add_node("outer", line(inner=line(fail=fail).compile()).compile())
    builder.add_edge(START, "outer")
    with pytest.raises(KeyError):
        call(builder.compile(), said("hi"), runs.config())
    assert told(runs.trace, "type", "name", "node", "error")[1:] == [
        ("system", "node_error", "fail", "KeyError: 'order'")
    ]
    assert (runs.trace.status, runs.trace.error) == ("error", "KeyError: 'order'")


def test_of_two_nodes_that_fail_at_once_each_failure_is_one_step(call, runs):
    builder = StateGraph(MessagesState)
    gate = threading.Barrier(2)

    def fail(word):
        def node(state):
            gate.wait(5)
            raise KeyError(word)

        return node

    for name in ("left", "right"):
        builder.add_node(name, fail(name))
        builder.add_edge(START, name)
    with pytest.raises(KeyError):
        call(builder.compile(), said("hi"), runs.config())
    errors = [(step.name, step.error) for step in runs.trace.steps if step.error]
    assert ("node_error", runs.trace.error) in errors
    assert all(name == "node_error" for name, _ in errors)
    assert len(errors) == len(set(errors))


def test_a_graph_that_never_comes_to_an_end(call, runs):
    builder = StateGraph(MessagesState)
    builder.add_node("agent", lambda state: {})
    builder.add_edge(START, "agent")
    builder.add_edge("agent", "agent")
    with pytest.raises(RecursionError):
        call(builder.compile(), said("hi"), runs.config(recursion_limit=3))
    assert runs.trace.status == "error"
    assert runs.trace.steps[-1].name == "graph_error"
    assert "GraphRecursionError" in runs.trace.steps[-1].error


def test_a_run_that_waits_for_a_person_and_goes_on(call, runs):
    @tool
    def refund(order: str) -> str:
        """Pays back."""
        return f"refunded, says {interrupt({'approve': order})}"

    model = Model(answers=[asks("refund", order="A1"), "Done."])
    agent = create_agent(model, [refund], checkpointer=InMemorySaver())
    call(agent, said("money back"), runs.on("t"))
    waiting = runs.trace
    assert (waiting.status, waiting.error) == ("interrupted", None)
    assert told(waiting, "type", "name", "text", "error") == [
        ("user", None, "money back", None),
        ("tool_call", "refund", '{"order": "A1"}', None),
        ("system", "interrupt", '{"approve": "A1"}', None),
    ]
    runs.events.clear()

    call(agent, Command(resume="Ann"), runs.on("t"))
    resumed = runs.trace
    assert resumed.status == "done"
    assert told(resumed, "type", "text", "history") == [
        ("user", "money back", True),
        ("tool_call", '{"order": "A1"}', True),
        ("system", "Ann", False),
        ("tool_result", "refunded, says Ann", False),
        ("message", "Done.", False),
    ]
    assert resumed.steps[2].name == "resume"
    assert waiting.checkpoint_id == resumed.checkpoint_id is not None


def test_a_breakpoint(call, runs):
    graph = line(agent=node(Echo()), after=lambda state: {}).compile(
        checkpointer=InMemorySaver(), interrupt_before=["after"]
    )
    call(graph, said("hi"), runs.on("t"))
    assert runs.trace.status == "interrupted"
    assert told(runs.trace, "type", "name")[-1] == ("system", "interrupt")
    runs.events.clear()
    call(graph, None, runs.on("t"))
    assert told(runs.trace, "text", "history") == [("hi", True), ("heard hi", True)]
    assert runs.trace.status == "done"


def test_a_run_that_has_nothing_left_to_do_shows_its_state_as_history(call, runs):
    graph = line(agent=node(Echo())).compile(checkpointer=InMemorySaver())
    call(graph, said("hi"), runs.on("t"))
    runs.events.clear()
    call(graph, Command(update={"messages": [HumanMessage("more")]}), runs.on("t"))
    assert told(runs.trace, "text", "history")[:2] == [("hi", True), ("heard hi", True)]


@pytest.mark.parametrize("style", ["sync", "async"])
def test_a_streamed_answer_is_one_step(runs, style):
    graph = line(agent=node(Echo())).compile()

    async def read():
        return [part async for part in graph.astream(said("hi"), runs.config(), stream_mode="messages")]

    parts = (
        asyncio.run(read())
        if style == "async"
        else list(graph.stream(said("hi"), runs.config(), stream_mode="messages"))
    )
    assert len(parts) > 1
    assert told(runs.trace, "author", "text") == [("user", "hi"), ("agent", "heard hi")]
    assert runs.trace.steps[1].usage == {"input_tokens": 2, "output_tokens": 3, "total_tokens": 5}


def test_a_stream_nobody_reads_to_its_end(runs):
    stream = line(agent=node(Echo()), after=lambda state: {}).compile().stream(said("hi"), runs.config())
    next(stream)
    stream.close()
    assert (runs.trace.status, runs.trace.error) == ("interrupted", "GeneratorExit")
    assert told(runs.trace, "text") == [("hi",), ("heard hi",)]


def test_a_cancelled_run(runs):
    async def run():
        inside = asyncio.Event()

        async def wait(state):
            inside.set()
            await asyncio.Event().wait()

        running = asyncio.create_task(line(wait=wait).compile().ainvoke(said("hi"), runs.config()))
        await inside.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(run())
    assert (runs.trace.status, runs.trace.error) == ("interrupted", "CancelledError")
    assert told(runs.trace, "text") == [("hi",)]


def test_parallel_branches(call, runs):
    builder = StateGraph(MessagesState)
    for name in ("left", "right"):
        builder.add_node(name, node(Model(answers=[f"from {name}"])))
        builder.add_edge(START, name)
    builder.add_node("join", node(Model(answers=["joined"])))
    builder.add_edge(["left", "right"], "join")
    call(builder.compile(), said("hi"), runs.config())
    texts = [step.text for step in runs.trace.steps]
    assert texts[0] == "hi"
    assert sorted(texts[1:3]) == ["from left", "from right"]
    assert texts[3:] == ["joined"]
    assert {step.node for step in runs.trace.steps[1:3]} == {"left", "right"}


def test_sends(call, runs):
    builder = StateGraph(MessagesState)
    builder.add_node("answer", node(Echo()))
    builder.add_conditional_edges(
        START, lambda state: [Send("answer", {"messages": [HumanMessage(part)]}) for part in ("a", "b", "c")]
    )
    call(builder.compile(), said("a, b and c"), runs.config())
    trace = runs.trace
    assert Counter(step.text for step in trace.steps) == Counter(
        ["a, b and c", "a", "b", "c", "heard a", "heard b", "heard c"]
    )
    assert len({step.checkpoint_ns for step in trace.steps if step.call is not None}) == 3
    assert not any(step.history for step in trace.steps)


def test_a_subgraph_is_part_of_the_run(call, runs):
    builder = StateGraph(MessagesState)
    builder.add_node("before", node(Model(answers=["first"])))
    builder.add_node("child", line(agent=node(Model(answers=["second"]))).compile())
    builder.add_edge(START, "before")
    builder.add_edge("before", "child")
    call(builder.compile(), said("hi"), runs.config())
    assert told(runs.trace, "text", "history") == [("hi", False), ("first", False), ("second", False)]
    inner = runs.trace.steps[2]
    assert (inner.node, inner.checkpoint_ns.count("|")) == ("agent", 1)


def test_a_subgraph_called_in_a_node_with_messages_of_its_own(call, runs):
    child = line(agent=node(Echo())).compile()

    def ask(state):
        found = child.invoke({"messages": [("user", "summarise this")]})
        return {"messages": [AIMessage(found["messages"][-1].content + "!")]}

    call(line(ask=ask).compile(), said("hi"), runs.config())
    assert told(runs.trace, "type", "author", "name", "text", "history") == [
        ("user", "user", None, "hi", False),
        ("system", "system", "task", "summarise this", False),  # the node asks, not the user
        ("message", "agent", None, "heard summarise this", False),
        ("message", "canned", None, "heard summarise this!", False),
    ]
    assert [bool(step.branch) for step in runs.trace.steps] == [False, True, True, False]


def test_a_model_call_with_callbacks_of_its_own_belongs_to_its_node(call, runs):
    def agent(state):
        return {"messages": [Echo().invoke(state["messages"], {"callbacks": [runs.handler]})]}

    call(line(agent=agent).compile(), said("hi"), runs.config())
    assert told(runs.trace, "text", "node") == [("hi", None), ("heard hi", "agent")]


def test_many_threads_share_one_handler(runs):
    graph = line(agent=node(Echo()), tools=lambda state: {"messages": [AIMessage("Bye.")]}).compile()

    def work(worker):
        for number in range(20):
            graph.invoke(said(f"{worker}/{number}"), runs.on(f"{worker}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    traces = runs.traces
    assert len(traces) == len({trace.id for trace in traces}) == 160
    assert sorted((trace.thread_id, tuple(step.text for step in trace.steps)) for trace in traces) == sorted(
        (f"{w}", (f"{w}/{n}", f"heard {w}/{n}", "Bye.")) for w in range(8) for n in range(20)
    )


def test_many_runs_on_one_event_loop(runs):
    graph = line(agent=node(Echo())).compile()

    async def run():
        await asyncio.gather(*(graph.ainvoke(said(str(n)), runs.config()) for n in range(20)))

    asyncio.run(run())
    assert sorted(tuple(step.text for step in trace.steps) for trace in runs.traces) == sorted(
        (str(n), f"heard {n}") for n in range(20)
    )


# ── on the graph's path ──


def test_a_list_that_is_changed_later_is_recorded_as_it_was(call, runs):
    given = {"messages": [HumanMessage("hi")]}

    def answer(state):
        return {"messages": [Echo().invoke(state["messages"])]}

    call(line(answer=answer).compile(), given, runs.config())
    given["messages"].append(HumanMessage("too late"))
    assert told(runs.trace, "text") == [("hi",), ("heard hi",)]


def test_lists_given_to_the_handler_are_copied(runs):
    prompt, inputs, output = [HumanMessage("hi")], {"messages": [HumanMessage("hi")]}, [HumanMessage("hi")]
    runs.handler.on_chat_model_start({}, [prompt], run_id=uuid.uuid4())
    runs.handler.on_chain_start({}, inputs, run_id=uuid.uuid4())
    runs.handler.on_chain_end(output, run_id=uuid.uuid4())
    for given in (prompt, inputs["messages"], output):
        given.append(HumanMessage("too late"))
    assert [len(found) for found in (runs.events[0].data[0], runs.events[1].data["messages"], runs.events[2].data)] == [
        1,
        1,
        1,
    ]


class Nasty:
    def __repr__(self):
        raise RuntimeError("no")


def test_payloads_no_file_can_hold_are_written_as_text(call, runs):
    circle: list = [1]
    circle.append(circle)
    arguments = {"circle": circle, "thing": Nasty(), "half": "\ud83d", "set": {1}, "deep": {"a": {"b": (1, 2)}}}
    model = Model(answers=[asks("odd", **arguments)])

    @tool
    def odd(half: Any) -> Any:
        """Anything."""
        return Nasty()

    builder = line(agent=node(model), other=lambda state: {"messages": [AIMessage(odd.func(half=1) and "\udc00 done")]})
    call(builder.compile(), said("half a \ud83d smile"), runs.config(metadata={"nasty": Nasty(), "circle": circle}))
    trace = Trace.model_validate_json(runs.trace.model_dump_json())
    assert [step.type for step in trace.steps] == ["user", "tool_call", "message"]
    assert trace.steps[0].text == "half a \ufffd smile"
    assert trace.steps[1].arguments["half"] == "\ufffd"
    assert trace.steps[1].arguments["circle"] == [1, "[1, [...]]"]
    assert trace.steps[1].arguments["deep"] == {"a": {"b": [1, 2]}}
    assert "Nasty" in trace.steps[1].arguments["thing"]
    assert "Nasty" in trace.metadata["nasty"]


def test_a_tool_that_returns_anything(call, runs):
    @tool
    def odd(city: str) -> Any:
        """Anything."""
        return {"when": time.gmtime(0), "city": city}

    call(odd, {"city": "Rome"}, runs.config())
    (step,) = runs.trace.steps
    assert (step.type, step.name, step.arguments) == ("tool_result", "odd", {"city": "Rome"})
    assert '"city": "Rome"' in step.text


def test_long_texts_stay_whole(call, runs):
    text = "x" * 50_000
    call(line(agent=node(Echo())).compile(), said(text), runs.config())
    assert [len(step.text) for step in runs.trace.steps] == [50_000, 50_006]


def test_an_event_takes_less_than_a_tenth_of_a_millisecond(runs, monkeypatch):
    taken = []
    for name in [name for name in dir(Capture) if name.startswith("on_")]:
        method = getattr(Capture, name)

        def timed(*args, method=method, **kwargs):
            started = time.thread_time()
            method(*args, **kwargs)
            taken.append(time.thread_time() - started)

        monkeypatch.setattr(Capture, name, timed)
    answers = [answer for _ in range(20) for answer in (asks("weather", city="Rome"), "Sunny.")]
    agent = create_agent(Model(answers=answers), [weather], checkpointer=InMemorySaver())
    for _ in range(20):
        agent.invoke(said("x" * 50_000), runs.on("t"))
    assert len(taken) > 200
    assert statistics.median(taken) < 1e-4, statistics.quantiles(taken, n=20)


def test_coaching_is_taken_out_of_the_prompt(call, runs):
    coaching = block(["- When replying to: hi\n  Do this: greet back"])

    def agent(state):
        parts = [{"type": "text", "text": "Be brief."}, {"type": "text", "text": coaching}]
        first = Echo().invoke([SystemMessage(f"Be brief.\n\n{coaching}"), *state["messages"]])
        second = Echo().invoke([SystemMessage(parts), *state["messages"]])
        third = Echo().invoke([SystemMessage(coaching), *state["messages"]])
        return {"messages": [first, second, third]}

    call(line(agent=agent).compile(), said("hi"), runs.config())
    assert told(runs.trace, "type", "text", "coaching") == [
        ("system", "Be brief.", ""),
        ("user", "hi", ""),
        ("message", "heard hi", coaching),
        ("message", "heard hi", coaching),
        ("message", "heard hi", coaching),
    ]
