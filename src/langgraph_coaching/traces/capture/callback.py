"""Callback handler of captured graphs: on the graph's path it only queues events; they are read elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from langgraph.callbacks import GraphCallbackHandler

from langgraph_coaching.recall.inline import Inline
from langgraph_coaching.traces.capture.event import Event

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from langgraph.callbacks import GraphInterruptEvent, GraphResumeEvent


class Capture(Inline, GraphCallbackHandler):
    """Hands every event of a run to `put`; one handler may serve any number of graphs, threads and event loops.

    Args:
        put: Takes an `Event`, on the thread or event loop of the graph: it must be quick and must not raise.
    """

    def __init__(self, put: Callable[[Event], None]) -> None:
        self._put = put

    def _begin(
        self,
        kind: Any,
        serialized: Any,
        data: Any,
        /,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: Any = None,
        metadata: Any = None,
        name: str | None = None,
        more: Any = None,
        **_: Any,
    ) -> None:
        name = name or (serialized.get("name") if isinstance(serialized, dict) else None)
        self._put(Event(kind, run_id, parent_run_id, time.time(), data, name, tags or (), metadata, more))

    def _end(self, kind: Any, data: Any, run_id: UUID, more: Any = None) -> None:
        self._put(Event(kind, run_id, None, time.time(), data, more=more))

    def on_chain_start(self, serialized: Any, inputs: Any, **kwargs: Any) -> None:
        """A graph, a node or another Runnable starts."""
        self._begin("chain_start", serialized, _copy_lists(inputs), **kwargs)

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **_: Any) -> None:
        """It has ended."""
        self._end("chain_end", _copy_lists(outputs), run_id)

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """It has raised."""
        self._end("chain_error", error, run_id)

    def on_chat_model_start(self, serialized: Any, messages: Any, **kwargs: Any) -> None:
        """A chat model is called."""
        copies = [list(prompt) for prompt in messages]
        self._begin("chat_model_start", serialized, copies, more=kwargs.get("invocation_params"), **kwargs)

    def on_llm_start(self, serialized: Any, prompts: Any, **kwargs: Any) -> None:
        """A model that completes text is called."""
        self._begin("llm_start", serialized, prompts, more=kwargs.get("invocation_params"), **kwargs)

    def on_llm_end(self, response: Any, *, run_id: UUID, parent_run_id: UUID | None = None, **_: Any) -> None:
        """A model of either sort has answered."""
        self._put(Event("llm_end", run_id, parent_run_id, time.time(), response))

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """A model of either sort has failed, perhaps in the middle of its answer."""
        self._end("llm_error", error, run_id, kwargs.get("response"))

    def on_tool_start(self, serialized: Any, input_str: Any, *, inputs: Any = None, **kwargs: Any) -> None:
        """A tool is called."""
        data = input_str if inputs is None else _copy_lists(inputs)
        self._begin("tool_start", serialized, data, more=kwargs.get("tool_call_id"), **kwargs)

    def on_tool_end(self, output: Any, *, run_id: UUID, **_: Any) -> None:
        """It has answered."""
        self._end("tool_end", _copy_lists(output), run_id)

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """It has raised."""
        self._end("tool_error", error, run_id)

    def on_retriever_start(self, serialized: Any, query: Any, **kwargs: Any) -> None:
        """A retriever is asked; noted because what it calls is below it in the tree of runs."""
        self._begin("retriever_start", serialized, None, **kwargs)

    def on_retriever_end(self, documents: Any, *, run_id: UUID, **_: Any) -> None:
        """It has answered."""
        self._end("retriever_end", _receipt_ids(documents), run_id)

    def on_retriever_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """It has raised."""
        self._end("retriever_error", error, run_id)

    def on_interrupt(self, event: GraphInterruptEvent) -> None:
        """A graph pauses for a person."""
        if event.run_id is not None:
            self._end("interrupt", event, event.run_id)

    def on_resume(self, event: GraphResumeEvent) -> None:
        """A graph goes on from a checkpoint."""
        if event.run_id is not None:
            self._end("resume", event, event.run_id)


def _receipt_ids(documents: Any) -> list[str]:
    """Ids of the receipts that a retriever's documents stand for; none of another retriever's."""
    briefs = [getattr(document, "metadata", None) for document in documents] if isinstance(documents, list) else []
    return [str(brief["id"]) for brief in briefs if isinstance(brief, dict) and {"id", "coaching_id"} <= brief.keys()]


def _copy_lists(value: Any) -> Any:
    # Nodes extend the very lists they were given; the messages in them stay as they are.
    if type(value) is list:
        return value.copy()
    if type(value) is dict:
        copy = value.copy()  # in one go, so that no other thread changes it half way
        return {name: part.copy() if type(part) is list else part for name, part in copy.items()}
    return value
