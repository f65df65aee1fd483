"""Checks of what is written and read: it comes back as it was, at once, to whom it belongs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from langgraph_coaching.coaching.behavior import Reply
from langgraph_coaching.conformance.outcome import expect
from langgraph_coaching.errors import ConflictError, NotFoundError

if TYPE_CHECKING:
    from langgraph_coaching.conformance.scratch import Scratch

CONTROL = "its answers must be those of a store that nobody else writes these namespaces of; try again, then report it"

IDS = ("Case-1", "case-1", "case.1", "case:1", "case_1", "case-10", "x" * 64)
TEXTS = (
    "naïve café",
    "注文をキャンセルしたい",
    "שלום עולם",
    "👩🏽‍🚀 e\u0301",
    "it's 50 % -- 'quoted' \"twice\"\nand more",
    "\\n",
)

SKEW = timedelta(minutes=5)
"""By how much the clocks of two machines may differ."""


def check_writing(scratch: Scratch) -> str:
    """What is saved comes back, revision by revision, through another connection."""
    with scratch.opened() as coach:
        made = coach.add(intent="a customer asks to pay by invoice", behavior=Reply("Yes."), examples=["net 30?"])
        edited = coach.edit(made.id, behavior=Reply("For companies only."))
        with scratch.opened() as other:
            expect(other.get(made.id) == edited, "another connection read an older revision", CONTROL)
            revisions = [one.revision for one in other.history(made.id)]
            expect(revisions == [1, 2], f"of two revisions it gave back {revisions}", CONTROL)
            other.archive(made.id)
        expect(coach.get(made.id).status == "archived", "a change was not seen at the next call", CONTROL)
        coach.delete(made.id)
        expect(not any(one.id == made.id for one in coach.list()), "what was deleted is still listed", CONTROL)
        expect(len(coach.history(made.id)) == 4, "the history of what was deleted is not whole", CONTROL)  # noqa: PLR2004
    return "saved, edited, archived, deleted; each seen by another connection at its next call"


def check_ids(scratch: Scratch) -> str:
    """Ids that are like each other name one thing each."""
    with scratch.opened() as coach:
        for number, name in enumerate(IDS):
            coach.add(id=name, intent=f"a customer asks about case {number}", behavior=Reply(str(number)))
        for number, name in enumerate(IDS):
            expect(coach.get(name).behavior == Reply(str(number)), f"the id {name!r} names something else", CONTROL)
        try:
            coach.add(id=IDS[0], intent="somebody takes an id that is taken", behavior=Reply("no"))
        except ConflictError:
            pass
        else:
            expect(found=False, said="one id was given twice", advice=CONTROL)
        coach.delete(IDS[0], purge=True)
        _refuse(lambda: coach.get(IDS[0]), "what was erased is still there")
    return f"{len(IDS)} ids that are like each other name one thing each"


def _refuse(call: object, said: str) -> None:
    try:
        call()  # type: ignore[operator]
    except NotFoundError:
        return
    expect(found=False, said=said, advice=CONTROL)


def check_unicode(scratch: Scratch) -> str:
    """Texts of any script come back letter by letter."""
    with scratch.opened() as coach:
        ids = [coach.add(intent="a customer writes", behavior=Reply(text), notes=text).id for text in TEXTS]
    with scratch.opened() as coach:
        for name, text in zip(ids, TEXTS, strict=True):
            found = coach.get(name)
            expect(found.notes == text.strip(), f"{text!r} came back as {found.notes!r}", CONTROL)
    return f"{len(TEXTS)} texts in five scripts came back letter by letter"


def check_time(scratch: Scratch) -> str:
    """Times are kept to the microsecond, and revisions are in their order."""
    before = datetime.now(UTC)
    ends = before + timedelta(days=1, microseconds=123_457)
    with scratch.opened() as coach:
        made = coach.add(intent="a customer asks for today's price", behavior=Reply("10"), expires_at=ends)
        edited = coach.edit(made.id, behavior=Reply("11"))
    with scratch.opened() as coach:
        found = coach.get(made.id)
    expect(found.expires_at == ends, f"{ends} came back as {found.expires_at}", CONTROL)
    expect(found.updated_at == edited.updated_at, "the time of a change did not come back as it was", CONTROL)
    expect(made.updated_at <= found.updated_at, "a later change has an earlier time", "set this machine's clock")
    expect(abs(found.updated_at - before) < SKEW, "the time of a change is not now", "set this machine's clock")
    return "times come back to the microsecond"


def check_namespaces(scratch: Scratch) -> str:
    """What is of one namespace is not seen in another."""
    with scratch.opened() as coach, scratch.opened(scratch.others) as other:
        made = coach.add(intent="a customer asks to be called back", behavior=Reply("Ask when."))
        expect(other.list() == [], "the other namespace lists what is not its own", CONTROL)
        _refuse(lambda: other.get(made.id), "the other namespace reads what is not its own")
        twin = other.add(id=made.id, intent="a customer asks to be called back", behavior=Reply("No."))
        expect(coach.get(made.id) == made, "one id in two namespaces is one coaching", CONTROL)
        other.delete(twin.id, purge=True)
        expect(coach.get(made.id) == made, "erased in one namespace, it went from another", CONTROL)
        advice = other.advise("could you ring me back, please?")
        expect(not advice.considered, "another namespace's coaching was looked at", CONTROL)
    return "two namespaces hold one id without seeing each other"
