"""A fork: a compiled graph runs on from a checkpoint with other coaching, in a copy of the thread."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, NamedTuple

from langgraph.pregel import Pregel

from langgraph_coaching.agent.lookup import REPLAY_ADVICE
from langgraph_coaching.agent.state import CHANNEL
from langgraph_coaching.errors import CoachingError, InvalidCoachingError, NotFoundError
from langgraph_coaching.recall.receipts import task_of
from langgraph_coaching.traces.capture.assembler import Assembler
from langgraph_coaching.traces.capture.callback import Capture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.traces.capture.event import Event
    from langgraph_coaching.traces.model import Step, Trace


MOST_CHECKPOINTS = 10_000
"""Checkpoints looked through for the one a step was made at."""


class Fork(NamedTuple):
    """A run from a checkpoint on."""

    trace: Trace
    """The new run; it is in no store."""
    tasks: frozenset[str]
    """Ids of the recorded tasks that it runs again."""


def run_fork(graph: Any, trace: Trace, step: Step, advise: Callable[[Any, Labels], Advice]) -> Fork:
    """Runs a graph on from before a recorded step; its nodes and tools run again, the recorded thread stays as it is.

    Args:
        graph: The compiled graph, with the checkpointer that has the trace's thread.
        trace: The recorded run.
        step: One of its steps, made by a model in a node.
        advise: Takes the place of recall wherever the graph looks coaching up.

    Raises:
        CoachingError: The graph failed.
        InvalidCoachingError: The graph has no checkpointer that could be used, or the trace no thread.
        NotFoundError: The thread has no checkpoint at that step.
    """
    saver = getattr(graph, "checkpointer", None)
    if saver is None or isinstance(saver, bool):
        raise InvalidCoachingError("the graph has no checkpointer to go back with; compile it with one")
    if not trace.thread_id:
        raise InvalidCoachingError(f"the trace {trace.id} names no thread; replay it without graph=")
    check_loop(saver)
    source, tasks = _checkpoint_before(graph, trace.thread_id, step)
    kept: dict[str, Receipt] = {}

    def advise_and_keep(messages: Any, labels: Labels) -> Advice:
        advice = advise(messages, labels)
        kept.update((receipt.id, receipt) for receipt in advice.considered)
        return advice

    events: list[Event] = []
    with _copy_thread(saver, source) as config:
        token = REPLAY_ADVICE.set(advise_and_keep)
        try:
            resume_graph(without_capture(graph), config | {"callbacks": [Capture(events.append)]})
        except Exception as error:
            raise CoachingError(f"the graph failed on its way: {type(error).__name__}: {error}") from error
        finally:
            REPLAY_ADVICE.reset(token)
    return Fork(Assembler(kept.get).consume(events)[-1], tasks)


def _checkpoint_before(graph: Any, thread_id: str, step: Step) -> tuple[Any, frozenset[str]]:
    """The config of the checkpoint from which coaching is looked up for a step, and the tasks from there on."""
    task = task_id(step)
    config = {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}
    tasks: set[str] = set()
    found = False
    for state in graph.get_state_history(config, limit=MOST_CHECKPOINTS):
        tasks.update(one.id for one in state.tasks)
        if found or (task and task in tasks):
            # A node of its own has looked coaching up in the superstep before.
            if found or CHANNEL not in graph.channels or state.parent_config is None:
                return state.config, frozenset(tasks)
            found = True
    raise NotFoundError(
        f"the thread {thread_id!r} has no checkpoint at step {step.index}; give the graph the checkpointer it ran with"
    )


def task_id(step: Step) -> str:
    """Id of the outermost task that made a step; "" outside of a graph."""
    return task_of(step.checkpoint_ns or "").rpartition(":")[2]


@contextmanager
def _copy_thread(saver: Any, source: Any) -> Iterator[dict[str, Any]]:
    """A new thread that stands where the checkpoint of another is, for as long as it is needed."""
    found = saver.get_tuple(source)
    thread = f"replay-{secrets.token_hex(8)}"
    config: dict[str, Any] = {"configurable": {"thread_id": thread, "checkpoint_ns": ""}}
    try:
        saver.put(config, found.checkpoint, found.metadata, found.checkpoint["channel_versions"])
        yield config
    finally:
        saver.delete_thread(thread)


def resume_graph(graph: Any, config: dict[str, Any]) -> None:
    """Runs a graph on from where its thread is, in the context of the caller; whatever it raises is raised.

    Args:
        graph: A compiled graph with a checkpointer.
        config: Names the thread.
    """
    loop = getattr(graph.checkpointer, "loop", None)
    if loop is not None:
        asyncio.run_coroutine_threadsafe(graph.ainvoke(None, config), loop).result()
    elif needs_async(graph):
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


def without_capture(graph: Any) -> Any:
    """The graph without the capture bound to it: a replay is not stored as a trace."""
    config = getattr(graph, "config", None) or {}
    handlers = config.get("callbacks")
    if not isinstance(handlers, list) or not any(isinstance(one, Capture) for one in handlers):
        return graph
    return graph.copy({"config": config | {"callbacks": [one for one in handlers if not isinstance(one, Capture)]}})


def needs_async(graph: Any) -> bool:
    """Whether a node or a tool of it can only be awaited."""
    return any(_is_async_only(part) for node in graph.nodes.values() for part in _steps_of(node.bound))


def _steps_of(bound: Any) -> Iterator[Any]:
    yield from getattr(bound, "steps", None) or (bound,)


def _is_async_only(part: Any) -> bool:
    if isinstance(part, Pregel):
        return needs_async(part)
    if tools := getattr(part, "tools_by_name", None):
        return any(_is_async_only(tool) for tool in tools.values())
    other = getattr(part, "afunc", None) or getattr(part, "coroutine", None)
    return other is not None and getattr(part, "func", None) is None
