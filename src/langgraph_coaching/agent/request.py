"""The request: what leaves for the model in one call, the only place where coaching stands.

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

from langgraph_coaching.agent.metadata import ReceiptMetadata
from langgraph_coaching.agent.pending import ISSUED, pending_for, pending_here
from langgraph_coaching.agent.system_message import blocks_in, place

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

    from langchain_core.language_models import BaseChatModel

    from langgraph_coaching.agent.lookup import Lookup
    from langgraph_coaching.agent.pending import Pending

_STRUCTURED = ("ls_structured_output_format", "structured_output_format")
"""How LangChain marks a call that is to answer in a form."""


class Messages(list[BaseMessage]):
    """The messages of a request."""


class Request(ChatPromptValue):
    """A prompt with everything in it that belongs into it."""

    def to_messages(self) -> list[BaseMessage]:
        """Its messages, known as those of a request."""
        return Messages(self.messages)


@dataclass(frozen=True, slots=True)
class Ready:
    """A request, and what is to be heard of it."""

    messages: Messages
    label: ReceiptMetadata | None

    @property
    def prompt(self) -> Request:
        """The request as a model's input."""
        return Request.model_construct(messages=self.messages)

    def config(self, config: Any) -> Any:
        """The config of the run."""
        if self.label is None:
            return config
        whole = ensure_config(config)
        return {**whole, "metadata": self.told(whole["metadata"]), "callbacks": self.heard(whole["callbacks"])}

    def heard(self, callbacks: Any) -> Any:
        """The callbacks of the run."""
        return self.label.beside(callbacks) if self.label else callbacks

    def told(self, metadata: dict[str, Any] | None) -> dict[str, Any]:
        """The metadata of the run."""
        return {**(metadata or {}), **(self.label.metadata if self.label else {})}


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
    if not _concerned(model, *messages):
        return call(messages, stop, callbacks, metadata=metadata, **kwargs)
    ready = [_ready(model, one, metadata, kwargs) for one in messages]
    return _merged(model, [call(*one, **named) for one, named in _calls(ready, stop, callbacks, metadata, kwargs)])


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
    if not _concerned(model, *messages):
        return await call(messages, stop, callbacks, metadata=metadata, **kwargs)
    ready = [await _aready(model, one, metadata, kwargs) for one in messages]
    calls = (call(*one, **named) for one, named in _calls(ready, stop, callbacks, metadata, kwargs))
    return _merged(model, await asyncio.gather(*calls))


def stream(
    call: Callable[..., Iterator[Any]],
    model: BaseChatModel,
    /,
    input: Any,  # noqa: A002 - its name there
    config: Any = None,
    **kwargs: Any,
) -> Iterator[Any]:
    """Stands around `stream`."""
    begun = _begun(model, input)
    return call(input, config, **kwargs) if begun is None else _streamed(call, model, begun, config, kwargs)


def astream(
    call: Callable[..., AsyncIterator[Any]],
    model: BaseChatModel,
    /,
    input: Any,  # noqa: A002 - its name there
    config: Any = None,
    **kwargs: Any,
) -> AsyncIterator[Any]:
    """Stands around `astream`."""
    begun = _begun(model, input)
    return call(input, config, **kwargs) if begun is None else _astreamed(call, model, begun, config, kwargs)


def _streamed(
    call: Callable[..., Iterator[Any]],
    model: BaseChatModel,
    /,
    messages: list[BaseMessage],
    config: Any,
    kwargs: dict[str, Any],
) -> Iterator[Any]:
    ready = _ready(model, messages, _metadata(config), kwargs)
    yield from call(ready.prompt, ready.config(config), **kwargs)


async def _astreamed(
    call: Callable[..., AsyncIterator[Any]],
    model: BaseChatModel,
    /,
    messages: list[BaseMessage],
    config: Any,
    kwargs: dict[str, Any],
) -> AsyncIterator[Any]:
    ready = await _aready(model, messages, _metadata(config), kwargs)
    async for chunk in call(ready.prompt, ready.config(config), **kwargs):
        yield chunk


def opened(
    call: Callable[..., Any],
    model: BaseChatModel,
    /,
    input: Any,  # noqa: A002 - its name there
    config: Any = None,
    **kwargs: Any,
) -> Any:
    """Stands around what opens a stream of events."""
    begun = _begun(model, input)
    if begun is None:
        return call(input, config, **kwargs)
    ready = _ready(model, begun, _metadata(config), kwargs)
    return call(ready.prompt, ready.config(config), **kwargs)


async def aopened(
    call: Callable[..., Awaitable[Any]],
    model: BaseChatModel,
    /,
    input: Any,  # noqa: A002 - its name there
    config: Any = None,
    **kwargs: Any,
) -> Any:
    """Stands around what opens an asynchronous stream of events."""
    begun = _begun(model, input)
    if begun is None:
        return await call(input, config, **kwargs)
    ready = await _aready(model, begun, _metadata(config), kwargs)
    return await call(ready.prompt, ready.config(config), **kwargs)


