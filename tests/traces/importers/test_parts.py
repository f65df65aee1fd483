"""What people's files hold, in the form of every provider: each part is a step, or stands in the findings."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.load import dumpd
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage, message_to_dict

from langgraph_coaching.traces.importers import import_traces

ASKED, TOLD = "Where is parcel 7?", "It is at the depot."
ARGUMENTS = {"parcel": 7}
AS_JSON = json.dumps(ARGUMENTS)

CONVERSATION = [
    ("user", None, ASKED),
    ("tool_call", "find_parcel", AS_JSON),
    ("tool_result", "find_parcel", "at the depot"),
    ("message", None, TOLD),
]

OPENAI = [
    {"role": "user", "content": [{"type": "text", "text": ASKED}]},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "c-1", "type": "function", "function": {"name": "find_parcel", "arguments": AS_JSON}},
        ],
    },
    {"role": "tool", "tool_call_id": "c-1", "content": [{"type": "text", "text": "at the depot"}]},
    {"role": "assistant", "content": TOLD, "refusal": None, "annotations": []},
]

RESPONSES = [
    {"role": "user", "content": [{"type": "input_text", "text": ASKED}]},
    {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "c-1",
        "name": "find_parcel",
        "arguments": AS_JSON,
        "status": "completed",
    },
    {"type": "function_call_output", "call_id": "c-1", "output": "at the depot"},
    {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": TOLD}]},
]

ANTHROPIC = [
    {"role": "user", "content": ASKED},
    {
        "role": "assistant",
        "content": [{"type": "tool_use", "id": "toolu_1", "name": "find_parcel", "input": ARGUMENTS}],
    },
    {
        "role": "user",
        "content": [
            {
                "type": "tool_result",
                "tool_use_id": "toolu_1",
                "content": [{"type": "text", "text": "at the depot"}],
            }
        ],
    },
    {"role": "assistant", "content": [{"type": "text", "text": TOLD}]},
]

GEMINI = [
    {"role": "user", "parts": [{"text": ASKED}]},
    {"role": "model", "parts": [{"functionCall": {"name": "find_parcel", "args": ARGUMENTS}}]},
    {"role": "user", "parts": [{"functionResponse": {"name": "find_parcel", "response": "at the depot"}}]},
    {"role": "model", "parts": [{"text": TOLD}]},
]

VERCEL_CORE = [
    {"role": "user", "content": [{"type": "text", "text": ASKED}]},
    {
        "role": "assistant",
        "content": [{"type": "tool-call", "toolCallId": "c-1", "toolName": "find_parcel", "args": ARGUMENTS}],
    },
    {
        "role": "tool",
        "content": [{"type": "tool-result", "toolCallId": "c-1", "toolName": "find_parcel", "result": "at the depot"}],
    },
    {"role": "assistant", "content": [{"type": "text", "text": TOLD}]},
]

VERCEL_FIVE = [
    *VERCEL_CORE[:1],
    {
        "role": "assistant",
        "content": [{"type": "tool-call", "toolCallId": "c-1", "toolName": "find_parcel", "input": ARGUMENTS}],
    },
    {
        "role": "tool",
        "content": [
            {
                "type": "tool-result",
                "toolCallId": "c-1",
                "toolName": "find_parcel",
                "output": {"type": "text", "value": "at the depot"},
            }
        ],
    },
    *VERCEL_CORE[3:],
]

VERCEL_UI = [
    {"id": "u", "role": "user", "parts": [{"type": "text", "text": ASKED}]},
    {
        "id": "a",
        "role": "assistant",
        "parts": [
            {"type": "step-start"},
            {
                "type": "tool-find_parcel",
                "toolCallId": "c-1",
                "state": "output-available",
                "input": ARGUMENTS,
                "output": "at the depot",
            },
            {"type": "step-start"},
            {"type": "text", "text": TOLD, "state": "done"},
        ],
    },
]

INVOCATION = {
    "toolCallId": "c-1",
    "toolName": "find_parcel",
    "state": "result",
    "step": 0,
    "args": ARGUMENTS,
    "result": "at the depot",
}

VERCEL_FOUR = [
    {"id": "u", "role": "user", "content": ASKED, "parts": [{"type": "text", "text": ASKED}]},
    {
        "id": "a",
        "role": "assistant",
        "content": TOLD,
        "parts": [{"type": "tool-invocation", "toolInvocation": INVOCATION}, {"type": "text", "text": TOLD}],
    },
]

VERCEL_THREE = [
    {"role": "user", "content": ASKED},
    {"role": "assistant", "content": TOLD, "toolInvocations": [INVOCATION]},
]

LANGCHAIN = [
    HumanMessage(ASKED),
    AIMessage("", tool_calls=[{"name": "find_parcel", "args": ARGUMENTS, "id": "c-1"}]),
    ToolMessage("at the depot", tool_call_id="c-1"),
    AIMessage(TOLD),
]

MISTRAL = [
    {"role": "user", "content": ASKED},
    {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"id": "c-1", "function": {"name": "find_parcel", "arguments": ARGUMENTS}, "index": 0}],
    },
    {"role": "tool", "tool_call_id": "c-1", "name": "find_parcel", "content": "at the depot"},
    {"role": "assistant", "content": [{"type": "text", "text": TOLD}], "prefix": False},
]

BEDROCK = [
    {"role": "user", "content": [{"text": ASKED}]},
    {
        "role": "assistant",
        "content": [{"toolUse": {"toolUseId": "c-1", "name": "find_parcel", "input": ARGUMENTS}}],
    },
    {
        "role": "user",
        "content": [
            {"toolResult": {"toolUseId": "c-1", "content": [{"text": "at the depot"}], "status": "success"}},
            {"cachePoint": {"type": "default"}},
        ],
    },
    {"role": "assistant", "content": [{"text": TOLD}]},
]

OLLAMA = [
    {"role": "user", "content": ASKED},
    {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"function": {"name": "find_parcel", "arguments": ARGUMENTS}}],
    },
    {"role": "tool", "tool_name": "find_parcel", "content": "at the depot"},
    {"role": "assistant", "content": TOLD},
]

GENAI = [
    {"role": "user", "parts": [{"type": "text", "content": ASKED}]},
    {
        "role": "assistant",
        "parts": [{"type": "tool_call", "id": "c-1", "name": "find_parcel", "arguments": ARGUMENTS}],
    },
    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c-1", "response": "at the depot"}]},
    {"role": "assistant", "parts": [{"type": "text", "content": TOLD}], "finish_reason": "stop"},
]

SHAREGPT = [
    {"from": "human", "value": ASKED},
    {"from": "function_call", "value": json.dumps({"name": "find_parcel", "arguments": ARGUMENTS})},
    {"from": "observation", "value": "at the depot"},
    {"from": "gpt", "value": TOLD},
]

NAMED_TOOL = [*OPENAI[:2], {"role": "find_parcel", "content": "at the depot"}, OPENAI[3]]

KWARGS = [
    OPENAI[0],
    {"role": "assistant", "content": "", "additional_kwargs": {"tool_calls": OPENAI[1]["tool_calls"]}},
    *OPENAI[2:],
]

FORMS = {
    "openai": OPENAI,
    "openai responses": RESPONSES,
    "anthropic": ANTHROPIC,
    "gemini": GEMINI,
    "vercel core": VERCEL_CORE,
    "vercel core 5": VERCEL_FIVE,
    "vercel ui": VERCEL_UI,
    "vercel ui 4": VERCEL_FOUR,
    "vercel ui 3": VERCEL_THREE,
    "langchain": LANGCHAIN,
    "langchain constructors": [dumpd(message) for message in LANGCHAIN],
    "langchain typed": [message_to_dict(message) for message in LANGCHAIN],
    "langchain flat": [message.model_dump() for message in LANGCHAIN],
    "mistral": MISTRAL,
    "bedrock converse": BEDROCK,
    "ollama": OLLAMA,
    "genai conventions": GENAI,
    "sharegpt": SHAREGPT,
    "the tool as role": NAMED_TOOL,
    "calls in additional_kwargs": KWARGS,
}


def said(trace):
    return [(step.type, step.name, step.text) for step in trace.steps]


def one(*messages, **fields):
    imported = import_traces({"messages": list(messages), **fields})
    return imported[0], [finding.message for finding in imported.findings]


def langfuse_of(messages):
    """The same conversation as an agent's two model calls and one tool, as a tracer records them."""
    times = [f"2030-01-01T12:00:0{second}+00:00" for second in range(7)]
    observation = {"traceId": "t", "type": "GENERATION", "parentObservationId": "root"}
    return [
        {
            "id": "t",
            "timestamp": times[0],
            "observations": [
                {"id": "root", "traceId": "t", "type": "SPAN", "name": "agent"}
                | {"startTime": times[0], "endTime": times[6]},
                {**observation, "id": "m-1", "startTime": times[1], "endTime": times[2]}
                | {"input": messages[:1], "output": messages[1]},
                {**observation, "id": "m-2", "startTime": times[4], "endTime": times[5]}
                | {"input": messages[:3], "output": messages[3]},
            ],
        }
    ]


