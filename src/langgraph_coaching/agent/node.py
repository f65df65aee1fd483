"""The node: one that writes the coaching channel, or one that wraps a node the user has."""

from __future__ import annotations

import functools
import inspect
from dataclasses import is_dataclass, replace
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import Runnable, RunnableLambda
from langgraph.pregel import Pregel
from langgraph.types import Command

from langgraph_coaching.agent.label import labelled
from langgraph_coaching.agent.place import displaced, place
from langgraph_coaching.agent.state import CHANNEL, read_field
from langgraph_coaching.recall.situation import read_messages

if TYPE_CHECKING:
    from collections.abc import Callable

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
    if isinstance(inner, Runnable):
        return _coached_runnable(door, inner, messages_key)
    if not callable(inner):
        raise TypeError(f"coach.node() wraps a node function or a Runnable, not {type(inner).__name__}")
    if inspect.iscoroutinefunction(inner) or inspect.iscoroutinefunction(getattr(inner, "__call__", None)):  # noqa: B004

        async def anode(state: Any, *args: Any, **kwargs: Any) -> Any:
            advice = await door.aadvise(read_field(state, messages_key))
            with labelled(advice):
                return _cleaned(await inner(_with(state, advice, messages_key), *args, **kwargs), messages_key)

        return _dressed(anode, inner)

    def node(state: Any, *args: Any, **kwargs: Any) -> Any:
        advice = door.advise(read_field(state, messages_key))
        with labelled(advice):
            return _cleaned(inner(_with(state, advice, messages_key), *args, **kwargs), messages_key)

    return _dressed(node, inner)


def _dressed(node: Callable[..., Any], inner: Any) -> Callable[..., Any]:
    target = inner if hasattr(inner, "__name__") else getattr(inner, "func", inner.__call__)
    functools.update_wrapper(node, target)
    node.__signature__ = inspect.signature(inner)  # type: ignore[attr-defined]
    return node


def _coached_runnable(door: Door, inner: Runnable[Any, Any], messages_key: str) -> Runnable[Any, Any]:
    def node(state: Any) -> Any:
        advice = door.advise(read_field(state, messages_key))
        with labelled(advice):
            return _cleaned(inner.invoke(_with(state, advice, messages_key)), messages_key)

    async def anode(state: Any) -> Any:
        advice = await door.aadvise(read_field(state, messages_key))
        with labelled(advice):
            return _cleaned(await inner.ainvoke(_with(state, advice, messages_key)), messages_key)

    return RunnableLambda(node, anode, name=inner.get_name())


def _with(state: Any, advice: Advice, messages_key: str) -> Any:
    if not advice.prompt:
        return state
    messages = place(read_messages(read_field(state, messages_key)), advice.prompt)
    if isinstance(state, dict):
        return {**state, messages_key: messages}
    if is_dataclass(state) and not isinstance(state, type):
        return replace(state, **{messages_key: messages})
    return state.model_copy(update={messages_key: messages})


def _cleaned(result: Any, messages_key: str) -> Any:
    if isinstance(result, dict) and isinstance(result.get(messages_key), list):
        return {**result, messages_key: displaced(result[messages_key])}
    if isinstance(result, Command) and isinstance(result.update, dict):
        return replace(result, update=_cleaned(result.update, messages_key))
    return result
