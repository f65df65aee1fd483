"""Events of a model call as values: its start as a `Prompt`, its end as an `Answer`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, HumanMessage, RemoveMessage, SystemMessage
from pydantic import BaseModel

from langgraph_coaching.recall.prompt import BLOCK
from langgraph_coaching.recall.situation import text_of
from langgraph_coaching.traces.canonical import strip_coaching
from langgraph_coaching.traces.jsonable import to_jsonable
from langgraph_coaching.traces.messages import jsonable_parts

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from langgraph_coaching.traces.capture.event import Event

_PARAMETERS = (
    *("temperature", "top_p", "top_k", "max_tokens", "max_completion_tokens", "max_output_tokens", "stop", "seed", "n"),
    *("response_format", "tool_choice", "parallel_tool_calls", "presence_penalty", "frequency_penalty"),
    *("reasoning", "reasoning_effort", "thinking", "verbosity"),
)
"""What is kept of a call's parameters; others may hold keys and addresses."""

_COUNTS = {"input_tokens": "prompt_tokens", "output_tokens": "completion_tokens", "total_tokens": "total_tokens"}


@dataclass(frozen=True, slots=True)
class Prompt:
    """Start of a model call: messages, tools and parameters, the coaching block apart."""

    system: str
    """The system messages in front, without coaching; of a model that completes text, the text."""
    coaching: str
    """The prompt block in it, or ""."""
    front: tuple[BaseMessage, ...]
    """The system messages in front, each without coaching."""
    messages: tuple[BaseMessage, ...]
    """The conversation behind them."""
    model: str | None
    """The model's name as it was configured."""
    tools: list[Any]
    """The tools it was offered, as the provider is told of them."""
    parameters: dict[str, Any]
    """How it was asked, such as its temperature."""


def read_prompt(event: Event) -> Prompt:
    """The prompt that a `chat_model_start` or an `llm_start` carries."""
    given = event.data[0] if event.data else []
    front: list[BaseMessage]
    messages: list[BaseMessage]
    if isinstance(given, str):  # a model that completes text is given one text
        system, front, messages = given, [HumanMessage(BLOCK.sub("", given))], []
    else:
        end = next((i for i, m in enumerate(given) if not isinstance(m, SystemMessage)), len(given))
        system = "\n\n".join(text_of(message) for message in given[:end])
        messages = [found for message in given[end:] if (found := strip_coaching(message)) is not None]
        front = [found for message in given[:end] if (found := strip_coaching(message)) is not None]
    metadata = event.metadata or {}
    parameters = event.more if isinstance(event.more, Mapping) else {}
    names = (metadata.get("ls_model_name"), parameters.get("model"), parameters.get("model_name"))
    offered = parameters.get("tools") or parameters.get("functions") or []  # in whatever form the provider wants them
    return Prompt(
        system=BLOCK.sub("", system).strip("\n"),
        coaching="\n\n".join(_blocks(given)),
        front=tuple(front),
        messages=tuple(message for message in messages if not isinstance(message, RemoveMessage)),
        model=next((str(name) for name in names if name), None),
        tools=to_jsonable(list(offered) if isinstance(offered, list | tuple) else [offered]),
        parameters={
            name: to_jsonable(_schema(parameters[name])) for name in _PARAMETERS if parameters.get(name) is not None
        },
    )


def _blocks(given: Any) -> list[str]:
    """The prompt blocks in a text, or in a prompt's system messages wherever they stand."""
    texts = [given] if isinstance(given, str) else [text_of(m) for m in given if isinstance(m, SystemMessage)]
    return [block.lstrip("\n") for text in texts for block in BLOCK.findall(text)]


def _schema(value: Any) -> Any:
    return value.model_json_schema() if isinstance(value, type) and issubclass(value, BaseModel) else value


@dataclass(frozen=True, slots=True)
class Answer:
    """End of a model call: the answer, its steps and its token counts."""

    message: BaseMessage
    steps: list[dict[str, Any]]
    """Fields of a `Step` for each part; an empty answer has one empty message."""
    usage: dict[str, int] | None
    model: str | None
    """The model's name as it calls itself."""
    alternatives: tuple[str, ...]
    """The texts of further answers, where several were asked for."""


def read_answer(result: Any) -> Answer:
    """The answer in an `LLMResult`.

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
        steps=jsonable_parts(message) or [{"type": "message", "text": ""}],
        usage=usage or None,
        model=str(model) if model else None,
        alternatives=tuple(other.text for other in others),
    )


def read_partial(result: Any) -> str:
    """What a failed model had said so far, in the `LLMResult` of its error; "" where it had said nothing."""
    generations = getattr(result, "generations", None) or [[]]
    return generations[0][0].text if generations[0] else ""