@pytest.mark.parametrize("form", FORMS)
def test_a_conversation_is_the_same_steps_in_every_form(form):
    imported = import_traces([FORMS[form]])
    (trace,) = imported
    assert said(trace) == CONVERSATION
    call, result = trace.steps[1:3]
    assert call.arguments == ARGUMENTS
    assert call.tool_call_id
    assert call.tool_call_id == result.tool_call_id
    assert [finding for finding in imported.findings if finding.kind == "incomplete"] == []


@pytest.mark.parametrize("form", [form for form in FORMS if len(FORMS[form]) == len(CONVERSATION)])
def test_a_tracer_that_records_these_forms_gives_the_same_steps(form):
    messages = [
        dumpd(message) if not isinstance(message, dict) else message
        for message in json.loads(json.dumps(FORMS[form], default=dumpd))
    ]
    (trace,) = import_traces(langfuse_of(messages), format="langfuse")
    assert said(trace) == CONVERSATION
    assert trace.steps[1].tool_call_id == trace.steps[2].tool_call_id


@pytest.mark.parametrize(
    "row",
    [
        {"input": RESPONSES[:1], "output": [*RESPONSES[1:2]], "model": "x-1"},
        {"input": ASKED, "output": [*RESPONSES[1:2]]},
        {"request": {"messages": OPENAI[:1]}, "response": {"choices": [{"message": OPENAI[1]}]}},
        {"body": {"messages": OPENAI[:1]}, "response": {"body": {"choices": [{"message": OPENAI[1]}]}}},
        {"contents": GEMINI[:1], "candidates": [{"content": GEMINI[1]}]},
        {"messages": ANTHROPIC[:1], "response": {"type": "message", **ANTHROPIC[1]}},
        {"messages": BEDROCK[:1], "output": {"message": BEDROCK[1]}, "stopReason": "tool_use"},
        {"inputs": {"messages": OPENAI[:1]}, "outputs": {"messages": OPENAI[1:2]}},
        {"prompt": OPENAI[:1], "completion": OPENAI[1:2]},
        {"messages": json.dumps(OPENAI[:2])},
        {"values": {"messages": OPENAI[:2]}, "next": []},
    ],
)
def test_a_request_and_its_response_are_one_conversation(row):
    (trace,) = import_traces([row])
    assert said(trace) == CONVERSATION[:2]


