"""Who the user is in a recorded run: what the run was given, not what its parts asked of models."""

import pytest
from langchain_core.load import dumpd
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from langgraph_coaching.traces.importers import import_traces
from langgraph_coaching.traces.prompt import prompt_of

ASKED, TOLD = "Where is my parcel?", "At the depot."


def at(second):
    return f"2030-01-01T12:00:{second:02}+00:00"


def run(number, parent, kind, start, end, given=None, gave=None, **metadata):
    """One of LangSmith's runs."""
    if kind == "llm":
        inputs = {"messages": [[dumpd(message) for message in given]]}
        outputs = {"generations": [[{"message": dumpd(gave)}]]}
    else:
        inputs, outputs = given or {}, gave or {}
    return {
        "id": number,
        "trace_id": "root",
        "parent_run_id": parent,
        "run_type": kind,
        "name": kind,
        "start_time": at(start),
        "end_time": at(end),
        "inputs": inputs,
        "outputs": outputs,
        "extra": {"metadata": metadata},
    }


def model(number, start, given, gave, parent="root", **metadata):
    return run(number, parent, "llm", start, start + 1, given, gave, **metadata)


def users(rows, name="langsmith"):
    (trace,) = import_traces(rows, format=name)
    return [step.text for step in trace.steps if step.type == "user"]


def state(*messages):
    return {"messages": [dumpd(message) for message in messages]}


HUMAN, ANSWER = HumanMessage(ASKED, id="m-1"), AIMessage(TOLD, id="m-2")
ROUTE = HumanMessage("Say 'refund' or 'parcel': Where is my parcel?")
GRADE = HumanMessage("Rate this answer from 1 to 5: At the depot.")


def graph(*inner, given=HUMAN, gave=ANSWER):
    return [run("root", None, "chain", 0, 30, state(given), state(given, gave)), *inner]


def test_a_routers_own_prompt_is_not_the_users():
    rows = graph(
        run("n-1", "root", "chain", 1, 3, state(HUMAN), {}, langgraph_node="route", langgraph_checkpoint_ns="route:1"),
        model("m-1", 1, [SystemMessage("You route."), ROUTE], AIMessage("parcel"), "n-1", langgraph_node="route"),
        run(
            "n-2",
            "root",
            "chain",
            4,
            8,
            state(HUMAN),
            state(ANSWER),
            langgraph_node="agent",
            langgraph_checkpoint_ns="agent:1",
        ),
        model("m-2", 5, [HUMAN], ANSWER, "n-2", langgraph_node="agent"),
    )
    (trace,) = import_traces(rows, format="langsmith")
    assert [step.text for step in trace.steps if step.type == "user"] == [ASKED]
    routed = next(step for step in trace.steps if step.text == "parcel")
    assert [message.content for message in prompt_of(trace, routed)] == ["You route.", ROUTE.content]


def test_a_judge_behind_the_answer_is_not_the_user():
    assert users(graph(model("m-1", 1, [HUMAN], ANSWER), model("m-2", 5, [GRADE], AIMessage("5")))) == [ASKED]


def test_the_prompt_of_a_tools_own_model_is_not_the_users():
    call = AIMessage("", tool_calls=[{"name": "search", "args": {}, "id": "c"}], id="m-2")
    done = ToolMessage("depot", tool_call_id="c", id="m-3")
    last = AIMessage(TOLD, id="m-4")
    rows = graph(
        model("m-1", 1, [HUMAN], call),
        run("t-1", "root", "tool", 3, 6, {}, {"output": dumpd(done)}),
        model("m-2", 4, [HumanMessage("Condense: parcels, parcels.")], AIMessage("parcels"), "t-1"),
        model("m-3", 7, [HUMAN, call, done], last),
        gave=last,
    )
    assert users(rows) == [ASKED]


def test_an_agent_that_is_a_tool_keeps_its_task():
    task = HumanMessage("Find the parcel of Ada.")
    rows = graph(
        run("t-1", "root", "tool", 3, 9, {}, {"output": "depot"}),
        run("g-1", "t-1", "chain", 4, 8, state(task), {}),
        run(
            "n-1",
            "g-1",
            "chain",
            4,
            8,
            state(task),
            {},
            langgraph_node="agent",
            langgraph_checkpoint_ns="tools:1|agent:2",
        ),
        model("m-1", 5, [task], AIMessage("depot"), "n-1", langgraph_node="agent"),
        model("m-2", 11, [HUMAN], ANSWER),
    )
    assert users(rows) == [ASKED]


def test_what_was_said_before_in_the_prompt_is_the_users():
    before = [HumanMessage("Hi, I am Ada."), AIMessage("Hello Ada.")]
    (trace,) = import_traces(graph(model("m-1", 1, [*before, HUMAN], ANSWER)), format="langsmith")
    assert [(step.type, step.text) for step in trace.steps] == [
        ("user", "Hi, I am Ada."),
        ("message", "Hello Ada."),
        ("user", ASKED),
        ("message", TOLD),
    ]


def test_an_instruction_in_front_of_the_users_words_is_none_of_them():
    rows = graph(model("m-1", 1, [HumanMessage("Be helpful!"), HUMAN], ANSWER))
    assert users(rows) == [ASKED]


def test_what_the_state_takes_in_later_is_the_users():
    more = HumanMessage("It is parcel 7.", id="m-9")
    node = {"langgraph_node": "agent", "langgraph_checkpoint_ns": "agent:1"}
    rows = graph(
        run("n-1", "root", "chain", 1, 3, state(HUMAN), state(ANSWER), **node, langgraph_step=1),
        model("m-1", 1, [HUMAN], ANSWER, "n-1", **node),
        run("n-2", "root", "chain", 5, 9, state(HUMAN, ANSWER, more), {}, **node, langgraph_step=2),
        model("m-2", 6, [HUMAN, ANSWER, more], AIMessage("Thanks.", id="m-10"), "n-2", **node),
    )
    assert users(rows) == [ASKED, "It is parcel 7."]


