"""The thread of a call that is made outside of a graph; it loads nothing of LangGraph, for whoever only asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langchain_core.runnables.config import var_child_runnable_config

if TYPE_CHECKING:
    from langgraph_coaching.coaching.model import Labels


def thread_in(metadata: Any) -> str | None:
    """The thread that the metadata of a call names, outside of a graph; LangChain takes it from the configuration."""
    here = var_child_runnable_config.get() or {}
    for told in (metadata, here.get("metadata"), here.get("configurable")):
        if isinstance(told, Mapping) and told.get("thread_id") not in (None, ""):
            return str(told["thread_id"])
    return None


def in_thread(labels: Labels, thread_id: object) -> Labels:
    """The labels of a call in this thread, whatever names it, or in the one that is running here."""
    return replace(labels, thread_id=str(thread_id) if thread_id else thread_in(None))
