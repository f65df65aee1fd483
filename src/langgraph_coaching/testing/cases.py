"""Test cases: where a coaching applies today, and the nearest situations in which it does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from langgraph_coaching.testing.recorded_turn import Conversation, scrub_turns, turns_in
from langgraph_coaching.testing.scrub import Scrub
from langgraph_coaching.traces.messages import messages_before, messages_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from langgraph_coaching.coaching.model import Coaching, Example
    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.traces.model import Trace

    Advise = Callable[[Sequence[Conversation]], list[Advice]]

FIRES, NEAREST = 3, 5
"""Situations of each kind in a test: enough to be read."""

SITUATIONS = 300
"""Most situations that are looked through."""

RUN_NAME = "a recorded run"
"""Name of a situation that no coaching is known by."""

CLEAR_MARGIN = 0.05
"""How far below the floor a near miss is, so that no other processor's rounding makes a test of it fail."""


@dataclass(slots=True)
class Cases:
    """Situations by what they are."""

    fires: dict[str, Conversation] = field(default_factory=dict)
    silent: dict[str, Conversation] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """What is not as it should be."""


def find_cases(
    coaching: Coaching,
    source: Trace | None,
    others: Iterable[Coaching],
    traces: Iterable[Trace],
    advise: Advise,
    floor: float,
) -> Cases:
    """Looks for situations that show when a coaching applies.

    Args:
        coaching: Which one.
        source: The trace it was written from, where it is still there.
        others: The other coachings of the namespace.
        traces: Recorded runs, the newest first.
        advise: Today's advice for conversations, with the labels of the coaching's scope.
        floor: 0..1: the probability below which nothing applies.
    """
    found, scrub = Cases(), Scrub()
    wanted, never = (
        dict(_scrub_each(_positive_situations(coaching, source), scrub)),
        dict(_scrub_each(_negative_situations(coaching), scrub)),
    )
    known = {*wanted.values(), *never.values()}
    nearby = _scrub_each(_nearby_situations(coaching, others, traces), scrub)
    near = {said: name for name, said in nearby if said and said not in known}
    kept = dict(list(near.items())[:SITUATIONS])
    asked = [*wanted.values(), *never.values(), *kept]
    advice = dict(zip(asked, advise(asked), strict=True)) if asked else {}
    for name, said in wanted.items():
        if coaching.id in _applied_ids(advice[said]):
            found.fires[name] = said
        else:
            found.notes.append(
                f"it does not fire at {name}: {said[-1][1]!r} ({_reason_not_applied(coaching, advice[said])})"
            )
    for name, said in never.items():
        if coaching.id in _applied_ids(advice[said]):
            found.notes.append(f'it fires at {name}, where it says "never here": {said[-1][1]!r}')
        else:
            found.silent[name] = said
    quiet = [said for said in kept if coaching.id not in _applied_ids(advice[said])]
    ranked = sorted(quiet, key=lambda said: -_probability(coaching, advice[said]))
    clear = [said for said in ranked if _probability(coaching, advice[said]) <= floor - CLEAR_MARGIN]
    found.fires = dict(list(found.fires.items())[:FIRES])
    number = count(1)
    found.silent |= {
        f"{RUN_NAME} {next(number)}" if kept[said] == RUN_NAME else kept[said]: said for said in clear[:NEAREST]
    }
    return found


def _scrub_each(found: Iterable[tuple[str, Conversation]], scrub: Scrub) -> Iterator[tuple[str, Conversation]]:
    return ((name, scrub_turns(said, scrub)) for name, said in found)


def _positive_situations(coaching: Coaching, source: Trace | None) -> Iterator[tuple[str, Conversation]]:
    examples: Iterable[Example] = coaching.examples
    if source is not None and coaching.source is not None and coaching.source.step < len(source.steps):
        yield "its source", turns_in(messages_before(source, source.steps[coaching.source.step]))
        examples = [example for example in examples if example.origin != "source"]  # the same situation once more
    yield from _example_situations(examples, applies=True)
    if source is None and not any(example.applies for example in coaching.examples):
        yield "its intent", (("user", coaching.intent),)


def _negative_situations(coaching: Coaching) -> Iterator[tuple[str, Conversation]]:
    yield from _example_situations(coaching.examples, applies=False)


def _example_situations(examples: Iterable[Example], *, applies: bool) -> Iterator[tuple[str, Conversation]]:
    number = count(1)
    for example in examples:
        if example.applies is applies:
            name = (
                "the source"
                if example.origin == "source" and applies
                else f"{'example' if applies else 'never here'} {next(number)}"
            )
            yield name, _conversation_of(example)


def _conversation_of(example: Example) -> Conversation:
    turns = reversed(example.turns) if example.turns else [(example.text, True)]
    return tuple(("user" if user else "assistant", text) for text, user in turns)


def _nearby_situations(
    coaching: Coaching, others: Iterable[Coaching], traces: Iterable[Trace]
) -> Iterator[tuple[str, Conversation]]:
    for other in others:
        if other.id != coaching.id:
            said_there = [*_example_situations(other.examples, applies=True)] or [
                ("the intent", (("user", other.intent),))
            ]
            yield from ((f"{name} of {other.id}", said) for name, said in said_there)
    mine = coaching.source.trace_id if coaching.source else None
    for trace in traces:
        if trace.id != mine:
            for step in trace.steps:
                if step.type == "user":
                    yield RUN_NAME, turns_in([*messages_before(trace, step), *messages_of([step])])


def _applied_ids(advice: Advice) -> list[str | None]:
    return [receipt.coaching_id for receipt in advice.applied]


def _probability(coaching: Coaching, advice: Advice) -> float:
    return next((r.probability for r in advice.considered if r.coaching_id == coaching.id), 0.0)


def _reason_not_applied(coaching: Coaching, advice: Advice) -> str:
    own = next((r.reason for r in advice.considered if r.coaching_id == coaching.id), None)
    return own or advice.failure or "it is not active, or its scope does not cover this call"
