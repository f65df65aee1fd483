"""Coaching is for the model's call: whatever else a wrapped node does with its messages sees none of it."""

from __future__ import annotations

import operator
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

import pytest
from agents import ASKED, OTHER, THREAD, TOLD, asking, leaked, receipts
from langchain.agents import create_agent
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import FakeListLLM
from langchain_core.messages import (
    AIMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
    get_buffer_string,
    trim_messages,
)
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.graph.message import REMOVE_ALL_MESSAGES
from langgraph.pregel.remote import RemoteGraph
from langgraph.store.memory import InMemoryStore
from typing_extensions import TypedDict

EARLIER = [HumanMessage("Hello", id="1"), AIMessage("Hi, what can I do for you?", id="2")]
LATEST = HumanMessage(ASKED, id="3")


def graph_of(node, state=MessagesState, **compiled):
    return StateGraph(state).add_node("agent", node).add_edge(START, "agent").compile(**compiled)


def wrapped(coach, run, model, prompt, result=lambda state, answer: {"messages": [answer]}, **options):
    """A wrapped node that calls the model with `prompt(state)` and returns `result(state, answer)`."""

    def node(state):
        return result(state, model.invoke(prompt(state)))

    async def anode(state):
        return result(state, await model.ainvoke(prompt(state)))

    return coach.node(anode if run.is_async else node, **options)


def whole(state):
    return state["messages"]


DELETING = {
    "all but two": (
        lambda state, answer: {"messages": [answer, *(RemoveMessage(id=m.id) for m in state["messages"][:-2])]},
        ["2", "3"],
    ),
    "all": (lambda state, answer: {"messages": [*(RemoveMessage(id=m.id) for m in state["messages"]), answer]}, []),
    "everything": (lambda state, answer: {"messages": [RemoveMessage(id=REMOVE_ALL_MESSAGES), answer]}, []),
    "and keeping": (
        lambda state, answer: {
            "messages": [RemoveMessage(id=REMOVE_ALL_MESSAGES), *state["messages"][-1:], answer],
        },
        ["3"],
    ),
}


@pytest.mark.parametrize("deleting", DELETING)
def test_a_node_that_deletes_messages(coach, coaching, run, model, deleting):
    result, left = DELETING[deleting]
    graph = graph_of(wrapped(coach, run, model, whole, result), checkpointer=InMemorySaver())
    state = run(graph, {"messages": [*EARLIER, LATEST]}, THREAD)

    assert model.blocks == [1]
    assert [m.id for m in state["messages"] if m.id in ("1", "2", "3")] == left
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)] or receipts(state["messages"][-3]) != []
    assert all(leaked(one.values) == [] for one in run.history(graph, THREAD))


TRIMMED = {
    "the last": lambda state: state["messages"][-1:],
    "the last in a list": lambda state: [state["messages"][-1]],
    "trim_messages": lambda state: trim_messages(
        state["messages"], max_tokens=2, token_counter=len, strategy="last", start_on="human"
    ),
    "cut": lambda state: trim_messages(
        state["messages"],
        max_tokens=12,
        token_counter=lambda messages: sum(len(m.text.split()) for m in messages),
        allow_partial=True,
        strategy="last",
    ),
    "its words": lambda state: [("system", "Be kind."), ("user", state["messages"][-1].content)],
    "one text": lambda state: state["messages"][-1].content,
    "written around": lambda state: [
        *state["messages"][:-1],
        HumanMessage(f"Known: nothing.\n\nQuestion: {state['messages'][-1].content}"),
    ],
}


@pytest.mark.parametrize("trimmed", TRIMMED)
def test_a_trimmed_prompt_is_coached(coach, coaching, run, model, trimmed):
    state = run(graph_of(wrapped(coach, run, model, TRIMMED[trimmed])), {"messages": [*EARLIER, LATEST]})
    coach.flush()

    assert model.blocks == [1]
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]
    assert [r.outcome for r in coach.receipts()] == ["applied"]


def test_the_end_of_a_tool_loop_is_coached(coach, coaching, run, model):
    """What is left of the turn is a call and its result."""
    called = AIMessage("", id="4", tool_calls=[{"name": "look_up", "args": {}, "id": "c"}])
    given = {"messages": [LATEST, called, ToolMessage("delivered", tool_call_id="c", id="5")]}
    run(graph_of(wrapped(coach, run, model, lambda state: state["messages"][-2:])), given)

    assert model.blocks == [1]


