"""Canonical form of a message: the fields that a model sees, for comparing messages and for keeping them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
    convert_to_openai_image_block,
    message_chunk_to_message,
    messages_from_dict,
)
from langchain_core.messages.base import BaseMessageChunk

from langgraph_coaching.recall.prompt import BLOCK, without_block
from langgraph_coaching.traces.jsonable import to_jsonable

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS: dict[str, type[BaseMessage]] = {
    "human": HumanMessage,
    "ai": AIMessage,
    "system": SystemMessage,
    "tool": ToolMessage,
    "chat": ChatMessage,
    "function": FunctionMessage,
}
_UNSEEN = frozenset(("type", "id", "artifact", "usage_metadata", "response_metadata", "example"))
_NOT_KEPT = frozenset(("type", "artifact", "usage_metadata", "example", "tool_call_chunks", "chunk_position"))


def same_to_model(message: BaseMessage, other: BaseMessage) -> bool:
    """Whether a model sees no difference; a message without an id is the same as one that has got one."""
    return message is other or (message.id in (None, other.id) and _model_view(message) == _model_view(other))


def _model_view(message: BaseMessage) -> dict[str, Any]:
    seen = {name: value for name, value in _message_fields(message).items() if name not in _UNSEEN}
    if kwargs := {name: value for name, value in message.additional_kwargs.items() if value}:
        seen["additional_kwargs"] = kwargs
    else:
        seen.pop("additional_kwargs", None)
    if isinstance(message.content, list):  # how blocks are read depends on who has made them
        seen["made"] = message.response_metadata
    return seen | {"kind": message_kind(message), "content": message.content}


def _message_fields(message: BaseMessage) -> dict[str, Any]:
    whole = message_chunk_to_message(message) if isinstance(message, BaseMessageChunk) else message
    fields: dict[str, Any] = dict(whole)
    return {name: value for name, value in fields.items() if value not in (None, [], {})}


def message_kind(message: BaseMessage) -> str:
    """Its type without regard to subclasses, such as `human`."""
    return next((kind for kind, form in _KINDS.items() if isinstance(message, form)), "chat")


def to_handler_form(message: BaseMessage) -> BaseMessage:
    """The message as LangChain shows it to callback handlers: images and files in an older form."""
    if not isinstance(message.content, list):
        return message
    return message.model_copy(update={"content": [_block_to_handler_form(block) for block in message.content]})


def _block_to_handler_form(block: Any) -> Any:
    if not isinstance(block, dict):
        return block
    by_id = "file_id" in block or block.get("source_type") == "id"
    if block.get("type") == "image" and not by_id:
        try:
            return convert_to_openai_image_block(block)
        except ValueError:  # a form of image that LangChain does not know either
            return block
    if block.get("type") == "file" and "base64" in block:
        rest = {name: value for name, value in block.items() if name != "base64"}
        return rest | {"data": block["base64"], "source_type": "base64"}
    return {"type": next(iter(block)), **block} if len(block) == 1 and "type" not in block else block


def strip_coaching(message: BaseMessage) -> BaseMessage | None:
    """The message without a coaching block; None of a system message that is nothing else."""
    if not isinstance(message, SystemMessage) or not BLOCK.search(message.text):
        return message
    rest = without_block(message.content)
    return message.model_copy(update={"content": rest}) if rest else None


def dump_message(message: BaseMessage) -> dict[str, Any]:
    """The message in JSON's types, as `load_message` reads it: what a model sees, and who has made it."""
    fields = {name: value for name, value in _message_fields(message).items() if name not in _NOT_KEPT}
    made = fields.pop("response_metadata", {})
    if known := {name: value for name, value in made.items() if isinstance(value, str | int | float) and value != ""}:
        fields["response_metadata"] = known
    if message_kind(message) == "chat":
        fields.setdefault("role", message.type)
    return {"type": message_kind(message), "data": to_jsonable(fields | {"content": message.content})}


def load_message(record: Mapping[str, Any]) -> BaseMessage:
    """The message of a record that `dump_message` has made; nothing that a record names is imported or called."""
    return messages_from_dict([dict(record)])[0]


def exact_fields(message: BaseMessage, said: BaseMessage) -> dict[str, Any]:
    """The fields in which a message differs from the one that steps say; `apply_exact_fields` puts them in."""
    if same_to_model(message, said):
        return {}
    wanted, told = dump_message(message), dump_message(said)
    data, plain = wanted["data"], told["data"]
    fields = {name: data.get(name) for name in {**plain, **data} if data.get(name) != plain.get(name)}
    if message.id is None:
        fields.pop("id", None)
    if isinstance(message.content, str):
        fields.pop("response_metadata", None)
    return fields if wanted["type"] == told["type"] else fields | {"type": wanted["type"]}


def apply_exact_fields(said: BaseMessage, exact: Mapping[str, Any]) -> BaseMessage:
    """The message that steps say, with the fields that `exact_fields` has found."""
    told = dump_message(said)
    fields = told["data"] | {name: value for name, value in exact.items() if name != "type"}
    data = {name: value for name, value in fields.items() if value is not None}
    return load_message({"type": exact.get("type", told["type"]), "data": data})
