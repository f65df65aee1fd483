"""A model call: what the model was given, and what it answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, SystemMessage

from langgraph_coaching.recall.prompt import BLOCK
from langgraph_coaching.recall.situation import text_of
from langgraph_coaching.traces.message import parts_of

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from langgraph_coaching.traces.event import Event

_COUNTS = {"input_tokens": "prompt_tokens", "output_tokens": "completion_tokens", "total_tokens": "total_tokens"}


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model was given."""

    system: str
    """The system messages in front, without coaching; of a model that completes text, the text."""
    coaching: str
    """The prompt block in it, or ""."""
    messages: tuple[BaseMessage, ...]
    """The conversation behind the system messages."""
    model: str | None
    """The model's name as it was configured."""


def read_prompt(event: Event) -> Prompt:
    """Takes apart what a `chat_model_start` or an `llm_start` carries."""
    given = event.data[0] if event.data else []
    messages: list[BaseMessage] = []
    if isinstance(given, str):
        system = given
    else:
        front = next((i for i, m in enumerate(given) if not isinstance(m, SystemMessage)), len(given))
        system, messages = "\n\n".join(text_of(message) for message in given[:front]), given[front:]
    block = BLOCK.search(system)
    metadata = event.metadata or {}
    parameters = event.more if isinstance(event.more, Mapping) else {}
    names = (metadata.get("ls_model_name"), parameters.get("model"), parameters.get("model_name"))
    return Prompt(
        system=BLOCK.sub("", system).strip("\n"),
        coaching=block.group().lstrip("\n") if block else "",
        messages=tuple(messages),
        model=next((str(name) for name in names if name), None),
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model answered."""

    message: BaseMessage
    steps: list[dict[str, Any]]
    """Fields of a `Step` for each part; an empty answer has one empty message."""
    usage: dict[str, int] | None
    model: str | None
    """The model's name as it calls itself."""
    alternatives: tuple[str, ...]
    """The texts of further answers, where several were asked for."""


def read_answer(result: Any) -> Answer:
    """Takes apart an `LLMResult`.

    Raises:
        IndexError: There is no answer in it.
    """
    first, *others = result.generations[0]
    message = getattr(first, "message", None) or AIMessage(first.text)
    output = result.llm_output or {}
    reported = getattr(message, "usage_metadata", None) or output.get("token_usage") or {}
    counts = {name: reported.get(name, reported.get(old)) for name, old in _COUNTS.items()}
    usage = {name: count for name, count in counts.items() if isinstance(count, int)}
    model = message.response_metadata.get("model_name") or output.get("model_name")
    return Answer(
        message=message,
        steps=parts_of(message) or [{"type": "message", "text": ""}],
        usage=usage or None,
        model=str(model) if model else None,
        alternatives=tuple(other.text for other in others),
    )
