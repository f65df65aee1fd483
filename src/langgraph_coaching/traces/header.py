"""The header of a trace: what its first event says about the whole run."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from langgraph_coaching.traces.storable import storable

if TYPE_CHECKING:
    from langgraph_coaching.traces.event import Event
    from langgraph_coaching.traces.model import Origin

ORIGIN = "coaching_origin"
"""Key of run metadata that says `simulated` where no real user takes part; a tag of that name says the same."""

LABEL = "coaching_label"
"""Key of run metadata with the trace's label."""

_INTERNAL_TAG = re.compile(r"(seq|map|graph|langsmith):")
_INTERNAL_KEY = re.compile(r"langgraph_|ls_|lc_|__|coaching|thread_id$|checkpoint_|LANGSMITH_|LANGCHAIN_")
_UNNAMED = ("LangGraph", None)


def header_of(start: Event) -> dict[str, Any]:
    """Fields of a `Trace`, from the event that starts its root run."""
    metadata, tags = start.metadata or {}, [str(tag) for tag in start.tags]
    names = (metadata.get("lc_agent_name"), metadata.get("graph_id"), start.name)
    name = next((found for found in names if found), None) if start.name in _UNNAMED else start.name
    simulated = metadata.get(ORIGIN) == "simulated" or "simulated" in tags
    origin: Origin = "simulated" if simulated else "live"
    fields = {
        "id": f"t-{start.run_id.hex}" if start.run_id else "t-unknown",
        "origin": origin,
        "name": name,
        "thread_id": metadata.get("thread_id"),
        "checkpoint_id": metadata.get("checkpoint_id"),
        "label": metadata.get(LABEL),
    }
    texts = {key: None if value is None else storable(str(value)) for key, value in fields.items()}
    return texts | {
        "started_at": moment(start.at),
        "tags": tuple(storable(tag) for tag in tags if not _INTERNAL_TAG.match(tag)),
        "metadata": {key: value for key, value in storable(metadata).items() if not _INTERNAL_KEY.match(key)},
    }


def moment(at: float) -> datetime:
    """Seconds since 1970 as a time in UTC."""
    return datetime.fromtimestamp(at, UTC)
