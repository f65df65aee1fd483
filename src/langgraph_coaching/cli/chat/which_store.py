"""Which store: the one that is named, or that of the coach which the graph's module has opened; and that coach."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from langgraph_coaching.agent.registry import open_coaches
from langgraph_coaching.cli.chat_model import load_object
from langgraph_coaching.cli.options import open_coach
from langgraph_coaching.errors import CoachingError, InvalidCoachingError
from langgraph_coaching.traces.jsonable import describe_error

if TYPE_CHECKING:
    from langgraph_coaching.coach import Coach


def load_graph(reference: str) -> tuple[Any, list[Coach]]:
    """The graph that `module:graph` says, or what makes it, and the coaches that were opened for it.

    Raises:
        InvalidCoachingError: It cannot be loaded, or is a function that asks for more than a config.
    """
    from langgraph_coaching.chat.chats import call_factory

    before = open_coaches()
    try:
        found = load_object(reference, "MODULE:GRAPH")
        if inspect.isfunction(found) and not inspect.iscoroutinefunction(found):
            found = call_factory(found)
    except CoachingError:
        raise
    except Exception as error:
        raise InvalidCoachingError(f"{reference} cannot be loaded: {describe_error(error)}") from error
    return found, [coach for coach in open_coaches() if coach not in before]


def coach_for_chat(opened: list[Coach], store: str | None, namespace: str, embeddings: str, default: str) -> Coach:
    """The coach with which a conversation is held: where there is one, that which the graph's module has opened.

    Args:
        opened: By the graph's module.
        store: What the person has named; None where nothing was.
        namespace: Its namespace.
        embeddings: For a store that the graph's module has not opened.
        default: The store where nothing was named and the module has opened none.
    """
    if store is None and opened:
        same = [coach for coach in opened if coach.namespace == namespace]
        return (same or opened)[0]
    coach = open_coach(store or default, namespace, embeddings)
    alike = [one for one in opened if (one.uri, one.namespace) == (coach.uri, coach.namespace)]
    return alike[0] if alike else coach
