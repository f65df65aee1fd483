"""Any text in any argument of any method: an answer or one sentence; a filter finds what has it, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_values import TEXTS, fuzzed

from langgraph_coaching import Coach, Limits, Step, Trace
from langgraph_coaching.errors import CoachingError, StoreError
from langgraph_coaching.surrogates import replace_surrogates
from odd_calls import odd_calls, right_arguments
from scripted_model import ScriptedModel


def trace(trace_id, **fields):
    said = Step(index=0, trace_id=trace_id, type="user", author="user", text="my money back")
    answer = Step(index=1, trace_id=trace_id, type="message", author="agent", text="No.")
    return Trace(id=trace_id, steps=(said, answer), **fields)


@pytest.fixture(scope="module")
def given_arguments(coach, tmp_path_factory):
    return right_arguments(coach, trace("t-1"), ScriptedModel(answers=["no"]), tmp_path_factory.mktemp("files"))


FILES = {"export", "import_", "write_test"}


@fuzzed(10)
@given(text=TEXTS, data=st.data())
def test_any_text_in_any_argument_is_answered_or_refused_in_words(coach, given_arguments, text, data):
    calls = [*odd_calls(coach, given_arguments, text), *odd_calls(coach.traces, given_arguments, text)]
    calls = [one for one in calls if one[0].split("(")[0] not in FILES]
    name, made = data.draw(st.sampled_from(calls).map(lambda one: one), label="call")
    try:
        made()
    except StoreError as error:
        pytest.fail(f"{name}: {error}")
    except CoachingError as error:
        str(error).encode()


@pytest.fixture(scope="module")
def other(coach):
    with Coach(coach.uri, embeddings=coach.embeddings, limits=Limits(deadline=30), namespace="other") as opened:
        opened.traces.add(trace("theirs", thread_id="theirs", label="theirs"))
        yield opened


@fuzzed(2)
@given(values=st.lists(TEXTS, min_size=1, max_size=3, unique_by=replace_surrogates), asked=TEXTS)
def test_a_filter_finds_what_has_it_and_nothing_else(coach, other, values, asked):
    made = [trace(f"f-{place}", thread_id=value, label=value, name=value) for place, value in enumerate(values)]
    coach.traces.add(made)
    for value in (*values, asked):
        for column in ("thread_id", "label"):
            found = coach.traces.list(**{column: value}, limit=None)
            assert {getattr(one, column) for one in found} <= {replace_surrogates(value)}
            here = {one.id for one in made if replace_surrogates(getattr(one, column)) == replace_surrogates(value)}
            assert here <= {one.id for one in found}
            assert other.traces.list(**{column: value}) == ([] if value != "theirs" else other.traces.list())
        assert "theirs" not in {one.id for one in coach.traces.list(text=value, limit=None)}
        assert {one.id for one in coach.traces.list(limit=None, text=value)} >= {
            one.id for one in coach.traces.list(limit=None) if replace_surrogates(value) in one.text
        }
    gone = coach.traces.delete(thread_id=values[0]) if values[0] else None
    assert gone is None or "theirs" not in gone.trace_ids
    assert [one.id for one in other.traces.list()] == ["theirs"]
