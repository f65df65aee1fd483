"""Checks of recall: the right coaching, silence, probabilities that mean what they say, scopes, limits, time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from langgraph_coaching.coaching.behavior import Reply
from langgraph_coaching.conformance.outcome import expect
from langgraph_coaching.recall.limits import Limits
from langgraph_coaching.recall.scoring.phrasings import wishes

if TYPE_CHECKING:
    from langgraph_coaching.conformance.scratch import Scratch

COACHED = 12
"""Wishes that are coached; as many others are said besides, for which nothing is."""

ASKED = 5
"""Ways in which each is said, after the one that is its example."""

RANKED, APPLIED, SILENT = 0.6, 0.35, 0.6
"""Shares below which an embedder is not fit for recall. The packaged one reaches 0.82, 0.63 and 0.92, one that counts
words 0.30, 0 and 1 (`langgraph-coaching conformance FOLDER`)."""

TOO_HIGH, TOO_LOW = 0.15, 0.35
"""By how much probabilities may be off on average. Too low does less harm, and here the sentences make them so: twelve
wishes are as many subjects, so that what applies is mostly right (with the packaged embedder 76 % of it), and they are
easier than what a probability is fitted to, coachings that are near to each other (0.52 on average here). Where a store
is as easy, verdicts bring it there."""

ADVICE = (
    "the embedder hardly knows these English sentences; take one that knows your language, and `langgraph-coaching "
    "reembed`, or try `Coach(uri)` without embeddings"
)


def check_recall(scratch: Scratch) -> str:
    """Wishes in other people's words, against as many coachings."""
    known = wishes()[: 2 * COACHED]
    coached, foreign = known[:COACHED], known[COACHED:]
    with scratch.opened() as coach:
        rows: Any = [
            {"intent": one.intent, "behavior": Reply("r"), "examples": [one.said[0]], "agent": "recall"}
            for one in coached
        ]
        ids = [one.id for one in coach.add_many(rows)]
        said = [(name, text) for name, one in zip(ids, coached, strict=True) for text in one.said[1 : ASKED + 1]]
        advice = coach.advise_batch([text for _, text in said], agent="recall")
        others = [
            *(text for one in foreign for text in one.said[:3]),
            *(text for one in coached for text in one.near[:3]),
        ]
        nothing = coach.advise_batch(others, agent="recall")
    first = np.mean(
        [bool(a.considered) and a.considered[0].coaching_id == n for a, (n, _) in zip(advice, said, strict=True)]
    )
    right = np.mean([n in {one.coaching_id for one in a.applied} for a, (n, _) in zip(advice, said, strict=True)])
    asked = [*((one, n) for one, (n, _) in zip(advice, said, strict=True)), *((one, "") for one in nothing)]
    applied = [(one.probability, one.coaching_id == name) for call, name in asked for one in call.applied]
    off = np.mean([chance - right for chance, right in applied]) if applied else 0.0
    scratch.kept |= {"silent": float(np.mean([not one.applied for one in nothing])), "off": off}
    found = (
        f"the right one of {COACHED} ranks first for {first:.0%} and applies for {right:.0%} of other people's words"
    )
    expect(first >= RANKED and right >= APPLIED, f"{found}; {RANKED:.0%} and {APPLIED:.0%} are needed", ADVICE)
    return found


def check_abstention(scratch: Scratch) -> str:
    """Nothing applies to what nothing is coached for."""
    silent = scratch.kept["silent"]
    found = f"nothing applies to {silent:.0%} of what nothing is coached for"
    expect(silent >= SILENT, f"{found}; {SILENT:.0%} are needed", ADVICE)
    return found


def check_calibration(scratch: Scratch) -> str:
    """The mean probability of what applies is the share in which it is right."""
    off = float(scratch.kept["off"])
    found = f"probabilities are {abs(off):.2f} too {'high' if off > 0 else 'low'} on average"
    bound = TOO_HIGH if off > 0 else TOO_LOW
    expect(abs(off) <= bound, f"{found}; {bound} are allowed", "`coach.calibrate()` after some verdicts, or " + ADVICE)
    return found


def check_scopes(scratch: Scratch) -> str:
    """Labels are matched exactly, and what has expired is silent."""
    intent, said = "a customer asks whether gift cards expire", "do your gift cards expire?"
    past = datetime.now(UTC) + timedelta(seconds=0.2)
    with scratch.opened() as coach:
        rows: dict[str, dict[str, Any]] = {
            "s-agent": {"agent": "it's"},
            "s-tags": {"agent": "tagged", "tags": ["a", "b"]},
            "s-ended": {"agent": "ended", "expires_at": past},
        }
        for name, fields in rows.items():
            coach.add(id=name, intent=intent, behavior=Reply("r"), examples=[said], **fields)
        time.sleep(0.3)
        calls: list[tuple[dict[str, Any], set[str]]] = [
            ({"agent": "it's"}, {"s-agent"}), ({"agent": "its"}, set()), ({}, set()),
            ({"agent": "tagged", "tags": ["b", "a", "c"]}, {"s-tags"}), ({"agent": "tagged", "tags": ["a"]}, set()),
            ({"agent": "ended"}, set()),
        ]  # fmt: skip
        for labels, wanted in calls:
            looked_at = {one.coaching_id for one in coach.advise(said, **labels).considered}
            got = {name for name in looked_at if name and name.startswith("s-")}
            expect(got == wanted, f"for {labels or 'no label'} it looked at {got}, not {wanted or 'nothing'}", ADVICE)
    return "labels are matched exactly; what has expired is silent"


def check_limits(scratch: Scratch) -> str:
    """Items and tokens are bounded, and a call takes its time."""
    said, agent = "can I have my order wrapped as a gift?", "limits"
    with scratch.opened(limits=Limits(deadline=60, items=2, tokens=60, margin=1.0)) as coach:
        for number in range(4):
            text = f"Wrap it in paper number {number}, and say so."
            coach.add(intent="a customer asks for gift wrapping", behavior=Reply(text), examples=[said], agent=agent)
        advice = coach.advise(said, agent=agent)
        expect(len(advice.applied) <= 2, f"{len(advice.applied)} coachings in a prompt of two", "report it")  # noqa: PLR2004
    with scratch.opened(limits=Limits()) as coach:
        coach.advise(said, agent=agent)
        took = median(coach.advise(f"{said} {turn}", agent=agent).seconds for turn in range(15, 30))
        bound = coach.limits.deadline
    found = f"an answer takes {1000 * took:.0f} ms, embedding included; the deadline is {bound:g} s"
    slow = "take a store or an embedder nearer to the agent, or a longer Limits(deadline=…)"
    expect(took < bound / 2, f"{found}; less than half of it is needed", slow)
    return found
