"""Chats: where test conversations begin."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import Callable
    from functools import partial

    from langchain_core.runnables import RunnableConfig

    from langgraph_coaching.agent.registry import Registry
    from langgraph_coaching.authoring.drafter import Drafter
    from langgraph_coaching.chat.chat import Chat
    from langgraph_coaching.refining.reviewer import Reviewer
    from langgraph_coaching.traces.archive import Archive
    from langgraph_coaching.traces.capture.recorder import Recorder


class Chats:
    """Begins test conversations in one namespace.

    Args:
        recorder: Captures them.
        traces: Where they are kept.
        drafter: Makes drafts of their steps.
        reviewer: Takes verdicts on their receipts.
        registry: Of the coach.
        flush: Writes out what was captured.
    """

    def __init__(
        self,
        recorder: Recorder,
        traces: Archive,
        drafter: Drafter,
        reviewer: Reviewer,
        registry: Registry,
        flush: Callable[[], None] | partial[None],
    ) -> None:
        self._given: dict[str, Any] = {
            "recorder": recorder,
            "traces": traces,
            "drafter": drafter,
            "reviewer": reviewer,
            "registry": registry,
            "flush": flush,
        }

    def chat(
        self,
        graph: Any,
        *,
        thread_id: str | None = None,
        messages_key: str | None = None,
        config: RunnableConfig | None = None,
        context: Any = None,
    ) -> Chat:
        """Begins a test conversation with a compiled graph: events as they happen, verdicts at once, and again.

        Any compiled graph, coached or not, sync or async, with a checkpointer or without; what it captures is marked
        as simulated, and is counted nowhere.

        Args:
            graph: A compiled graph, one that is not compiled yet, or a function that makes it.
            thread_id: A thread that is there, or the name of a new one.
            messages_key: The field of its state that takes what the user says; by default the one with the messages.
            config: Further config of each run, such as `{"configurable": {"user_id": "7"}}`.
            context: LangGraph's run context.

        Raises:
            InvalidCoachingError: It is no graph that runs here, or its state has no such field.
        """
        from langgraph_coaching.chat.chat import Chat
        from langgraph_coaching.chat.input_shape import input_shape
        from langgraph_coaching.chat.runner import Runner
        from langgraph_coaching.chat.thread import ChatThread
        from langgraph_coaching.chat.turn_runner import ChatParts
        from langgraph_coaching.replay.fork import without_capture

        runner = Runner()
        runner.use(without_capture(make_graph(graph, runner.wait_for)))
        thread = ChatThread(runner, thread_id, input_shape(runner.graph, messages_key))
        return Chat(ChatParts(**self._given), runner, thread, dict(config or {}), context)


def make_graph(given: Any, wait_for: Callable[[Any], Any]) -> Any:
    """The compiled graph that somebody gives.

    Args:
        given: A graph, compiled or not, or a function that makes one.
        wait_for: Waits for a coroutine.

    Raises:
        InvalidCoachingError: It is something else, or a graph on a server.
    """
    from langgraph.pregel import Pregel

    found = given
    if not isinstance(found, Pregel) and callable(found) and not hasattr(found, "compile") and not _is_runnable(found):
        found = call_factory(found)
        if inspect.iscoroutine(found):
            found = wait_for(found)
    if not isinstance(found, Pregel) and callable(getattr(found, "compile", None)):
        found = found.compile()
    if not isinstance(found, Pregel):
        raise InvalidCoachingError(
            f"a test conversation is held with a compiled graph that runs here, or a function that makes one, not "
            f"{type(found).__name__}"
        )
    return found


def _is_runnable(found: Any) -> bool:
    from langchain_core.runnables import Runnable

    return isinstance(found, Runnable)


def call_factory(make: Any) -> Any:
    """What a function returns that makes a graph; LangGraph's server gives it a config where it takes one."""
    asked = [
        one
        for one in inspect.signature(make).parameters.values()
        if one.default is one.empty and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
    ]
    if len(asked) > 1:
        names = ", ".join(one.name for one in asked)
        raise InvalidCoachingError(f"{make.__name__} makes the graph, but asks for {names}; give a compiled graph")
    return make({"configurable": {}}) if asked else make()
