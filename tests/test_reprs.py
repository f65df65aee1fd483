"""What people print is one line."""

import pytest

import langgraph_coaching
from langgraph_coaching import Advice, Coaching, Handoff, Receipt, Reply, Step, Trace
from langgraph_coaching.recall.advice import failed_advice

LONG = "It\ngoes on \x1b[31m" + "and on " * 5_000


@pytest.fixture
def shown(coach):
    step = Step(index=1, trace_id="t-1", type="message", author="agent", text=LONG)
    user = Step(index=0, trace_id="t-1", type="user", author="user", text=LONG)
    trace = Trace(id="t-1", label="failure", steps=(user, step))
    coach.traces.add(trace)
    coaching = coach.add(id="c-1", intent="a refund", behavior=Reply("and on " * 200))
    draft = coach.draft("t-1:1")
    return {
        "trace": trace, "step": step, "coaching": coaching, "draft": draft, "replied": draft.reply("Yes."),
        "advice": coach.advise("a refund"), "none": Advice(), "failed": failed_advice(LONG),
        "receipt": coach.advise("a refund").considered[0], "diff": coach.replay(trace).diff(),
        "lost": Receipt(coaching_id=None, revision=None, probability=0.0, outcome="failed", reason=LONG),
    }  # fmt: skip


def test_it_is_one_short_line(shown):
    for name, one in shown.items():
        assert repr(one).isprintable(), name
        assert len(repr(one)) <= 220, name
    for name in ("trace", "step", "coaching", "advice", "receipt", "draft"):
        assert str(shown[name]) == repr(shown[name])


def test_it_says_what_it_is(shown):
    assert repr(shown["coaching"]).startswith("Coaching(c-1 revision 1, active: 'a refund', reply 'and on")
    assert repr(shown["trace"]).startswith("Trace(t-1: live, done, failure, 2 steps, 'It goes on ")
    assert repr(shown["step"]).startswith("Step(t-1:1 message 'It goes on ")
    assert repr(shown["draft"]).endswith(", no behavior yet, from t-1:1)")
    assert repr(shown["replied"]).endswith(", reply 'Yes.', from t-1:1)")
    assert repr(shown["advice"]) == "Advice(1 of 1 considered apply: c-1)"
    assert repr(shown["none"]) == "Advice(0 of 0 considered apply)"
    assert repr(shown["failed"]).startswith("Advice(failed: 'It goes on")
    assert ": c-1 revision 1, applied at " in repr(shown["receipt"])
    assert repr(shown["diff"]) == "Diff(t-1: 0 of 1 model calls changed)"
    gone = Coaching(id="c", intent="x", behavior=Handoff("y"), deleted=True)
    assert repr(gone).startswith("Coaching(c revision 1, deleted: 'x', handoff ")


def test_the_version_is_the_one_that_is_installed():
    import tomllib
    from pathlib import Path

    settings = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
    assert langgraph_coaching.__version__ == settings["project"]["version"]
