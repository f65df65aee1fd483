"""The test page: a conversation with the user's own graph, coached at once and tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.chat.question import answer_of
from langgraph_coaching.errors import CoachingError, InvalidCoachingError, NotFoundError
from langgraph_coaching.studio.ask import Ask, page
from langgraph_coaching.studio.held_chats import HeldChat
from langgraph_coaching.studio.turn_pieces import ShownTurn, open_questions, pieces_of
from langgraph_coaching.studio.turn_stream import TurnStream

if TYPE_CHECKING:
    from starlette.responses import Response

    from langgraph_coaching.chat import ChatEvent
    from langgraph_coaching.studio.held_chats import HeldRun


def show(ask: Ask) -> Response:
    """The conversation so far; where there is none, how to begin one."""
    held, gone = None, ""
    if ask.given("chat") and ask.may("coach"):
        try:
            held = ask.studio.chats.get(ask.given("chat"))
        except NotFoundError as error:
            gone = str(error)
    turns = show_turns(held) if held else []
    return ask.render(
        "chat.html",
        status=404 if gone else 200,
        section="test",
        held=held,
        gone=gone,
        turns=turns,
        verdicts=_verdicts(ask, *turns),
    )


def send(ask: Ask) -> Response:
    """Says something to the agent; the first time, a conversation begins."""
    if ask.studio.graph is None:
        raise InvalidCoachingError("this studio has no graph to talk with; start it with --graph MODULE:NAME")
    if ask.given("chat"):
        held = ask.studio.chats.get(ask.given("chat"))
        return _follow(ask, held, held.send(ask.given("text")), begins=True)
    held = HeldChat(ask.coach.chat(ask.studio.graph))
    run = held.send(ask.given("text"))
    return _follow(ask, ask.studio.chats.keep(held), run, begins=True)


def again(ask: Ask) -> Response:
    """Tries the last turn again."""
    held = ask.studio.chats.get(ask.given("chat"))
    return _follow(ask, held, held.again())


def answer(ask: Ask) -> Response:
    """Answers what the graph asks."""
    held = ask.studio.chats.get(ask.given("chat"))
    asked = open_questions(held.chat.turn.events) if held.chat.waits else []
    values = {one.id: _answer_to(ask, one, f"said-{number}") for number, one in enumerate(asked)}
    return _follow(ask, held, held.answer(values if len(values) > 1 else next(iter(values.values()), None)))


def stop(ask: Ask) -> Response:
    """Stops the turn that runs."""
    held = ask.studio.chats.get(ask.given("chat"))
    held.stop()
    return ask.go("test", chat=held.id)


def show_turns(held: HeldChat) -> list[ShownTurn]:
    """The turns as they are by now."""
    turns, running = list(held.chat.turns), held.run is not None
    shown = []
    for number, turn in enumerate(turns):
        is_last, events = number == len(turns) - 1, list(turn.events)
        waits = is_last and not running and held.chat.waits
        shown.append(
            ShownTurn(
                chat=held.id,
                number=number,
                said=turn.said,
                pieces=pieces_of(events),
                running=is_last and running,
                waits=waits,
                questions=tuple(open_questions(events)) if waits else (),
                captured=held.captured.get(turn),
                before=held.before.get(number, ""),
            )
        )
    return shown


def _follow(ask: Ask, held: HeldChat, run: HeldRun, *, begins: bool = False) -> Response:
    """Shows the turn while it runs; where no script does, once it has ended."""

    def render_end() -> str:
        turn = show_turns(held)[run.number]
        return ask.html("chat_turn.html", turn=turn, verdicts=_verdicts(ask, turn))

    if ask.is_fragment:
        return TurnStream(ask, held, run, render_end=render_end, begins=begins)
    while not run.ended.is_set():
        run.take(1.0)
    if run.fault:
        raise CoachingError(run.fault)
    return ask.go("test", chat=held.id)


def _answer_to(ask: Ask, asked: ChatEvent, name: str) -> Any:
    """The answer in the form that the graph takes: what was typed, or yes or no."""
    choice, said = ask.given("choice"), ask.given(name).strip()
    if choice not in ("approve", "refuse"):
        return answer_of(asked.value, said)
    if isinstance(asked.value, dict) and "action_requests" in asked.value:
        return answer_of(asked.value, "yes" if choice == "approve" else f"no {said}")
    return choice == "approve"


def _verdicts(ask: Ask, *turns: ShownTurn) -> dict[str, Any]:
    receipts = [one.id for turn in turns for one in turn.pieces.receipts]
    return {one.receipt_id: one for one in ask.coach.verdicts(receipt_ids=receipts)} if receipts else {}


PAGES = [
    page("/test", show, "test"),
    page("/test/send", send, "test_send", role="coach", method="POST"),
    page("/test/again", again, "test_again", role="coach", method="POST"),
    page("/test/answer", answer, "test_answer", role="coach", method="POST"),
    page("/test/stop", stop, "test_stop", role="coach", method="POST"),
]
