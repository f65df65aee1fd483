"""Checks of what running leaves behind: receipts and verdicts, traces, erasure, upkeep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.coaching.behavior import Reply
from langgraph_coaching.conformance.outcome import expect
from langgraph_coaching.conformance.store_checks import CONTROL
from langgraph_coaching.storage.compaction import AT_REST, COMMITS
from langgraph_coaching.traces.importers.reader import import_traces

if TYPE_CHECKING:
    from langgraph_coaching.conformance.scratch import Scratch

SAID = "do you ship to Peru?"
PRIVATE = "my name is Conformance Person"

FEW = 4
"""Writes where nobody sees in how many pieces they lie."""


def check_receipts(scratch: Scratch) -> str:
    """What was looked at is in the store after a flush, and can be judged by another connection."""
    with scratch.opened() as coach:
        made = coach.add(intent="a customer asks about shipping abroad", behavior=Reply("r"), examples=[SAID])
        coach.advise(SAID, agent="records")
        coach.flush()
        with scratch.opened() as other:
            found = [one for one in other.receipts(coaching_id=made.id) if one.applied]
            expect(len(found) == 1, f"of one applied receipt {len(found)} are in the store", CONTROL)
            other.verdict(found[0], correct=False, comment="not here")
        judged = [one.comment for one in coach.verdicts(made.id)]
        expect(judged == ["not here"], f"the verdict came back as {judged}", CONTROL)
    return "a receipt was kept, and judged by another connection"


def check_erasure(scratch: Scratch) -> str:
    """A recorded run comes back whole, and goes with its words."""
    messages = [{"role": "user", "content": PRIVATE}, {"role": "assistant", "content": "Hello."}]
    name = f"t-{scratch.namespace}"
    with scratch.opened() as coach:
        coach.traces.add(import_traces([{"id": name, "messages": messages}], format="openai"))
        (trace,) = coach.traces.list(text="Conformance Person")
        texts = [step.text for step in coach.traces.get(trace.id).steps]
        expect(texts == [one["content"] for one in messages], f"a run came back as {texts}", CONTROL)
        done = coach.forget(trace.id)
        expect(bool(done) and not coach.traces.list(), "a forgotten run is still there", CONTROL)
    wait = "" if done.cleared else "; on this address its earlier files go an hour later, with the next upkeep"
    return f"a recorded run came back whole, and was forgotten{wait}"


def check_upkeep(scratch: Scratch) -> str:
    """Many small writes are put together."""
    count = FEW if "://" in scratch.uri else COMMITS + AT_REST
    with scratch.opened() as coach:
        for number in range(count):
            coach.add(id=f"u-{number}", intent=f"a case for upkeep {number}", behavior=Reply("r"))
    with scratch.opened() as coach:
        there = sum(one.id.startswith("u-") for one in coach.list())
        expect(there == count, f"of {count} coachings {there} are left", CONTROL)
    pieces = scratch.count_pieces()
    if pieces is None:
        return f"{there} small writes are there; on this address upkeep is somebody else's"
    advice = "give this process the right to delete files there, or let one that has it open the store now and then"
    expect(pieces <= 2 * COMMITS, f"the coachings lie in {pieces} pieces; {2 * COMMITS} are the most", advice)
    return f"{there} small writes are there, in {pieces} pieces"
