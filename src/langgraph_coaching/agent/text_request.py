"""The request to a model that completes text: coaching stands in front of it.

As in `agent.request`, each function stands around a method in which a request begins. No handler is added to these
calls: in langchain-core, one that is called inline keeps those beside it from hearing where they start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langchain_core.prompt_values import StringPromptValue
from langchain_core.runnables.config import ensure_config

from langgraph_coaching.agent.metadata import ReceiptMetadata
from langgraph_coaching.agent.pending import pending_here
from langgraph_coaching.agent.request import doors_of, silent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

    from langchain_core.language_models import BaseLLM
    from langchain_core.outputs import LLMResult

    from langgraph_coaching.agent.pending import Pending


class Text(str):
    """The text of a request."""

    __slots__ = ()


class TextRequest(StringPromptValue):
    """A prompt with everything in it that belongs into it."""

    def to_string(self) -> str:
        """Its text, known as that of a request."""
        return Text(self.text)


@dataclass(frozen=True, slots=True)
class _Ready:
    text: Text
    metadata: dict[str, Any]

    def told(self, config: Any) -> Any:
        whole = ensure_config(config)
        return {**whole, "metadata": {**whole["metadata"], **self.metadata}}

    @property
    def prompt(self) -> TextRequest:
        return TextRequest(text=self.text)


def generate(
    call: Callable[..., LLMResult],
    model: BaseLLM,
    /,
    prompts: list[str],
    *args: Any,
    metadata: Any = None,
    **kwargs: Any,
) -> LLMResult:
    """Stands around `generate`."""
    if not _concerned(model, prompts):
        return call(prompts, *args, metadata=metadata, **kwargs)
    ready = [_ready(model, prompt, metadata) for prompt in prompts]
    return call([one.text for one in ready], *args, metadata=_labelled(metadata, ready), **kwargs)


async def agenerate(
    call: Callable[..., Awaitable[LLMResult]],
    model: BaseLLM,
    /,
    prompts: list[str],
    *args: Any,
    metadata: Any = None,
    **kwargs: Any,
) -> LLMResult:
    """Stands around `agenerate`."""
    if not _concerned(model, prompts):
        return await call(prompts, *args, metadata=metadata, **kwargs)
    ready = [await _aready(model, prompt, metadata) for prompt in prompts]
    return await call([one.text for one in ready], *args, metadata=_labelled(metadata, ready), **kwargs)


def stream(
    call: Callable[..., Iterator[str]],
    model: BaseLLM,
    /,
    input: Any,  # noqa: A002 - its name there
    config: Any = None,
    **kwargs: Any,
) -> Iterator[str]:
    """Stands around `stream`."""
    begun = _begun(model, input)
    ready = None if begun is None else _ready(model, begun, (config or {}).get("metadata"))
    yield from call(*((input, config) if ready is None else (ready.prompt, ready.told(config))), **kwargs)


async def astream(
    call: Callable[..., AsyncIterator[str]],
    model: BaseLLM,
    /,
    input: Any,  # noqa: A002 - its name there
    config: Any = None,
    **kwargs: Any,
) -> AsyncIterator[str]:
    """Stands around `astream`."""
    begun = _begun(model, input)
    ready = None if begun is None else await _aready(model, begun, (config or {}).get("metadata"))
    async for chunk in call(*((input, config) if ready is None else (ready.prompt, ready.told(config))), **kwargs):
        yield chunk


def _concerned(model: BaseLLM, prompts: Sequence[str]) -> bool:
    return not all(isinstance(prompt, Text) for prompt in prompts) and bool(pending_here() or doors_of(model))


def _begun(model: BaseLLM, given: Any) -> str | None:
    if isinstance(given, TextRequest) or not _concerned(model, [""]):
        return None
    try:
        return model._convert_input(given).to_string()  # noqa: SLF001 - as the method itself does
    except Exception:  # noqa: BLE001 - the method says so in its own words
        return None


def _ready(model: BaseLLM, prompt: str, metadata: Any) -> _Ready:
    expected, known = _expected(prompt), metadata if isinstance(metadata, dict) else None
    return _joined(prompt, [*expected, *(lookup.advise(prompt, known) for lookup in silent(model, expected))])


async def _aready(model: BaseLLM, prompt: str, metadata: Any) -> _Ready:
    expected, known = _expected(prompt), metadata if isinstance(metadata, dict) else None
    return _joined(prompt, [*expected, *[await lookup.aadvise(prompt, known) for lookup in silent(model, expected)]])


def _expected(prompt: str) -> list[Pending]:
    found = []
    for pending in pending_here():
        if pending.stands_in(prompt):
            found.append(pending)
        else:
            pending.others += 1
    return found


def _joined(prompt: str, found: Sequence[Pending]) -> _Ready:
    blocks = dict.fromkeys(one.advice.prompt for one in found if one.advice.prompt and one.advice.prompt not in prompt)
    for pending in found:
        pending.see()
    receipts = [receipt for pending in found for receipt in pending.advice.considered]
    return _Ready(Text("\n\n".join([*blocks, prompt])), ReceiptMetadata(receipts, ()).metadata if receipts else {})


def _labelled(metadata: Any, ready: Sequence[_Ready]) -> Any:
    """The metadata of one call; several in one have no label, which would be on all of them."""
    only = len(ready) == 1 and (metadata is None or isinstance(metadata, dict))
    return {**(metadata or {}), **ready[0].metadata} if only else metadata
