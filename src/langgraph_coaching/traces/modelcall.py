"""A model call: what the model was given, and what it answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, get_args

from langchain_core.messages import AIMessage, SystemMessage

from langgraph_coaching.recall.advice import Outcome, Receipt
from langgraph_coaching.recall.prompt import BLOCK
from langgraph_coaching.recall.situation import text_of
from langgraph_coaching.traces.storable import whole
from langgraph_coaching.traces.transcript import parts_of

if TYPE_CHECKING:
    from collections.abc import Callable

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
    if isinstance(given, str):
        system, messages = given, []
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
    usage = {name: reported.get(name, reported.get(old)) for name, old in _COUNTS.items()}
    usage = {name: count for name, count in usage.items() if isinstance(count, int)}
    model = message.response_metadata.get("model_name") or output.get("model_name")
    return Answer(
        message=message,
        steps=parts_of(message) or [{"type": "message", "text": ""}],
        usage=usage or None,
        model=str(model) if model else None,
        alternatives=tuple(other.text for other in others),
    )


def receipts_of(briefs: Any, receipt_of: Callable[[str], Receipt | None]) -> tuple[Receipt, ...]:
    """The receipts that a model call's metadata names.

    Args:
        briefs: What `Receipt.brief` gave for each, or anything else that somebody keeps under the same key.
        receipt_of: Finds a receipt by its id; what it does not find is made of the brief.
    """
    if not isinstance(briefs, list | tuple):
        return ()
    found = (receipt_of(str(brief.get("id"))) or _of_brief(brief) for brief in briefs if isinstance(brief, Mapping))
    return tuple(encodable(receipt) for receipt in found if receipt is not None)


def _of_brief(brief: Mapping[str, Any]) -> Receipt | None:
    if not isinstance(brief.get("id"), str) or brief.get("outcome") not in get_args(Outcome):
        return None
    coaching_id, revision = brief.get("coaching_id"), brief.get("revision")
    return Receipt(
        id=brief["id"],
        coaching_id=None if coaching_id is None else str(coaching_id),
        revision=revision if isinstance(revision, int) else None,
        probability=float(brief.get("probability") or 0.0),
        outcome=brief["outcome"],
        reason=str(brief.get("reason") or ""),
    )


def encodable(receipt: Receipt) -> Receipt:
    """The receipt with texts that every file can hold."""
    return replace(
        receipt, intent=whole(receipt.intent), reason=whole(receipt.reason), situation=whole(receipt.situation)
    )
