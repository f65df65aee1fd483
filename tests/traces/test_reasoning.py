"""What a model thought becomes reasoning steps, in the forms of the major providers, and never words it said."""

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, LLMResult

from langgraph_coaching.traces.capture.model_events import read_answer
from langgraph_coaching.traces.messages import answer_parts, messages_of
from langgraph_coaching.traces.model import Step

TEXT = {"type": "text", "text": "It is sunny."}


def kwargs(**more):
    return AIMessage("It is sunny.", additional_kwargs=more)


def blocks(*given, provider=None):
    return AIMessage([*given, TEXT], response_metadata={"model_provider": provider} if provider else {})


FORMS = {
    "LangChain's own": blocks({"type": "reasoning", "reasoning": "Look outside."}),
    "Anthropic": blocks({"type": "thinking", "thinking": "Look outside.", "signature": "EqQB"}, provider="anthropic"),
    "Anthropic, streamed": AIMessageChunk([{"type": "thinking", "thinking": "Look outside.", "index": 0}])
    + AIMessageChunk([{"type": "text", "text": "It is sunny.", "index": 1}]),
    "OpenAI responses": blocks(
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [{"type": "summary_text", "text": "Look outside."}],
            "encrypted_content": "gAAA",
        },
        provider="openai",
    ),
    "OpenAI responses, open weights": blocks(
        {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "Look outside."}]}
    ),
    "OpenAI responses, older": kwargs(reasoning={"summary": [{"type": "summary_text", "text": "Look outside."}]}),
    "DeepSeek": kwargs(reasoning_content="Look outside."),
    "Groq": kwargs(reasoning="Look outside."),
    "both names of one thought": kwargs(reasoning_content="Look outside.", reasoning="Look outside."),
    "OpenRouter": kwargs(reasoning_details=[{"type": "reasoning.text", "text": "Look outside."}]),
    "Gemini": blocks({"type": "thinking", "thinking": "Look outside."}, provider="google_genai"),
    "Gemini, raw": blocks({"type": "text", "text": "Look outside.", "thought": True}),
    "Gemini, rawer": blocks({"text": "Look outside.", "thought": True}),
    "Bedrock": blocks({"type": "reasoning_content", "reasoning_content": {"text": "Look outside.", "signature": "x"}}),
    "Mistral": blocks({"type": "thinking", "thinking": [{"type": "text", "text": "Look outside."}]}),
    "tags": AIMessage("<think>\nLook outside.\n</think>\n\nIt is sunny."),
    "tags, opened by the template": AIMessage("Look outside.\n</think>\n\nIt is sunny."),
}


def parts(message):
    return [(part["type"], part["text"]) for part in answer_parts(message)]


@pytest.mark.parametrize("message", FORMS.values(), ids=FORMS)
def test_every_form_is_a_thought_and_words(message):
    assert parts(message) == [("reasoning", "Look outside."), ("message", "It is sunny.")]


@pytest.mark.parametrize("message", FORMS.values(), ids=FORMS)
def test_where_langchain_knows_the_form_it_reads_the_same(message):
    known = [block.get("reasoning") for block in message.content_blocks if block["type"] == "reasoning"]
    if any(known):  # it knows no tags, and some forms only for some providers
        assert known == [text for kind, text in parts(message) if kind == "reasoning"]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "redacted_thinking", "data": "EmwK"},
        {"type": "reasoning_content", "reasoning_content": {"redacted_content": "EmwK"}},
    ],
)
def test_encrypted_thoughts_are_known_to_have_been(block):
    assert parts(blocks(block)) == [("reasoning", "[redacted]"), ("message", "It is sunny.")]


def test_a_thought_without_a_summary_leaves_no_empty_step():
    hidden = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"}
    assert parts(blocks(hidden)) == [("message", "It is sunny.")]


def test_a_thought_that_was_cut_off_is_no_answer():
    assert parts(AIMessage("<think>Look outs")) == [("reasoning", "Look outs")]
    cut = "<think>One.</think><think>Look outs"
    assert parts(AIMessage(cut)) == [("reasoning", "One."), ("reasoning", "Look outs")]
    assert parts(AIMessage("</think>")) == [("message", "</think>")]
    assert parts(AIMessage("Write <think> first.")) == [("message", "Write <think> first.")]


def test_thoughts_between_tool_calls_keep_their_order():
    call = {"name": "look", "args": {}, "id": "c1"}
    thoughts = [{"type": "thinking", "thinking": "One."}, {"type": "thinking", "thinking": "Two."}]
    assert parts(AIMessage(thoughts, tool_calls=[call])) == [
        ("reasoning", "One."),
        ("reasoning", "Two."),
        ("tool_call", "{}"),
    ]


@pytest.mark.parametrize("message", FORMS.values(), ids=FORMS)
def test_a_captured_answer_comes_back_without_its_thoughts_as_words(message):
    answer = read_answer(LLMResult(generations=[[ChatGeneration(message=message)]]))
    steps = [Step(index=n, trace_id="t", author="agent", call=0, **part) for n, part in enumerate(answer.steps)]
    assert [m.text for m in messages_of(steps)] == ["It is sunny."]
