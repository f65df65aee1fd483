"""What the pages share: one coaching, and a stand-in for a chat model, so that they run without a key or a network.

In your own code there is `ChatOpenAI(…)`, `init_chat_model(…)` or any other LangChain chat model in its place.
"""

from __future__ import annotations

import re
import tempfile
from typing import TYPE_CHECKING, Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field, PrivateAttr

from langgraph_coaching import Coach, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from langgraph_coaching import Coaching

QUESTION = "I want to change the order that arrived yesterday"

DO_THIS = re.compile(r"Do this: (.*)")


def teach(coach: Coach, told: str = "Offer an exchange, never a refund.") -> Coaching:
    """What a person has said about a run that went wrong."""
    return coach.add(
        intent="a customer asks to change a delivered order",
        behavior=Reply(told),
        examples=["I want to change the order that arrived yesterday"],
    )


def show(main: Callable[[Coach], object]) -> None:
    """Runs a page on a coach of its own, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder, Coach(folder) as coach:
        print(main(coach))


def calls(tool: str, **arguments: str) -> AIMessage:
    """The answer of a model that calls a tool."""
    return AIMessage("", tool_calls=[{"name": tool, "args": arguments, "id": f"call_{tool}"}])


class OfflineModel(BaseChatModel):
    """Gives its answers in turn, and the last one again and again.

    `{coaching}` in an answer becomes what the request was coached with: a real model would follow it.
    """

    answers: list[Any] = Field(default_factory=lambda: ["As you wish. {coaching}"])
    _asked: list[list[BaseMessage]] = PrivateAttr(default_factory=list)

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        self._asked.append(messages)
        answer = self.answers[min(len(self._asked), len(self.answers)) - 1]
        if isinstance(answer, str):
            instructions = "\n".join(message.text for message in messages if isinstance(message, SystemMessage))
            answer = AIMessage(answer.format(coaching=" ".join(DO_THIS.findall(instructions))).strip())
        return ChatResult(generations=[ChatGeneration(message=answer)])

    @property
    def _llm_type(self) -> str:
        return "offline"

    def bind_tools(self, tools: Any, **_: Any) -> OfflineModel:  # noqa: ARG002 - the answers say what is called
        """The same model."""
        return self
