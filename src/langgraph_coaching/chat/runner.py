"""Runner: a compiled graph runs beside the conversation, and what it streams comes in the order it happens."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from queue import SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from langgraph_coaching.agent.lookup import LOOKED_UP
from langgraph_coaching.replay.fork import needs_async

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator

    from langgraph_coaching.agent.registry import Registry
    from langgraph_coaching.recall.advice import Advice

_MODES = ["messages", "updates", "values"]

_ASYNC_ONLY = re.compile(
    r"no synchronous function|synchronous implementation|sync invocation|synchronous calls", re.IGNORECASE
)
"""How LangGraph, LangChain and checkpointers say that they can only be awaited."""


class StoppedError(Exception):
    """Somebody has stopped the run."""


PATIENCE = 2.0
"""Seconds that a run which is stopped may take to come to its next step."""


def is_async_only(error: BaseException) -> bool:
    """Whether a graph has failed because a part of it can only be awaited."""
    return bool(_ASYNC_ONLY.search(str(error)))


class Lookup:
    """A lookup that was made in a run, in its place among what the run streams."""

    def __init__(self, registry: Registry, advice: Advice) -> None:
        self.registry = registry
        self.advice = advice


class _Done:
    """The end of a run, with what it has raised."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class Runner:
    """Runs one graph, sync or async as it needs, on one event loop for the whole conversation."""

    def __init__(self) -> None:
        self.graph: Any = None
        self.is_async = False
        self._started: asyncio.AbstractEventLoop | None = None
        self._running: SimpleQueue[Any] | None = None

    def use(self, graph: Any) -> None:
        """Takes a compiled graph to run."""
        self.graph, self.is_async = graph, needs_async(graph)

    @property
    def _loop(self) -> asyncio.AbstractEventLoop:
        if self._started is None:
            self._started = asyncio.new_event_loop()
            Thread(target=self._started.run_forever, name="coaching-chat", daemon=True).start()
        return self._started

    def wait_for(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """What a coroutine returns, run on the conversation's event loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """What a method of the graph returns, such as `get_state`."""
        if self.is_async:
            return self.wait_for(getattr(self.graph, f"a{name}")(*args, **kwargs))
        with ThreadPoolExecutor(1) as pool:  # a checkpointer may not answer on a thread with an event loop
            return pool.submit(getattr(self.graph, name), *args, **kwargs).result()

    def history(self, config: Any) -> list[Any]:
        """Every state of a thread, the newest first."""
        if not self.is_async:
            return [*self.graph.get_state_history(config)]

        async def collect() -> list[Any]:
            return [state async for state in self.graph.aget_state_history(config)]

        return self.wait_for(collect())  # type: ignore[no-any-return]

    def stream(self, given: Any, config: Any, context: Any = None) -> Iterator[Any]:
        """Runs the graph; what it streams comes as LangGraph's triples, and a `Lookup` for each lookup.

        Args:
            given: The input, or a `Command`.
            config: Names the thread.
            context: LangGraph's run context.
        """
        found: SimpleQueue[Any] = SimpleQueue()
        self._running = found
        stopping = Event()
        options: dict[str, Any] = {"stream_mode": _MODES, "subgraphs": True}
        if context is not None:
            options["context"] = context
        stop = (self._start_async if self.is_async else self._start)(found, stopping, given, config, options)
        try:
            while not isinstance(item := found.get(), _Done):
                yield item
            if item.error is not None:
                raise item.error
        finally:
            self._running = None
            stopping.set()
            stop()

    def stop(self) -> None:
        """Ends what is streamed, from another thread: the run raises `StoppedError`, and ends at its next step."""
        if (running := self._running) is not None:
            running.put(_Done(StoppedError()))

    def _start(self, found: SimpleQueue[Any], stopping: Event, *asked: Any) -> Callable[[], object]:
        given, config, options = asked

        def run() -> None:
            LOOKED_UP.set(lambda registry, advice: found.put(Lookup(registry, advice)))
            try:
                for item in self.graph.stream(given, config, **options):
                    found.put(item)
                    if stopping.is_set():
                        break
            except BaseException as error:  # noqa: BLE001 - handed on to the conversation
                found.put(_Done(error))
            else:
                found.put(_Done())

        thread = Thread(target=copy_context().run, args=(run,), name="coaching-chat-run", daemon=True)
        thread.start()
        return lambda: thread.join(PATIENCE)

    def _start_async(self, found: SimpleQueue[Any], stopping: Event, *asked: Any) -> Callable[[], object]:
        given, config, options = asked

        async def run() -> None:
            LOOKED_UP.set(lambda registry, advice: found.put(Lookup(registry, advice)))
            try:
                await _hand_on(self.graph.astream(given, config, **options), found, stopping)
            except BaseException as error:  # noqa: BLE001 - handed on to the conversation
                found.put(_Done(error))
            else:
                found.put(_Done())

        future = asyncio.run_coroutine_threadsafe(run(), self._loop)
        return future.cancel

    def close(self) -> None:
        """Ends the event loop."""
        if self._started is not None:
            self._started.call_soon_threadsafe(self._started.stop)
            self._started = None


async def _hand_on(stream: AsyncIterator[Any], found: SimpleQueue[Any], stopping: Event) -> None:
    async for item in stream:
        found.put(item)
        if stopping.is_set():
            break
