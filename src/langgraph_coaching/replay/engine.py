"""The engine: runs a compiled graph on, from synchronous code, also one that can only be awaited."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from langgraph.pregel import Pregel

from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.traces.capture import Capture

if TYPE_CHECKING:
    from collections.abc import Iterator


def run_on(graph: Any, config: dict[str, Any]) -> None:
    """Runs a graph on from where its thread is, in the context of the caller; whatever it raises is raised.

    Args:
        graph: A compiled graph with a checkpointer.
        config: Names the thread.
    """
    loop = getattr(graph.checkpointer, "loop", None)
    if loop is not None:
        asyncio.run_coroutine_threadsafe(graph.ainvoke(None, config), loop).result()
    elif _awaited(graph):
        # In a thread, because the caller may be in an event loop already.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(copy_context().run, asyncio.run, graph.ainvoke(None, config)).result()
    else:
        graph.invoke(None, config)


def check_loop(saver: Any) -> None:
    """Refuses a checkpointer whose event loop could not answer, which would wait for ever.

    Raises:
        InvalidCoachingError: Its loop is not running, or it is the one that we would have to block.
    """
    loop = getattr(saver, "loop", None)
    try:
        running = asyncio.get_running_loop()
    except RuntimeError:
        running = None
    if loop is not None and (not loop.is_running() or loop is running):
        raise InvalidCoachingError(
            f"the {type(saver).__name__} of the graph answers in an event loop; replay from a thread beside it: "
            "await asyncio.to_thread(coach.replay, trace, graph=graph)"
        )


def unwatched(graph: Any) -> Any:
    """The graph without the capture that is bound to it: a replay is not a run to be kept."""
    config = getattr(graph, "config", None) or {}
    handlers = config.get("callbacks")
    if not isinstance(handlers, list) or not any(isinstance(one, Capture) for one in handlers):
        return graph
    return graph.copy({"config": config | {"callbacks": [one for one in handlers if not isinstance(one, Capture)]}})


def _awaited(graph: Any) -> bool:
    """Whether a node or a tool of it can only be awaited."""
    return any(_only_awaited(part) for node in graph.nodes.values() for part in _parts(node.bound))


def _parts(bound: Any) -> Iterator[Any]:
    yield from getattr(bound, "steps", None) or (bound,)


def _only_awaited(part: Any) -> bool:
    if isinstance(part, Pregel):
        return _awaited(part)
    if tools := getattr(part, "tools_by_name", None):
        return any(_only_awaited(tool) for tool in tools.values())
    other = getattr(part, "afunc", None) or getattr(part, "coroutine", None)
    return other is not None and getattr(part, "func", None) is None
