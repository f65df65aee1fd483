"""Ids by how they begin, and a step by its name."""

import pytest

from langgraph_coaching import Coach, Reply, Step, Trace
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError


def fill(coach):
    for name in ("c-ab1", "c-ab2", "c-b", "x:1"):
        coach.add(id=name, intent=f"case {name}", behavior=Reply("r"))
    coach.edit("c-ab1", priority=1)
    coach.delete("c-ab2")
    step = Step(index=0, trace_id="t:1", type="message", author="agent", text="Hi.")
    coach.traces.add(Trace(id="t:1", steps=(step,)))


@pytest.fixture
def filled(coach, written_once):
    written_once(fill, coach.uri)
    return coach


@pytest.mark.parametrize(
    ("beginning", "found"),
    [
        ("c-ab", ["c-ab1", "c-ab2"]), ("c-ab1", ["c-ab1"]), ("c-", ["c-ab1", "c-ab2", "c-b"]), ("C-", []), ("%", []),
        ('"', []), ("c-ab1\\", []), ("' OR 1=1 --", []), ("\U0010ffff", []), ("", ["c-ab1", "c-ab2", "c-b", "x:1"]),
    ],
)  # fmt: skip
def test_coachings(beginning, found, filled):
    assert filled.find_ids(beginning, kind="coaching") == found


def test_the_other_kinds_and_no_other(filled):
    assert filled.find_ids("t", kind="trace") == ["t:1"]
    assert filled.find_ids("t", kind="receipt") == []
    assert filled.find_ids("", kind="change_set") == []
    with pytest.raises(InvalidCoachingError, match="kind is one of coaching, trace, receipt, change_set, not 'step'"):
        filled.find_ids("t", kind="step")


def test_another_namespace_and_an_empty_store(filled, tmp_path):
    for coach in (Coach(filled.uri, namespace="c"), Coach(tmp_path / "new")):
        with coach:
            assert coach.find_ids("", kind="coaching") == []
    assert not (tmp_path / "new").exists()


def test_a_step_by_name(filled):
    assert filled.draft("t:1:0").step == filled.traces.get("t:1").steps[0]


@pytest.mark.parametrize("name", ["t:1", "t:1:1", "t:1:-1", "t:1:", "", ":0", "0", "t:1:0:0", "t:1:\u0660"])
def test_a_name_of_no_step(name, filled):
    with pytest.raises((InvalidCoachingError, NotFoundError)):
        filled.draft(name)
