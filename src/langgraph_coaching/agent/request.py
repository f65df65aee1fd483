"""The request: what leaves for the model in one call; coaching stands nowhere else.

Each function stands around a method of a chat model in which a request begins; what it hands on is not changed again.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult
from langchain_core.prompt_values import ChatPromptValue
from langchain_core.runnables.config import ensure_config, var_child_runnable_config

from langgraph_coaching.agent.enforcing import enforce_in_call
from langgraph_coaching.agent.metadata import ReceiptMetadata
from langgraph_coaching.agent.pending import ISSUED_BLOCKS, pending_for, pending_here
from langgraph_coaching.agent.system_message import blocks_in, insert_block

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

    from langchain_core.language_models import BaseChatModel

    from langgraph_coaching.agent.lookup import Lookup
    from langgraph_coaching.agent.pending import PendingAdvice

_STRUCTURED = ("ls_structured_output_format", "structured_output_format")
"""How LangChain marks a call that is to answer in a form."""


class RequestMessages(list[BaseMessage]):
    """The messages of a prepared request; nothing is added to them again."""


class Request(ChatPromptValue):
    """A prepared request as a prompt value, with everything in it that belongs into it."""

    def to_messages(self) -> list[BaseMessage]:
        """Its messages, marked as those of a prepared request."""
        return RequestMessages(self.messages)


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A request ready to leave, with the metadata its run gets."""

    messages: RequestMessages
    receipt_metadata: ReceiptMetadata | None
    kwargs: dict[str, Any]
    """Of the call, with the tool choice that is enforced."""

    @property
    def prompt(self) -> Request:
        """The request as a model's input."""
        return Request.model_construct(messages=self.messages)

    def run_config(self, config: Any) -> Any:
        """The config of the run."""
        if self.receipt_metadata is None:
            return config
        whole = ensure_config(config)
        return {
            **whole,
            "metadata": self.run_metadata(whole["metadata"]),
            "callbacks": self.run_callbacks(whole["callbacks"]),
        }

    def run_callbacks(self, callbacks: Any) -> Any:
        """The callbacks of the run."""
        return self.receipt_metadata.prepend_to(callbacks) if self.receipt_metadata else callbacks

    def run_metadata(self, metadata: dict[str, Any] | None) -> dict[str, Any]:
        """The metadata of the run."""
        return {**(metadata or {}), **(self.receipt_metadata.metadata if self.receipt_metadata else {})}


def generate(
    call: Callable[..., LLMResult],
    model: BaseChatModel,
    /,
    messages: list[list[BaseMessage]],
    stop: list[str] | None = None,
    callbacks: Any = None,
    *,
    metadata: dict[str, Any] | None = None,
    **kwargs: Any,
) -> LLMResult:
    """Stands around `generate`."""
    if not _needs_coaching(model, *messages):
        return call(messages, stop, callbacks, metadata=metadata, **kwargs)
    prepared = [_prepare(model, one, metadata, kwargs) for one in messages]
    calls = _generate_arguments(prepared, stop, callbacks, metadata)
    return _merge_results(model, [call(*one, **named) for one, named in calls])


async def agenerate(
    call: Callable[..., Awaitable[LLMResult]],
    model: BaseChatModel,
    /,
    messages: list[list[BaseMessage]],
    stop: list[str] | None = None,
    callbacks: Any = None,
    *,
    metadata: dict[str, Any] | None = None,
    **kwargs: Any,
) -> LLMResult:
    """Stands around `agenerate`."""
    if not _needs_coaching(model, *messages):
        return await call(messages, stop, callbacks, metadata=metadata, **kwargs)
    prepared = [await _aprepare(model, one, metadata, kwargs) for one in messages]
    calls = (call(*one, **named) for one, named in _generate_arguments(prepared, stop, callbacks, metadata))
    return _merge_results(model, await asyncio.gather(*calls))


