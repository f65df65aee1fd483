"""References: tools, nodes and targets of handoffs that a compiled graph does not have."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.enforced_effect import find_obstacle
from langgraph_coaching.authoring.lint.finding import Finding, Severity
from langgraph_coaching.authoring.lint.graph_names import plain_name
from langgraph_coaching.coaching.enforcement import enforced_name, find_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.authoring.lint.graph_names import GraphNames
    from langgraph_coaching.coaching.model import Coaching

_IDENTIFIER = re.compile(r"[A-Za-z]\w*[_-]\w+")
"""What is spelled like a name in code, and not like one in words."""


def unknown_references(coaching: Coaching, names: GraphNames) -> Iterator[Finding]:
    """What a coaching refers to and the graph does not have.

    Articles are not looked at, which no graph knows; nor tools where no tool node can be seen.
    """
    behavior, node = coaching.behavior, coaching.scope.node
    if node is not None and node not in names.nodes:
        yield _finding(coaching, "error", "node", node, names.nodes, "it is for that node alone, and never recalled")
    if behavior.type == "action" and names.tools and behavior.tool not in names.tools:
        yield _finding(
            coaching, "error", "tool", behavior.tool, names.tools, "the agent is told to call what is not there"
        )
    enforced = bool(getattr(behavior, "enforce", False))
    if behavior.type == "handoff" and not _takes_over(behavior.target, names):
        severity: Severity = "error" if enforced or _IDENTIFIER.fullmatch(behavior.target) else "warning"
        known = names.nodes | {tool for tool in names.tools if "transfer" in tool or "handoff" in tool}
        yield _finding(coaching, severity, "target", behavior.target, known, "nobody in the graph takes over")
    if behavior.type in ("process", "playbook"):
        known = names.nodes | names.tools if enforced else names.nodes
        missing = plain_name(behavior.name) not in {plain_name(name) for name in known}
        if missing and enforced:
            why = f"it is to be enforced, and a {behavior.type} is a node or a tool of its name"
            yield _finding(coaching, "error", "node or tool", behavior.name, known, why)
        elif missing and _IDENTIFIER.fullmatch(behavior.name):
            why = f"a {behavior.type} of that spelling reads like a node"
            yield _finding(coaching, "note", "node", behavior.name, names.nodes, why)
    if enforced and behavior.type != "action":
        yield from _unreachable(coaching, names)


def _unreachable(coaching: Coaching, names: GraphNames) -> Iterator[Finding]:
    """A target that is there, and to which enforced coaching is not let go."""
    wanted = enforced_name(coaching.behavior)
    obstacle = find_obstacle(coaching.behavior, names)
    if obstacle is None or find_name(wanted, names.nodes) is None:
        return
    yield Finding(
        severity="note",
        rule="unknown_reference",
        what=f"{wanted!r} is to be enforced, and may stay advice",
        why=obstacle,
        remedy="let a node of the coach go there, or take the enforcement away",
        coaching_ids=(coaching.id,),
    )


def _takes_over(target: str, names: GraphNames) -> bool:
    """Whether a node has that name, or a tool hands over to it: `transfer_to_billing` for `billing`."""
    wanted = plain_name(target)
    tools = {plain_name(tool) for tool in names.tools}
    ends = any(re.search(rf"(?:^|_)(?:to|handoff|transfer|ask|call)_{re.escape(wanted)}$", tool) for tool in tools)
    return wanted in tools | {plain_name(name) for name in names.nodes} or ends


def _finding(coaching: Coaching, severity: Severity, kind: str, name: str, known: frozenset[str], why: str) -> Finding:
    near = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    there = f"it has {', '.join(sorted(known)[:8])}{', …' if len(known) > 8 else ''}" if known else "it has none"  # noqa: PLR2004 - a line
    remedy = f"did you mean {near[0]}? Otherwise edit or archive it" if near else f"{there}; edit it, or archive it"
    what = f"the graph has no {kind} {name!r}"
    return Finding(
        severity=severity, rule="unknown_reference", what=what, why=why, remedy=remedy, coaching_ids=(coaching.id,)
    )
