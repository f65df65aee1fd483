"""Routes: where a graph may go for an enforced handoff, process or playbook, as its compiler and drawing see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

from langchain_core.runnables import Runnable, RunnableLambda
from langgraph.errors import ParentCommand
from langgraph.types import Command

from langgraph_coaching.agent.enforcing import choose_target
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from langgraph_coaching.agent.pending import PendingAdvice


_GOTO = "__coaching_goto__"
"""Attribute of a node of the coach: where enforced coaching may go from it."""


@dataclass(frozen=True, slots=True)
class Routes:
    """Where the graph may go from a node of the coach."""

    goto: tuple[str, ...] = ()
    """Nodes that enforced coaching may send it to."""
    then: str | None = None
    """The node it goes on with otherwise; None where its edges say so."""


def read_routes(goto: Iterable[str], then: str | None = None, *, in_front: bool = False) -> Routes:
    """The routes that a person has named.

    Args:
        goto: Names of nodes; one may be given as it is.
        then: The node after it.
        in_front: Whether it is a node of its own in front of another, which has to know the way on.

    Raises:
        InvalidCoachingError: They do not go together.
    """
    names = (goto,) if isinstance(goto, str) else tuple(goto)
    if in_front and names and then is None:
        raise InvalidCoachingError(
            f"say which node comes next otherwise, and add no edge from this one: coach.node(goto={names!r}, "
            "then='agent'); an edge would run its node beside the one that coaching goes to"
        )
    if then is not None and not in_front:
        raise InvalidCoachingError("then= belongs to coach.node() without a node in it; yours has its own edges")
    return Routes(names, then)


def node_with_destinations(
    call: Callable[[Any], Any], acall: Callable[[Any], Any], routes: Routes
) -> Runnable[Any, Any]:
    """A node of which LangGraph knows where it may go: `compile()` refuses what is not there, a drawing shows it.

    Args:
        call: The node.
        acall: The same, asynchronous.
        routes: Where it may go.
    """
    if routes.then is None:
        return RunnableLambda(call, acall, name="coach")

    def __call__(self: Any, state: Any) -> Any:  # noqa: N807 - LangGraph reads the annotations of this method
        return self.invoke(state)

    __call__.__annotations__ = {"return": _annotation((routes.then, *routes.goto))}
    methods = {"__call__": __call__, _GOTO: routes.goto}
    made: Runnable[Any, Any] = type("CoachNode", (RunnableLambda,), methods)(call, acall, name="coach")
    return made


def add_destinations(node: Callable[..., Any], names: Sequence[str]) -> Callable[..., Any]:
    """The user's node with more destinations than its own annotations name.

    Args:
        node: The node, which is changed.
        names: All of its destinations.
    """
    node.__annotations__ = {**getattr(node, "__annotations__", {}), "return": _annotation(names)}
    return node


def _annotation(names: Sequence[str]) -> Any:
    return Command[Literal[tuple(dict.fromkeys(names))]]  # type: ignore[misc]


def mark_destinations(node: Callable[..., Any], names: Sequence[str]) -> Callable[..., Any]:
    """The user's node, which says where enforced coaching may go from it."""
    setattr(node, _GOTO, tuple(names))
    return node


def goto_of(bound: Any) -> tuple[str, ...]:
    """Where enforced coaching may go from what LangGraph has made of a node."""
    for one in (bound, getattr(bound, "func", None), getattr(bound, "afunc", None)):
        if isinstance(names := getattr(one, _GOTO, None), tuple):
            return names
    return ()


def destinations_of(node: Any) -> tuple[str, ...]:
    """The nodes that the annotations of a node name: `def node(state) -> Command[Literal["billing"]]`."""
    for one in (node, getattr(node, "func", None), getattr(node, "__call__", None)):  # noqa: B004 - its annotations
        try:
            returned = get_type_hints(one).get("return") if one is not None else None
        except Exception:  # noqa: BLE001, S112 - annotations that cannot be read name nothing
            continue
        for kind in get_args(returned) if get_origin(returned) is Union else (returned,):
            literal = next(iter(get_args(kind)), None) if get_origin(kind) is Command else None
            if get_origin(literal) is Literal:
                return tuple(name for name in get_args(literal) if not name.startswith("__"))
    return ()


def go_elsewhere(pending: PendingAdvice, targets: Sequence[str]) -> Command[Any] | None:
    """The command of a node that is not run because enforced coaching goes elsewhere, or None.

    Args:
        pending: The advice of the node.
        targets: Where the graph may go from it.

    Raises:
        GraphInterrupt: A person has to approve it first.
    """
    target = choose_target(pending, targets)
    if target is None:
        return None
    pending.write_unseen(f"the graph went on at {target}")
    pending.superseded = True
    return Command(goto=target)


def leave_agent(pending: PendingAdvice, targets: Sequence[str], namespace: str, state: Any) -> None:
    """Leaves an agent for a node of the graph around it, where enforced coaching goes there.

    Args:
        pending: The advice of the agent's model call.
        targets: Nodes of the graph around the agent.
        namespace: The checkpoint namespace of the call; an agent that is in no graph goes nowhere.
        state: Of the agent.

    Raises:
        ParentCommand: It goes there; LangGraph takes it from here.
        GraphInterrupt: A person has to approve it first.
    """
    target = choose_target(pending, targets if "|" in namespace else ())
    if target is None:
        return
    pending.write_unseen(f"the graph went on at {target}")
    # A swarm keeps who is talking to the user.
    update = {"active_agent": target} if isinstance(state, dict) and "active_agent" in state else None
    raise ParentCommand(Command(graph=Command.PARENT, goto=target, update=update))
