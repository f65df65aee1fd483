"""Every model call that had coaching says which: on its run, on its answer, and as a retrieval beside it."""

from __future__ import annotations

import json

import pytest
from agents import ASKED, DOORS, OTHER, asking, calling, coached_on, messages_of, node_agent, receipts
from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import FakeMessagesListChatModel
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableConfig, RunnableLambda
from langchain_core.tracers.base import BaseTracer
from langgraph.graph import START, MessagesState, StateGraph

from langgraph_coaching import Coach, CoachingState, coached


class Tracer(BaseTracer):
    """Keeps whole trees of runs."""

    def __init__(self):
        super().__init__()
        self.roots = []

    def _persist_run(self, run):
        self.roots.append(run)

    def runs(self, kind):
        """All runs of a kind, in order."""

        def walk(run):
            yield run
            for child in run.child_runs:
                yield from walk(child)

        return [run for root in self.roots for run in walk(root) if run.run_type == kind]

    def coached_models(self):
        """For each model call what its metadata says was applied; None for one without a label."""
        return [run.extra["metadata"].get("coaching_applied") for run in self.runs("llm")]


@pytest.fixture
def tracer():
    return Tracer()


def test_on_the_answer(agent, run, model, coaching):
    state = run(agent(model), asking())

    (brief,) = state["messages"][-1].response_metadata["coaching"]
    assert brief["coaching_id"] == coaching.id
    assert brief["revision"] == 1
    assert brief["outcome"] == "applied"
    assert 0.5 <= brief["probability"] <= 1
    assert "floor" in brief["reason"]
    assert json.loads(json.dumps(brief)) == brief


def test_on_the_answer_to_what_it_is_not_for(agent, run, model, coaching):
    state = run(agent(model), asking(OTHER))

    (brief,) = state["messages"][-1].response_metadata["coaching"]
    assert (brief["coaching_id"], brief["outcome"]) == (coaching.id, "below_floor")


def test_on_the_run_of_the_model(agent, run, model, coaching, tracer):
    run(agent(model), asking(), {"callbacks": [tracer]})

    (call,) = tracer.runs("llm")
    metadata = call.extra["metadata"]
    assert metadata["coaching_applied"] == f"{coaching.id}@1"
    assert metadata["coaching_considered"].startswith(f"{coaching.id}@1=applied:0.")
    assert metadata["coaching"][0]["coaching_id"] == coaching.id
    assert (
        metadata["coaching"] == call.outputs["generations"][0][0]["message"]["kwargs"]["response_metadata"]["coaching"]
    )


def test_the_label_is_on_the_model_only(agent, run, model, coaching, tracer):
    run(agent(model), asking(), {"callbacks": [tracer]})

    others = [r for kind in ("chain", "retriever", "prompt", "tool") for r in tracer.runs(kind)]
    assert others
    assert all("coaching_applied" not in (r.extra.get("metadata") or {}) for r in others)


def test_as_a_retrieval(agent, run, model, coaching, tracer):
    run(agent(model), asking(), {"callbacks": [tracer]})

    (retrieval,) = tracer.runs("retriever")
    assert retrieval.name == "coaching"
    assert ASKED in retrieval.inputs["query"]
    (document,) = retrieval.outputs["documents"]
    assert document.page_content == coaching.intent
    assert document.metadata["coaching_id"] == coaching.id
    assert retrieval.parent_run_id is not None


def test_in_the_store(agent, run, model, coach, coaching):
    state = run(agent(model), asking(), {"configurable": {"thread_id": "t"}})
    coach.flush()

    (receipt,) = coach.receipts(coaching_id=coaching.id)
    (brief,) = state["messages"][-1].response_metadata["coaching"]
    assert receipt.brief() == brief
    assert receipt.thread_id == "t"
    assert receipt.node in ("agent", "coach", "model")
    assert receipt.checkpoint_ns.startswith(f"{receipt.node}:")
    assert ASKED in receipt.situation
    assert receipt.content_hash == coaching.content_hash


def test_a_handler_that_a_model_brings_along_sees_it(agent, run, scripted, coaching, tracer):
    model = scripted()
    model.callbacks = [tracer]
    run(agent(model), asking())

    assert tracer.coached_models() == [f"{coaching.id}@1"]


