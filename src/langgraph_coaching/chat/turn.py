"""Turn: what a person said in a test conversation, what came of it, and the last word on each coaching in it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.one_line import quote_line
from langgraph_coaching.recall.receipt import NOT_SEEN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from langgraph_coaching.chat.event import ChatEvent
    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.traces.model import Trace

_LAST_WORD = {"applied": 2, NOT_SEEN: 1}
"""Of several receipts of a coaching in one turn: what counts first."""


@dataclass(slots=True, eq=False)
class Turn:
    """One turn; after its `end` it changes no more."""

    said: str
    before: Any = None
    """The state before it, for `again`."""
    events: list[ChatEvent] = field(default_factory=list)
    advice: list[Advice] = field(default_factory=list)
    """What was looked up, a piece for each lookup."""
    trace_ids: list[str] = field(default_factory=list)
    """A run each: the turn's own, and one for each answer to a question."""
    receipts: list[Receipt] = field(default_factory=list)
    """Of every lookup, as the trace has them."""

    def __repr__(self) -> str:
        """One line: what was said, and how the answer begins."""
        return f"Turn({quote_line(self.said)}: {quote_line(self.answer or self.error or '')})"

    @property
    def answer(self) -> str:
        """What the graph has answered: the text of its last message, sub-agents' too."""
        spoken = [event for event in self.events if event.kind in ("token", "output")]
        if not spoken:
            return ""
        return "".join(event.text for event in spoken if (event.kind, event.id) == (spoken[-1].kind, spoken[-1].id))

    @property
    def error(self) -> str | None:
        """How the graph failed, or None."""
        return next((event.text for event in reversed(self.events) if event.kind == "error"), None)

    @property
    def considered(self) -> list[Receipt]:
        """The last word on each coaching that was looked at: the applied ones first, then the most probable."""
        found: dict[str, Receipt] = {}
        for receipt in self.receipts:
            known = found.get(receipt.coaching_id or "")
            if receipt.coaching_id and (known is None or _weight(receipt) >= _weight(known)):
                found[receipt.coaching_id] = receipt
        return sorted(found.values(), key=lambda one: (-_weight(one), -one.probability))

    @property
    def applied(self) -> list[Receipt]:
        """What was in the prompt of a model call."""
        return [receipt for receipt in self.considered if receipt.applied]

    @property
    def left_out(self) -> list[Receipt]:
        """What was looked at and was in no prompt, the most probable first."""
        return [receipt for receipt in self.considered if not receipt.applied]

    def note_event(self, event: ChatEvent) -> ChatEvent:
        """Notes an event; returns it."""
        self.events.append(event)
        return event

    def take_receipts(self, traces: Iterable[Trace]) -> None:
        """Takes the receipts of the lookups, with what the traces say of them by now."""
        kept = {receipt.id: receipt for receipt in self.receipts}
        kept |= {receipt.id: receipt for trace in traces for receipt in trace.receipts}
        noted = {receipt.id: receipt for advice in self.advice for receipt in advice.considered}
        self.receipts = [_complete(receipt, kept.get(receipt.id)) for receipt in noted.values()]


def _weight(receipt: Receipt) -> int:
    return _LAST_WORD.get(receipt.outcome, 0)


def _complete(receipt: Receipt, kept: Receipt | None) -> Receipt:
    """The receipt with what became of it; a trace of another store has but its outlines."""
    if kept is None:
        return receipt
    said = {name: getattr(kept, name) for name in ("outcome", "reason", "followed", "trace_id", "step")}
    return replace(receipt, **said)
