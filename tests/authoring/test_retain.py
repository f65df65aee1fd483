"""A rule of retention: what is older, or more, goes; what coachings were written from stays."""

from datetime import UTC, datetime, timedelta

import pytest

from langgraph_coaching import Reply, Trace
from langgraph_coaching.authoring import retainer
from langgraph_coaching.errors import InvalidCoachingError


@pytest.fixture
def aged(coach):
    """Traces of 0 to 5 days ago, from the oldest of which a coaching was written."""
    now = datetime.now(UTC) - timedelta(hours=1)
    coach.traces.add([Trace(id=f"t-{days}", started_at=now - timedelta(days=days)) for days in range(6)])
    coach.add(intent="a customer wants a refund", behavior=Reply("r"), source={"trace_id": "t-5", "step": 0})
    return coach


@pytest.mark.parametrize(
    ("rule", "gone"),
    [
        ({"days": 3}, ("t-4", "t-3")),
        ({"traces": 2}, ("t-4", "t-3", "t-2")),
        ({"days": 2, "traces": 5}, ("t-4", "t-3", "t-2")),
        ({"days": 4, "traces": 3}, ("t-4", "t-3")),
        ({"days": 10, "traces": 10}, ()),
        ({"days": 900_000_000}, ()),
        ({"traces": 0}, ("t-4", "t-3", "t-2", "t-1", "t-0")),
    ],
)
def test_what_goes(aged, rule, gone):
    assert aged.retain(**rule, dry_run=True).trace_ids == gone
    assert len(aged.traces.list()) == 6
    done = aged.retain(**rule)
    assert (done.trace_ids, bool(done)) == (gone, bool(gone))
    assert {trace.id for trace in aged.traces.list()} == {f"t-{days}" for days in range(6)} - {*gone}
    assert not aged.retain(**rule)


def test_one_call_deletes_so_many_at_most_the_oldest_first(aged, monkeypatch):
    monkeypatch.setattr(retainer, "MOST", 2)
    assert [aged.retain(traces=1).trace_ids for _ in range(3)] == [("t-4", "t-3"), ("t-2", "t-1"), ()]


@pytest.mark.parametrize("rule", [{}, {"days": -1}, {"traces": -1}, {"days": "thirty"}, {"days": float("nan")}])
def test_what_is_no_rule_is_refused(aged, rule):
    with pytest.raises(InvalidCoachingError):
        aged.retain(**rule)
    assert len(aged.traces.list()) == 6
