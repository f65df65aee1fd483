"""The key of a model call: what stays the same when LangGraph resumes, retries, replays or forks it."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from langgraph.config import get_config

from langgraph_coaching.recall.receipts import task_of
from langgraph_coaching.recall.simulated import SIMULATED, is_simulated
from langgraph_coaching.recall.situation import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.recall.advice import Advice


@dataclass(frozen=True, slots=True, kw_only=True)
class CallKey:
    """The key of one model call, with where in the graph it is made."""

    key: str = ""
    """Digest of thread, node path, labels and what was said; "" outside of a graph."""
    call_digest: str = ""
    """The same without the thread."""
    task: str = ""
    """The outermost task that has an id, which a resume and a retry keep and a replay does not."""
    thread_id: str | None = None
    checkpoint_ns: str | None = None
    node: str | None = None
    again: bool = False
    """Whether LangGraph may be running this task for a second time."""
    replayed: bool = False
    """Whether it says that it goes on from a checkpoint: then a call of another task may be this one."""
    saved: bool = False
    """Whether there is a checkpointer, so that the first time may have been in another process."""
    simulated: bool = False
    """Whether the run is marked as simulated."""


def current_call_key(
    messages: Sequence[BaseMessage], labels: Labels, run_metadata: Mapping[str, Any] | None = None
) -> CallKey:
    """The key of the call that a node, a middleware or a model is about to make with these messages.

    Args:
        messages: The conversation.
        labels: Of the call.
        run_metadata: The metadata of the call: all there is to know it by behind the first step of a chain.
    """
    config: Mapping[str, Any]
    try:
        config = get_config()
    except RuntimeError:  # outside of a graph, or of what it tells
        config = {"metadata": run_metadata, "configurable": {"thread_id": (run_metadata or {}).get("thread_id")}}
    configurable, metadata = config.get("configurable") or {}, config.get("metadata") or {}
    namespace = str(metadata.get("langgraph_checkpoint_ns") or configurable.get("checkpoint_ns") or "")
    if not namespace:
        return CallKey()
    thread = configurable.get("thread_id")
    saved = bool(thread) and configurable.get("__pregel_checkpointer") is not None
    call_digest = digest_of(messages, _node_path(namespace), labels.agent, labels.node, sorted(labels.tags))
    # Set on resume and retry, for the first superstep; and on a replay, to its end.
    goes_on = configurable.get("__pregel_resuming") or configurable.get("__pregel_replay_state")
    return CallKey(
        key=key_in_thread(str(thread) if thread else None, call_digest),
        call_digest=call_digest,
        task=task_of(namespace),
        thread_id=str(thread) if thread else None,
        checkpoint_ns=namespace,
        node=metadata.get("langgraph_node"),
        # A subgraph that starts over is not told so.
        again=bool(goes_on) or "|" in namespace or metadata is run_metadata,
        replayed=bool(goes_on) and saved,
        saved=saved,
        simulated=is_simulated(metadata, config.get("tags")),
    )


def digest_of(messages: Sequence[BaseMessage], *also: Any) -> str:
    """Digest of what was said, and of more in JSON's types."""
    return hashlib.sha256(write_said(messages, *also).encode()).hexdigest()


def write_said(messages: Sequence[BaseMessage], *also: Any) -> str:
    """What was said, and more in JSON's types, as JSON; of content that is none the words alone.

    Such is what holds itself, is nested without end, or has no content at all: whoever sent it is not stopped here.
    """
    # Not the messages' ids: a replay of the input, or of a model's answer, gives them anew.
    with suppress(Exception):
        said = [(message.type, message.content, getattr(message, "tool_calls", ())) for message in messages]
        return json.dumps([also, said], default=str)
    return json.dumps([also, [_words_of(message) for message in messages]], default=str)


def _words_of(message: BaseMessage) -> tuple[str, str]:
    try:
        return message.type, text_of(message)
    except Exception:  # noqa: BLE001 - a message of somebody else's, which may be anything
        return type(message).__name__, ""


def key_in_thread(thread: str | None, call_digest: str) -> str:
    """The key of that call in a thread."""
    return hashlib.sha256(json.dumps([thread, call_digest]).encode()).hexdigest()


def current_thread() -> str | None:
    """The thread of the graph that is running here."""
    try:
        thread = (get_config().get("configurable") or {}).get("thread_id")
    except RuntimeError:  # outside of a graph
        return None
    return str(thread) if thread else None


def current_namespace() -> str:
    """The checkpoint namespace of the node that is running here; "" outside of a graph."""
    try:
        return str((get_config().get("configurable") or {}).get("checkpoint_ns") or "")
    except RuntimeError:
        return ""


def _node_path(namespace: str) -> list[str]:
    # A part that is only a number counts how often a node has called its subgraph, in retries too.
    return [part.partition(":")[0] for part in namespace.split("|") if not part.isdecimal()]


def locate_receipts(advice: Advice, call_key: CallKey) -> Advice:
    """The advice with thread, step key and node in its receipts, and the tag of a simulated run."""
    return replace(
        advice,
        considered=[
            replace(
                receipt,
                thread_id=receipt.thread_id or call_key.thread_id,
                checkpoint_ns=call_key.checkpoint_ns,
                node=call_key.node or receipt.node,
                tags=tuple(sorted({*receipt.tags, SIMULATED})) if call_key.simulated else receipt.tags,
            )
            for receipt in advice.considered
        ],
    )
