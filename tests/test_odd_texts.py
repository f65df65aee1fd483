"""Odd texts at every door: half a character is made storable and seen, or asked for in vain; nothing raises raw."""

import contextlib
import os
from datetime import UTC, datetime, timedelta, timezone

import pytest

from langgraph_coaching import Coach, Limits, Reply, Step, Trace, import_traces
from langgraph_coaching.errors import (
    CoachingError,
    InvalidCoachingError,
    NotFoundError,
    StoreError,
    TraceImportError,
)
from odd_calls import odd_calls, right_arguments
from scripted_model import ScriptedModel

HALF = "\ud83d"
"""The first half of an emoji, as a text has it that was cut in the middle, or decoded by halves."""


def trace(**fields):
    step = {"index": 1, "trace_id": "t-1", "type": "message", "author": "agent", "text": "No refunds."}
    said = Step(index=0, trace_id="t-1", type="user", author="user", text="I want my money back")
    return Trace(**{"id": "t-1", "steps": (said, Step(**step | fields.pop("step", {})))} | fields)


@pytest.fixture(scope="module")
def coach(tmp_path_factory, embeddings):
    with Coach(tmp_path_factory.mktemp("odd"), embeddings=embeddings, limits=Limits(deadline=30)) as opened:
        opened.add(intent="a parcel is late", behavior=Reply("r"))
        yield opened


def outcome(made):
    """What came of a call: what it gave, or the error that it told of."""
    try:
        return made()
    except CoachingError as error:
        return error


def test_half_a_character_at_any_method_is_answered_or_refused_in_words(coach, tmp_path):
    model = ScriptedModel(answers=["no"])
    given = right_arguments(coach, trace(), model, tmp_path)
    calls = [*odd_calls(coach, given, HALF), *odd_calls(coach.traces, given, HALF)]
    assert len(calls) > 150
    (tmp_path / "here").mkdir()
    with contextlib.chdir(tmp_path / "here"):
        for name, made in calls:
            try:
                found = outcome(made)
            except Exception as error:
                error.add_note(f"from {name}")
                raise
            assert not isinstance(found, StoreError), (name, found)
            str(found).encode()
            coach.flush()


def test_an_id_with_half_a_character_is_not_found(coach):
    for asked in (HALF, f"c-{HALF}", f"{HALF}\x00"):
        for get in (coach.get, coach.history, coach.archive, coach.traces.get, coach.withdraw, coach.rollback):
            with pytest.raises(NotFoundError) as refused:
                get(asked)
            str(refused.value).encode()
        assert coach.receipts(coaching_id=asked) == coach.verdicts(asked) == coach.traces.list(coaching_id=asked) == []
        assert coach.find_ids(asked, kind="trace") == []
        assert not coach.traces.delete(asked)
        assert not coach.traces.delete(thread_id=asked, dry_run=True)


def test_what_was_written_with_half_a_character_is_found_by_it(coach):
    (name,) = coach.traces.add(trace(thread_id=f"thread {HALF}", label=HALF, metadata={"user_id": f"u{HALF}"}))
    for which in ({"thread_id": f"thread {HALF}"}, {"label": HALF}):
        (found,) = coach.traces.list(**which)
        assert found.id == name
        assert list(coach.traces.threads(**which).threads)
    assert coach.traces.delete(user=f"u{HALF}").trace_ids == (name,)


@pytest.mark.parametrize(
    ("fields", "read"),
    [
        ({"step": {"text": f"so {HALF}"}}, lambda found: found.steps[1].text == "so \ufffd"),
        ({"step": {"arguments": {HALF: [HALF]}}}, lambda found: found.steps[1].arguments == {"\ufffd": ["\ufffd"]}),
        ({"id": f"t-{HALF}"}, lambda found: found.id == "t-\ufffd"),
        ({"metadata": {HALF: {HALF}}}, lambda found: found.metadata == {"\ufffd": ["\ufffd"]}),
        ({"messages": ({"type": "human", "data": {"content": HALF}},)}, lambda found: "\ufffd" in str(found.messages)),
        ({"tools": ([{"name": HALF}],)}, lambda found: found.tools == ([{"name": "\ufffd"}],)),
        ({"metadata": {"raw": b"\xff\x00"}}, lambda found: found.metadata == {"raw": r"b'\xff\x00'"}),
        ({"metadata": {"any": object}}, lambda found: found.metadata == {"any": "<class 'object'>"}),
        ({"name": HALF, "error": HALF, "tags": (HALF,)}, lambda found: (found.name, *found.tags) == ("\ufffd",) * 2),
        ({"step": {"text": "\ud83d\ude00"}}, lambda found: found.steps[1].text == "\U0001f600"),
    ],
)
def test_a_trace_of_anything_is_stored_so_that_it_can_be_seen(coach, fields, read):
    kept = trace(**fields)
    (name,) = coach.traces.add([kept, trace(id="t-sound")])[:1]
    found = coach.traces.get(name)
    assert read(found)
    assert coach.traces.get("t-sound").text == trace(id="t-sound").text
    coach.traces.add(found)  # what was made storable stays as it is
    assert coach.traces.get(name) == found


