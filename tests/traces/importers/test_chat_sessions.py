"""LangChain chat sessions become traces, with the same ids every time."""

import uuid
from datetime import UTC, datetime

import pytest
from langchain_core.chat_loaders import BaseChatLoader
from langchain_core.chat_sessions import ChatSession
from langchain_core.load import dumpd
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from langgraph_coaching.errors import TraceImportError
from langgraph_coaching.traces.importers import import_traces
from langgraph_coaching.traces.model import Trace

CALL = {"name": "find_order", "args": {"customer": "Ada"}, "id": "call_a"}

CONVERSATION = [
    SystemMessage("You sell bicycles."),
    HumanMessage("Where is my bicycle?"),
    AIMessage("Let me look.", tool_calls=[CALL]),
    ToolMessage("on its way", tool_call_id="call_a"),
    AIMessageChunk(
        content="It is on its way.", id="m-1", response_metadata={"model_name": "gpt-x", "finish_reason": "stop"}
    ),
]

STEPS = [
    ("system", "prompt", "You sell bicycles.", None),
    ("user", None, "Where is my bicycle?", None),
    ("message", None, "Let me look.", 0),
    ("tool_call", "find_order", '{"customer": "Ada"}', 0),
    ("tool_result", "find_order", "on its way", None),
    ("message", None, "It is on its way.", 1),
]


class Loader(BaseChatLoader):
    def __init__(self, *sessions, breaks=False):
        self.sessions, self.breaks = sessions, breaks

    def lazy_load(self):
        yield from self.sessions
        if self.breaks:
            raise ConnectionError("the service went away")


def steps(trace):
    return [(step.type, step.name, step.text, step.call) for step in trace.steps]


@pytest.mark.parametrize(
    "source",
    [
        Loader(ChatSession(messages=CONVERSATION)),
        [ChatSession(messages=CONVERSATION)],
        iter([CONVERSATION]),
        ChatSession(messages=CONVERSATION),
        CONVERSATION,
    ],
    ids=["loader", "sessions", "lists of messages", "one session", "one list of messages"],
)
def test_sessions_become_traces(source):
    (trace,) = import_traces(source, format="chat_sessions")
    assert steps(trace) == STEPS
    last = trace.steps[-1]
    assert (last.model, last.message_id, last.extra) == (
        "gpt-x",
        "m-1",
        {"response_metadata": {"finish_reason": "stop"}},
    )
    assert trace.models == ("gpt-x",)


def test_loading_the_same_sessions_again_gives_the_same_ids():
    loader = Loader(ChatSession(messages=CONVERSATION), ChatSession(messages=CONVERSATION[:2]))
    first, second = (import_traces(loader, format="chat_sessions") for _ in range(2))
    assert [trace.id for trace in first] == [trace.id for trace in second]
    assert len({trace.id for trace in first}) == 2


def test_what_a_session_says_beyond_its_messages_is_metadata():
    functions = [{"name": "find_order", "parameters": {}}]
    (trace,) = import_traces([ChatSession(messages=CONVERSATION, functions=functions)], format="chat_sessions")
    assert trace.metadata == {"functions": functions}


def test_messages_of_older_kinds_are_read_as_todays():
    session = [
        ChatMessage(role="user", content="Where is it?"),
        AIMessage("", additional_kwargs={"function_call": {"name": "find_order", "arguments": '{"n": 1}'}}),
        FunctionMessage(name="find_order", content="on its way"),
        ChatMessage(role="assistant", content="On its way."),
        ChatMessage(role="critic", content="Rather short."),
    ]
    (trace,) = import_traces([session], format="chat_sessions")
    assert steps(trace) == [
        ("user", None, "Where is it?", None),
        ("tool_call", "find_order", '{"n": 1}', 0),
        ("tool_result", "find_order", "on its way", None),
        ("message", None, "On its way.", 1),
        ("system", "critic", "Rather short.", None),
    ]
    assert trace.steps[1].tool_call_id == trace.steps[2].tool_call_id


