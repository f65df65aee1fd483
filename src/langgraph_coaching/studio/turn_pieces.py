"""Turn pieces: what happens in a turn of a test conversation, as the page shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langgraph_coaching.chat.question import action_requests, call_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from langgraph_coaching.chat import ChatEvent
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.studio.held_chats import Captured

_SAID = ("token", "output")
_HIDDEN = ("coaching", "end")
_LONGEST = 20_000
"""Characters of a payload that are shown."""


@dataclass(slots=True)
class Piece:
    """A message, a call, a result, a handoff, a question, a note or an error."""

    number: int
    kind: str
    """Of the events; a message's is `message`."""
    id: str | None = None
    name: str | None = None
    agent: str | None = None
    text: str = ""
    failed: bool = False
    calls: tuple[str, ...] = ()
    """Of a question whether tools may be called: the calls."""


@dataclass(slots=True)
class Pieces:
    """The pieces of one turn, which grow as things happen."""

    all: list[Piece] = field(default_factory=list)
    considered: dict[str, Receipt] = field(default_factory=dict)
    """The last word on each coaching so far."""
    _messages: dict[tuple[str | None, str | None], Piece] = field(default_factory=dict)

    def add(self, event: ChatEvent) -> Piece | None:
        """The piece that an event begins or goes on with; None where it is about coaching alone."""
        if event.kind in _HIDDEN:
            self._consider(event)
            return None
        if event.kind in _SAID:
            piece = self._messages.get((event.id, event.agent))
            if piece is None:
                piece = self._messages[event.id, event.agent] = self._append(event, "message", "")
            piece.text += event.text
            return piece
        return self._append(event, event.kind, _text_of(event))

    @property
    def receipts(self) -> list[Receipt]:
        """What was considered: the applied ones first, then the most probable."""
        return sorted(self.considered.values(), key=lambda one: (not one.applied, -one.probability))

    def _append(self, event: ChatEvent, kind: str, text: str) -> Piece:
        calls = action_requests(event.value) if kind == "question" else None
        self.all.append(
            Piece(
                len(self.all),
                kind,
                id=event.id,
                name=event.name,
                agent=event.agent,
                text=text,
                failed=kind == "tool_result" and event.value == "failed",
                calls=tuple(call_line(one.get("name"), one.get("args")) for one in calls or ()),
            )
        )
        return self.all[-1]

    def _consider(self, event: ChatEvent) -> None:
        if event.kind == "end":  # the last word, with what became of each
            self.considered = {one.coaching_id: one for one in event.receipts if one.coaching_id} or self.considered
            return
        for one in event.receipts:
            known = self.considered.get(one.coaching_id or "")
            if one.coaching_id and (known is None or one.applied or not known.applied):
                self.considered[one.coaching_id] = one


def pieces_of(events: Iterable[ChatEvent]) -> Pieces:
    """The pieces of a turn."""
    pieces = Pieces()
    for event in events:
        pieces.add(event)
    return pieces


def open_questions(events: list[ChatEvent]) -> list[ChatEvent]:
    """The questions of the last run of a turn, which are answered together."""
    found: list[ChatEvent] = []
    for event in reversed(events[:-1]):
        if event.kind == "end":
            break
        if event.kind == "question":
            found.append(event)
    return found[::-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTurn:
    """A turn as the page shows it."""

    chat: str
    """The conversation."""
    number: int
    said: str
    pieces: Pieces
    running: bool = False
    waits: bool = False
    """Whether the graph waits for a person, here."""
    questions: tuple[ChatEvent, ...] = ()
    """That are open."""
    captured: Captured | None = None
    before: str = ""
    """What was answered before it was tried again."""

    @property
    def shown_places(self) -> list[tuple[str, int]]:
        """Trace and step of its pieces that can be coached where they stand."""
        known = self.captured.places if self.captured else {}
        return [known[piece.id] for piece in self.pieces.all if piece.id in known]


def _text_of(event: ChatEvent) -> str:
    if event.kind == "tool_call":
        return _json(event.value)
    if event.kind == "question" and isinstance(event.value, dict | list):
        return _json(event.value)
    return event.text


def _json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, indent=2, default=str)[:_LONGEST]
    except (ValueError, RecursionError):
        return repr(value)[:_LONGEST]
