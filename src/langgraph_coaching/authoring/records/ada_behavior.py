"""The behavior that one of Ada's coachings asks for: its six types are ours."""

from __future__ import annotations

from typing import Any

from langgraph_coaching.coaching.behavior import behavior_of
from langgraph_coaching.errors import InvalidCoachingError

_FIELDS = {
    "search_knowledge": "article",
    "action": "tool",
    "process": "name",
    "playbook": "name",
    "handoff": "target",
}


def behavior_from_ada(kind: str, entity: str, instructions: str) -> tuple[Any, str]:
    """The behavior, and what could not be told of it here, or "".

    Args:
        kind: `coaching_type`.
        entity: `entity_name`: the action, process, playbook, handoff or article.
        instructions: `coaching_instructions`.

    Raises:
        InvalidCoachingError: It says nothing to do.
    """
    kind = kind.strip().casefold().replace(" ", "_").replace("-", "_")
    if kind in _FIELDS and entity.strip():
        return behavior_of({"type": kind, _FIELDS[kind]: entity, "instruction": instructions}), ""
    if not instructions.strip():
        raise InvalidCoachingError("says nothing to do: it has neither instructions nor a name that its type needs")
    reply = behavior_of({"type": "reply", "text": instructions})
    if kind == "reply":
        return reply, ""
    lacks = "names none" if kind in _FIELDS else "is of a type that there is none of here"
    return reply, f"is of type {kind or 'unknown'}, and {lacks}; its instructions are a reply"
