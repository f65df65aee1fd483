"""What LangGraph says of a node that runs a second time; the doors rely on it."""

from __future__ import annotations

import pytest
from agents import THREAD, asking
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.config import get_config
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command, RetryPolicy, interrupt

from langgraph_coaching.agent.call_key import CallKey, current_call_key
from langgraph_coaching.agent.recent_advice import MOST_CALLS, RecentAdvice
from langgraph_coaching.coaching.model import Labels
from langgraph_coaching.recall.advice import Advice

AT_ONCE = RetryPolicy(initial_interval=0, jitter=False, max_attempts=2, retry_on=ConnectionError)


class Notes:
    """A node that notes the moment and the config each time it runs."""

    def __init__(self, *, fails=0, stops=False):
        self.moments: list[CallKey] = []
        self.configs: list = []
        self._fails = fails
        self._stops = stops

    def __call__(self, state: MessagesState):
        self.moments.append(current_call_key(state["messages"], Labels()))
        self.configs.append(get_config()["configurable"])
        if len(self.moments) <= self._fails:
            raise ConnectionError
        if self._stops:
            interrupt("go on?")
        return {"messages": [AIMessage("ok")]}

    def says(self, key):
        return [bool(config.get(key)) for config in self.configs]


def graph_of(node, *, before=(), **compiled):
    """A graph whose last node is the given one."""
    builder, last = StateGraph(MessagesState), START
    for name in (*before, "agent"):
        builder.add_node(name, node if name == "agent" else lambda _: {}, retry_policy=AT_ONCE)
        builder.add_edge(last, name)
        last = name
    return builder.compile(**compiled)


def nested(node, *, before=(), saver=None, **compiled):
    child = graph_of(node, before=before, checkpointer=saver)
    builder = StateGraph(MessagesState).add_node("child", child, retry_policy=AT_ONCE)
    return builder.add_edge(START, "child").compile(**compiled)


def test_a_first_run_is_no_second_one(run):
    node = Notes()
    graph = graph_of(node, checkpointer=InMemorySaver())
    run(graph, asking(), THREAD)
    run(graph, asking(), THREAD)

    first, second = node.moments
    assert not first.again
    assert not second.again
    assert first.saved
    assert (first.thread_id, first.node) == ("1", "agent")
    assert first.checkpoint_ns == first.task
    assert first.task.startswith("agent:")
    assert first.key != second.key


def test_a_resume(run):
    node = Notes(stops=True)
    graph = graph_of(node, checkpointer=InMemorySaver())
    run(graph, asking(), THREAD)
    run(graph, Command(resume=True), THREAD)

    first, second = node.moments
    assert node.says("__pregel_resuming") == [False, True]
    assert node.says("__pregel_replay_state") == [False, False]
    assert (first.key, first.task) == (second.key, second.task)
    assert second.again


@pytest.mark.parametrize("fails", [1])
def test_a_retry(run, fails):
    node = Notes(fails=fails)
    run(graph_of(node), asking())

    first, second = node.moments
    assert node.says("__pregel_resuming") == [False, True]
    assert (first.key, first.task) == (second.key, second.task)
    assert second.again
    assert not second.saved


@pytest.mark.parametrize("before", [(), ("first", "second")])
def test_a_replay(run, before):
    """It resumes for one superstep only, and replays to the end; its tasks are new."""
    node = Notes()
    graph = graph_of(node, before=before, checkpointer=InMemorySaver())
    run(graph, asking(), THREAD)
    start = run.history(graph, THREAD)[-2]
    run(graph, None, start.config)

    first, second = node.moments
    assert node.says("__pregel_resuming") == [False, not before]
    assert node.says("__pregel_replay_state") == [False, True]
    assert first.key == second.key
    assert first.task != second.task
    assert second.replayed


def test_a_replay_of_the_input(run):
    """Messages get new ids; what they say is the same."""
    node = Notes()
    graph = graph_of(node, checkpointer=InMemorySaver())
    run(graph, asking(), THREAD)
    run(graph, None, run.history(graph, THREAD)[-1].config)

    first, second = node.moments
    assert first.key == second.key
    assert second.replayed


def test_a_fork_that_says_something_else(run):
    node = Notes()
    graph = graph_of(node, checkpointer=InMemorySaver())
    run(graph, asking(id="m"), THREAD)
    start = run.history(graph, THREAD)[-2]
    run(graph, None, run.update(graph, start.config, {"messages": [HumanMessage("else", id="m")]}, as_node="__start__"))

    first, second = node.moments
    assert first.key != second.key


@pytest.mark.parametrize("saver", [None, False, True], ids=["inherits", "no checkpoints", "own checkpoints"])
@pytest.mark.parametrize("before", [(), ("first", "second")])
def test_a_resume_within_a_subgraph(run, saver, before):
    """Its tasks may be new and it may not be told; the outermost task with an id stays the same."""
    node = Notes(stops=True)
    graph = nested(node, before=before, saver=saver, checkpointer=InMemorySaver())
    run(graph, asking(), THREAD)
    run(graph, Command(resume=True), THREAD)

    first, second = node.moments
    assert (first.key, first.task) == (second.key, second.task)
    assert first.task.startswith("agent:" if saver else "child:")
    assert first.again  # nobody says that it is not
    assert second.again
    starts_over = saver is False
    assert node.says("__pregel_resuming")[1] is not starts_over


@pytest.mark.parametrize("compiled", [{}, {"checkpointer": InMemorySaver()}], ids=["no checkpointer", "checkpointer"])
def test_a_retry_of_a_subgraph(run, compiled):
    """LangGraph counts how often a node has called its subgraph, in the namespace."""
    node = Notes(fails=2)  # the child's own retry fails too, and the child is tried again
    run(nested(node, **compiled), asking(), {"configurable": {"thread_id": run.style}})

    first, second, third = node.moments
    assert "|1|" in third.checkpoint_ns
    assert len({(m.key, m.task) for m in (first, second, third)}) == 1
    assert all(m.again for m in (first, second, third))


@pytest.mark.parametrize("saver", [None, False, True], ids=["inherits", "no checkpoints", "own checkpoints"])
def test_the_next_turn_of_a_subgraph_is_another_task(run, saver):
    node = Notes()
    graph = nested(node, saver=saver, checkpointer=InMemorySaver())
    run(graph, asking(), THREAD)
    run(graph, asking(), THREAD)

    first, second = node.moments
    assert first.task != second.task
    assert not second.replayed


def test_labels_make_moments_of_their_own(run):
    moments = []

    def node(state):
        moments.extend(current_call_key(state["messages"], Labels(agent=agent)) for agent in (None, "a", "b"))

    run(graph_of(node), asking())

    assert len({call_key.key for call_key in moments}) == 3


def test_outside_of_a_graph_there_is_no_moment():
    assert current_call_key([HumanMessage("hi")], Labels()) == CallKey()


def test_the_memory_keeps_the_first_answer_and_forgets_the_oldest_moment():
    memory, first, second = RecentAdvice(), Advice(prompt="1"), Advice(prompt="2")
    memory.put("m", "a:1", first)
    memory.put("m", "a:2", second)
    memory.put("m", "a:1", second)

    assert memory.get("m", "a:1") is first
    assert memory.get("m", "a:2") is second
    assert memory.get("m") is first
    for number in range(MOST_CALLS):
        memory.put(f"{number}", "a:1", second)
    assert memory.get("m") is None
    assert memory.get("m", "a:2") is None
    assert memory.get(f"{MOST_CALLS - 1}", "a:1") is second
