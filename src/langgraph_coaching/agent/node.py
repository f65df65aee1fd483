"""The node: one that writes the coaching channel, or one that wraps a node the user has."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import Runnable, RunnableLambda
from langgraph.pregel import Pregel
from langgraph.pregel.protocol import PregelProtocol
from langgraph.types import Command

from langgraph_coaching.agent.channel import channel_item
from langgraph_coaching.agent.enforcing import choose_target
from langgraph_coaching.agent.pending import expecting_call
from langgraph_coaching.agent.routes import (
    add_destinations,
    destinations_of,
    go_elsewhere,
    mark_destinations,
    node_with_destinations,
)
from langgraph_coaching.agent.state import CHANNEL, merge_item, read_field

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from langchain_core.runnables import RunnableConfig

    from langgraph_coaching.agent.lookup import Lookup
    from langgraph_coaching.agent.pending import PendingAdvice
    from langgraph_coaching.agent.routes import Routes

_REMEDY = (
    "a LangChain chat model that is called in the node with the state's messages has it in its request; another client "
    "is given coach.advise(messages).prompt"
)


def advising_node(lookup: Lookup, messages_key: str, routes: Routes) -> Runnable[Any, Any]:
    """A node that reads the messages and writes the ephemeral coaching channel.

    Args:
        lookup: Where advice comes from.
        messages_key: Where the state keeps its messages.
        routes: Where the graph may go from it.
    """

    def coach(state: Any) -> Any:
        return _next_step(state, lookup.advise(read_field(state, messages_key)), routes)

    async def acoach(state: Any) -> Any:
        return _next_step(state, await lookup.aadvise(read_field(state, messages_key)), routes)

    return node_with_destinations(coach, acoach, routes)


def _next_step(state: Any, pending: PendingAdvice, routes: Routes) -> Any:
    target = choose_target(pending, routes.goto)
    if pending.advice.considered and pending.keep_receipts and (pending.advice.prompt or target):
        pending.write_unseen("coached(state) has not come to a model call")  # until it does
        if pending.advice.prompt:
            pending.registry.expect(pending.advice)
    item = channel_item(pending) if pending.advice.considered else None
    update = {CHANNEL: merge_item(state, item, pending.registry.name)}
    return update if routes.then is None else Command(goto=target or routes.then, update=update)


def coached_node(lookup: Lookup, inner: Any, messages_key: str, goto: tuple[str, ...] = ()) -> Any:
    """The user's node, whose model calls about its conversation have coaching in their requests; its state has none.

    A function keeps its signature, so LangGraph goes on injecting `config`, `runtime`, `store` and `writer`.

    Args:
        lookup: Where advice comes from.
        inner: A function, a coroutine function, another callable, or a Runnable.
        messages_key: Where the state keeps its messages, or one text of the user.
        goto: Where the graph may go instead of running it, beside the destinations that its annotations name.

    Raises:
        TypeError: It is none of these, or a graph that calls its model elsewhere.
    """
    _check_inner(inner)
    if inspect.isgeneratorfunction(inner) or inspect.isasyncgenfunction(inner):
        inner = RunnableLambda(inner)
    if isinstance(inner, Runnable):
        if goto:
            raise TypeError(
                f"goto= goes with a function, and {inner.get_name()} is a Runnable: wrap a function that calls it"
            )
        where = f"coach.node({inner.get_name()})"
        calls = (
            _wrap_call(lookup, inner.invoke, messages_key, where),
            _awrap_call(lookup, inner.ainvoke, messages_key, where),
        )
        return _CoachedRunnable(*calls, name=inner.get_name())
    wrap = _awrap_call if _is_async(inner) else _wrap_call
    targets = (*destinations_of(inner), *goto)
    node = _copy_signature(wrap(lookup, inner, messages_key, f"coach.node({_name_of(inner)})", targets), inner)
    return mark_destinations(add_destinations(node, targets) if goto else node, targets)


class _CoachedRunnable(Runnable[Any, Any]):
    """The user's Runnable with coaching; no run of its own, so that callback handlers see what they saw before."""

    def __init__(self, call: Callable[..., Any], acall: Callable[..., Awaitable[Any]], name: str) -> None:
        self._call = call
        self._acall = acall
        self.name = name

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        return self._call(input, config, **kwargs)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        return await self._acall(input, config, **kwargs)


def _check_inner(inner: Any) -> None:
    if isinstance(inner, PregelProtocol):
        raise TypeError(
            "coach.node() cannot wrap a compiled graph: wrap the node in it that calls the model, give create_agent "
            "coach.middleware(), or build it with coach.model(model)"
        )
    steps = getattr(inner, "steps", None) if isinstance(inner, Runnable) else None
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, PregelProtocol) and not isinstance(step, Pregel):
            raise TypeError(
                "coach.node() cannot wrap a graph on a server, whose model is called there: build the graph on the "
                "server with coach.model(model) or coach.middleware()"
            )
    if not callable(inner) and not isinstance(inner, Runnable):
        raise TypeError(f"coach.node() wraps a node function or a Runnable, not {type(inner).__name__}")


def _wrap_call(
    lookup: Lookup, call: Callable[..., Any], messages_key: str, where: str, goto: Sequence[str] = ()
) -> Callable[..., Any]:
    def node(state: Any, *args: Any, **kwargs: Any) -> Any:
        given = read_field(state, messages_key)
        pending = lookup.advise(given, words=isinstance(given, str), where=where, remedy=_REMEDY)
        with expecting_call(pending):
            return go_elsewhere(pending, goto) or call(state, *args, **kwargs)

    return node


def _awrap_call(
    lookup: Lookup, call: Callable[..., Awaitable[Any]], messages_key: str, where: str, goto: Sequence[str] = ()
) -> Callable[..., Any]:
    async def node(state: Any, *args: Any, **kwargs: Any) -> Any:
        given = read_field(state, messages_key)
        pending = await lookup.aadvise(given, words=isinstance(given, str), where=where, remedy=_REMEDY)
        with expecting_call(pending):
            return go_elsewhere(pending, goto) or await call(state, *args, **kwargs)

    return node


def _is_async(inner: Any) -> bool:
    return inspect.iscoroutinefunction(inner) or inspect.iscoroutinefunction(getattr(inner, "__call__", None))  # noqa: B004


def _copy_signature(node: Callable[..., Any], inner: Any) -> Callable[..., Any]:
    """The node with the name, the signature and the type hints of what it wraps, which LangGraph reads."""
    named: Any = inner.func if isinstance(inner, functools.partial) else inner
    functools.update_wrapper(node, named if hasattr(named, "__name__") else named.__call__)
    node.__name__ = _name_of(inner)
    node.__signature__ = inspect.signature(inner)  # type: ignore[attr-defined]
    return node


def _name_of(inner: Any) -> str:
    named = inner.func if isinstance(inner, functools.partial) else inner
    return str(getattr(named, "__name__", type(named).__name__))
