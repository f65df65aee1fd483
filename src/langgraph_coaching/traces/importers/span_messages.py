"""Messages in a span's input and output, wherever the tracer has put them."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, BaseMessage, ChatMessage, HumanMessage, SystemMessage

from langgraph_coaching.traces.importers.content_parts import is_item, is_part
from langgraph_coaching.traces.importers.langchain import is_langchain_message
from langgraph_coaching.traces.importers.messages import UNKNOWN, is_message, read_conversation
from langgraph_coaching.traces.importers.reprs import read_repr
from langgraph_coaching.traces.importers.roles import role_name
from langgraph_coaching.traces.importers.rows import turns_in

if TYPE_CHECKING:
    from langgraph_coaching.traces.importers.findings import Repairs

_HISTORY = ("chat_history", "history")
_PLACES = (
    *("messages", "input_messages", "contents", "new_message", "message", "prompts", "prompt", "input", "question"),
    *("query", "user_input", "user_message", "content", "output", "output_text", "answer", "response", "text"),
)
"""Where a mapping keeps messages, or a text that stands for one; the likeliest first."""

_SYSTEMS = ("system", "system_prompt", "instructions", "system_instruction", "systemInstruction")

_DEEPEST = 6
_LONGEST = 1_000_000
"""Characters beyond which a text is not read as Python."""


def parse_value(value: Any) -> Any:
    """A value that was written as JSON, once or twice, or as Python, as what it is; anything else unchanged."""
    for _ in range(2):
        if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "[", '"'):
            break
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return _parse_python(value)
    return value


def _parse_python(text: str) -> Any:
    if not text.lstrip().startswith(("{'", "[{'", "['")) or len(text) > _LONGEST:
        return text
    try:
        return ast.literal_eval(text.strip())  # reads literals only and runs nothing
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


def messages_in(value: Any, repairs: Repairs, *, speaker: str = "user", deep: int = 0) -> list[BaseMessage]:
    """The messages in a value; a plain text is one of the speaker.

    Args:
        value: JSON values: a list of messages in any provider's or framework's form, a mapping with such a list in it,
            a whole response of a model, or a text.
        repairs: Told what had to be mended.
        speaker: `user` or `assistant`: who says a text by itself. What is told as a message without a role is nobody's.
        deep: How far inside this is.
    """
    value = parse_value(value)
    if isinstance(value, BaseMessage):
        return read_conversation([value], repairs)
    if isinstance(value, str):
        return _message_of_text(value, repairs, speaker)
    if deep > _DEEPEST:
        return []
    if isinstance(value, list | tuple):
        return _messages_in_list(list(value), repairs, speaker, deep)
    return _messages_in_mapping(value, repairs, speaker, deep) if isinstance(value, Mapping) else []


def arguments_in(value: Any) -> Any:
    """What a function that calls a model was called with, where a tracer wrote down all of its arguments."""
    value = parse_value(value)
    if not isinstance(value, Mapping) or not value or not value.keys() <= {"args", "kwargs"}:
        return value
    kwargs, args = parse_value(value.get("kwargs")), parse_value(value.get("args"))
    if isinstance(kwargs, Mapping) and kwargs:
        return kwargs
    return args[0] if isinstance(args, list) and args else value


def _message_of_text(text: str, repairs: Repairs, speaker: str) -> list[BaseMessage]:
    if not text.strip() or text.strip() in ("None", "null"):
        return []
    if turns := turns_in(text):
        return read_conversation(turns, repairs)
    if (printed := read_repr(text)) is not None:
        return read_conversation([printed], repairs)
    return [AIMessage(text) if speaker == "assistant" else HumanMessage(text)]


def _messages_in_list(items: list[Any], repairs: Repairs, speaker: str, deep: int) -> list[BaseMessage]:
    items = [parse_value(item) for item in items]
    pieces = [isinstance(item, Mapping) and role_name(item) is None and is_part(item) for item in items]
    if items and all(pieces) and not any(is_item(item) or is_langchain_message(item) for item in items):
        return read_conversation([{"role": speaker, "content": items}], repairs)  # the parts of one message
    if items and all(is_message(item) for item in items):
        return read_conversation(items, repairs)
    found: list[BaseMessage] = []
    run: list[Any] = []  # neighbours are read together: one of OpenAI's items goes with the next
    for item in [*items, None]:
        if item is not None and is_message(item):
            run.append(item)
            continue
        found += read_conversation(run, repairs)
        run = []
        found += messages_in(item, repairs, speaker=speaker, deep=deep + 1)
    return found


def _messages_in_mapping(value: Mapping[str, Any], repairs: Repairs, speaker: str, deep: int) -> list[BaseMessage]:
    if is_message(value):
        found = read_conversation([value], repairs)
    elif isinstance(value.get("parts"), list):
        found = read_conversation([{**value, "role": speaker}], repairs)
    elif is_part(value):
        found = read_conversation([{"role": speaker, "content": [value]}], repairs)
    else:
        choices = (value.get(name) for name in ("choices", "generations", "candidates"))
        answers = (_first_choice(choice, repairs, deep) for choice in choices)
        found = next((answer for answer in answers if answer), []) or _messages_in_fields(value, repairs, speaker, deep)
    return _add_response_fields(found, value)


def _messages_in_fields(value: Mapping[str, Any], repairs: Repairs, speaker: str, deep: int) -> list[BaseMessage]:
    """What stands in the likeliest field of a mapping, with what the mapping says around it."""
    earlier: list[Any] = next((value[name] for name in _HISTORY if isinstance(value.get(name), list)), [])
    for place in _PLACES:
        said = value.get(place)
        if not said:
            continue
        if place == "content" and speaker == "user" and isinstance(said, str):
            repairs.note("message of unknown role None: kept as a system event")
            return [ChatMessage(content=said, role=UNKNOWN)]
        if found := messages_in(said, repairs, speaker=speaker, deep=deep + 1):
            before = messages_in(earlier, repairs, deep=deep + 1)
            told = any(isinstance(message, SystemMessage) for message in found)
            return [*([] if told else _system(value)), *before, *found]
    return []


def _system(value: Mapping[str, Any]) -> list[BaseMessage]:
    """What a request says to the model beside its messages."""
    config = value.get("config")
    for holder in (value, config if isinstance(config, Mapping) else {}):
        for name in _SYSTEMS:
            said = holder.get(name)
            if isinstance(said, Mapping) and isinstance(said.get("parts"), list):
                said = said["parts"]
            if isinstance(said, list) and said and all(is_part(part) for part in said):
                said = "\n".join(str(part.get("text") or part.get("content") or "") for part in said)
            if isinstance(said, str) and said.strip():
                return [SystemMessage(said)]
    return []


def _first_choice(choices: Any, repairs: Repairs, deep: int) -> list[BaseMessage]:
    while isinstance(choices, list) and choices and isinstance(choices[0], list):
        choices = choices[0]
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
        return []
    if len(choices) > 1:
        repairs.note(f"{len(choices)} answers of a model to choose from: the first is read")
    first = choices[0]
    told = first.get("message") or first.get("content") or first.get("text")
    if isinstance(told, Mapping) and role_name(told) is None and not is_langchain_message(told):
        told = {**told, "role": "assistant"}
    return messages_in(told, repairs, speaker="assistant", deep=deep + 1)


def _add_response_fields(found: list[BaseMessage], response: Mapping[str, Any]) -> list[BaseMessage]:
    """The messages, the agent's with the usage and the model that the response around it names."""
    usage, model = response.get("usage_metadata") or response.get("usage"), response.get("model")
    place = next((place for place, message in enumerate(found) if isinstance(message, AIMessage)), None)
    if place is None:
        return found
    message = found[place]
    fields: dict[str, Any] = {}
    if getattr(message, "usage_metadata", None) is None and (counts := usage_of(usage)):
        fields["usage_metadata"] = counts
    if isinstance(model, str) and "model_name" not in message.response_metadata:
        fields["response_metadata"] = {**message.response_metadata, "model_name": model}
    return [*found[:place], message.model_copy(update=fields), *found[place + 1 :]]


def usage_of(value: Any) -> dict[str, int] | None:
    """Token counts by LangChain's names, from anybody's; None where input or output is missing."""
    if not isinstance(value, Mapping):
        return None
    names = {
        "input_tokens": ("input_tokens", "prompt_tokens", "input", "promptTokens", "inputTokens", "prompt"),
        "output_tokens": (
            "output_tokens",
            "completion_tokens",
            "output",
            "completionTokens",
            "outputTokens",
            "completion",
        ),
    }
    found = {
        ours: next((int(value[name]) for name in theirs if isinstance(value.get(name), int | float)), None)
        for ours, theirs in names.items()
    }
    if None in found.values():
        return None
    counts = {name: count for name, count in found.items() if count is not None}
    total = value.get("total_tokens", value.get("total"))
    return counts | {"total_tokens": int(total) if isinstance(total, int | float) else sum(counts.values())}
