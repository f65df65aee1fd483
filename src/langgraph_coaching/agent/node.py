"""The node: one that writes the coaching channel, or one that wraps a node the user has."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import Runnable, RunnableLambda
from langgraph.pregel import Pregel

from langgraph_coaching.agent.label import labelled
from langgraph_coaching.agent.place import place
from langgraph_coaching.agent.state import CHANNEL, read_field
from langgraph_coaching.agent.update import with_fields, without_coaching
from langgraph_coaching.recall.situation import read_messages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from langchain_core.runnables import RunnableConfig

    from langgraph_coaching.agent.door import Door
    from langgraph_coaching.recall.advice import Advice


def advising_node(door: Door, messages_key: str) -> Runnable[Any, Any]:
    """A node that reads the messages and writes the ephemeral coaching channel.

    Args:
        door: Where advice comes from.
        messages_key: Where the state keeps its messages.
    """

    def coach(state: Any) -> dict[str, Any]:
        return _update(door.advise(read_field(state, messages_key)))

    async def acoach(state: Any) -> dict[str, Any]:
        return _update(await door.aadvise(read_field(state, messages_key)))

    return RunnableLambda(coach, acoach, name="coach")


def _update(advice: Advice) -> dict[str, Any]:
    return {CHANNEL: [advice.to_json()] if advice.considered else []}


def coached_node(door: Door, inner: Any, messages_key: str) -> Any:
    """The user's node with coaching in the messages it is given, and nothing of it in what it returns.

    A function keeps its signature, so LangGraph goes on injecting `config`, `runtime`, `store` and `writer`.

    Args:
        door: Where advice comes from.
        inner: A function, a coroutine function, another callable, or a Runnable.
        messages_key: Where the state keeps its messages.

    Raises:
        TypeError: It is none of these.
    """
    if isinstance(inner, Pregel):
        raise TypeError(
            "coach.node() cannot wrap a compiled graph, whose checkpoints would keep the coaching: wrap the node in it "
            "that calls the model, or give create_agent the middleware"
        )
    if inspect.isgeneratorfunction(inner) or inspect.isasyncgenfunction(inner):
        inner = RunnableLambda(inner)
    if isinstance(inner, Runnable):
        calls = _wrapped(door, inner.invoke, messages_key), _awrapped(door, inner.ainvoke, messages_key)
        return _Coached(*calls, name=inner.get_name())
    if not callable(inner):
        raise TypeError(f"coach.node() wraps a node function or a Runnable, not {type(inner).__name__}")
    wrap = _awrapped if _is_async(inner) else _wrapped
    return _dressed(wrap(door, inner, messages_key), inner)


class _Coached(Runnable[Any, Any]):
    """The user's Runnable with coaching; no run of its own, so that callback handlers hear what they heard."""

    def __init__(self, call: Callable[..., Any], acall: Callable[..., Awaitable[Any]], name: str) -> None:
        self._call = call
        self._acall = acall
        self.name = name

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:  # noqa: A002
        return self._call(input, config, **kwargs)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:  # noqa: A002
        return await self._acall(input, config, **kwargs)


def _wrapped(door: Door, call: Callable[..., Any], messages_key: str) -> Callable[..., Any]:
    def node(state: Any, *args: Any, **kwargs: Any) -> Any:
        advice = door.advise(read_field(state, messages_key))
        with labelled(advice):
            return _bare(call(_coached(state, advice, messages_key), *args, **kwargs), advice)

    return node


def _awrapped(door: Door, call: Callable[..., Awaitable[Any]], messages_key: str) -> Callable[..., Any]:
    async def node(state: Any, *args: Any, **kwargs: Any) -> Any:
        advice = await door.aadvise(read_field(state, messages_key))
        with labelled(advice):
            return _bare(await call(_coached(state, advice, messages_key), *args, **kwargs), advice)

    return node


def _is_async(inner: Any) -> bool:
    return inspect.iscoroutinefunction(inner) or inspect.iscoroutinefunction(getattr(inner, "__call__", None))  # noqa: B004


def _dressed(node: Callable[..., Any], inner: Any) -> Callable[..., Any]:
    """The node with the name, the signature and the type hints of what it wraps, which LangGraph reads."""
    named: Any = inner.func if isinstance(inner, functools.partial) else inner
    functools.update_wrapper(node, named if hasattr(named, "__name__") else named.__call__)
    node.__name__ = getattr(named, "__name__", type(named).__name__)
    node.__signature__ = inspect.signature(inner)  # type: ignore[attr-defined]
    return node


def _coached(state: Any, advice: Advice, messages_key: str) -> Any:
    """The state with coaching in its messages."""
    if not advice.prompt:
        return state
    given = read_field(state, messages_key)
    messages = given if isinstance(given, list | tuple) else read_messages(given)
    return with_fields(state, {messages_key: place(messages, advice.prompt)})


def _bare(result: Any, advice: Advice) -> Any:
    """What the node returned, without coaching in its messages."""
    return without_coaching(result) if advice.prompt else result
