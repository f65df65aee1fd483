"""What a span was given and gave: messages, in whatever form the tracer wrote them down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage, messages_from_dict

from langgraph_coaching.traces.importers.openai import read_message, role_of

if TYPE_CHECKING:
    from langgraph_coaching.traces.importers.report import Repairs

_PLACES = ("messages", "input_messages", "contents", "prompt", "new_message", "message", "input", "content", "output")
"""Where a mapping keeps messages, or a text that stands for one; the likeliest first."""

_DEEPEST = 6

_WRAPPED = 2
"""Fields of a mapping that only wraps a message."""

_ROLES = {"model": "assistant", "developer": "system", "ai": "assistant"}

_TYPES = {"human": "human", "ai": "ai", "system": "system", "tool": "tool", "function": "function", "chat": "chat"}


def parsed(value: Any) -> Any:
    """A value that was written as JSON once or twice, as what it is; anything else unchanged."""
    for _ in range(2):
        if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "[", '"'):
            break
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            break
    return value


def messages_in(value: Any, repairs: Repairs, *, speaker: str = "user", deep: int = 0) -> list[BaseMessage]:
    """The messages in a value; a plain text is one of the speaker.

    Args:
        value: JSON values: a list of messages in OpenAI's, LangChain's, Gemini's or OpenInference's form, a mapping
            with such a list in it, a whole response of a model, or a text.
        repairs: Told what had to be mended.
        speaker: `user` or `assistant`: who says a text without a role.
        deep: How far inside this is.
    """
    value = parsed(value)
    if isinstance(value, str):
        return [_said(value, speaker)] if value.strip() else []
    if isinstance(value, BaseMessage):
        return [value]
    if deep > _DEEPEST:
        return []
    if isinstance(value, list | tuple):
        return [message for item in value for message in messages_in(item, repairs, speaker=speaker, deep=deep + 1)]
    return _in_mapping(value, repairs, speaker, deep) if isinstance(value, Mapping) else []


def _in_mapping(value: Mapping[str, Any], repairs: Repairs, speaker: str, deep: int) -> list[BaseMessage]:
    one = _message(dict(value), repairs)
    if one is not None:
        return one
    for choices in ("choices", "generations", "candidates"):
        found = _first_choice(value.get(choices), repairs, deep)
        if found:
            return [_used(found[0], value), *found[1:]]
    inside = (value[place] for place in _PLACES if value.get(place))
    each = (messages_in(part, repairs, speaker=speaker, deep=deep + 1) for part in inside)
    return next((found for found in each if found), [])


def _said(text: str, speaker: str) -> BaseMessage:
    return AIMessage(text) if speaker == "assistant" else HumanMessage(text)


def _first_choice(choices: Any, repairs: Repairs, deep: int) -> list[BaseMessage]:
    while isinstance(choices, list) and choices and isinstance(choices[0], list):
        choices = choices[0]
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
        return []
    first = choices[0]
    told = first.get("message") or first.get("content") or first.get("text")
    return messages_in(told, repairs, speaker="assistant", deep=deep + 1)


def _used(message: BaseMessage, response: Mapping[str, Any]) -> BaseMessage:
    """The message with the usage and the model that its response names."""
    usage, model = response.get("usage_metadata") or response.get("usage"), response.get("model")
    if not isinstance(message, AIMessage):
        return message
    fields: dict[str, Any] = {}
    if message.usage_metadata is None and (counts := usage_of(usage)):
        fields["usage_metadata"] = counts
    if isinstance(model, str):
        fields["response_metadata"] = {**message.response_metadata, "model_name": model}
    return message.model_copy(update=fields)


def usage_of(value: Any) -> dict[str, int] | None:
    """Token counts by LangChain's names, from anybody's; None where input or output is missing."""
    if not isinstance(value, Mapping):
        return None
    names = {
        "input_tokens": ("input_tokens", "prompt_tokens", "input", "promptTokens", "prompt"),
        "output_tokens": ("output_tokens", "completion_tokens", "output", "completionTokens", "completion"),
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


def _message(value: dict[str, Any], repairs: Repairs) -> list[BaseMessage] | None:
    """One message, or the several that its parts stand for; None where the mapping is no message."""
    named = str(value.get("type", "")).removesuffix("MessageChunk").lower()
    found: list[BaseMessage] | None = None
    if value.get("lc") and isinstance(value.get("kwargs"), Mapping):  # as LangChain writes its objects down
        kind = str((value.get("id") or ["?"])[-1]).removesuffix("Chunk").removesuffix("Message").lower()
        found = _langchain(kind, dict(value["kwargs"]))
    elif isinstance(inner := value.get("data"), Mapping) and named in _TYPES:
        found = _langchain(named, dict(inner))
    elif "role" not in value and named in _TYPES:
        found = _langchain(named, value)
    elif isinstance(inner := value.get("message"), Mapping) and "role" not in value and len(value) <= _WRAPPED:
        found = _message(dict(inner), repairs)
    elif isinstance(value.get("parts"), list) and isinstance(value.get("role", "user"), str):
        found = _of_parts(str(value.get("role", "user")), value["parts"], repairs)
    elif role_of({**value, "role": _role(value)}) is not None and "messages" not in value:
        found = [read_message(_openai(value), repairs)]
    return found


def _role(value: Mapping[str, Any]) -> Any:
    return {"model": "assistant", "developer": "system", "ai": "assistant"}.get(
        str(value.get("role")), value.get("role")
    )


def _openai(value: dict[str, Any]) -> dict[str, Any]:
    """OpenInference nests a tool call one deeper, and names its arguments so."""
    calls = []
    for call in value.get("tool_calls") or ():
        inner = call.get("tool_call", call) if isinstance(call, Mapping) else call
        calls.append(inner)
    return {**value, "role": _role(value), **({"tool_calls": calls} if calls else {})}


def _langchain(kind: str, data: dict[str, Any]) -> list[BaseMessage] | None:
    if kind not in _TYPES:
        return None
    fields = {name: part for name, part in data.items() if part is not None and name not in ("type", "example")}
    fields.setdefault("content", "")
    if kind == "tool":
        fields.setdefault("tool_call_id", "")
    try:
        return messages_from_dict([{"type": kind, "data": fields}])
    except (ValueError, TypeError):
        kept = {name: fields[name] for name in ("content", "id", "name", "tool_call_id") if name in fields}
        return messages_from_dict([{"type": kind, "data": kept | {"content": str(kept["content"])}}])


def _of_parts(role: str, parts: list[Any], repairs: Repairs) -> list[BaseMessage]:
    """A message in Gemini's or GenAI's form: text, calls and results are parts of one."""
    texts, calls, results = [], [], []
    for part in parts:
        if not isinstance(part, Mapping):
            texts.append(str(part))
        elif isinstance(call := part.get("function_call") or part.get("functionCall"), Mapping):
            calls.append({"name": str(call.get("name")), "args": call.get("args") or {}, "id": call.get("id")})
        elif isinstance(done := part.get("function_response") or part.get("functionResponse"), Mapping):
            results.append(_result(done.get("response"), done.get("id"), done.get("name")))
        elif part.get("type") == "tool_call":
            arguments = parsed(part.get("arguments"))
            given = arguments if isinstance(arguments, dict) else {"value": arguments} if arguments else {}
            calls.append({"name": str(part.get("name")), "args": given, "id": part.get("id")})
        elif part.get("type") == "tool_call_response":
            results.append(_result(part.get("response", part.get("result")), part.get("id"), part.get("name")))
        else:
            texts.append(str(part.get("text") or part.get("content") or ""))
    said = "\n".join(text for text in texts if text)
    if role in ("model", "assistant"):
        numbered = [{**call, "id": call["id"] or f"call_{place}"} for place, call in enumerate(calls)]
        return [AIMessage(said, tool_calls=numbered)]
    spoken = [read_message({"role": _role({"role": role}), "content": said}, repairs)] if said else []
    return [*results, *spoken]


def _result(value: Any, number: Any, name: Any) -> ToolMessage:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return ToolMessage(text, tool_call_id=str(number or ""), name=None if name is None else str(name))