@pytest.mark.parametrize(
    "row",
    [
        {"messages": OPENAI[:1], "system": "Be brief."},
        {"messages": ANTHROPIC[:1], "system": [{"type": "text", "text": "Be brief."}]},
        {"contents": GEMINI[:1], "systemInstruction": {"parts": [{"text": "Be brief."}]}},
        {"input": RESPONSES[:1], "instructions": "Be brief."},
    ],
)
def test_a_system_prompt_beside_the_messages_is_a_step(row):
    (trace,) = import_traces([row])
    assert said(trace) == [("system", "prompt", "Be brief."), CONVERSATION[0]]


def test_items_of_one_response_are_one_model_call():
    thought = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Two parcels."}]}
    second = {**RESPONSES[1], "call_id": "c-2", "arguments": '{"parcel": 8}'}
    trace, findings = one(RESPONSES[0], thought, RESPONSES[1], second, RESPONSES[2], RESPONSES[3])
    assert [(step.type, step.call) for step in trace.steps] == [
        ("user", None),
        ("reasoning", 0),
        ("tool_call", 0),
        ("tool_call", 0),
        ("tool_result", None),
        ("message", 1),
    ]
    assert findings == []


@pytest.mark.parametrize(
    ("item", "name", "arguments", "result"),
    [
        (
            {"type": "web_search_call", "id": "ws", "status": "completed", "action": {"type": "search", "query": "q"}},
            "web_search",
            {"type": "search", "query": "q"},
            None,
        ),
        (
            {"type": "file_search_call", "id": "fs", "queries": ["q"], "results": [{"text": "found", "score": 1}]},
            "file_search",
            {"queries": ["q"]},
            '[{"text": "found", "score": 1}]',
        ),
        (
            {"type": "computer_call", "call_id": "cu", "id": "x", "action": {"type": "click", "x": 1}},
            "computer",
            {"type": "click", "x": 1},
            None,
        ),
        (
            {"type": "code_interpreter_call", "id": "ci", "code": "1+1", "outputs": [{"type": "logs", "logs": "2"}]},
            "code_interpreter",
            {"code": "1+1"},
            '[{"type": "logs", "logs": "2"}]',
        ),
        (
            {"type": "mcp_call", "id": "m", "name": "roll", "arguments": '{"n": 2}', "output": "4", "error": None},
            "roll",
            {"n": 2},
            "4",
        ),
        (
            {"type": "custom_tool_call", "call_id": "ct", "name": "shell", "input": "ls"},
            "shell",
            {"input": "ls"},
            None,
        ),
        (
            {"type": "image_generation_call", "id": "ig", "prompt": "a cat", "result": "iVBOR"},
            "image_generation",
            {"prompt": "a cat"},
            "[image]",
        ),
    ],
)
def test_calls_of_hosted_tools_are_steps(item, name, arguments, result):
    trace, findings = one(RESPONSES[0], item)
    call, *results = trace.steps[1:]
    assert (call.type, call.name, call.arguments) == ("tool_call", name, arguments)
    assert [step.text for step in results] == ([] if result is None else [result])
    assert all(step.type == "tool_result" and step.tool_call_id == call.tool_call_id for step in results)
    assert findings == []


