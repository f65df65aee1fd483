"""The moment of a model call: what is the same when LangGraph resumes, retries, replays or forks it."""

from __future__ import annotations

import hashlib
import json
import re
from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from langgraph.config import get_config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.recall.advice import Advice

_TASK = re.compile(r":[^|]*")

REMEMBERED = 256
"""Moments kept in memory for retries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One model call in one run of a graph."""

    key: str
    """Digest of thread, node path and messages. Message ids make it unique: a new run gives them anew."""
    thread_id: str | None
    checkpoint_ns: str | None
    node: str | None
    again: bool
    """Whether LangGraph may be running it for a second time."""


def this_moment(messages: Sequence[BaseMessage]) -> Moment:
    """The moment at which a node or a middleware is called with these messages."""
    try:
        config = get_config()
    except RuntimeError:  # outside of a graph
        return Moment(key="", thread_id=None, checkpoint_ns=None, node=None, again=False)
    configurable, labels = config.get("configurable", {}), config.get("metadata", {})
    thread = configurable.get("thread_id")
    namespace = str(labels.get("langgraph_checkpoint_ns") or configurable.get("checkpoint_ns") or "")
    identified = bool(thread) and all(message.id for message in messages)
    # Task ids differ when a checkpoint is replayed, message ids do not. Without ids only the task can be recognised.
    path = _TASK.sub("", namespace) if identified else namespace
    said = [thread, path, [(message.id if identified else message.type, message.content) for message in messages]]
    info = getattr(configurable.get("__pregel_runtime"), "execution_info", None)
    return Moment(
        key=hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest() if namespace else "",
        thread_id=str(thread) if thread else None,
        checkpoint_ns=namespace or None,
        node=labels.get("langgraph_node"),
        again=bool(configurable.get("__pregel_resuming") or "|" in namespace or getattr(info, "node_attempt", 1) > 1),
    )


def located(advice: Advice, moment: Moment) -> Advice:
    """The advice with thread, step key and node in its receipts."""
    return replace(
        advice,
        considered=tuple(
            replace(receipt, thread_id=moment.thread_id, checkpoint_ns=moment.checkpoint_ns, node=moment.node)
            for receipt in advice.considered
        ),
    )


class Memory:
    """The advice of the latest moments, so that a retry gets what the first attempt had."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, Advice] = OrderedDict()

    def get(self, key: str) -> Advice | None:
        """The advice of that moment, if it is still known."""
        with self._lock:
            return self._kept.get(key)

    def put(self, key: str, advice: Advice) -> None:
        """Remembers it, forgetting the oldest."""
        with self._lock:
            self._kept[key] = advice
            if len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)
