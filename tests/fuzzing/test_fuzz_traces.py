"""Any trace: stored whole, or as far as a store can hold it, and found by what is in it; receipts and verdicts too."""

import json
from dataclasses import fields
from datetime import UTC, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from odd_values import TEXTS, VALUES, fuzzed

from langgraph_coaching import Step, Trace
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.recall.advice import Advice
from langgraph_coaching.recall.receipt import Receipt
from langgraph_coaching.recall.receipts import Entry, Receipts
from langgraph_coaching.surrogates import replace_surrogates
from parts import database_of

_MAYBE = st.one_of(st.none(), TEXTS)
_MAPPING = st.dictionaries(TEXTS, VALUES, max_size=2)
_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(timezones=st.one_of(st.just(UTC), _ZONES))  # from the year 1 to 9999
RECEIPTS = st.builds(
    Receipt,
    coaching_id=_MAYBE,
    revision=st.one_of(st.none(), st.integers(1, 2**31 - 1)),
    intent=TEXTS,
    behavior=_MAYBE,
    probability=st.floats(0, 1),
    outcome=st.sampled_from(["applied", "below_floor", "failed", "shadow", "held_back"]),
    reason=TEXTS,
    situation=TEXTS,
    at=TIMES,
    thread_id=_MAYBE,
    node=_MAYBE,
    agent=_MAYBE,
    tags=st.lists(TEXTS, max_size=2).map(tuple),
)
STEPS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["user", "message", "reasoning", "tool_call", "tool_result", "handoff", "system"]),
        "author": st.sampled_from(["agent", "user", "tool", "system", "canned"]),
    },
    optional={
        "text": TEXTS,
        "name": _MAYBE,
        "arguments": _MAPPING,
        "tool_call_id": _MAYBE,
        "message_id": _MAYBE,
        "history": st.booleans(),
        "exact": _MAPPING,
        "extra": _MAPPING,
        "error": _MAYBE,
        "at": TIMES,
        "duration_ms": st.floats(),
        "usage": st.dictionaries(TEXTS, st.integers(), max_size=2),
        "receipts": st.lists(RECEIPTS, max_size=2).map(tuple),
        "coaching": TEXTS,
        "call": st.one_of(st.none(), st.integers()),
    },
)


@st.composite
def traces(draw):
    """A trace of anything."""
    name = draw(st.one_of(st.sampled_from(["t-1", "t-2"]), TEXTS))
    steps = draw(st.lists(STEPS, max_size=4))
    told = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "name": _MAYBE,
                "thread_id": _MAYBE,
                "label": _MAYBE,
                "tags": st.lists(TEXTS, max_size=2).map(tuple),
                "started_at": TIMES,
                "ended_at": TIMES,
                "metadata": _MAPPING,
                "messages": st.lists(_MAPPING, max_size=2).map(tuple),
                "tools": st.lists(st.lists(VALUES, max_size=2), max_size=2).map(tuple),
                "error": _MAYBE,
            },
        )
    )
    made = [Step(index=place, trace_id=name, **step) for place, step in enumerate(steps)]
    return Trace(id=name, steps=tuple(made), **told)


@fuzzed(4)
@given(given_traces=st.lists(traces(), min_size=1, max_size=2))
def test_any_traces_are_stored_and_found(coach, given_traces):
    names = coach.traces.add(given_traces)
    for name, trace in zip(names, given_traces, strict=True):
        if names.count(name) > 1:
            continue
        found = coach.traces.get(name)
        assert [step.type for step in found.steps] == [step.type for step in trace.steps]
        assert [step.text for step in found.steps] == [replace_surrogates(step.text) for step in trace.steps]
        assert found.receipts == [] or [r.id for r in found.receipts] == [r.id for r in trace.receipts]
        text = json.dumps(found.model_dump(mode="json"), ensure_ascii=False)
        text.encode()
        coach.traces.add(found)
        again = coach.traces.get(name)
        assert json.dumps(again.model_dump(mode="json"), ensure_ascii=False) == text
        repr(found).encode("utf-8", "backslashreplace")
        found._repr_html_().encode()
        for column in ("thread_id", "label"):
            if asked := getattr(trace, column):
                assert name in {one.id for one in coach.traces.list(**{column: asked}, limit=None)}
        for receipt in trace.receipts:
            said = receipt.coaching_id
            if receipt.applied and said and "\n" not in said:
                assert name in {one.id for one in coach.traces.list(coaching_id=said, limit=None)}
    assert not {replace_surrogates(name) for name in names} - {one.id for one in coach.traces.list(limit=None)}
    assert coach.traces.delete(names).trace_ids


@fuzzed(4)
@given(given_receipts=st.lists(RECEIPTS, max_size=6), moment=TEXTS, prompt=TEXTS, seconds=st.floats(0, 10))
def test_any_receipts_come_back_as_they_were(coach, given_receipts, moment, prompt, seconds):
    table = Receipts(database_of(coach), "default")
    table.write([Entry(moment, Advice(considered=given_receipts, prompt=prompt, seconds=seconds))])
    for receipt in given_receipts:
        found = table.receipt(receipt.id)
        for one in fields(Receipt):
            was, now = getattr(receipt, one.name), getattr(found, one.name)
            told = tuple(map(replace_surrogates, was)) if isinstance(was, tuple) else was
            assert now == (replace_surrogates(was) if isinstance(was, str) else told), one.name
        if receipt.coaching_id is not None:
            assert receipt.id in {one.id for one in coach.receipts(coaching_id=receipt.coaching_id)}


@fuzzed(4)
@given(comment=TEXTS, author=_MAYBE, correct=st.booleans())
def test_any_verdict_is_kept_or_refused_in_words(coach, comment, author, correct):
    receipt = coach.advise("my money back").applied[0]
    try:
        verdict = coach.verdict(receipt, correct=correct, comment=comment, author=author)
    except InvalidCoachingError as error:
        str(error).encode()
        return
    (kept,) = coach.verdicts(receipt_ids=[receipt.id])
    assert kept.correct is correct
    assert kept == verdict
    coach.withdraw(receipt)
    assert coach.verdicts(receipt_ids=[receipt.id]) == []