def stream(
    call: Callable[..., Iterator[Any]], model: BaseChatModel, /, input: Any, config: Any = None, **kwargs: Any
) -> Iterator[Any]:
    """Stands around `stream`."""
    messages = _read_input(model, input)
    if messages is None:
        return call(input, config, **kwargs)
    return _stream_prepared(call, model, messages, config, kwargs)


def astream(
    call: Callable[..., AsyncIterator[Any]], model: BaseChatModel, /, input: Any, config: Any = None, **kwargs: Any
) -> AsyncIterator[Any]:
    """Stands around `astream`."""
    messages = _read_input(model, input)
    if messages is None:
        return call(input, config, **kwargs)
    return _astream_prepared(call, model, messages, config, kwargs)


def _stream_prepared(
    call: Callable[..., Iterator[Any]], model: BaseChatModel, messages: Sequence[BaseMessage], config: Any, kwargs: Any
) -> Iterator[Any]:
    prepared = _prepare(model, messages, _metadata(config), kwargs)
    yield from call(prepared.prompt, prepared.run_config(config), **prepared.kwargs)


async def _astream_prepared(
    call: Callable[..., AsyncIterator[Any]],
    model: BaseChatModel,
    messages: Sequence[BaseMessage],
    config: Any,
    kwargs: Any,
) -> AsyncIterator[Any]:
    prepared = await _aprepare(model, messages, _metadata(config), kwargs)
    async for chunk in call(prepared.prompt, prepared.run_config(config), **prepared.kwargs):
        yield chunk


def open_stream(
    call: Callable[..., Any], model: BaseChatModel, /, input: Any, config: Any = None, **kwargs: Any
) -> Any:
    """Stands around what opens a stream of events."""
    messages = _read_input(model, input)
    if messages is None:
        return call(input, config, **kwargs)
    prepared = _prepare(model, messages, _metadata(config), kwargs)
    return call(prepared.prompt, prepared.run_config(config), **prepared.kwargs)


async def aopen_stream(
    call: Callable[..., Awaitable[Any]], model: BaseChatModel, /, input: Any, config: Any = None, **kwargs: Any
) -> Any:
    """Stands around what opens an asynchronous stream of events."""
    messages = _read_input(model, input)
    if messages is None:
        return await call(input, config, **kwargs)
    prepared = await _aprepare(model, messages, _metadata(config), kwargs)
    return await call(prepared.prompt, prepared.run_config(config), **prepared.kwargs)


def lookups_of(model: Any) -> tuple[Lookup, ...]:
    """The lookups of a model that was given to `coach.model`, the innermost first."""
    return getattr(type(model), "__coaching__", ())


def _needs_coaching(model: BaseChatModel, *prompts: Sequence[BaseMessage]) -> bool:
    """Whether coaching may belong into one of these prompts, or stands in it."""
    if all(isinstance(prompt, RequestMessages) for prompt in prompts):
        return False
    if lookups_of(model) or any(pending_for(prompt) for prompt in prompts):
        return True
    return bool(ISSUED_BLOCKS) and any(blocks_in(prompt) for prompt in prompts)


def _read_input(model: BaseChatModel, given: Any) -> list[BaseMessage] | None:
    """The messages of an input, or None where nothing is to be done about them."""
    # Pending advice with a block is issued.
    if isinstance(given, Request) or not (pending_here() or lookups_of(model) or ISSUED_BLOCKS):
        return None
    try:
        messages = model._convert_input(given).to_messages()  # noqa: SLF001 - as the method itself does
    except Exception:  # noqa: BLE001 - the method says so in its own words
        return None
    return messages if _needs_coaching(model, messages) else None


def _metadata(config: Any) -> dict[str, Any]:
    return (config or {}).get("metadata") or {}


def _prepare(
    model: BaseChatModel, messages: Sequence[BaseMessage], metadata: Any, kwargs: dict[str, Any]
) -> PreparedRequest:
    expected = _match_pending(model, messages, metadata, kwargs)
    asked = [lookup.advise(messages, metadata) for lookup in lookups_without_advice(model, expected)]
    return _build_request(model, messages, [*expected, *asked], kwargs)


