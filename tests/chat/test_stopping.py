"""A turn that runs is stopped from another thread, and the conversation goes on."""

import asyncio
import threading

import pytest
from graphs import ASKED, UNTOLD, answer, graph_of, kinds
from langchain_core.messages import AIMessage
from langgraph.checkpoint.memory import InMemorySaver


@pytest.mark.parametrize("saver", [None, InMemorySaver()], ids=["kept here", "kept by the graph"])
@pytest.mark.parametrize("style", ["sync", "async"])
def test_a_turn_is_stopped_and_tried_again(chatting, model, style, saver):
    reached, go = threading.Event(), threading.Event()

    def call(state):
        reached.set()
        assert go.wait(60)
        return {"messages": [AIMessage(answer([*state["messages"]]))]}

    async def acall(state):
        reached.set()
        if not go.is_set():
            await asyncio.Event().wait()  # for ever, unless it is stopped
        return {"messages": [AIMessage(answer([*state["messages"]]))]}

    chat = chatting(graph_of(call if style == "sync" else acall, checkpointer=saver))
    chat.stop()  # nothing runs
    stopper = threading.Thread(target=lambda: (reached.wait(60), chat.stop()))
    stopper.start()
    events = list(chat.send(ASKED))
    stopper.join(60)
    assert "error" in kinds(events)
    assert events[-1].kind == "end"
    assert "stopped" in chat.turn.error
    assert not chat.waits
    go.set()
    list(chat.again())
    assert chat.turn.error is None
    assert [turn.answer for turn in chat.turns] == [UNTOLD]