def test_what_a_computer_call_gave_is_a_result_and_its_picture_is_kept():
    shot = {"type": "computer_screenshot", "image_url": "data:image/png;base64,AAAA"}
    trace, _ = one(
        RESPONSES[0],
        {"type": "computer_call", "call_id": "cu", "action": {"type": "screenshot"}},
        {"type": "computer_call_output", "call_id": "cu", "output": shot},
    )
    assert said(trace)[2] == ("tool_result", "computer", "[computer_screenshot]")
    assert trace.steps[2].extra["content"] == shot


@pytest.mark.parametrize("kind", ["mcp_list_tools", "item_reference", "mcp_approval_request"])
def test_other_items_are_events_and_findings(kind):
    trace, findings = one(RESPONSES[0], {"type": kind, "id": "x"})
    assert [(step.type, step.name) for step in trace.steps] == [("user", None), ("system", kind)]
    assert findings == [f"message of unknown role '{kind}': kept as a system event"]


def test_tools_that_the_provider_runs_stand_between_the_words():
    content = [
        {"type": "text", "text": "I look it up."},
        {"type": "server_tool_use", "id": "s-1", "name": "web_search", "input": {"query": "depot"}},
        {
            "type": "web_search_tool_result",
            "tool_use_id": "s-1",
            "content": [{"type": "web_search_result", "url": "https://a.example", "title": "Depot"}],
        },
        {"type": "text", "text": "It is open."},
    ]
    trace, findings = one(ANTHROPIC[0], {"role": "assistant", "content": content})
    assert [(step.type, step.name) for step in trace.steps] == [
        ("user", None),
        ("message", None),
        ("tool_call", "web_search"),
        ("tool_result", "web_search"),
        ("message", None),
    ]
    assert "a.example" in trace.steps[3].text
    assert findings == []


