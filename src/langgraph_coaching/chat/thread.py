"""Thread: the conversation's state: in the graph's checkpoints, or, where it has none, in messages kept here."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langgraph_coaching.chat.input_shape import InputShape
    from langgraph_coaching.chat.runner import Runner

_COPY = "__copy__"
"""LangGraph's name for a fork that changes nothing."""


class ChatThread:
    """One thread of a graph, and the way back to before its last turn.

    Args:
        runner: Runs the graph.
        thread_id: Of a thread that is there or begins; a new one where None.
        shape: Where the graph takes what the user says.
    """

    def __init__(self, runner: Runner, thread_id: str | None, shape: InputShape) -> None:
        self._runner = runner
        self.shape = shape
        self.saves = getattr(runner.graph, "checkpointer", None) not in (None, False)
        """Whether the graph keeps the conversation itself."""
        self.id = thread_id or new_thread_id()
        self._messages: list[Any] = []

    @property
    def config(self) -> dict[str, Any]:
        """What names the thread to LangGraph."""
        return {"configurable": {"thread_id": self.id}}

    def mark_state(self) -> Any:
        """What `return_to` takes, to come back to the state as it is."""
        if not self.saves:
            return list(self._messages)
        state = self._runner.call("get_state", self.config)
        return state.config if state.created_at is not None else None

    def return_to(self, mark: Any) -> None:
        """Goes back to a state: the thread goes on from a fork at its checkpoint, and what came after stays in it."""
        if not self.saves:
            self._messages = list(mark)
            return
        if mark is None:  # before its first turn: the first checkpoint has the input, and nothing else yet
            states = self._runner.history(self.config)
            if not states:
                return
            mark = states[-1].config
        self._runner.call("update_state", mark, None, as_node=_COPY)

    def input_of(self, text: str) -> Any:
        """The input for a turn: with all that was said before, where the graph does not keep that."""
        adds = self.saves and self.shape.adds
        return self.shape.input_of(text, [] if adds else self.messages())

    def messages(self) -> list[Any]:
        """The messages so far."""
        if not self.saves:
            return list(self._messages)
        values = self._runner.call("get_state", self.config).values
        found = values.get(self.shape.key) if isinstance(values, dict) and self.shape.key else values
        return found if isinstance(found, list) else []

    def keep(self, given: Any, values: Any, answer: str) -> None:
        """Keeps what a turn has added, where the graph does not."""
        if not self.saves:
            self._messages = self.shape.messages_after(given, values, answer)

    def question_open(self) -> bool:
        """Whether the graph stops at a breakpoint or a question, and goes on when it is told to."""
        return bool(self.saves and self._runner.call("get_state", self.config).next)


def new_thread_id() -> str:
    """A random id, such as `chat-9f2c41d0`."""
    return f"chat-{secrets.token_hex(4)}"
