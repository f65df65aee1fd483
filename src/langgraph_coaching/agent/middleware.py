"""The middleware: coaching in the system message of each model call of a `create_agent` agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain.agents.middleware import AgentMiddleware

from langgraph_coaching.agent.label import labelled
from langgraph_coaching.agent.place import place

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from langchain.agents.middleware import ModelRequest

    from langgraph_coaching.agent.door import Door
    from langgraph_coaching.recall.advice import Advice


class CoachingMiddleware(AgentMiddleware):
    """Recalls coaching around each model call; adds no node, no state and no tool to the agent.

    Args:
        door: Where advice comes from.
    """

    def __init__(self, door: Door) -> None:
        super().__init__()
        self._door = door

    @property
    def name(self) -> str:
        """Its name in traces."""
        return "coaching"

    def wrap_model_call(self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], Any]) -> Any:
        """Answers with coaching in the system message of this one request."""
        advice = self._door.advise(request.messages)
        with labelled(advice):
            return handler(_coached(request, advice))

    async def awrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], Awaitable[Any]]
    ) -> Any:
        """Like `wrap_model_call`, without ever blocking the event loop."""
        advice = await self._door.aadvise(request.messages)
        with labelled(advice):
            return await handler(_coached(request, advice))


def _coached(request: ModelRequest[Any], advice: Advice) -> ModelRequest[Any]:
    if not advice.prompt:
        return request
    front = [] if request.system_message is None else [request.system_message]
    system, *messages = place([*front, *request.messages], advice.prompt)
    return request.override(system_message=system, messages=messages)