def test_arguments_nested_without_end_are_kept_as_far_as_they_can_be_read(coach):
    deep = {}
    for _ in range(900):
        deep = {"in": deep}
    round_ = {"name": "itself"}
    round_["self"] = round_
    coach.traces.add([trace(step={"arguments": deep}), trace(id="t-round", metadata={"value": [round_]})])
    found = coach.traces.get("t-1").steps[1].arguments
    assert found["in"]["in"]["in"]
    assert "name" in str(coach.traces.get("t-round").metadata)


def test_a_time_at_either_end_of_time_is_stored_and_asked_for(coach):
    first = datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))
    last = datetime.max.replace(tzinfo=timezone(-timedelta(hours=11)))
    coach.traces.add(trace(started_at=datetime.min.replace(tzinfo=UTC), label="old"))
    assert [one.id for one in coach.traces.list(since=first, until=last, label="old")] == ["t-1"]
    assert coach.traces.list(since=last, label="old") == coach.traces.list(until=first, label="old") == []
    assert [*coach.audit(since=last)] == [*coach.audit(until=first)] == []


@pytest.mark.parametrize("value", [None, 7, 1.5, b"t-1", True])
def test_an_id_that_is_no_text_is_refused_in_words(coach, value):
    coach.traces.add(trace())
    for get in (coach.get, coach.traces.get, lambda given: coach.traces.list(label=[given])):
        with pytest.raises(InvalidCoachingError, match="is a text, not"):
            get(value)


@pytest.mark.parametrize("value", [-1, "3", 1.5, True, [1]])
def test_a_limit_that_is_no_number_is_refused_in_words(coach, value):
    for asked in (coach.receipts, coach.review, coach.change_sets, coach.traces.list, coach.traces.threads):
        with pytest.raises(InvalidCoachingError, match="limit is a number of"):
            asked(limit=value)


def test_two_ids_in_one_text_are_no_coaching(coach):
    first, second = (coach.add(intent=f"a thing of kind {n}", behavior=Reply("r")) for n in "ab")
    a, b = sorted((first.id, second.id))
    receipts = [receipt_of(coach.get(name)) for name in (a, b)]
    coach.traces.add(trace(id="t-both", step={"receipts": receipts}))
    assert [one.id for one in coach.traces.list(coaching_id=a)] == ["t-both"]
    assert coach.traces.list(coaching_id=f"{a}\n{b}") == coach.traces.list(coaching_id="") == []


def receipt_of(coaching):
    from langgraph_coaching.recall.receipt import Receipt

    return Receipt.of(coaching, probability=0.9, outcome="applied", reason="r")


def test_what_is_said_in_a_verdict_is_given_back_as_it_is_kept(coach):
    receipt = coach.advise("a parcel is late").considered[0]
    given = coach.verdict(receipt, correct=True, comment=f"late {HALF}", author=HALF)
    assert (given.comment, given.author) == ("late \ufffd", "\ufffd")
    assert coach.verdicts(receipt_ids=[receipt.id]) == [given]


@pytest.mark.parametrize("path", [HALF, "a\x00b", "long" * 100])
def test_a_name_that_no_file_can_have_is_refused_in_words(coach, path):
    for act in (coach.export, coach.import_, Coach):
        with pytest.raises(InvalidCoachingError, match="give another path"):
            act(path)
    with pytest.raises(TraceImportError, match="give another path"):
        import_traces(path)
    with pytest.raises(InvalidCoachingError, match="give another path"):
        coach.write_test(coach.list()[0], path)


def test_a_store_is_named_in_utf_8():
    with pytest.raises(InvalidCoachingError, match="UTF-8"):
        Coach(os.fsdecode(b"caf\xe9"))


def test_what_an_error_says_can_always_be_printed():
    assert str(CoachingError(f"no {HALF}", 1)).encode() == "('no \ufffd', 1)".encode()
    assert str(InvalidCoachingError(f"no {HALF}")) == "no \ufffd"