async def _aprepare(
    model: BaseChatModel, messages: Sequence[BaseMessage], metadata: Any, kwargs: dict[str, Any]
) -> PreparedRequest:
    expected = _match_pending(model, messages, metadata, kwargs)
    asked = [await lookup.aadvise(messages, metadata) for lookup in lookups_without_advice(model, expected)]
    return _build_request(model, messages, [*expected, *asked], kwargs)


def _match_pending(
    model: BaseChatModel, messages: Sequence[BaseMessage], metadata: Any, kwargs: dict[str, Any]
) -> list[PendingAdvice]:
    """The pending advice of this call: what stands in its prompt, or is for the conversation it is about."""
    texts = blocks_in(messages)
    structured = any(name in kwargs for name in _STRUCTURED)
    found = []
    for pending in pending_for(messages):
        if pending.advice.prompt in texts or pending.fits(model, messages, structured=structured):
            found.append(pending)
        else:
            pending.other_calls += 1
    thread = _thread_of(metadata)
    for text in texts:
        issued = ISSUED_BLOCKS.get(text, thread)
        if issued is not None and all(issued.registry.name != one.registry.name for one in found):
            found.append(issued)
    return found


def _thread_of(metadata: Any) -> str | None:
    configurable = (var_child_runnable_config.get() or {}).get("configurable") or {}
    thread = configurable.get("thread_id") or (metadata or {}).get("thread_id")
    return str(thread) if thread else None


def lookups_without_advice(model: Any, found: Sequence[PendingAdvice]) -> list[Lookup]:
    """The model's lookups of the coaches of which there is no advice yet."""
    return [lookup for lookup in lookups_of(model) if all(lookup.registry.name != one.registry.name for one in found)]


def _build_request(
    model: BaseChatModel, messages: Sequence[BaseMessage], found: Sequence[PendingAdvice], kwargs: dict[str, Any]
) -> PreparedRequest:
    """The request with the blocks of all this advice, and what of it is enforced; blocks of other coaches stay."""
    if not any(pending.advice.considered for pending in found):
        return PreparedRequest(RequestMessages(messages), None, kwargs)
    kwargs = {**kwargs, **enforce_in_call(model, messages, found, kwargs)}
    coaches = [pending.registry.name for pending in found]
    kept = [text for text in blocks_in(messages) if ISSUED_BLOCKS.owner(text) not in coaches]
    blocks = dict.fromkeys([*kept, *(pending.advice.prompt for pending in found if pending.advice.prompt)])
    for pending in found:
        pending.mark_seen()
    receipts = [receipt for pending in found for receipt in pending.advice.considered]
    if any(pending.advice.prompt for pending in found):
        messages = insert_block(messages, "\n\n".join(blocks), model)
    return PreparedRequest(
        RequestMessages(messages), ReceiptMetadata(receipts, [one.mark_failed for one in found]), kwargs
    )


def _generate_arguments(
    prepared: Sequence[PreparedRequest], stop: list[str] | None, callbacks: Any, metadata: Any
) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """The arguments of one `generate` call a request; a `run_id` that was given is the first run's."""
    for index, one in enumerate(prepared):
        named = {**one.kwargs, "run_id": None} if index else one.kwargs
        yield ([one.messages], stop, one.run_callbacks(callbacks)), {**named, "metadata": one.run_metadata(metadata)}


def _merge_results(model: BaseChatModel, results: Sequence[LLMResult]) -> LLMResult:
    """One result of several calls, each of which is a run with receipts of its own."""
    if len(results) == 1:
        return results[0]
    merged = LLMResult(
        generations=[batch for result in results for batch in result.generations],
        llm_output=model._combine_llm_outputs([result.llm_output for result in results]),  # noqa: SLF001 - as `generate` does
    )
    merged.run = [run for result in results for run in result.run or ()]
    return merged
