"""The inbox: receipts whose verdict would teach most, one situation at a time, answered with single keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.recall.situation import turns_of
from langgraph_coaching.studio.ask import Ask, page
from langgraph_coaching.studio.behind import SOON
from langgraph_coaching.studio.questions import LOOKED_FOR
from langgraph_coaching.studio.verdict import JUDGED

if TYPE_CHECKING:
    from starlette.responses import Response


def inbox(ask: Ask) -> Response:
    """The first question that is not skipped; for htmx without the page around it."""
    name = "question.html" if ask.is_fragment else "inbox.html"
    return ask.render(name, **_question(ask, ask.given_all("skip"), ask.given("last")), section="inbox")


def count(ask: Ask) -> Response:
    """How many there are, for the mark beside the section."""
    open_ = ask.studio.questions.open(ask.coach, [])
    found = len(open_ or ())
    return ask.render(
        "count.html", count=f"{found}+" if found >= LOOKED_FOR else str(found or ""), looking=open_ is None
    )


def answer(ask: Ask) -> Response:
    """Keeps an answer, and asks the next question; a skipped one is left out."""
    skipped = ask.given_all("skip")
    last = ""
    if ask.given("correct") in ("yes", "no"):
        last = ask.given("receipt")
        ask.coach.verdict(last, correct=ask.given("correct") == "yes", author=ask.person.name)
    elif ask.given("receipt"):
        skipped.append(ask.given("receipt"))
    values = _question(ask, skipped, last)
    if not ask.is_fragment:
        return ask.render("inbox.html", **values, section="inbox")
    return ask.render("question.html", headers=JUDGED, **values)


def undo(ask: Ask) -> Response:
    """Takes the last answer back; its question comes again."""
    ask.coach.withdraw(ask.given("receipt"))
    ask.studio.questions.ask_again(ask.given("receipt"))
    values = _question(ask, ask.given_all("skip"), patience=SOON)
    return ask.render("question.html" if ask.is_fragment else "inbox.html", headers=JUDGED, **values, section="inbox")


def _question(ask: Ask, skipped: list[str], last: str = "", patience: float | None = None) -> dict[str, Any]:
    """The next question as the page shows it; while questions are being looked for there is none."""
    found = ask.studio.questions.open(ask.coach, skipped, patience)
    receipt, coaching = next(iter(found or ()), None), None
    if receipt is not None and receipt.coaching_id:
        coaching = ask.coach.get(receipt.coaching_id)
    return {
        "receipt": receipt,
        "coaching": coaching,
        "turns": [*reversed(turns_of(receipt.situation))] if receipt else [],
        "skipped": skipped,
        "left": len(found or ()),
        "last": last,
        "looking": found is None,
    }


PAGES = [
    page("/inbox", inbox, "inbox", role="coach"),
    page("/inbox/count", count, "inbox_count"),
    page("/inbox", answer, "inbox_answer", role="coach", method="POST"),
    page("/inbox/undo", undo, "inbox_undo", role="coach", method="POST"),
]
