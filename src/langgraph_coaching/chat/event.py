"""Event: one thing that happens in a turn of a test conversation, as it happens."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from langgraph_coaching.coaching.one_line import quote_line
from langgraph_coaching.traces.jsonable import to_jsonable

if TYPE_CHECKING:
    from langgraph_coaching.recall.receipt import Receipt

EventKind = Literal[
    "token", "tool_call", "tool_result", "handoff", "coaching", "output", "question", "note", "error", "end"
]
"""`token` is a piece of an answer, `output` a text that the graph returns besides; `coaching` comes with each lookup;
`question` waits for `chat.answer`; `end` closes each turn, with what became of each coaching."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatEvent:
    """One thing that happens in a turn."""

    kind: EventKind
    text: str = ""
    """What was said, returned, asked, or is to be known."""
    name: str | None = None
    """The tool, the agent handed over to, or the field of the state."""
    agent: str | None = None
    """The sub-agent in which it happens; None of the graph itself."""
    node: str | None = None
    id: str | None = None
    """Of the message, the tool call or the question; of an `end` the trace's."""
    value: Any = None
    """Of a tool call its arguments, of a question what the graph hands over."""
    receipts: tuple[Receipt, ...] = ()
    """Of `coaching` what was considered for one model call; of `end` the last word on each coaching in the turn."""

    def __repr__(self) -> str:
        """One line: what it is, and how it begins."""
        about = " ".join(filter(None, (self.kind, self.agent, self.name)))
        return f"ChatEvent({about} {quote_line(self.text)})" if self.text else f"ChatEvent({about})"

    def to_json(self) -> dict[str, Any]:
        """JSON values of it, for a page or another process."""
        receipts = [asdict(receipt) | {"at": receipt.at.isoformat()} for receipt in self.receipts]
        fields = {name: getattr(self, name) for name in ("kind", "text", "name", "agent", "node", "id")}
        return fields | {"value": to_jsonable(self.value), "receipts": receipts}
