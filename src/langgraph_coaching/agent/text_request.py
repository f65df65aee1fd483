"""The request to a model that completes text: coaching stands in front of it.

As in `agent.request`, each function stands around a method in which a request begins. No handler is added to these
calls: in langchain-core, one that is called inline keeps the others from being told of the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langchain_core.prompt_values import StringPromptValue
from langchain_core.runnables.config import ensure_config

from langgraph_coaching.agent.enforcing import TEXT_ONLY, decide_without_tools
from langgraph_coaching.agent.metadata import ReceiptMetadata
from langgraph_coaching.agent.pending import pending_here
from langgraph_coaching.agent.request import lookups_of, lookups_without_advice

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

    from langchain_core.language_models import BaseLLM
    from langchain_core.outputs import LLMResult

    from langgraph_coaching.agent.pending import PendingAdvice


class RequestText(str):
    """The text of a prepared request; nothing is added to it again."""

    __slots__ = ()


class RequestTextPrompt(StringPromptValue):
    """A prepared request as a prompt value, with everything in it that belongs into it."""

    def to_string(self) -> str:
        """Its text, marked as that of a prepared request."""
        return RequestText(self.text)


@dataclass(frozen=True, slots=True)
class _PreparedText:
    text: RequestText
    metadata: dict[str, Any]

    def run_config(self, config: Any) -> Any:
        whole = ensure_config(config)
        return {**whole, "metadata": {**whole["metadata"], **self.metadata}}

    @property
    def prompt(self) -> RequestTextPrompt:
        return RequestTextPrompt(text=self.text)


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
    if not _needs_coaching(model, prompts):
        return call(prompts, *args, metadata=metadata, **kwargs)
    prepared = [_prepare(model, prompt, metadata) for prompt in prompts]
    return call([one.text for one in prepared], *args, metadata=_add_metadata(metadata, prepared), **kwargs)


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
    if not _needs_coaching(model, prompts):
        return await call(prompts, *args, metadata=metadata, **kwargs)
    prepared = [await _aprepare(model, prompt, metadata) for prompt in prompts]
    return await call([one.text for one in prepared], *args, metadata=_add_metadata(metadata, prepared), **kwargs)


def stream(
    call: Callable[..., Iterator[str]], model: BaseLLM, /, input: Any, config: Any = None, **kwargs: Any
) -> Iterator[str]:
    """Stands around `stream`."""
    text = _read_input(model, input)
    prepared = None if text is None else _prepare(model, text, (config or {}).get("metadata"))
    yield from call(
        *((input, config) if prepared is None else (prepared.prompt, prepared.run_config(config))), **kwargs
    )


async def astream(
    call: Callable[..., AsyncIterator[str]], model: BaseLLM, /, input: Any, config: Any = None, **kwargs: Any
) -> AsyncIterator[str]:
    """Stands around `astream`."""
    text = _read_input(model, input)
    prepared = None if text is None else await _aprepare(model, text, (config or {}).get("metadata"))
    async for chunk in call(
        *((input, config) if prepared is None else (prepared.prompt, prepared.run_config(config))), **kwargs
    ):
        yield chunk


def _needs_coaching(model: BaseLLM, prompts: Sequence[str]) -> bool:
    return not all(isinstance(prompt, RequestText) for prompt in prompts) and bool(pending_here() or lookups_of(model))


def _read_input(model: BaseLLM, given: Any) -> str | None:
    if isinstance(given, RequestTextPrompt) or not _needs_coaching(model, [""]):
        return None
    try:
        return model._convert_input(given).to_string()  # noqa: SLF001 - as the method itself does
    except Exception:  # noqa: BLE001 - the method says so in its own words
        return None


def _prepare(model: BaseLLM, prompt: str, metadata: Any) -> _PreparedText:
    expected, known = _match_pending(prompt), metadata if isinstance(metadata, dict) else None
    return _build_request(
        prompt, [*expected, *(lookup.advise(prompt, known) for lookup in lookups_without_advice(model, expected))]
    )


async def _aprepare(model: BaseLLM, prompt: str, metadata: Any) -> _PreparedText:
    expected, known = _match_pending(prompt), metadata if isinstance(metadata, dict) else None
    return _build_request(
        prompt,
        [*expected, *[await lookup.aadvise(prompt, known) for lookup in lookups_without_advice(model, expected)]],
    )


def _match_pending(prompt: str) -> list[PendingAdvice]:
    found = []
    for pending in pending_here():
        if pending.stands_in(prompt):
            found.append(pending)
        else:
            pending.other_calls += 1
    return found


def _build_request(prompt: str, found: Sequence[PendingAdvice]) -> _PreparedText:
    blocks = dict.fromkeys(one.advice.prompt for one in found if one.advice.prompt and one.advice.prompt not in prompt)
    decide_without_tools(found, TEXT_ONLY)
    for pending in found:
        pending.mark_seen()
    receipts = [receipt for pending in found for receipt in pending.advice.considered]
    return _PreparedText(
        RequestText("\n\n".join([*blocks, prompt])), ReceiptMetadata(receipts, ()).metadata if receipts else {}
    )


def _add_metadata(metadata: Any, prepared: Sequence[_PreparedText]) -> Any:
    """The metadata of one call with its receipts; of several in one, none: they would be on all of them."""
    only = len(prepared) == 1 and (metadata is None or isinstance(metadata, dict))
    return {**(metadata or {}), **prepared[0].metadata} if only else metadata