class Labels(BaseCallbackHandler):
    """Notes what it is told when a model starts, at that moment."""

    def __init__(self, run_inline):
        self.run_inline = run_inline
        self.seen = []

    def on_chat_model_start(self, serialized, messages, *, metadata=None, **kwargs):
        self.seen.append(dict(metadata).get("coaching_applied"))


@pytest.mark.parametrize("inline", [True, False])
def test_a_handler_sees_it_when_the_call_starts(agent, run, model, coaching, inline):
    handler = Labels(inline)
    run(agent(model), asking(), {"callbacks": [handler]})

    assert handler.seen == [f"{coaching.id}@1"]


def test_a_handler_sees_it_when_a_call_within_a_chain_starts(coach, coaching, run, model):
    chain = RunnableLambda(lambda state: state["messages"]) | model | (lambda answer: {"messages": [answer]})
    handler = Labels(run_inline=True)
    graph = StateGraph(MessagesState).add_node("agent", coach.node(chain)).add_edge(START, "agent").compile()
    run(graph, asking(), {"callbacks": [handler]})

    assert handler.seen == [f"{coaching.id}@1"]


class ChecksAfterwards(AgentMiddleware):
    """Asks another model about the answer."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def wrap_model_call(self, request, handler):
        answer = handler(request)
        self.model.invoke("check")
        return answer

    async def awrap_model_call(self, request, handler):
        answer = await handler(request)
        await self.model.ainvoke("check")
        return answer


@pytest.mark.parametrize("text", [ASKED, OTHER])
def test_a_call_of_another_middleware_is_not_labelled(coach, coaching, run, model, scripted, tracer, text):
    """Where nothing applies too, and there is no block to know the right call by."""
    agent = create_agent(model, tools=[], middleware=[ChecksAfterwards(scripted()), coach.middleware()])
    run(agent, asking(text), {"callbacks": [tracer]})

    assert tracer.coached_models() == [f"{coaching.id}@1" if text == ASKED else "", None]


@pytest.mark.parametrize("outer_asked", [OTHER, ASKED])
def test_of_two_coaches_both_are_heard_and_both_label_the_call(
    coach, coaching, run, model, embeddings, tracer, outer_asked
):
    with Coach(coach.uri, embeddings=embeddings, limits=coach.limits, namespace="outer") as outer:
        theirs = coached_on(outer, outer_asked, "Something else.", f"a person says: {outer_asked}")
        node = outer.node(coach.node(calling(model, run, messages_of)))
        graph = StateGraph(MessagesState).add_node("agent", node).add_edge(START, "agent").compile()
        state = run(graph, asking(), {"callbacks": [tracer]})
        outer.flush()
        coach.flush()
        stored = [[r.outcome for r in one.receipts()] for one in (outer, coach)]

    both = outer_asked == ASKED
    applied = [theirs.id, coaching.id] if both else [coaching.id]
    assert model.blocks == [len(applied)]
    assert tracer.coached_models() == [",".join(f"{one}@1" for one in applied)]
    assert receipts(state["messages"][-1]) == [(one, 1) for one in applied]
    assert stored == [["applied" if both else "below_floor"], ["applied"]]


# ── coached(state) ──


def after_the_coach(coach, node):
    builder = StateGraph(CoachingState).add_node("coach", coach.node()).add_node("agent", node)
    return builder.add_edge(START, "coach").add_edge("coach", "agent").compile()


def test_only_the_call_that_was_given_it_is_labelled(coach, coaching, run, model, tracer):
    def node(state):
        before = model.invoke("classify")
        prompt = coached(state)
        between = model.invoke("summarise")
        answer = model.invoke(prompt)
        after = model.invoke("check")
        return {"messages": [before, between, answer, after]}

    async def anode(state):
        before = await model.ainvoke("classify")
        prompt = coached(state)
        between = await model.ainvoke("summarise")
        answer = await model.ainvoke(prompt)
        after = await model.ainvoke("check")
        return {"messages": [before, between, answer, after]}

    graph = after_the_coach(coach, anode if run.is_async else node)
    state = run(graph, asking(), {"callbacks": [tracer]})

    assert tracer.coached_models() == [None, None, f"{coaching.id}@1", None]
    labelled = ["coaching" in message.response_metadata for message in state["messages"][1:]]
    assert labelled == [False, False, True, False]


def test_where_nothing_applies_only_the_next_call_is_labelled(coach, coaching, run, model, tracer):
    def node(state):
        before = model.invoke("classify")
        return {"messages": [before, model.invoke(coached(state)), model.invoke("check")]}

    async def anode(state):
        before = await model.ainvoke("classify")
        return {"messages": [before, await model.ainvoke(coached(state)), await model.ainvoke("check")]}

    graph = after_the_coach(coach, anode if run.is_async else node)
    state = run(graph, asking(OTHER), {"callbacks": [tracer]})

    assert tracer.coached_models() == [None, "", None]
    labelled = ["coaching" in message.response_metadata for message in state["messages"][1:]]
    assert labelled == [False, True, False]


def test_a_node_that_hands_its_config_to_the_model(coach, coaching, run, model, tracer):
    def node(state: CoachingState, config: RunnableConfig):
        answer = model.invoke(coached(state), config)
        return {"messages": [answer, model.invoke("check", config)]}

    async def anode(state: CoachingState, config: RunnableConfig):
        answer = await model.ainvoke(coached(state), config)
        return {"messages": [answer, await model.ainvoke("check", config)]}

    graph = after_the_coach(coach, anode if run.is_async else node)
    state = run(graph, asking(), {"callbacks": [tracer]})

    assert receipts(state["messages"][1]) == [(coaching.id, 1)]
    assert tracer.coached_models() == [f"{coaching.id}@1", None]


def test_the_label_does_not_reach_the_nodes_after_it(coach, coaching, run, model, scripted, tracer):
    other = scripted("checked")
    builder = StateGraph(CoachingState).add_node("coach", coach.node())
    builder.add_node("agent", calling(model, run, coached)).add_node("check", calling(other, run, coached))
    graph = builder.add_edge(START, "coach").add_edge("coach", "agent").add_edge("agent", "check").compile()
    state = run(graph, asking(), {"callbacks": [tracer]})

    assert (model.blocks, other.blocks) == ([1], [0])
    assert tracer.coached_models() == [f"{coaching.id}@1", None]
    assert "coaching" not in state["messages"][-1].response_metadata


def test_a_failed_call_does_not_use_the_label_up(coach, coaching, run, scripted, tracer):
    model = scripted(ConnectionError("gone"), "All right.")

    def node(state):
        prompt = coached(state)
        try:
            return {"messages": [model.invoke(prompt)]}
        except ConnectionError:
            return {"messages": [model.invoke(prompt)]}

    state = run(after_the_coach(coach, node), asking(), {"callbacks": [tracer]})

    assert tracer.coached_models() == [f"{coaching.id}@1"] * 2
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]


@pytest.mark.parametrize("door", DOORS)
def test_nothing_is_left_in_the_callers_config(coach, coaching, run, model, door):
    handler = Labels(run_inline=True)
    config = {"callbacks": [handler], "metadata": {"mine": 1}}
    run(DOORS[door](coach, run, model), asking(), config)

    assert config == {"callbacks": [handler], "metadata": {"mine": 1}}
    model.invoke("outside", config)
    assert handler.seen == [f"{coaching.id}@1", None]


def test_messages_of_a_cache_or_a_fake_are_labelled_anew(coach, coaching, run, tracer):
    """A model that gives the same message object again: each answer has the receipts of its own call."""
    coached_on(coach, OTHER, "Say Ulaanbaatar.", "a student asks about the capital of a country")
    graph = node_agent(coach, run, FakeMessagesListChatModel(responses=[AIMessage("ok")]))
    found = [receipts(run(graph, asking(text))["messages"][-1]) for text in (ASKED, OTHER)]

    assert found[0] == [(coaching.id, 1)]
    assert len(found[1]) == 1
    assert found[1] != found[0]


def test_a_nested_runnable_in_a_node(coach, coaching, run, model, tracer):
    chain = model | (lambda answer: answer)

    def node(state):
        return {"messages": [chain.invoke(coached(state))]}

    run(after_the_coach(coach, node), asking(), {"callbacks": [tracer]})

    assert tracer.coached_models() == [f"{coaching.id}@1"]