def test_a_users_words_beside_a_tools_result_stay_theirs():
    content = [*ANTHROPIC[2]["content"], {"type": "text", "text": "And hurry."}]
    trace, _ = one(*ANTHROPIC[:2], {"role": "user", "content": content})
    assert said(trace)[2:] == [("tool_result", "find_parcel", "at the depot"), ("user", None, "And hurry.")]


@pytest.mark.parametrize(
    "part",
    [
        {"type": "tool_result", "tool_use_id": "toolu_1", "content": "no such parcel", "is_error": True},
        {"toolResult": {"toolUseId": "toolu_1", "content": [{"text": "no such parcel"}], "status": "error"}},
        {"type": "tool-result", "toolCallId": "toolu_1", "toolName": "x", "result": "no such parcel", "isError": True},
        {
            "type": "tool-result",
            "toolCallId": "toolu_1",
            "toolName": "x",
            "output": {"type": "error-text", "value": "no such parcel"},
        },
    ],
)
def test_a_tool_that_failed_says_so(part):
    trace, _ = one(*ANTHROPIC[:2], {"role": "user", "content": [part]})
    assert (trace.steps[2].type, trace.steps[2].error) == ("tool_result", "no such parcel")


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ({"type": "thinking", "thinking": "They wait.", "signature": "x"}, "They wait."),
        ({"type": "reasoning", "text": "They wait."}, "They wait."),
        ({"type": "reasoning", "summary": [{"type": "summary_text", "text": "They wait."}]}, "They wait."),
        ({"type": "thinking", "thinking": [{"type": "text", "text": "They wait."}]}, "They wait."),
        ({"text": "They wait.", "thought": True}, "They wait."),
        ({"reasoningContent": {"reasoningText": {"text": "They wait.", "signature": "x"}}}, "They wait."),
        ({"type": "redacted_thinking", "data": "x"}, "[redacted]"),
        ({"type": "reasoning", "summary": [], "encrypted_content": "x"}, "[redacted]"),
        ({"reasoningContent": {"redactedContent": "x"}}, "[redacted]"),
        ({"type": "reasoning", "content": "They wait."}, "They wait."),
    ],
)
def test_what_a_model_thought_is_reasoning(part, text):
    trace, findings = one(OPENAI[0], {"role": "assistant", "content": [part, {"type": "text", "text": "Yes."}]})
    assert said(trace)[1:] == [("reasoning", None, text), ("message", None, "Yes.")]
    assert findings == []


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ({"type": "text", "value": "Hello"}, "Hello"),
        ({"type": "text", "text": {"value": "Hello", "annotations": []}}, "Hello"),
        ({"type": "text", "content": "Hello"}, "Hello"),
        ({"type": "refusal", "refusal": "Hello"}, "Hello"),
        ({"type": "output_text", "text": "Hello", "annotations": [], "logprobs": []}, "Hello"),
        ({"text": "Hello"}, "Hello"),
        ({"guardContent": {"text": {"text": "Hello"}}}, "Hello"),
        ({"citationsContent": {"content": [{"text": "Hello"}], "citations": []}}, "Hello"),
    ],
)
@pytest.mark.parametrize("role", ["user", "assistant"])
def test_a_text_is_read_wherever_it_stands(role, part, text):
    trace, findings = one(OPENAI[0], {"role": role, "content": [part]})
    assert trace.steps[1].text == text
    assert findings == []


def test_a_text_under_another_type_is_read_and_said():
    trace, findings = one(OPENAI[0], {"role": "assistant", "content": [{"type": "headline", "text": "Hello"}]})
    assert trace.steps[1].text == "Hello"
    assert findings == ["content part of unknown type 'headline': read as its text"]