def test_a_call_that_is_there_in_both_forms_is_one_call():
    twice = {"function_call": {"name": "find_order", "arguments": '{"customer": "Ada"}'}}
    (trace,) = import_traces(
        [[HumanMessage("Where?"), AIMessage("", tool_calls=[CALL], additional_kwargs=twice)]], "chat_sessions"
    )
    assert [(step.name, step.tool_call_id) for step in trace.steps[1:]] == [("find_order", "call_a")]


def test_invalid_calls_and_failed_tools_keep_their_text_and_say_so():
    invalid = {"name": "find_order", "args": '{"customer": ', "id": "c", "error": None, "type": "invalid_tool_call"}
    session = [
        HumanMessage("Where?"),
        AIMessage("", invalid_tool_calls=[invalid]),
        ToolMessage("no such order", tool_call_id="c", status="error"),
    ]
    (trace,) = import_traces([session], format="chat_sessions")
    _, called, failed = trace.steps
    assert (called.text, called.arguments) == ('{"customer": ', None)
    assert called.error
    assert (failed.name, failed.error) == ("find_order", "no such order")


def test_what_a_store_cannot_hold_is_made_plain():
    odd = AIMessage(
        "half \ud83d", additional_kwargs={"raw": {1, 2}, "at": datetime(2024, 5, 1, tzinfo=UTC), "odd": object}
    )
    imported = import_traces([[HumanMessage("Hi"), odd]], format="chat_sessions")
    assert imported[0].steps[1].text == "half \N{REPLACEMENT CHARACTER}"
    assert imported[0].steps[1].extra["raw"] == [1, 2]
    assert Trace.model_validate_json(imported[0].model_dump_json()) == imported[0]
    assert [finding.kind for finding in imported.findings] == ["repaired"]


def test_reasoning_and_usage_of_a_message_are_read():
    answer = AIMessage(
        [{"type": "reasoning", "reasoning": "They want to know."}, {"type": "text", "text": "Because."}],
        usage_metadata={
            "input_tokens": 5,
            "output_tokens": 2,
            "total_tokens": 7,
            "input_token_details": {"cache_read": 1},
        },
    )
    (trace,) = import_traces([[HumanMessage("Why?"), answer]], format="chat_sessions")
    assert [(step.type, step.text) for step in trace.steps[1:]] == [
        ("reasoning", "They want to know."),
        ("message", "Because."),
    ]
    assert [step.usage for step in trace.steps[1:]] == [
        {"input_tokens": 5, "output_tokens": 2, "total_tokens": 7},
        None,
    ]


def test_a_loader_that_breaks_off_keeps_what_it_gave():
    imported = import_traces(Loader(ChatSession(messages=CONVERSATION), breaks=True), format="chat_sessions")
    assert [steps(trace) for trace in imported] == [STEPS]
    (finding,) = imported.findings
    assert (finding.row, finding.kind) == (2, "unreadable")
    assert "ConnectionError: the service went away" in finding.message


def test_a_loader_that_gives_nothing_is_an_error_that_says_why():
    with pytest.raises(TraceImportError, match="the service went away"):
        import_traces(Loader(breaks=True), format="chat_sessions")


@pytest.mark.filterwarnings("ignore:The default value of `allowed_objects`")
def test_the_langsmith_run_loader_of_langchain_community_is_read():
    loaders = pytest.importorskip("langchain_community.chat_loaders.langsmith")
    schemas = pytest.importorskip("langsmith.schemas")

    def run(**fields):
        return schemas.Run(id=uuid.uuid4(), name="ChatOpenAI", start_time=datetime.now(UTC), run_type="llm", **fields)

    *asked, answered = CONVERSATION
    answer = AIMessage(answered.text, id="m-1", response_metadata=answered.response_metadata)
    finished = run(
        inputs={"messages": [dumpd(message) for message in asked]},
        outputs={"generations": [{"message": dumpd(answer)}]},
    )
    pending = run(inputs={"messages": []}, outputs=None)
    loader = loaders.LangSmithRunChatLoader(runs=[pending, finished], client=object())
    (trace,) = import_traces(loader, format="chat_sessions")
    assert steps(trace) == STEPS
    assert trace.models == ("gpt-x",)