def doors_of(model: Any) -> tuple[Lookup, ...]:
    """The doors of a model that was given to `coach.model`, the innermost first."""
    return getattr(type(model), "__coaching__", ())


def _concerned(model: BaseChatModel, *prompts: Sequence[BaseMessage]) -> bool:
    """Whether anything may belong into these prompts, or stands in them."""
    if all(isinstance(prompt, Messages) for prompt in prompts):
        return False
    if doors_of(model) or any(pending_for(prompt) for prompt in prompts):
        return True
    return bool(ISSUED) and any(blocks_in(prompt) for prompt in prompts)


def _begun(model: BaseChatModel, given: Any) -> list[BaseMessage] | None:
    """The messages of an input, or None where nothing is to be done about them."""
    if isinstance(given, Request) or not (pending_here() or doors_of(model) or ISSUED):  # a block that waits is issued
        return None
    try:
        messages = model._convert_input(given).to_messages()  # noqa: SLF001 - as the method itself does
    except Exception:  # noqa: BLE001 - the method says so in its own words
        return None
    return messages if _concerned(model, messages) else None


def _metadata(config: Any) -> dict[str, Any]:
    return (config or {}).get("metadata") or {}


def _ready(model: BaseChatModel, messages: Sequence[BaseMessage], metadata: Any, kwargs: dict[str, Any]) -> Ready:
    expected = _expected(model, messages, metadata, kwargs)
    asked = [lookup.advise(messages, metadata) for lookup in silent(model, expected)]
    return _joined(model, messages, [*expected, *asked])


async def _aready(
    model: BaseChatModel, messages: Sequence[BaseMessage], metadata: Any, kwargs: dict[str, Any]
) -> Ready:
    expected = _expected(model, messages, metadata, kwargs)
    asked = [await lookup.aadvise(messages, metadata) for lookup in silent(model, expected)]
    return _joined(model, messages, [*expected, *asked])


def _expected(
    model: BaseChatModel, messages: Sequence[BaseMessage], metadata: Any, kwargs: dict[str, Any]
) -> list[Pending]:
    """The advice that waits for this call: what stands in its prompt, or is for the conversation it is about."""
    texts = blocks_in(messages)
    structured = any(name in kwargs for name in _STRUCTURED)
    found = []
    for pending in pending_for(messages):
        if pending.advice.prompt in texts or pending.fits(model, messages, structured=structured):
            found.append(pending)
        else:
            pending.others += 1
    thread = _thread(metadata)
    for text in texts:
        issued = ISSUED.get(text, thread)
        if issued is not None and all(issued.registry.name != one.registry.name for one in found):
            found.append(issued)
    return found


def _thread(metadata: Any) -> str | None:
    configurable = (var_child_runnable_config.get() or {}).get("configurable") or {}
    thread = configurable.get("thread_id") or (metadata or {}).get("thread_id")
    return str(thread) if thread else None


def silent(model: Any, found: Sequence[Pending]) -> list[Lookup]:
    """The doors of the model whose coach has not spoken yet."""
    return [lookup for lookup in doors_of(model) if all(lookup.registry.name != one.registry.name for one in found)]


def _joined(model: BaseChatModel, messages: Sequence[BaseMessage], found: Sequence[Pending]) -> Ready:
    """The request with the blocks of all of these in it; blocks of others stay."""
    if not any(pending.advice.considered for pending in found):
        return Ready(Messages(messages), None)
    spoken = [pending.registry.name for pending in found]
    kept = [text for text in blocks_in(messages) if ISSUED.owner(text) not in spoken]
    blocks = dict.fromkeys([*kept, *(pending.advice.prompt for pending in found if pending.advice.prompt)])
    for pending in found:
        pending.see()
    receipts = [receipt for pending in found for receipt in pending.advice.considered]
    label = ReceiptMetadata(receipts, [pending.fail for pending in found])
    coached = any(pending.advice.prompt for pending in found)
    return Ready(Messages(place(messages, "\n\n".join(blocks), model) if coached else messages), label)


def _calls(
    ready: Sequence[Ready], stop: list[str] | None, callbacks: Any, metadata: Any, kwargs: dict[str, Any]
) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """What `generate` is called with for each; an id that was given is the first run's."""
    for index, one in enumerate(ready):
        named = {**kwargs, "run_id": None} if index else kwargs
        yield ([one.messages], stop, one.heard(callbacks)), {**named, "metadata": one.told(metadata)}


def _merged(model: BaseChatModel, results: Sequence[LLMResult]) -> LLMResult:
    """One result of several calls, each of which is a run with a label of its own."""
    if len(results) == 1:
        return results[0]
    merged = LLMResult(
        generations=[batch for result in results for batch in result.generations],
        llm_output=model._combine_llm_outputs([result.llm_output for result in results]),  # noqa: SLF001 - as `generate` does
    )
    merged.run = [run for result in results for run in result.run or ()]
    return merged