@pytest.mark.parametrize(
    "part",
    [
        {"type": "source-url", "sourceId": "s", "url": "https://a.example"},
        {"type": "data-weather", "data": {"city": "Rome"}},
        {"type": "hologram", "file": "x"},
        7,
    ],
)
def test_a_part_that_nobody_knows_is_a_finding_and_is_kept(part):
    content = [{"type": "text", "text": "See there."}, part]
    imported = import_traces([[OPENAI[0], {"role": "assistant", "content": content}]])
    assert imported[0].steps[1].text == "See there."
    assert imported[0].steps[1].extra["content"] == content
    assert [(finding.row, finding.kind) for finding in imported.findings] == [(1, "repaired")]
    assert "kept beside the message" in imported.findings[0].message


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "image", "source": {"type": "base64", "data": "AAAA"}},
        {"type": "input_image", "image_url": "https://a.example/i.png"},
        {"image": {"format": "png", "source": {"bytes": "AAAA"}}},
        {"inlineData": {"mimeType": "image/png", "data": "AAAA"}},
        {"type": "file", "mediaType": "image/png", "url": "data:…"},
    ],
)
def test_a_message_of_a_picture_only_is_no_empty_step(part):
    imported = import_traces([[{"role": "user", "content": [part]}, OPENAI[3]]])
    assert imported[0].steps[0].text.startswith("[")
    assert imported[0].steps[0].extra["content"] == [part]
    assert imported.findings == []


def test_spoken_words_are_read_from_their_transcript():
    audio = {"id": "a", "data": "AAAA", "transcript": "Yes, it is."}
    trace, _ = one(OPENAI[0], {"role": "assistant", "content": None, "audio": audio})
    assert trace.steps[1].text == "Yes, it is."


def test_a_call_that_stands_in_the_content_and_beside_it_is_one():
    block = {"type": "tool_use", "id": "c-1", "name": "find_parcel", "input": {}}
    text = {"type": "text", "text": "I look."}
    answer = AIMessage([text, block], tool_calls=[{"name": "find_parcel", "args": ARGUMENTS, "id": "c-1"}])
    (trace,) = import_traces([[HumanMessage(ASKED), answer]])
    assert [(step.type, step.arguments) for step in trace.steps[1:]] == [("message", None), ("tool_call", ARGUMENTS)]


def test_several_calls_of_one_step_of_vercels_are_one_model_call():
    parts = [
        {"type": "step-start"},
        *(
            {"type": "dynamic-tool", "toolName": name, "toolCallId": name, "state": "output-available"}
            | {"input": {}, "output": {"ok": name}}
            for name in ("a", "b")
        ),
        {"type": "text", "text": "Done."},
    ]
    trace, _ = one(OPENAI[0], {"role": "assistant", "parts": parts})
    assert [(step.type, step.name, step.call) for step in trace.steps[1:]] == [
        ("tool_call", "a", 0),
        ("tool_call", "b", 0),
        ("tool_result", "a", None),
        ("tool_result", "b", None),
        ("message", None, 1),
    ]


def test_a_vercel_tool_that_still_runs_or_failed():
    waits = {"type": "tool-find", "toolCallId": "1", "state": "input-available", "input": {}}
    failed = {"type": "tool-find", "toolCallId": "2", "state": "output-error", "input": {}, "errorText": "broken"}
    trace, _ = one(OPENAI[0], {"role": "assistant", "parts": [waits, failed]})
    assert [(step.type, step.tool_call_id, step.error) for step in trace.steps[1:]] == [
        ("tool_call", "1", None),
        ("tool_call", "2", None),
        ("tool_result", "2", "broken"),
    ]


@pytest.mark.parametrize("role", ["find_parcel", "critic", "narrator", "usr", "tool_find", "planner"])
def test_an_unknown_role_is_never_the_users(role):
    trace, findings = one(OPENAI[0], {"role": role, "content": "at the depot"}, OPENAI[3])
    assert [step.type for step in trace.steps] == ["user", "system", "message"]
    assert findings == [f"message of unknown role '{role}': kept as a system event"]
    (told,) = import_traces(
        langfuse_of([OPENAI[0], OPENAI[1], {"role": role, "content": "x y"}, OPENAI[3]]), "langfuse"
    )
    assert [step.text for step in told.steps if step.type == "user"] == [ASKED]
    assert any(step.text == "x y" for step in told.steps)


