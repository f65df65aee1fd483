"""Turn stream: a turn on the page while it happens, as lines that each say which part of the page is added or replaced.

A line is JSON: `add` html to the end of the element `to`, or `put` it in the place of `to`. The html is rendered here,
with whatever was said as text.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from langgraph_coaching.studio.text import show_unseen
from langgraph_coaching.studio.turn_pieces import Pieces, ShownTurn, pieces_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from starlette.types import Receive, Scope, Send

    from langgraph_coaching.chat import ChatEvent
    from langgraph_coaching.studio.ask import Ask
    from langgraph_coaching.studio.held_chats import HeldChat, HeldRun

PATIENCE = 0.5
"""Seconds after which an empty line is sent where nothing happens; it shows whether somebody is still there."""


class TurnStream(StreamingResponse):
    """The answer that streams a turn; when nobody reads it any more, the turn is stopped.

    Args:
        ask: The request.
        held: The conversation.
        run: The turn that runs.
        render_end: Renders the turn once it has ended.
        begins: Whether the turn is a new one on the page.
    """

    def __init__(self, ask: Ask, held: HeldChat, run: HeldRun, *, render_end: Callable[[], str], begins: bool) -> None:
        self._ask, self._held, self._run = ask, held, run
        self._render_end = render_end
        self._begins = begins
        super().__init__(self._lines(), media_type="application/x-ndjson", headers={"X-Accel-Buffering": "no"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if not self._run.ended.is_set() and self._held.run is self._run:
                self._held.stop()

    async def _lines(self) -> AsyncIterator[str]:
        run, pieces = self._run, pieces_of(self._run.earlier)
        yield _line(chat=self._held.id, address=self._ask.url("test", chat=self._held.id))
        shown = ShownTurn(chat=self._held.id, number=run.number, said=run.said, pieces=pieces, running=True)
        opening = self._ask.html("chat_turn.html", turn=shown, verdicts={})
        yield _line(add=opening, to="turns") if self._begins else _line(put=opening, to=f"turn-{run.number}")
        while not run.ended.is_set():
            events = await run_in_threadpool(run.take, PATIENCE)
            yield "".join(line for event in events for line in self._lines_of(event, pieces)) or "\n"
        yield _line(put=await run_in_threadpool(self._render_end), to=f"turn-{run.number}")
        if run.fault:
            yield _line(add=self._ask.html("notice.html", message=run.fault, kind="error"), to="notice")

    def _lines_of(self, event: ChatEvent, pieces: Pieces) -> Iterator[str]:
        known, place = len(pieces.all), f"turn-{self._run.number}"
        piece = pieces.add(event)
        if event.kind == "coaching":
            html = self._ask.html(
                "chat_coaching.html", receipts=pieces.receipts, number=self._run.number, verdicts={}, live=True
            )
            yield _line(put=html, to=f"{place}-coaching")
        if piece is None:
            return
        if piece.number < known:
            yield _line(add=str(show_unseen(event.text)), to=f"{place}-piece-{piece.number}-text")
        else:
            html = self._ask.html("chat_piece.html", piece=piece, number=self._run.number, captured=None)
            yield _line(add=html, to=f"{place}-pieces")


def _line(**values: Any) -> str:
    return json.dumps(values) + "\n"
