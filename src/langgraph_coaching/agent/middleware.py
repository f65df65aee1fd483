"""The middleware of a `create_agent` agent: coaching in the system message of each of its model calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain.agents.middleware import AgentMiddleware
from langchain_core.language_models import BaseChatModel

from langgraph_coaching.agent.call_key import current_namespace
from langgraph_coaching.agent.pending import ISSUED_BLOCKS, expecting_call
from langgraph_coaching.agent.routes import leave_agent
from langgraph_coaching.agent.system_message import blocks_in, insert_block

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from langchain.agents.middleware import ModelRequest

    from langgraph_coaching.agent.lookup import Lookup
    from langgraph_coaching.agent.pending import PendingAdvice

_REMEDY = (
    "a middleware behind it has replaced the system message and the model, or has answered itself: put "
    "coach.middleware() after it in the list"
)


class CoachingMiddleware(AgentMiddleware):
    """Recalls coaching around each model call; adds no node, no state and no tool to the agent.

    Args:
        lookup: Where advice comes from.
        goto: Nodes of the graph around the agent that enforced coaching may go to.
    """

    def __init__(self, lookup: Lookup, goto: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._lookup = lookup
        self._goto = goto

    @property
    def name(self) -> str:
        """Its name in traces; an agent takes one of each name, and one of each namespace's coach."""
        return "coaching" if self._lookup.namespace == "default" else f"coaching of {self._lookup.namespace}"

    def wrap_model_call(self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], Any]) -> Any:
        """Answers with coaching in this one request."""
        pending = self._lookup.advise(request.messages, **_pending_fields(request))
        leave_agent(pending, self._goto, current_namespace(), request.state)
        with expecting_call(pending):
            return handler(_insert_coaching(request, pending))

    async def awrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], Awaitable[Any]]
    ) -> Any:
        """Like `wrap_model_call`, without ever blocking the event loop."""
        pending = await self._lookup.aadvise(request.messages, **_pending_fields(request))
        leave_agent(pending, self._goto, current_namespace(), request.state)
        with expecting_call(pending):
            return await handler(_insert_coaching(request, pending))


def _pending_fields(request: ModelRequest[Any]) -> dict[str, Any]:
    # A middleware further in may replace the system message; this model is then given the coaching all the same.
    model: Any = request.model
    return {
        "model": model if isinstance(model, BaseChatModel) else None,
        "unstructured_only": True,
        "where": "coach.middleware()",
        "remedy": _REMEDY,
    }


def _insert_coaching(request: ModelRequest[Any], pending: PendingAdvice) -> ModelRequest[Any]:
    if not pending.advice.prompt:
        return request
    front = [] if request.system_message is None else [request.system_message]
    (system,) = insert_block(front, "\n\n".join([*_blocks_of_others(front, pending), pending.advice.prompt]))
    return request.override(system_message=system)


def _blocks_of_others(front: list[Any], pending: PendingAdvice) -> list[str]:
    return [block for block in blocks_in(front) if ISSUED_BLOCKS.owner(block) != pending.registry.name]