def test_the_result_under_a_tools_name_is_said_to_be_one():
    trace, findings = one(*NAMED_TOOL)
    assert trace.steps[2].type == "tool_result"
    assert "message under the name of the tool 'find_parcel': read as what it returned" in findings


@pytest.mark.parametrize(
    ("row", "question", "answer"),
    [
        ({"prompt": "Hi?", "chosen": "Yes.", "rejected": "No."}, "Hi?", "Yes."),
        ({"question": "Hi?", "chosen": "Yes.", "rejected": "No.", "system": ""}, "Hi?", "Yes."),
        (
            {
                "prompt": [{"role": "user", "content": "Hi?"}],
                "chosen": [{"role": "assistant", "content": "Yes."}],
                "rejected": [{"role": "assistant", "content": "No."}],
            },
            "Hi?",
            "Yes.",
        ),
        (
            {
                "prompt": "Hi?",
                "chosen": [{"role": "user", "content": "Hi?"}, {"role": "assistant", "content": "Yes."}],
                "rejected": [{"role": "user", "content": "Hi?"}, {"role": "assistant", "content": "No."}],
            },
            "Hi?",
            "Yes.",
        ),
        (
            {"chosen": "\n\nHuman: Hi?\n\nAssistant: Yes.", "rejected": "\n\nHuman: Hi?\n\nAssistant: No."},
            "Hi?",
            "Yes.",
        ),
        (
            {
                "input": {"messages": [{"role": "user", "content": "Hi?"}], "tools": []},
                "preferred_output": [{"role": "assistant", "content": "Yes."}],
                "non_preferred_output": [{"role": "assistant", "content": "No."}],
            },
            "Hi?",
            "Yes.",
        ),
        (
            {
                "conversations": [{"from": "human", "value": "Hi?"}],
                "chosen": {"from": "gpt", "value": "Yes."},
                "rejected": {"from": "gpt", "value": "No."},
            },
            "Hi?",
            "Yes.",
        ),
        (
            {"messages": [{"role": "user", "content": "Hi?"}], "chosen": "Yes.", "rejected": "No."},
            "Hi?",
            "Yes.",
        ),
        ({"prompt": "Hi?", "completion": "Yes."}, "Hi?", "Yes."),
        ({"instruction": "Hi?", "input": "", "output": "Yes."}, "Hi?", "Yes."),
        ({"question": "Hi?", "answer": "Yes."}, "Hi?", "Yes."),
    ],
)
def test_a_question_and_its_answer_are_a_conversation(row, question, answer):
    imported = import_traces([row])
    assert said(imported[0]) == [("user", None, question), ("message", None, answer)]
    assert imported.findings == []
    if other := row.get("rejected"):
        assert imported[0].metadata["rejected"] == other


def test_an_answer_without_its_question_is_a_finding():
    imported = import_traces([{"chosen": [{"role": "assistant", "content": "Yes."}], "rejected": []}])
    assert said(imported[0]) == [("message", None, "Yes.")]
    (finding,) = imported.findings
    assert (finding.row, finding.kind) == (1, "incomplete")
    assert "user" in finding.message


@pytest.mark.parametrize("row", [{"question": "Hi?"}, {"prompt": "Hi?", "label": 1}, {"output": {"a": 1}}])
def test_a_text_alone_is_no_conversation(row):
    imported = import_traces([OPENAI, row])
    assert [(finding.row, finding.kind) for finding in imported.findings] == [(2, "unreadable")]


def test_sharegpt_rows_keep_system_and_tools():
    rows = [
        {
            "id": "s-1",
            "conversations": [{"from": "system", "value": "Be kind."}, *SHAREGPT],
            "tools": '[{"name": "find_parcel"}]',
        }
    ]
    imported = import_traces(rows)
    assert said(imported[0]) == [("system", "prompt", "Be kind."), *CONVERSATION]
    assert (imported[0].id, imported[0].metadata["tools"]) == ("s-1", rows[0]["tools"])


