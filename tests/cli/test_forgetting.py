"""`langgraph-coaching forget`: it shows what would go, asks, and says what went."""

from datetime import UTC, datetime, timedelta

import pytest

from langgraph_coaching import Step, Trace


def add_recorded(coach):
    now = datetime.now(UTC)
    for number, user, days in ((0, "lee", 40), (1, "lee", 0), (2, "kim", 0)):
        steps = [
            Step(index=0, trace_id=f"t-{number}", type="user", author="user", text=f"words of {user}"),
            Step(index=1, trace_id=f"t-{number}", type="message", author="agent", text="No."),
        ]
        fields = {"metadata": {"user_id": user}, "thread_id": f"th-{number}", "started_at": now - timedelta(days)}
        coach.traces.add(Trace(id=f"t-{number}", steps=steps, **fields))
    step = coach.traces.get("t-0").steps[1]
    coach.save(coach.draft(step).when("a customer wants words").reply("Say yes.").having(id="c-1"))


@pytest.fixture
def recorded(folder, written_once):
    """Three runs of two users, one of them long ago, and a coaching from the first."""
    written_once(add_recorded, folder)


def left(command):
    return sorted(trace["id"] for trace in command("traces", "--json").json)


def test_a_dry_run_says_what_would_go(command, recorded):
    done = command("forget", "--user", "lee", "--dry-run")
    assert done.code == 0
    assert "2 traces would be forgotten: t-0, t-1" in done.out
    assert "1 example and 1 excerpt of c-1, in every revision" in done.out
    assert left(command) == ["t-0", "t-1", "t-2"]


def test_with_yes_it_goes_and_says_so_as_json(command, recorded):
    done = command("forget", "--user", "lee", "--yes", "--json")
    assert (done.code, done.json["trace_ids"], done.json["cleared"]) == (0, ["t-0", "t-1"], True)
    assert (done.json["examples"], done.json["excerpts"], done.json["coaching_ids"]) == (1, 1, ["c-1"])
    assert left(command) == ["t-2"]
    assert command("show", "c-1").code == 0
    assert command("forget", "--user", "lee", "--yes").code == 1


def test_piped_it_does_nothing_unless_it_is_told_to(command, recorded, monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    done = command("forget", "t-2")
    assert done.code == 2
    assert "add --yes" in done.err
    assert "1 trace would be forgotten: t-2" in done.err
    assert len(left(command)) == 3


@pytest.mark.parametrize(("said", "there"), [(True, ["t-0", "t-1"]), (False, ["t-0", "t-1", "t-2"])])
def test_on_a_terminal_it_asks(command, recorded, monkeypatch, said, there):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: said)
    assert command("forget", "t-2").code == (0 if said else 2)
    assert left(command) == there


def test_traces_only(command, recorded):
    done = command("forget", "--older-than", "30", "--traces-only", "--yes")
    assert "1 trace deleted: t-0" in done.out
    assert "words of lee" in command("show", "c-1", "--json").out


@pytest.mark.parametrize(
    ("options", "said"),
    [((), "say which traces"), (("--older-than", "1e99"), "days"), (("--keep-latest", "-1"), "--keep-latest")],
)
def test_what_is_not_acceptable_is_refused(command, recorded, options, said):
    done = command("forget", "--yes", *options)
    assert done.code == 2
    assert said in done.err
    assert len(left(command)) == 3


def test_nothing_there(command, recorded):
    done = command("forget", "--thread", "none", "--yes")
    assert done.code == 1
    assert "nothing matched" in done.out + done.err


def test_a_rule_is_shown_set_kept_and_ended(command, recorded):
    shown = command("retain")
    assert (shown.code, "no rule is stored" in shown.err) == (1, True)
    assert "langgraph-coaching retain --days 90 --always" in shown.err
    assert command("retain", "--days", "60").code == 1
    done = command("retain", "--traces", "1", "--dry-run")
    assert (done.code, "1 trace would be deleted: t-1" in done.out) == (0, True)
    done = command("retain", "--days", "90", "--traces", "2", "--always")
    assert done.code == 0
    assert "traces of the last 90 days, of these the latest 2" in done.err
    assert command("retain", "--json").json["days"] == 90
    assert "kept by itself since" in command("retain").out
    assert command("retain", "--off", "--days", "3").code == 2
    assert command("retain", "--off").code == 0
    assert command("retain", "--off").code == 1


def test_a_rule_asks_before_runs_go(command, recorded, monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    done = command("retain", "--traces", "1", "--always")
    assert (done.code, "add --yes" in done.err) == (2, True)
    assert command("retain").code == 1
    done = command("retain", "--traces", "1", "--always", "--yes")
    assert (done.code, "1 trace deleted: t-1" in done.out) == (0, True)
    assert left(command) == ["t-0", "t-2"]  # of the first a coaching was written


def test_which_runs_is_asked_in_the_words_of_the_command(command, recorded):
    said = command("forget").err
    assert "--older-than or --keep-latest" in " ".join(said.split())
    assert "=" not in said
