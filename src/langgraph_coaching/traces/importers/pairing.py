"""Which tool result answers which tool call."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage, ToolMessage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage, HumanMessage

    from langgraph_coaching.traces.importers.report import Repairs


class Pairing:
    """Gives ids to calls that have none, and finds for each result the call it answers.

    Args:
        messages: The conversation; ids that occur in it are not given again.
        repairs: Told what had to be mended.
    """

    def __init__(self, messages: Sequence[BaseMessage], repairs: Repairs) -> None:
        self._repairs = repairs
        self._open: list[tuple[str, str]] = []
        taken: set[str | None] = set()
        for message in messages:
            if isinstance(message, AIMessage):
                taken.update(call["id"] for call in (*message.tool_calls, *message.invalid_tool_calls))
            elif isinstance(message, ToolMessage):
                taken.add(message.tool_call_id)
        self._free = (free for n in count(1) if (free := f"call_{n}") not in taken)

    def asked(self, name: str | None, number: str | None) -> str:
        """A tool was called.

        Args:
            name: The tool.
            number: The call's id, or None.

        Returns:
            Its id, a new one where it had none.
        """
        if not number:
            number = next(self._free)
            self._repairs.note("tool call without an id: given one")
        self._open.append((number, name or ""))
        return number

    def asked_by_user(self, message: HumanMessage) -> None:
        """A user called tools of their own, as simulated users do; the results that follow answer them."""
        calls = message.additional_kwargs.get("tool_calls")
        for call in calls if isinstance(calls, list) else ():
            if isinstance(call, dict):
                function = call.get("function")
                name = function.get("name") if isinstance(function, dict) else call.get("name")
                self._open.append((str(call.get("id") or ""), str(name or "")))

    def answered(self, message: ToolMessage) -> tuple[str | None, str | None]:
        """A tool answered.

        Args:
            message: The result; without an id it answers the oldest open call, of the same tool where it names one.

        Returns:
            Id and tool of the call; the message's own where no call is open for it.
        """
        number, name = message.tool_call_id, message.name
        for place, (asked, tool) in enumerate(self._open):
            if asked == number if number else name in (None, tool):
                del self._open[place]
                if not number:
                    self._repairs.note("tool result without tool_call_id: paired with its call")
                return asked or None, name or tool or None
        self._repairs.note("tool result that answers no open call: kept by itself")
        return number or None, name
