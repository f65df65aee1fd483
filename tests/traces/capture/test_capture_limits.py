"""Sampling and size limits: whole conversations or nothing of them, and every cut says how much."""

import pytest
from langchain_core.messages import HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph

from langgraph_coaching import CaptureLimits, Coach, Reply, Step, Trace
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.traces.prompt import prompt_of


@pytest.fixture
def coach_with(tmp_path, embeddings):
    """Makes a coach with these limits."""
    made = []

    def make(**limits):
        made.append(Coach(tmp_path / "store", embeddings=embeddings, capture=CaptureLimits(**limits)))
        return made[-1]

    yield make
    for coach in made:
        coach.close()


def graph_of(model):
    def agent(state):
        if state["messages"][-1].text == "fail":
            raise ConnectionError("gone")
        return {"messages": [model.invoke(state["messages"])]}

    async def aagent(state):
        return agent(state)

    from langchain_core.runnables import RunnableLambda

    builder = StateGraph(MessagesState).add_node("agent", RunnableLambda(agent, aagent)).add_edge(START, "agent")
    return builder.compile(checkpointer=InMemorySaver())


def on(coach, thread):
    return {"callbacks": [coach.callback()], "configurable": {"thread_id": thread}}


def threads(coach):
    coach.flush()
    return sorted(trace.thread_id for trace in coach.traces.list(limit=None))


def test_a_share_of_the_threads_is_kept_each_whole(run, coach_with, model):
    coach = coach_with(sample=0.5)
    graph = graph_of(model)
    for _ in range(2):
        for number in range(20):
            run(graph, {"messages": ["hi"]}, on(coach, f"thread {number}"))
    kept = threads(coach)
    once = sorted(set(kept))
    assert kept == sorted([*once, *once])
    assert 4 <= len(once) <= 16
    keeps = CaptureLimits(sample=0.5).keeps  # the same in any process
    assert [f"thread {n}" for n in range(20) if keeps(Trace(id="t", thread_id=f"thread {n}"))] == sorted(
        once, key=lambda name: int(name.split()[1])
    )


@pytest.mark.parametrize(("keep_errors", "kept"), [(True, ["b"]), (False, [])])
def test_runs_that_failed_are_kept_if_asked(run, coach_with, model, keep_errors, kept):
    coach = coach_with(sample=0.0, keep_errors=keep_errors)
    graph = graph_of(model)
    run(graph, {"messages": ["hi"]}, on(coach, "a"))
    with pytest.raises(ConnectionError):
        run(graph, {"messages": ["fail"]}, on(coach, "b"))
    assert threads(coach) == kept


def test_receipts_are_kept_of_conversations_that_are_not(run, coach_with, model):
    coach = coach_with(sample=0.0)
    coach.add(intent="A customer asks for a refund", behavior=Reply("Ask why."), examples=["a refund please"])
    builder = StateGraph(MessagesState)
    builder.add_node("agent", coach.node(lambda state: {"messages": [model.invoke(state["messages"])]}))
    run(builder.add_edge(START, "agent").compile(), {"messages": ["a refund please"]}, on(coach, "a"))
    assert threads(coach) == []
    assert [receipt.applied for receipt in coach.receipts()] == [True]


def test_long_texts_are_cut_and_say_so(run, coach_with, scripted):
    coach = coach_with(characters=100)
    graph = graph_of(scripted("a" * 50_000))
    image = {"type": "image_url", "image_url": {"url": "data:" + "x" * 5_000}}
    question = HumanMessage([{"type": "text", "text": "b" * 99}, image])
    run(graph, {"messages": [question, ToolMessage("c" * 101, tool_call_id="1"), "hi"]}, on(coach, "a"))
    coach.flush()
    (trace,) = coach.traces.list()
    assert [step.text for step in trace.steps] == [
        "b" * 99,
        "c" * 100 + "… [cut: 1 of 101 characters]",
        "hi",
        "a" * 100 + "… [cut: 49900 of 50000 characters]",
    ]
    assert "[cut: 4905 of 5005 characters]" in str(prompt_of(trace, trace.steps[-1])[0].content)
    assert len(trace.model_dump_json()) < 5_000


def test_of_many_steps_the_latest_are_kept(run, coach_with, model):
    coach = coach_with(steps=4)
    graph = graph_of(model)
    run(graph, {"messages": [f"number {n}" for n in range(10)]}, on(coach, "a"))
    coach.flush()
    (trace,) = coach.traces.list()
    told = [(step.index, step.type, step.text) for step in trace.steps]
    assert told == [
        (0, "system", "7 earlier steps were cut"),
        *((n, "user", f"number {n + 6}") for n in range(1, 4)),
        (4, "message", "All right."),
    ]
    assert [m.text for m in prompt_of(trace, trace.steps[-1])] == ["number 7", "number 8", "number 9"]


def test_prompts_that_are_still_there_stay_exact(coach_with):
    steps = [Step(index=n, trace_id="t", type="user", author="user", text=f"{n}") for n in range(6)]
    call = {"index": 6, "trace_id": "t", "type": "message", "author": "agent", "text": "fine", "call": 0}
    record = {"id": "t", "steps": [*steps, call], "calls": [{"prompt": [[4, 6], 0]}]}
    record["messages"] = [{"type": "human", "data": {"content": " odd "}}]
    trace = CaptureLimits(steps=4).cut(Trace.model_validate(record))
    assert [m.content for m in prompt_of(trace, trace.steps[-1])] == ["4", "5", " odd "]
    assert CaptureLimits(steps=7).cut(trace) is trace


@pytest.mark.parametrize("bounds", [{"sample": -0.1}, {"sample": 1.1}, {"characters": 0}, {"steps": 0}])
def test_bounds_that_make_no_sense(bounds):
    with pytest.raises(InvalidCoachingError, match=next(iter(bounds))):
        CaptureLimits(**bounds)