@pytest.mark.parametrize(
    ("messages", "what"),
    [
        ([{"role": "user", "content": ""}, OPENAI[3]], "a user's message"),
        ([OPENAI[0], {"role": "assistant", "content": ""}], "an agent's message"),
        ([OPENAI[0], OPENAI[1], {**OPENAI[2], "content": ""}], "a tool's result"),
    ],
)
def test_an_empty_step_is_a_finding_with_its_row(messages, what):
    imported = import_traces([OPENAI, messages])
    (finding,) = imported.findings
    assert (finding.row, finding.kind) == (2, "incomplete")
    assert finding.message.startswith(what)
    assert "incomplete: 1" in str(imported)


def test_a_summary_in_the_users_place_is_not_theirs():
    summary = HumanMessage("They talked about a parcel.", additional_kwargs={"lc_source": "summarization"})
    for form in ([summary, *LANGCHAIN], [dumpd(message) for message in (summary, *LANGCHAIN)]):
        (trace,) = import_traces([form])
        assert [step.text for step in trace.steps if step.type == "user"] == [ASKED]
        assert (trace.steps[0].type, trace.steps[0].name) == ("system", "summary")


def test_a_dialogue_told_by_speaker_is_read_in_its_usual_names():
    rows = [
        [{"speaker": "Customer", "text": ASKED}, {"speaker": "Agent", "text": TOLD}],
        [{"sender": "human", "text": ASKED}, {"sender": "assistant", "text": TOLD}],
        [{"role": "USER", "message": ASKED}, {"role": "CHATBOT", "message": TOLD}],
        [
            {"author": {"role": "user"}, "content": {"parts": [ASKED]}},
            {"author": {"role": "assistant"}, "content": TOLD},
        ],
        [
            {"type": "user", "message": {"role": "user", "content": ASKED}},
            {"message": {"role": "assistant", "content": TOLD}},
        ],
    ]
    assert [said(trace) for trace in import_traces(rows)] == [[CONVERSATION[0], CONVERSATION[3]]] * len(rows)


def test_langchain_calls_that_could_not_be_read_keep_their_text():
    broken = {"name": "find_parcel", "args": '{"parcel": ', "id": "c", "error": "cut off", "type": "invalid_tool_call"}
    (trace,) = import_traces([[dumpd(HumanMessage(ASKED)), dumpd(AIMessage("", invalid_tool_calls=[broken]))]])
    assert (trace.steps[1].type, trace.steps[1].text, trace.steps[1].error) == ("tool_call", '{"parcel": ', "cut off")


def test_system_messages_in_every_form():
    forms = [
        dumpd(SystemMessage("Be brief.")),
        {"role": "developer", "content": [{"type": "input_text", "text": "Be brief."}]},
        {"from": "system", "value": "Be brief."},
        {"type": "system", "data": {"content": "Be brief."}},
    ]
    for form in forms:
        trace, _ = one(form, OPENAI[0])
        assert said(trace)[0] == ("system", "prompt", "Be brief.")


KEYS = ["type", "text", "value", "content", "id", "name", "input", "toolCallId", "output", "parts"]
TYPES = ["text", "tool_use", "tool_result", "tool-call", "reasoning", "function_call", "image"]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "value", "content", "id", "name", "input", "toolCallId", "output", "parts"]
            ),
            inner
            | st.sampled_from(["text", "tool_use", "tool_result", "tool-call", "reasoning", "function_call", "image"]),
            max_size=4,
        )
    ),
    max_leaves=6,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["planner", "find_parcel", "Ada", "", None, 3]),
    st.dictionaries(st.sampled_from(["content", "parts", "value", "tool_calls", "type", "id", "message"]), values),
)
def test_whatever_an_unknown_role_says_it_is_not_the_users(role, fields):
    (trace,) = import_traces([[OPENAI[0], {**fields, "role": role}, OPENAI[3]]])
    assert [step.text for step in trace.steps if step.type == "user"] == [ASKED]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["user", "assistant", "tool", "system"]), st.lists(values, max_size=4))
def test_of_parts_each_is_a_step_or_the_row_has_a_finding_or_they_are_kept(role, content):
    imported = import_traces([[OPENAI[0], {"role": role, "content": content}, OPENAI[3]]])
    steps = imported[0].steps[1:-1]
    assert any(step.text.strip() or step.type == "tool_call" for step in steps) or imported.findings
