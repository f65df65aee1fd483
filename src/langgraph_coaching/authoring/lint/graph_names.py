"""Names of a compiled graph: its nodes and the tools of its tool nodes, those of subgraphs too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENDS = ("__start__", "__end__")


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphNames:
    """What a coaching can refer to."""

    nodes: frozenset[str]
    """Nodes of the graph and of its subgraphs, and the subgraphs' own names."""
    tools: frozenset[str]
    """Tools of its tool nodes; empty where none can be seen, which says nothing."""
    goto: frozenset[str] = frozenset()
    """Nodes that nodes of the coach may go to for what is enforced."""


def names_of_graph(graph: Any) -> GraphNames:
    """The names in a compiled graph.

    Raises:
        InvalidCoachingError: It is no compiled graph.
    """
    from langgraph.pregel import Pregel

    from langgraph_coaching.agent.routes import goto_of

    if not isinstance(graph, Pregel):
        compiled = "; call its .compile()" if hasattr(graph, "compile") else ""
        raise InvalidCoachingError(f"graph must be a compiled LangGraph graph, not {type(graph).__name__}{compiled}")
    nodes: set[str] = set()
    tools: set[str] = set()
    goto: set[str] = set()
    for one in _with_subgraphs(graph):
        nodes |= {str(name) for name in one.nodes if name not in _ENDS}
        nodes |= {one.name} - {"LangGraph"}
        for node in one.nodes.values():
            tools |= set(getattr(node.bound, "tools_by_name", {}))
            goto |= set(goto_of(node.bound))
    return GraphNames(nodes=frozenset(nodes), tools=frozenset(tools), goto=frozenset(goto))


def _with_subgraphs(graph: Any) -> Iterator[Any]:
    """A graph and those inside it, each once, also where one holds another that holds it."""
    seen: set[int] = set()
    left = [graph]
    while left:
        one = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        left += [inner for _, inner in one.get_subgraphs()]


def plain_name(name: str) -> str:
    """A name without what spelling changes: `Billing Team` is `billing_team`."""
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")
