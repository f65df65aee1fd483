"""LangChain chat sessions, such as chat loaders give them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, ChatMessage, FunctionMessage, ToolMessage

from langgraph_coaching.traces.importers.openai import read_message, role_of

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from langgraph_coaching.traces.importers.findings import Repairs


def sessions_of(source: Any) -> Any:
    """The sessions of a chat loader, lazily; anything else as it is.

    Args:
        source: An object with `lazy_load()`, such as langchain-community's `LangSmithRunChatLoader`, or an iterable of
            `ChatSession` mappings or of lists of messages.
    """
    return source.lazy_load() if hasattr(source, "lazy_load") else source


def upgrade_message(message: BaseMessage, repairs: Repairs) -> BaseMessage:
    """The message in today's form: calls and results of functions become those of tools, roles become types.

    Args:
        message: Of any type.
        repairs: Told what had to be mended.
    """
    if isinstance(message, FunctionMessage):
        return ToolMessage(message.content, name=message.name, tool_call_id="", id=message.id)
    fields = {**message.additional_kwargs, "id": message.id, "content": message.content}
    if isinstance(message, ChatMessage) and role_of({"role": message.role}):
        return read_message({**fields, "role": message.role}, repairs)
    if isinstance(message, AIMessage) and "function_call" in message.additional_kwargs and not message.tool_calls:
        return read_message({**fields, "role": "assistant"}, repairs)
    return message
