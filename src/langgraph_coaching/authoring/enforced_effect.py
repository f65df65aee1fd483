"""Effect of a behavior that is enforced, in words: what a graph does then, and whether this graph can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.enforcement import enforced_name, find_name, plain_words, receiver_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from langgraph_coaching.authoring.lint.graph_names import GraphNames

UNSEEN = "what coach.middleware(goto=…) allows cannot be seen here"


def describe_enforced(behavior: Any, names: GraphNames | None) -> str:
    """What enforcing a behavior does, and whether the graph can; "" for one that is not enforced.

    Args:
        behavior: Any of the six.
        names: Of the compiled graph; None where that is not given, and then nobody can say.
    """
    asked = getattr(behavior, "enforce", False)
    if not asked:
        return ""
    enforced = "enforced once a person approves" if asked == "approval" else "enforced"
    if names is None:
        return f"{enforced}, where the graph can; give the graph to know"
    obstacle = find_obstacle(behavior, names)
    if obstacle is not None:
        return f"to be {enforced}, and stays advice: {obstacle}"
    name = enforced_name(behavior)
    if behavior.type != "action" and (target := find_name(name, names.goto)) is not None:
        return f"{enforced}: the graph goes on at {target}"
    tool = tool_for(behavior, names.tools)
    return f"{enforced}: the turn's first model call must choose the tool {tool}, where it is offered it"


def find_obstacle(behavior: Any, names: GraphNames) -> str | None:
    """Why a graph cannot do what is to be enforced, or None.

    Args:
        behavior: One that can be enforced.
        names: Of the compiled graph.
    """
    name = enforced_name(behavior)
    if tool_for(behavior, names.tools) is not None:
        return None
    if behavior.type == "action":
        there = f", but {', '.join(sorted(names.tools))}" if names.tools else " that can be seen"
        return f"the graph has no tool {name}{there}"
    if find_name(name, names.goto) is not None:
        return None
    if (node := find_name(name, names.nodes)) is not None:
        return (
            f"there is a node {node}, and no node of the coach that may go to it, such as "
            f"coach.node(goto=({node!r},), then=…); {UNSEEN}"
        )
    tool = "tool that hands over to it" if behavior.type == "handoff" else "tool of that name"
    return f"the graph has no node {name}, and no {tool}"


def tool_for(behavior: Any, tools: Collection[str]) -> str | None:
    """The tool that does what a behavior says: of its name, or one that hands over to its target."""
    name = enforced_name(behavior)
    if behavior.type == "action":
        return name if name in tools else None
    found = find_name(name, sorted(tools))
    if found is not None or behavior.type != "handoff":
        return found
    return next((tool for tool in sorted(tools) if receiver_of(tool) == plain_words(name)), None)