@pytest.mark.parametrize(
    "given",
    [
        {"input": ASKED},
        {"question": ASKED},
        {"messages": [{"role": "user", "content": ASKED}]},
        {"messages": [["human", ASKED]]},
        {"input": ASKED, "chat_history": []},
    ],
)
def test_a_chains_input_is_the_users_and_the_prompt_around_it_is_not(given):
    prompt = HumanMessage(f"Answer from the context.\nContext: depot.\nQuestion: {ASKED}")
    rows = [run("root", None, "chain", 0, 9, given, {"output": TOLD}), model("m-1", 1, [prompt], AIMessage(TOLD))]
    (trace,) = import_traces(rows, format="langsmith")
    assert [(step.type, step.text) for step in trace.steps if step.type != "system"] == [
        ("user", ASKED),
        ("message", TOLD),
    ]


def test_without_a_known_input_the_conversation_that_is_quoted_is_the_users():
    rows = [
        run("root", None, "chain", 0, 20),
        model("m-1", 1, [ROUTE], AIMessage("parcel")),
        model("m-2", 4, [HumanMessage(ASKED)], AIMessage(TOLD)),
        model("m-3", 7, [GRADE], AIMessage("5")),
    ]
    imported = import_traces(rows, format="langsmith")
    assert [step.text for step in imported[0].steps if step.type == "user"] == [ASKED]
    assert any("not in the recording by itself" in finding.message for finding in imported.findings)


def test_a_single_model_call_is_a_conversation():
    assert users([model("m-1", 1, [HUMAN], ANSWER, None)]) == [ASKED]


def test_a_text_without_a_role_in_a_prompt_is_nobodys():
    rows = [
        {
            "id": "t",
            "timestamp": at(0),
            "input": {"prompt": ASKED},
            "observations": [
                {"id": "r", "type": "SPAN", "startTime": at(0), "endTime": at(9), "input": {"prompt": ASKED}},
                {"id": "g", "type": "GENERATION", "parentObservationId": "r", "startTime": at(1), "endTime": at(2)}
                | {"input": {"content": "role"}, "output": {"role": "assistant", "content": TOLD}},
            ],
        },
    ]
    assert users(rows, "langfuse") == [ASKED]


def test_a_call_that_two_layers_recorded_is_one():
    asked = [{"role": "user", "content": ASKED}]
    answer = {"role": "assistant", "content": TOLD}
    shared = {"type": "GENERATION", "endTime": at(9)}
    observations = [
        {"id": "o", "startTime": at(1), "input": {"prompt": ASKED}, "output": answer, **shared},
        {"id": "i", "parentObservationId": "o", "startTime": at(2), "input": asked, "output": answer, **shared},
    ]
    (trace,) = import_traces([{"id": "t", "timestamp": at(0), "observations": observations}], format="langfuse")
    assert [(step.type, step.text) for step in trace.steps] == [("user", ASKED), ("message", TOLD)]
    assert len(trace.calls) == 1


@pytest.mark.parametrize(
    "text",
    [
        f"system: Be brief.\nuser: {ASKED}",
        f"role='system' content='Be brief.' name=None metrics=M(a=1)\x00role='user' content={ASKED!r} name=None",
    ],
)
def test_messages_that_were_printed_are_read(text):
    given = text.split("\x00") if "\x00" in text else text
    row = {"id": "g", "traceId": "t", "type": "GENERATION", "startTime": at(1), "endTime": at(2)}
    (trace,) = import_traces([{**row, "input": {"messages": given}, "output": TOLD}], format="langfuse")
    assert [(step.type, step.text) for step in trace.steps] == [
        ("system", "Be brief."),
        ("user", ASKED),
        ("message", TOLD),
    ]


def test_calls_without_ids_are_paired_in_spans_too():
    call = {"role": "model", "parts": [{"functionCall": {"name": "find", "args": {"n": 1}}}]}
    done = {"role": "user", "parts": [{"functionResponse": {"name": "find", "response": "depot"}}]}
    first = {"role": "user", "parts": [{"text": ASKED}]}
    last = {"role": "model", "parts": [{"text": TOLD}]}
    observations = [
        {"id": "r", "type": "AGENT", "startTime": at(0), "endTime": at(9)},
        {"id": "a", "type": "GENERATION", "parentObservationId": "r", "startTime": at(1), "endTime": at(4)}
        | {"input": {"contents": [first]}, "output": {"candidates": [{"content": call}]}},
        {"id": "b", "type": "TOOL", "name": "find", "parentObservationId": "a", "startTime": at(3), "endTime": at(4)}
        | {"input": {"n": 1}, "output": "depot"},
        {"id": "c", "type": "GENERATION", "parentObservationId": "r", "startTime": at(5), "endTime": at(6)}
        | {"input": {"contents": [first, call, done]}, "output": {"candidates": [{"content": last}]}},
    ]
    (trace,) = import_traces([{"id": "t", "timestamp": at(0), "observations": observations}], format="langfuse")
    assert [(step.type, step.text) for step in trace.steps] == [
        ("user", ASKED),
        ("tool_call", '{"n": 1}'),
        ("tool_result", "depot"),
        ("message", TOLD),
    ]
    assert trace.steps[1].tool_call_id == trace.steps[2].tool_call_id is not None
