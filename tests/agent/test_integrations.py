"""The same small agent behind each of the three doors."""

from __future__ import annotations

import pytest
from agents import ASKED, OTHER, THREAD, TOLD, asking, coached_on, leaked, receipts
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langgraph.checkpoint.memory import InMemorySaver

from langgraph_coaching import Coach

MODES = ["values", "updates", "messages", "debug"]


def test_one_block_in_the_prompt_and_none_in_what_comes_out(agent, run, model, coaching):
    state = run(agent(model), asking())

    assert model.blocks == [1]
    assert TOLD in model.told[0]
    assert isinstance(model.prompts[0][0], SystemMessage)
    assert [type(m) for m in state["messages"]] == [HumanMessage, AIMessage]
    assert leaked(state) == []
    assert "coaching" not in state


def test_nothing_applied_leaves_the_prompt_as_it_was(agent, run, model, coaching):
    run(agent(model), asking(OTHER))

    (prompt,) = model.prompts
    assert [(m.type, m.content) for m in prompt] == [("human", OTHER)]


def test_an_empty_store_leaves_prompt_and_answer_as_they_were(agent, run, model):
    state = run(agent(model), asking())

    (prompt,) = model.prompts
    assert [(m.type, m.content) for m in prompt] == [("human", ASKED)]
    assert "coaching" not in state["messages"][-1].response_metadata


def test_the_checkpoints_are_free_of_it(agent, run, model, coaching, saver):
    graph = agent(model, checkpointer=saver)
    run(graph, asking(), THREAD)
    run(graph, asking("And what about the other order?"), THREAD)

    assert model.blocks == [1, 1]
    history = run.history(graph, THREAD)
    assert len(history) >= 4
    assert [leaked(state.values) for state in history] == [[]] * len(history)
    assert len(history[0].values["messages"]) == 4
    assert "coaching" not in history[0].values


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
def test_every_durability(agent, run, model, coaching, durability):
    graph = agent(model, checkpointer=InMemorySaver())
    run(graph, asking(), THREAD, durability=durability)

    assert model.blocks == [1]
    assert [leaked(state.values) for state in run.history(graph, THREAD)] != []
    assert all(leaked(state.values) == [] for state in run.history(graph, THREAD))


@pytest.mark.parametrize("mode", [*MODES, [*MODES, "custom", "tasks", "checkpoints"]])
def test_streams_carry_no_coached_message(agent, run, model, coaching, mode):
    graph = agent(model, checkpointer=InMemorySaver())
    parts = run.stream(graph, asking(), THREAD, stream_mode=mode)

    assert parts
    assert model.blocks == [1]
    assert leaked(parts) == []


def test_streamed_tokens_add_up_and_carry_the_receipts_once(agent, run, coaching, scripted):
    parts = run.stream(agent(scripted("Let us exchange it.")), asking(), stream_mode="messages")

    chunks = [message for message, _ in parts if isinstance(message, AIMessage)]
    assert len(chunks) > 3
    whole = sum(chunks[1:], chunks[0])
    assert whole.text == "Let us exchange it."
    assert receipts(whole) == [(coaching.id, 1)]
    assert len(whole.response_metadata["coaching"]) == 1


def test_streamed_values_end_without_the_channel(agent, run, model, coaching):
    values = run.stream(agent(model), asking(), stream_mode="values")

    assert "coaching" not in values[-1]
    assert values[-1]["messages"][-1].text == "All right."


def test_events_carry_the_receipts(agent, run, model, coaching):
    async def events():
        return [event async for event in agent(model).astream_events(asking(), version="v2")]

    started = [event for event in run.wait(events()) if event["event"] == "on_chat_model_start"]
    assert [event["metadata"]["coaching_applied"] for event in started] == [f"{coaching.id}@1"]


def test_two_threads_do_not_see_each_other(agent, run, model, coaching):
    graph = agent(model, checkpointer=InMemorySaver())
    run(graph, asking(), {"configurable": {"thread_id": "a"}})
    run(graph, asking(OTHER), {"configurable": {"thread_id": "b"}})

    assert model.blocks == [1, 0]


def test_each_namespace_has_its_own(agent, run, model, coach, embeddings):
    with Coach(coach.uri, embeddings=embeddings, namespace="other") as other:
        coached_on(other)
    run(agent(model), asking())

    assert model.blocks == [0]


def test_an_edit_is_in_the_next_run(agent, run, model, coach, coaching):
    graph = agent(model)
    run(graph, asking())
    coach.archive(coaching.id)
    run(graph, asking())

    assert model.blocks == [1, 0]
