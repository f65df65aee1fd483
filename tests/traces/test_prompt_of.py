"""A trace gives back exactly what each model call saw and answered, in every kind of graph, in both call styles."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    ChatMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
    trim_messages,
)
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from pydantic import PrivateAttr

from langgraph_coaching import Reply
from langgraph_coaching.errors import RecordingError
from langgraph_coaching.traces.capture.assembler import Assembler
from langgraph_coaching.traces.capture.callback import Capture
from langgraph_coaching.traces.importers import import_traces
from langgraph_coaching.traces.model import Step, Trace
from langgraph_coaching.traces.prompt import answer_of, prompt_of

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
OTHER_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="


def shape(message):
    """What is sent to a provider of a message, and its id."""
    hidden = {"usage_metadata", "response_metadata", "artifact", "type", "example"}
    fields = {name: value for name, value in message.model_dump().items() if name not in hidden and value}
    return type(message).__name__, fields | {"content": message.content}


class Mirror(BaseChatModel):
    """Gives its answers one by one, and remembers exactly what it was given each time."""

    answers: list[Any]
    _seen: list[Any] = PrivateAttr(default_factory=list)
    _gave: list[Any] = PrivateAttr(default_factory=list)

    @property
    def _llm_type(self):
        return "mirror"

    def bind_tools(self, tools, **kwargs):
        from langchain_core.utils.function_calling import convert_to_openai_tool

        return self.bind(tools=[convert_to_openai_tool(one) for one in tools], **kwargs)

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        self._seen.append([shape(message) for message in messages])
        answer = self.answers[min(len(self._seen), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        answer = AIMessage(answer) if isinstance(answer, str) else answer.model_copy(deep=True)
        self._gave.append(answer.model_copy(deep=True))
        return ChatResult(generations=[ChatGeneration(message=answer)])


class CapturedRuns:
    def __init__(self):
        self.events = []
        self.config = {"callbacks": [Capture(self.events.append)]}

    def on(self, thread):
        return {**self.config, "configurable": {"thread_id": thread}}

    @property
    def traces(self):
        # Through JSON, as a stored one comes back.
        return [Trace.model_validate_json(t.model_dump_json()) for t in Assembler().consume(self.events)]


@pytest.fixture
def runs():
    return CapturedRuns()


def prompts(traces):
    """What `prompt_of` says of every model call, in order."""
    found = []
    for trace in traces:
        first = {step.call: step for step in reversed(trace.steps) if step.call is not None}
        found += [[shape(message) for message in prompt_of(trace, first[call])] for call in sorted(first)]
    return found


def node(model, choose=lambda messages: messages):
    async def acall(state):
        return {"messages": [await model.ainvoke(choose(state["messages"]))]}

    return RunnableLambda(lambda state: {"messages": [model.invoke(choose(state["messages"]))]}, acall)


def graph(model, choose=lambda messages: messages, **compiling):
    return (
        StateGraph(MessagesState).add_node("agent", node(model, choose)).add_edge(START, "agent").compile(**compiling)
    )


@tool
def weather(city: str) -> str:
    """Tells the weather."""
    if city == "Atlantis":
        raise ConnectionError("no such place")
    return f"sunny in {city} "


def asks(call_id="c1", text="", city="Paris", **more):
    return AIMessage(text, tool_calls=[{"name": "weather", "args": {"city": city}, "id": call_id}], **more)


def said(*messages):
    return {"messages": [HumanMessage(m) if isinstance(m, str) else m for m in messages]}


# ── any conversation ──

TEXTS = st.sampled_from(["hi", " hi ", "hi\n", "", "ok", "<think>hm</think>yes", "<think>", "a\n\nb", "größe \u2028 x"])
BLOCKS = st.sampled_from(
    [
        {"type": "text", "text": "look"},
        {"type": "text", "text": "look", "cache_control": {"type": "ephemeral"}},
        {"type": "image", "base64": PIXEL, "mime_type": "image/png"},
        {"type": "image", "base64": OTHER_PIXEL, "mime_type": "image/png"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
        {"type": "file", "base64": "JVBERi0=", "mime_type": "application/pdf"},
    ]
)
CONTENTS = TEXTS | st.lists(BLOCKS, min_size=1, max_size=3)
IDS = st.none() | st.uuids().map(str)
REASONING = st.sampled_from(
    [
        {"type": "thinking", "thinking": "let me see", "signature": "c2ln"},
        {"type": "reasoning", "reasoning": "let me see"},
        {"type": "redacted_thinking", "data": "eA=="},
    ]
)


@st.composite
def conversations(draw):
    messages = [SystemMessage(draw(CONTENTS), id=draw(IDS))] if draw(st.booleans()) else []
    for number in range(draw(st.integers(1, 5))):
        messages.append(HumanMessage(draw(CONTENTS), id=draw(IDS), name=draw(st.sampled_from([None, "ann"]))))
        match draw(st.sampled_from(["none", "words", "call", "reasoning", "odd"])):
            case "words":
                messages.append(AIMessage(draw(CONTENTS), id=draw(IDS), name=draw(st.sampled_from([None, "bob"]))))
            case "reasoning":
                content = [draw(REASONING), {"type": "text", "text": draw(TEXTS)}]
                messages.append(AIMessage(content, id=draw(IDS)))
            case "call":
                messages.append(asks(f"c{number}", draw(TEXTS), id=draw(IDS)))
                status = draw(st.sampled_from(["success", "error"]))
                result = ToolMessage(draw(CONTENTS), tool_call_id=f"c{number}", status=status, name="weather")
                messages.append(result)
            case "odd":
                messages.append(ChatMessage(draw(TEXTS), role="critic", id=draw(IDS)))
                kwargs = {"reasoning_content": "hm", "refusal": None}
                messages.append(AIMessage(draw(TEXTS), additional_kwargs=kwargs))
    messages.append(HumanMessage(draw(TEXTS), id=draw(IDS)))
    return messages


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=conversations(), keep=st.integers(1, 8))
def test_any_conversation_whole_or_trimmed(run, messages, keep):
    model, runs = Mirror(answers=["fine"]), CapturedRuns()
    run(graph(model, lambda messages: messages[-keep:]), said(*messages), runs.config)
    run(graph(model), said(*messages), runs.config)
    if "base64" not in str(messages):  # else LangChain shows a handler another form, and no state tells the true one
        run(model.with_config(runs.config), messages)
    assert prompts(runs.traces) == model._seen


# ── graphs ──


def test_a_tool_loop_with_a_system_prompt(run, runs):
    model = Mirror(answers=[asks(text=" one moment "), asks("c2", city="Rome"), "  It is sunny.\n"])
    run(create_agent(model, [weather], system_prompt="Be brief.\n"), said(" how is the weather? "), runs.config)
    (trace,) = runs.traces
    assert prompts([trace]) == model._seen
    answers = [answer_of(trace, step) for step in trace.steps if step.call is not None and step.type != "reasoning"]
    firsts = {answer.id: answer for answer in answers}
    assert [shape(a) for a in firsts.values()] == [
        shape(gave.model_copy(update={"id": name})) for gave, name in zip(model._gave, firsts, strict=True)
    ]


def test_the_conversation_is_referred_to_and_not_copied(runs, run):
    model = Mirror(answers=[asks(f"c{n}") for n in range(8)] + ["done"])
    run(create_agent(model, [weather], system_prompt="Be brief."), said("go on"), runs.config)
    (trace,) = runs.traces
    assert [call.prompt for call in trace.calls[:3]] == [((0, 1), (1, 2)), ((0, 1), (1, 4)), ((0, 1), (1, 6))]
    assert trace.messages == ()
    assert [tool["function"]["name"] for tool in trace.tools[0]] == ["weather"]
    assert len(trace.tools) == 1
    assert {call.tools for call in trace.calls} == {0}


def test_a_thread_of_turns_with_images(run, runs):
    image = {"type": "image", "base64": PIXEL, "mime_type": "image/png"}
    other = {"type": "image", "base64": OTHER_PIXEL, "mime_type": "image/png"}
    model = Mirror(answers=["one", " two", "three"])
    agent = graph(model, checkpointer=InMemorySaver())
    for content in ([image], [other], [image, {"type": "text", "text": "and this?"}]):
        run(agent, said(HumanMessage(content)), runs.on("t"))
    assert prompts(runs.traces) == model._seen
    assert [call.prompt for call in runs.traces[2].calls] == [((0, 5),)]
    assert runs.traces[2].messages == ()  # the steps hold the images themselves


def test_messages_removed_and_replaced_between_calls(run, runs):
    model = Mirror(answers=["one", "two", "three"])

    def forget(state):
        first, *_, last = state["messages"]
        return {"messages": [RemoveMessage(id=first.id), HumanMessage("in short: hello", id=last.id)]}

    builder = StateGraph(MessagesState)
    builder.add_sequence([("a", node(model)), ("forget", forget), ("b", node(model))])
    agent = builder.add_edge(START, "a").compile(checkpointer=InMemorySaver())
    run(agent, said("hello"), runs.on("t"))
    run(agent, said("again"), runs.on("t"))
    assert prompts(runs.traces) == model._seen


def test_two_agents_with_prompts_of_their_own_in_subgraphs(run, runs):
    model = Mirror(answers=["one", "two", "three", "four"])
    agents = {
        name: create_agent(model, [], system_prompt=f"You are {name}.", name=name) for name in ("ann", "bob", "cid")
    }
    builder = StateGraph(MessagesState)
    builder.add_sequence([*agents.items(), ("ann2", agents["ann"])])
    run(builder.add_edge(START, "ann").compile(), said("hello"), runs.config)
    (trace,) = runs.traces
    assert prompts([trace]) == model._seen
    assert [m[1]["content"] for prompt in model._seen for m in prompt if m[0] == "SystemMessage"] == [
        "You are ann.",
        "You are bob.",
        "You are cid.",
        "You are ann.",
    ]


@pytest.mark.parametrize(
    "system",
    [
        None,
        "Be brief.",
        [{"type": "text", "text": "Be brief."}],
        [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}, {"type": "text", "text": "Hm"}],
    ],
    ids=["none", "text", "block", "blocks"],
)
def test_the_coaching_block_is_left_out_and_all_else_stays(run, runs, coach, system):
    coach.add(intent="A customer asks for a refund", behavior=Reply("Ask for the order."), examples=["a refund please"])
    model, bare = Mirror(answers=["fine"]), Mirror(answers=["fine"])
    prompt = SystemMessage(system) if system else None
    run(create_agent(bare, [], system_prompt=prompt), said("a refund please"))
    coached = create_agent(model, [], system_prompt=prompt, middleware=[coach.middleware()])
    run(coached, said("a refund please"), runs.config)
    (trace,) = runs.traces
    answer = trace.steps[-1]
    assert "Ask for the order." in json.dumps(model._seen)
    assert "Ask for the order." in answer.coaching
    without_ids = [[(kind, {**fields, "id": None}) for kind, fields in p] for p in (bare._seen[0], prompts([trace])[0])]
    assert without_ids[0] == without_ids[1]


def test_the_last_messages_that_fit(run, runs):
    model = Mirror(answers=["fine"])
    trimming = trim_messages(max_tokens=3, token_counter=len, strategy="last", include_system=True)
    long = [SystemMessage("Be brief."), *(HumanMessage(f"number {n}") for n in range(9))]
    run(graph(model, trimming.invoke), said(*long), runs.config)
    assert prompts(runs.traces) == model._seen
    assert len(model._seen[0]) == 3


def test_parameters_are_kept_and_keys_are_not(run, runs):
    model = Mirror(answers=["fine"]).bind(
        temperature=0.2, tool_choice="auto", api_key="sk-nobody", default_headers={"x": "y"}, response_format={"a": 1}
    )
    run(graph(model), said("hello"), runs.config)
    (trace,) = runs.traces
    assert trace.parameters == ({"temperature": 0.2, "tool_choice": "auto", "response_format": {"a": 1}},)
    assert trace.calls[0].parameters == 0
    assert "sk-nobody" not in trace.model_dump_json()


def test_a_call_that_failed_has_a_prompt_and_no_answer(run, runs):
    model = Mirror(answers=[ConnectionError("gone")])
    with pytest.raises(ConnectionError):
        run(graph(model), said("hello"), runs.config)
    (trace,) = runs.traces
    failed = next(step for step in trace.steps if step.call == 0)
    assert [shape(message) for message in prompt_of(trace, failed)] == model._seen[0]
    with pytest.raises(RecordingError, match="no model's answer"):
        answer_of(trace, failed)
    with pytest.raises(RecordingError, match="no model's answer"):
        answer_of(trace, trace.steps[0])


def test_an_answer_with_everything_in_it(run, runs):
    usage = {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
    answer = AIMessage(
        [{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "text", "text": " look "}],
        tool_calls=[{"name": "weather", "args": {"city": "Paris"}, "id": "c1"}],
        invalid_tool_calls=[{"name": "weather", "args": "{", "id": "c2", "error": "not JSON"}],
        usage_metadata=usage,
    )
    model = Mirror(answers=[answer])
    run(graph(model), said("hello"), runs.config)
    (trace,) = runs.traces
    for step in [step for step in trace.steps if step.call == 0]:
        read = answer_of(trace, step)
        assert shape(read.model_copy(update={"id": None})) == shape(model._gave[0])
        assert read.usage_metadata == usage


class Hostile:
    """Cannot be compared."""

    def __eq__(self, other):
        raise RuntimeError("no")

    __hash__ = None


def test_a_message_that_cannot_be_read_costs_its_exactness_and_not_the_trace(run, runs):
    model = Mirror(answers=["one", "two"])
    builder = StateGraph(MessagesState)
    odd = HumanMessage("hi", odd=Hostile())
    builder.add_sequence([("a", node(model, lambda messages: [odd])), ("b", node(model))])
    run(builder.add_edge(START, "a").compile(), said("hello"), runs.config)
    (trace,) = runs.traces
    assert [step.text for step in trace.steps if step.call is not None] == ["one", "two"]
    assert [m.text for m in prompt_of(trace, trace.steps[-1])] == ["hello", "one"]


def test_a_prompt_with_a_removal_in_it(run, runs):
    model = Mirror(answers=["one"])
    run(graph(model, lambda messages: [*messages, RemoveMessage(id="x")]), said("hello"), runs.config)
    (trace,) = runs.traces
    assert [m.text for m in prompt_of(trace, trace.steps[-1])] == ["hello"]


# ── traces without calls ──


def test_of_an_imported_trace_the_system_prompt_and_the_conversation():
    (trace,) = import_traces(
        [
            [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "hello"},
                {"role": "assistant", "content": "hi"},
                {"role": "user", "content": "and?"},
                {"role": "assistant", "content": "bye"},
            ]
        ]
    )
    assert [(m.type, m.text) for m in prompt_of(trace, trace.steps[4])] == [
        ("system", "Be brief."),
        ("human", "hello"),
        ("ai", "hi"),
        ("human", "and?"),
    ]
    assert answer_of(trace, trace.steps[2]).text == "hi"


def test_a_trace_stored_before_calls_were_recorded_still_loads():
    step = {"index": 0, "trace_id": "t", "type": "message", "author": "agent", "text": "hi", "call": 0}
    old = {"id": "t", "started_at": "2026-01-01T00:00:00Z", "steps": [step]}
    trace = Trace.model_validate_json(json.dumps(old))
    assert trace.steps[0] == Step(**step)
    assert (trace.calls, prompt_of(trace, trace.steps[0]), answer_of(trace, trace.steps[0]).text) == ((), [], "hi")