SYSTEMS = {
    "in front": lambda state: [SystemMessage("Mine."), *state["messages"]],
    "behind": lambda state: [*state["messages"], SystemMessage("Mine.")],
    "parts": lambda state: [SystemMessage([{"type": "text", "text": "Mine."}]), *state["messages"]],
}


@pytest.mark.parametrize("place", SYSTEMS)
def test_it_goes_into_the_system_message_that_the_node_adds(coach, coaching, run, model, place):
    run(graph_of(wrapped(coach, run, model, SYSTEMS[place])), asking())

    (prompt,) = model.prompts
    assert sorted(m.type for m in prompt) == ["human", "system"]
    assert "Mine." in model.told[0]
    assert TOLD in model.told[0]


def test_a_title_a_transcript_and_a_store_keep_none_of_it(coach, coaching, run, model):
    class State(MessagesState):
        title: str
        transcript: str
        count: int

    store, seen = InMemoryStore(), []

    def result(state, answer):
        seen.append(list(state["messages"]))
        store.put(("memory",), "1", {"said": [m.content for m in state["messages"]]})
        return {
            "messages": [answer],
            "title": state["messages"][0].content[:20],
            "transcript": get_buffer_string(state["messages"]),
            "count": len(state["messages"]),
        }

    state = run(graph_of(wrapped(coach, run, model, whole, result), State), {"messages": [LATEST]})

    assert model.blocks == [1]
    assert seen == [[LATEST]]
    assert (state["title"], state["count"]) == (ASKED[:20], 1)
    assert state["transcript"] == f"Human: {ASKED}"
    assert store.get(("memory",), "1").value == {"said": [ASKED]}


class Question(TypedDict):
    question: str
    answer: str


ASKING = {
    "the text": lambda state: state["question"],
    "in a prompt": lambda state: [("system", "Answer from these pages."), ("user", f"Q: {state['question']}\nA:")],
    "in the system message": lambda state: [("system", f"Answer: {state['question']}"), ("user", "Go on.")],
}


@pytest.mark.parametrize("how", ASKING)
def test_a_field_of_one_text_stays_a_text(coach, coaching, run, model, how):
    node = wrapped(
        coach,
        run,
        model,
        ASKING[how],
        lambda state, answer: {"question": state["question"].upper(), "answer": answer.text},
        messages_key="question",
    )
    state = run(graph_of(node, Question), {"question": ASKED})

    assert state == {"question": ASKED.upper(), "answer": "All right."}
    assert model.blocks == [1]


def inner_agent(model, **compiled):
    return create_agent(model, tools=[], system_prompt="You are brief.", **compiled)


def test_an_agent_that_a_node_calls_is_coached_and_keeps_none_of_it(coach, coaching, run, model):
    inner = inner_agent(model, checkpointer=InMemorySaver())
    thread: Any = {"configurable": {"thread_id": "inner"}}

    def node(state):
        return {"messages": inner.invoke({"messages": state["messages"]}, thread)["messages"][-1:]}

    async def anode(state):
        return {"messages": (await inner.ainvoke({"messages": state["messages"]}, thread))["messages"][-1:]}

    graph = graph_of(coach.node(anode if run.is_async else node), checkpointer=InMemorySaver())
    state = run(graph, asking(), THREAD)
    kept = [one.values for one in (*run.history(graph, THREAD), *run.history(inner, thread))]
    coach.archive(coaching.id)
    run(graph, asking("Is it still there? I want to change the order that arrived yesterday"), THREAD)

    assert model.blocks == [1, 0]
    assert model.told[0].startswith("You are brief.\n\n<coaching>")
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]
    assert len(kept) > 3
    assert leaked(kept) == []


def test_an_agent_and_what_follows_it(coach, coaching, run, model):
    agent = inner_agent(model)
    chain = agent | (lambda state: {"messages": state["messages"][-1:]})
    state = run(graph_of(coach.node(chain)), asking())

    assert model.blocks == [1]
    assert leaked(state) == []


def test_a_graph_on_a_server_is_refused_with_the_way_out(coach):
    remote = RemoteGraph("agent", url="http://127.0.0.1:1")
    for node in (remote, remote | (lambda state: state)):
        with pytest.raises(TypeError, match=r"coach\.model"):
            coach.node(node)


