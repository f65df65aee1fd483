"""Any messages: advice or a reason, never an exception; what is captured of them is stored and comes back."""

import asyncio
import json

from hypothesis import given
from hypothesis import strategies as st
from langgraph.graph import START, StateGraph
from odd_messages import CONVERSATIONS, MESSAGES
from odd_values import TEXTS, fuzzed

from langgraph_coaching import coached
from langgraph_coaching.agent.state import CoachingState
from langgraph_coaching.traces.prompt import prompt_of
from scripted_model import ScriptedModel


@fuzzed(8)
@given(messages=CONVERSATIONS, label=st.one_of(st.none(), TEXTS), style=st.booleans())
def test_any_messages_are_advised_on(coach, messages, label, style):
    labels = {"agent": label, "tags": [label] if label else (), "thread_id": label}
    advice = asyncio.run(coach.aadvise(messages, **labels)) if style else coach.advise(messages, **labels)
    assert advice.failure is None or "these are no messages" in advice.failure, advice.failure
    assert bool(advice.prompt) == bool(advice.applied)
    json.dumps(advice.to_json(), ensure_ascii=False).encode()
    for receipt in advice.considered:
        str(advice.why(receipt.coaching_id or "refund")).encode("utf-8", "strict")
    coach.flush()
    for receipt in advice.considered[:1]:
        assert coach.receipts(limit=20)
        assert receipt.id in {one.id for one in coach.receipts(limit=20)}


@fuzzed(2)
@given(said=st.lists(MESSAGES, max_size=4), answer=MESSAGES, thread=TEXTS)
def test_a_graph_with_any_messages_runs_as_without_coaching_and_is_captured(coach, said, answer, thread):
    from langchain_core.messages import AIMessage

    answers = [answer if isinstance(answer, AIMessage) else AIMessage("All right.")]

    def run(state, plain, callbacks):
        model = ScriptedModel(answers=answers)
        graph = StateGraph(CoachingState)
        graph.add_node(
            "agent", lambda state: {"messages": [model.invoke(state["messages"] if plain else coached(state))]}
        )
        if plain:
            graph.add_edge(START, "agent")
        else:
            graph.add_node("coach", coach.node())
            graph.add_edge(START, "coach")
            graph.add_edge("coach", "agent")
        try:
            found = graph.compile().invoke(state, {"callbacks": callbacks, "configurable": {"thread_id": thread}})
        except Exception as error:  # noqa: BLE001 - whatever the graph itself cannot take
            return type(error)
        return [(one.type, one.content) for one in found["messages"]]

    state = {"messages": said}
    bare = run(state, True, [])
    assert run(state, False, [coach.callback()]) == bare
    coach.flush()
    if isinstance(bare, list):
        (trace,) = coach.traces.list(limit=1)
        assert coach.traces.get(trace.id) == trace
        for step in trace.steps:
            if step.call is not None:
                prompt_of(trace, step)
        json.dumps(trace.model_dump(mode="json"), ensure_ascii=False).encode()
