"""The middleware: coaching in the system message of each model call of a `create_agent` agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain.agents.middleware import AgentMiddleware, ExtendedModelResponse, ModelResponse
from langchain_core.messages import AIMessage

from langgraph_coaching.agent.label import labelled, stamp
from langgraph_coaching.agent.place import with_block

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
            return _stamped(handler(_coached(request, advice)), advice)

    async def awrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], Awaitable[Any]]
    ) -> Any:
        """Like `wrap_model_call`, without ever blocking the event loop."""
        advice = await self._door.aadvise(request.messages)
        with labelled(advice):
            return _stamped(await handler(_coached(request, advice)), advice)


def _coached(request: ModelRequest[Any], advice: Advice) -> ModelRequest[Any]:
    if not advice.prompt:
        return request
    return request.override(system_message=with_block(request.system_message, advice.prompt))


def _stamped(response: Any, advice: Advice) -> Any:
    inner = response.model_response if isinstance(response, ExtendedModelResponse) else response
    messages = inner.result if isinstance(inner, ModelResponse) else [inner]
    for message in messages:
        if advice.considered and isinstance(message, AIMessage):
            stamp(message, advice)
    return response
