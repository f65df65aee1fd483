"""What a provider's converter takes without coaching it takes with it, and the block is in what it makes."""

from __future__ import annotations

from itertools import combinations_with_replacement, product

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from langgraph_coaching.agent.system_message import insert_block
from langgraph_coaching.recall.prompt import block

TOLD = "Offer an exchange, never a refund."
BLOCK = block([f"- When replying to: a\n  Do this: {TOLD}"])

CALL = {"name": "look", "args": {}, "id": "call12345"}
TALKS = [
    [],
    [HumanMessage("hi")],
    [HumanMessage("hi"), AIMessage("", tool_calls=[CALL]), ToolMessage("42", tool_call_id=CALL["id"]), AIMessage("ok")],
    [HumanMessage("one"), AIMessage("two"), HumanMessage("three")],
]
CONTENTS = {
    "text": lambda text: text,
    "no text": lambda _: "",
    "parts": lambda text: [{"type": "text", "text": text}],
    "texts": lambda text: [text],
    "both": lambda text: [text, {"type": "text", "text": text}],
    "no parts": lambda _: [],
    "a cached part": lambda text: [{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}],
}


def openai(**fields):
    from langchain_openai import ChatOpenAI

    model = ChatOpenAI(model="gpt-4o", api_key="none", **fields)
    return model, model._get_request_payload


def openai_responses():
    return openai(use_responses_api=True)


def anthropic(profile=None):
    from langchain_anthropic import ChatAnthropic

    model = ChatAnthropic(model="claude-sonnet-4-5", api_key="none", profile=profile)
    return model, model._get_request_payload


def anthropic_in_place():
    """A model that takes system messages where they stand."""
    return anthropic({"mid_conversation_system_messages": True})


def google():
    from langchain_google_genai import ChatGoogleGenerativeAI
    from langchain_google_genai.chat_models import _parse_chat_history

    def converted(messages):
        system, others = _parse_chat_history(messages)
        return [content.model_dump_json() for content in [system, *others] if content]

    return ChatGoogleGenerativeAI(model="gemini-2.5-flash", google_api_key="none"), converted


def mistral():
    from langchain_mistralai import ChatMistralAI

    model = ChatMistralAI(api_key="none")
    return model, lambda messages: model._create_message_dicts(messages, None)


PROVIDERS = {
    "langchain_openai": [openai, openai_responses],
    "langchain_anthropic": [anthropic, anthropic_in_place],
    "langchain_google_genai": [google],
    "langchain_mistralai": [mistral],
}


@pytest.fixture(params=[(package, made) for package, all_made in PROVIDERS.items() for made in all_made])
def provider(request):
    """A model and its converter."""
    package, made = request.param
    pytest.importorskip(package)
    return made()


def arrangements():
    """Every place of up to three system messages among the others: two in every pair of forms, three in one form."""
    for talk, number in product(TALKS, range(4)):
        for places in combinations_with_replacement(range(len(talk) + 1), number):
            for forms in product(CONTENTS, repeat=number) if number < 3 else zip(*[CONTENTS] * 3, strict=True):
                prompt = list(talk)
                for index, at in reversed(list(enumerate(places))):
                    prompt.insert(at, SystemMessage(CONTENTS[forms[index]](f"Rule {index}.")))
                yield prompt


def taken_by(convert, prompt):
    """Whether a provider's converter takes a prompt; each refuses in its own way."""
    try:
        convert(list(prompt))
    except Exception:  # noqa: BLE001
        return False
    return True


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_every_arrangement_of_system_messages(provider):
    model, convert = provider
    taken = 0
    for prompt in arrangements():
        if not taken_by(convert, prompt):
            continue
        taken += 1
        assert TOLD in str(convert(insert_block(prompt, BLOCK, model))), prompt
    assert taken > 300


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_without_knowing_the_model_it_is_taken_too(provider):
    """What `coached(state)` gives may go to any model."""
    _, convert = provider
    for prompt in arrangements():
        if taken_by(convert, prompt):
            convert(insert_block(prompt, BLOCK))


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_one_late_system_message_is_taken_and_heard(provider):
    """Anthropic's refuses a second one in front, Google's leaves out one that does not begin."""
    model, convert = provider
    prompt = [HumanMessage("hi"), SystemMessage("Answer in one sentence.")]

    converted = str(convert(insert_block(prompt, BLOCK, model)))
    assert TOLD in converted
    assert "Answer in one sentence." in converted