def test_helpers_that_a_node_calls_are_not_coached(coach, coaching, run, model, scripted):
    helper = scripted("a title")

    def node(state):
        title = helper.invoke(f"A title for: {state['messages'][-1].content}")
        summary = helper.invoke([("system", "Sum up."), *state["messages"][:-1]])
        return {"messages": [model.invoke(state["messages"])], "notes": [title.text, summary.text]}

    class State(MessagesState):
        notes: Annotated[list[str], operator.add]

    state = run(graph_of(coach.node(node), State), {"messages": [*EARLIER, LATEST]})

    assert helper.blocks == [0, 0]
    assert model.blocks == [1]
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]


def test_several_models_that_answer_are_each_coached(coach, coaching, run, model, scripted):
    other = scripted("Or this.")

    def node(state):
        return {"messages": [model.invoke(state["messages"]), other.invoke(state["messages"][-1:])]}

    state = run(graph_of(coach.node(node)), asking())

    assert (model.blocks, other.blocks) == ([1], [1])
    assert [receipts(m) for m in state["messages"][1:]] == [[(coaching.id, 1)]] * 2


def test_a_model_that_is_called_in_a_bare_thread(coach, coaching, run, model):
    """Such a thread knows nothing of the node; that it is given the node's own messages tells whose call it is."""

    def node(state):
        with ThreadPoolExecutor() as pool:
            return {"messages": [pool.submit(model.invoke, state["messages"]).result()]}

    run(graph_of(coach.node(node)), asking())
    coach.flush()

    assert model.blocks == [1]
    assert [r.outcome for r in coach.receipts()] == ["applied"]


def test_a_branch_beside_it_is_not_coached(coach, coaching, run, model, scripted):
    """Both branches have the same messages; only one is wrapped, and runs on while the other calls its model."""
    other, called = scripted("Else."), threading.Event()

    def beside(state):
        answer = other.invoke(state["messages"])
        called.set()
        return {"messages": [answer]}

    def node(state):
        assert called.wait(30)
        return {"messages": [model.invoke(state["messages"])]}

    builder = StateGraph(MessagesState).add_node("agent", coach.node(node)).add_node("beside", beside)
    run(builder.add_edge(START, "agent").add_edge(START, "beside").compile(), asking())

    assert (model.blocks, other.blocks) == ([1], [0])


def test_the_next_turn_is_another_conversation(coach, coaching, run, model):
    graph = graph_of(wrapped(coach, run, model, whole), checkpointer=InMemorySaver())
    run(graph, asking(OTHER), THREAD)
    run(graph, asking(), THREAD)

    assert model.blocks == [0, 1]


class Starts(BaseCallbackHandler):
    """Notes when a model that completes text starts."""

    def __init__(self):
        self.heard = []

    def on_llm_start(self, serialized, prompts, **kwargs):
        self.heard.append("start")

    def on_llm_end(self, response, **kwargs):
        self.heard.append("end")


def test_the_users_handler_hears_such_a_model(coach, coaching, run):
    model, starts = FakeListLLM(responses=["All right."]), Starts()

    async def anode(state):
        return {"messages": [AIMessage(await model.ainvoke(state["messages"]))]}

    def node(state):
        return {"messages": [AIMessage(model.invoke(state["messages"]))]}

    run(graph_of(coach.node(anode if run.is_async else node)), asking(), {"callbacks": [starts]})

    assert starts.heard == ["start", "end"]


def test_a_model_that_completes_text(coach, coaching, run):
    prompts = []

    class Completing(FakeListLLM):
        def _call(self, prompt, *args, **kwargs):
            prompts.append(prompt)
            return super()._call(prompt, *args, **kwargs)

        async def _acall(self, prompt, *args, **kwargs):
            prompts.append(prompt)
            return super()._call(prompt, *args, **kwargs)

    model = Completing(responses=["All right."])

    def node(state):
        return {"messages": [AIMessage(model.invoke(state["messages"]))]}

    async def anode(state):
        return {"messages": [AIMessage(await model.ainvoke(state["messages"]))]}

    state = run(graph_of(coach.node(anode if run.is_async else node)), asking())
    coach.flush()

    assert [prompt.count("<coaching>") for prompt in prompts] == [1]
    assert ASKED in prompts[0]
    assert leaked(state) == []
    assert [r.outcome for r in coach.receipts()] == ["applied"]
