"""A run of thousands of model calls: each message of it is read once, and every call has the situation it had."""

from importlib import import_module

import pytest

from langgraph_coaching import import_traces
from langgraph_coaching.recall.situation import situate
from langgraph_coaching.traces.recorded_calls import calls_of

CALLS = 300


def exchange(number):
    return [{"role": "user", "content": f"question {number}"}, {"role": "assistant", "content": f"answer {number}"}]


def imported(messages, **fields):
    (trace,) = import_traces([{"id": "t-long", "messages": messages} | fields], format="openai")
    return trace


@pytest.fixture
def converted(monkeypatch):
    """How many steps were made messages of, by whoever asked."""
    counts = []
    for name in ("messages", "run_messages"):
        module = import_module(f"langgraph_coaching.traces.{name}")
        made = module.messages_of
        monkeypatch.setattr(module, "messages_of", lambda steps, made=made: counts.append(len(steps)) or made(steps))
    return counts


def test_no_message_is_made_for_each_call_anew(converted):
    calls = calls_of(imported([one for number in range(CALLS) for one in exchange(number)]))
    found = [call.situation for call in calls]
    assert [one.latest_user_text for one in found] == [f"question {number}" for number in range(CALLS)]
    assert sum(converted) <= 2 * CALLS


def test_nor_is_the_run_gone_through_for_each_answer():
    trace = imported([one for number in range(CALLS) for one in exchange(number)])
    calls = calls_of(trace)
    object.__setattr__(trace, "steps", ())  # whoever looks for the answer among all steps finds none
    assert [call.answer.text for call in calls] == [f"answer {number}" for number in range(CALLS)]


TOOL_LOOP = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "is it in stock?"},
    *(
        one
        for number in range(3)
        for one in (
            {
                "role": "assistant",
                "content": f"looking {number}",
                "tool_calls": [{"id": f"c{number}", "function": {"name": "look", "arguments": '{"at": 1}'}}],
            },
            {"role": "tool", "tool_call_id": f"c{number}", "content": "none"},
        )
    ),
    {"role": "assistant", "content": "no"},
    *exchange(1),
]


@pytest.mark.parametrize(
    "messages",
    [
        TOOL_LOOP,
        exchange(1) + exchange(2),
        [{"role": "assistant", "content": "Welcome"}, *exchange(1)],
        [{"role": "user", "name": "ann", "content": "hi"}, {"role": "user", "content": "hi?"}, *exchange(1)],
        [{"role": "assistant", "content": "Nobody has said anything"}] * 3,
    ],
    ids=["a loop of tools", "two turns", "a welcome", "two who speak", "no user"],
)
def test_each_call_has_the_situation_of_its_prompt(messages):
    calls = calls_of(imported(messages))
    assert calls
    assert [call.situation for call in calls] == [situate(call.conversation) for call in calls]


def test_also_of_a_captured_run(coach, door, model, say):
    graph = door(coach, model)
    for said in ("my order arrived broken", "and the other one too"):
        trace = say(graph, said)
        calls = calls_of(trace)
        assert [call.situation for call in calls] == [situate(call.conversation) for call in calls]


def test_also_where_an_answer_is_not_in_one_piece():
    trace = imported(TOOL_LOOP)
    steps = [step.model_copy(update={"message_id": "m-same"} if step.author == "agent" else {}) for step in trace.steps]
    steps[3] = steps[3].model_copy(update={"aside": True})
    changed = trace.model_copy(update={"steps": tuple(steps)})
    calls = [*calls_of(trace), *calls_of(changed)]
    assert [call.situation for call in calls] == [situate(call.conversation) for call in calls]
