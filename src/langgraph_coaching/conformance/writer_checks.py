"""Checks of many writers: several connections at once lose nothing and double nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from langgraph_coaching.coaching.behavior import Reply
from langgraph_coaching.conformance.outcome import expect
from langgraph_coaching.errors import ConflictError

if TYPE_CHECKING:
    from langgraph_coaching.conformance.scratch import Scratch

WRITERS, EACH = 4, 5

ADVICE = (
    "the address must commit in one step: a local file system, or an object store with conditional puts; for an older "
    "S3-compatible one LanceDB's storage options name a commit store"
)


def check_writers(scratch: Scratch) -> str:
    """Several connections add and edit at the same time."""

    def write(number: int) -> str | None:
        with scratch.opened() as coach:
            for turn in range(EACH):
                coach.add(id=f"w-{number}-{turn}", intent=f"a case {number} {turn}", behavior=Reply("r"))
                coach.edit("w-shared", notes=f"{number} {turn}")
            try:
                return coach.add(id="w-same", intent=f"a thing {number}", behavior=Reply("r")).intent
            except ConflictError:
                return None

    with scratch.opened() as coach:
        coach.add(id="w-shared", intent="what all of them edit", behavior=Reply("r"))
        with ThreadPoolExecutor(WRITERS) as pool:
            won = [intent for intent in pool.map(write, range(WRITERS)) if intent]
        there = [one.id for one in coach.list() if one.id.startswith("w-")]
        expected = {f"w-{n}-{turn}" for n in range(WRITERS) for turn in range(EACH)} | {"w-shared", "w-same"}
        lost, doubled = expected - {*there}, len(there) - len({*there})
        expect(not lost, f"{len(lost)} acknowledged coachings are lost: {', '.join(sorted(lost)[:5])}", ADVICE)
        expect(not doubled, f"{doubled} coachings are there twice", ADVICE)
        expect(len(won) == 1, f"{len(won)} of {WRITERS} writers were given one and the same id", ADVICE)
        revisions = [one.revision for one in coach.history("w-shared")]
        whole = revisions == [*range(1, WRITERS * EACH + 2)]
        expect(whole, f"of {WRITERS * EACH} edits of one coaching {len(revisions) - 1} are there", ADVICE)
    return f"{WRITERS} connections, {WRITERS * EACH} new coachings and as many edits of one: none lost, none twice"
