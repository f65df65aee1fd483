"""Input shape: where a compiled graph takes what a user says, and in what form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin, get_type_hints

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from langgraph_coaching.agent.state import CHANNEL
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TEXT_KEYS = ("input", "question", "query", "user_input", "text", "prompt", "request")
"""Where a state without messages has what the user says, the usual one first."""

_REPLACING = ("LastValue", "EphemeralValue", "UntrackedValue", "LastValueAfterFinish")
"""Channels that keep nothing of what was there before."""


@dataclass(frozen=True, slots=True)
class InputShape:
    """Where a graph takes what a user says."""

    key: str | None
    """Field of the state; None where the input itself is it."""
    kind: Literal["messages", "dicts", "text"] = "messages"
    """Messages of LangChain, dicts with `role` and `content`, or one text."""
    adds: bool = True
    """Whether the state adds new messages to those it has."""

    def input_of(self, text: str, earlier: Sequence[Any]) -> Any:
        """The input for a turn.

        Args:
            text: What the user says.
            earlier: The messages before it that have to be handed on.
        """
        said: Any = text
        if self.kind != "text":
            new = HumanMessage(text) if self.kind == "messages" else {"role": "user", "content": text}
            said = [*earlier, new]
        return said if self.key is None else {self.key: said}

    def messages_after(self, given: Any, values: Any, answer: str) -> list[Any]:
        """The messages that the next turn hands on, of a graph that keeps none itself.

        Args:
            given: The input of this turn.
            values: What the graph returned.
            answer: What it has said, for where it returns no messages.
        """
        asked = given if self.key is None else given.get(self.key)
        if self.kind == "text" or not isinstance(asked, list):
            return []
        found = values.get(self.key or "messages") if isinstance(values, dict) else values
        if isinstance(found, BaseMessage):
            return [*asked, found]
        if isinstance(found, list) and found and all(isinstance(one, BaseMessage | dict) for one in found):
            whole = (self.key is not None and self.adds) or _text_of(found[0]) == _text_of(asked[0])
            return list(found) if whole else [*asked, *found]
        said = found if isinstance(found, str) else answer
        spoken = AIMessage(said) if self.kind == "messages" else {"role": "assistant", "content": said}
        return [*asked, spoken] if said else list(asked)


def _text_of(message: Any) -> Any:
    return message.get("content") if isinstance(message, dict) else message.content


def input_shape(graph: Any, key: str | None = None) -> InputShape:
    """How a graph takes what a user says.

    Args:
        graph: Compiled.
        key: The field of its state, where the user says it.

    Raises:
        InvalidCoachingError: There is no such field, or none that can be told to be it.
    """
    builder = getattr(graph, "builder", None)
    if builder is None or "__root__" in graph.channels:
        return _shape_of_task(graph, key)
    hints = {name: hint for name, hint in _hints_of(builder.input_schema).items() if name != CHANNEL}
    if key is None:
        key = _choose_key(graph, hints)
    elif key not in hints:
        raise InvalidCoachingError(f"the state has no field {key!r} for what the user says; it has {_listed(hints)}")
    return InputShape(key, _kind_of(hints[key]), type(graph.channels.get(key)).__name__ not in _REPLACING)


def _shape_of_task(graph: Any, key: str | None) -> InputShape:
    """Of the functional API, whose input is the parameter of a function; and of a graph that is all messages."""
    try:
        schema = graph.get_input_jsonschema()
    except Exception:  # noqa: BLE001 - a type that pydantic cannot describe
        schema = {}
    fields = schema.get("properties") or {}
    match schema.get("type"):
        case "string" if key is None:
            return InputShape(None, "text")
        case "object":
            texts = [name for name, field in fields.items() if field.get("type") == "string"]
            if key is None and "messages" not in fields:
                key = next((name for name in _TEXT_KEYS if name in texts), None)
            return InputShape(key or "messages", "text" if key in texts else "messages")
    return InputShape(key)


def _hints_of(schema: Any) -> dict[str, Any]:
    try:
        return get_type_hints(schema, include_extras=True)
    except Exception:  # noqa: BLE001 - a name that is only there for type checkers
        return dict(getattr(schema, "__annotations__", {}))


def _choose_key(graph: Any, hints: Mapping[str, Any]) -> str:
    if "messages" in hints:
        return "messages"
    for name, hint in hints.items():
        adds = getattr(getattr(graph.channels.get(name), "operator", None), "__name__", "")
        if "add_messages" in adds or any(word in str(hint) for word in ("BaseMessage", "AnyMessage")):
            return name
    texts = [name for name, hint in hints.items() if _kind_of(hint) == "text"]
    usual = next((name for name in _TEXT_KEYS if name in texts), None)
    if usual or len(texts) == 1:
        return usual or texts[0]
    raise InvalidCoachingError(
        f"which field of the state takes what the user says? It has {_listed(hints)}; "
        "give messages_key=, or --input on the command line"
    )


def _kind_of(hint: Any) -> Literal["messages", "dicts", "text"]:
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if hint is str:
        return "text"
    inner = get_args(hint)[0] if get_args(hint) else None
    return "dicts" if inner is dict or get_origin(inner) is dict else "messages"


def _listed(names: Mapping[str, Any]) -> str:
    return ", ".join(names) or "no fields"
