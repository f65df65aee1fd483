"""`langgraph-coaching review` and `similar`: one question at a time, one key each; and what `add` tells."""

import io
import sys

import pytest

from langgraph_coaching import Coach, Limits, Reply, import_traces
from langgraph_coaching.cli.ask import ask_each
from langgraph_coaching.errors import InvalidCoachingError

NEAR = ["what would delivery to France cost", "is sending to Iceland expensive", "price of postage abroad"]
WHEN = "a customer asks what shipping costs"


@pytest.fixture
def typed(monkeypatch):
    """Pipes lines into the command."""
    return lambda *lines: monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


@pytest.fixture
def there(folder, embeddings):
    with Coach(folder, embeddings=embeddings, limits=Limits(deadline=60)) as coach:
        coach.add(id="c-ship", intent=WHEN, behavior=Reply("Ask for the [country]."))
        yield coach


@pytest.fixture
def asked(there):
    """A store with a coaching that was asked about three times."""
    for text in NEAR:
        there.advise(text)
    there.flush()
    return there


@pytest.fixture
def recorded(there):
    """A store with a coaching and three recorded runs."""
    rows = [{"messages": [{"role": "user", "content": text}]} for text in NEAR]
    there.traces.add(import_traces(rows, format="openai"))
    return there


def right(receipt):
    return "r"


def missed(receipt):
    return "w" if receipt.applied else "f"


# ── review ──


def test_each_answer_is_a_verdict_of_the_author_and_teaches(command, asked, typed):
    first, second, third = asked.review()
    typed(missed(first), "skip", "right")
    done = command("review", "--author", "dana")
    assert (done.code, done.err) == (0, "")
    assert "2 of 3 judged" in done.out
    assert [(v.receipt_id, v.correct, v.author) for v in asked.verdicts()] == [
        (first.id, False, "dana"), (third.id, True, "dana"),
    ]  # fmt: skip
    assert {e.origin for e in asked.get("c-ship").examples} == {"verdict"}
    assert [one.id for one in asked.review()] == [second.id]


def test_each_question_has_a_counter_what_was_said_and_what_there_is_to_say(command, asked, typed):
    typed()
    first, *_ = asked.review()
    done = command("review")
    shown = done.out
    assert "1 of 3" in shown
    assert "2 of 3" not in shown
    for text in (first.situation, f"c-ship: {WHEN}", "do this: Ask for the [country].", first.reason, "[r] right"):
        assert text in shown
    assert ("[w] wrong" in shown, "[f] should have fired" in shown) == (first.applied, not first.applied)
    assert "0 of 3 judged" in shown
    assert asked.verdicts() == []


def test_the_last_answer_can_be_undone_also_at_the_end(command, asked, typed):
    first, second, third = asked.review()
    typed(missed(first), "undo", "r", "r", missed(third), "u", "r")
    assert command("review").code == 0
    assert {v.receipt_id: v.correct for v in asked.verdicts()} == {one.id: True for one in (first, second, third)}
    assert asked.get("c-ship").revision == 4  # what was undone was never said


def test_quitting_keeps_what_was_answered(command, asked, typed):
    first, *_ = asked.review()
    typed("r", "q")
    assert "1 of 3 judged" in command("review").out
    assert [v.receipt_id for v in asked.verdicts()] == [first.id]


def test_a_piped_line_that_is_no_answer_stops_and_keeps_what_was_answered(command, asked, typed):
    first, *_ = asked.review()
    typed("r", "perhaps", "r")
    done = command("review")
    assert done.code == 2
    assert "'perhaps' is no answer here; answer with one of r, " in done.err
    assert [v.receipt_id for v in asked.verdicts()] == [first.id]


def test_machines_get_the_list_and_the_limit_counts(command, asked):
    assert [row["id"] for row in command("review", "--json").json] == [one.id for one in asked.review()]
    assert len(command("review", "--limit", 1, "--json").json) == 1


def test_where_there_is_nothing_to_judge_it_says_so(command, there):
    done = command("review")
    assert (done.code, done.out) == (1, "")
    assert "to judge" in done.err
    assert command("review", "--json").json == []


@pytest.fixture
def pressed(monkeypatch):
    """Presses keys on a terminal; Ctrl-C and Ctrl-D are what `getchar` makes of them."""

    def press(*keys):
        waiting = iter(keys)

        def getchar():
            key = next(waiting)
            if key in (KeyboardInterrupt, EOFError):
                raise key
            return key

        terminal = io.StringIO()
        terminal.isatty = lambda: True
        monkeypatch.setattr(sys, "stdin", terminal)
        monkeypatch.setattr("typer.getchar", getchar)

    return press


def test_on_a_terminal_a_key_is_enough_and_another_one_is_asked_again(command, asked, pressed):
    first, _, third = asked.review()
    pressed("x", "R", "\x1b[A", "s", "r", KeyboardInterrupt)
    done = command("review")
    assert done.code == 130  # and what was answered before is kept
    assert "'x' is none of them" in done.err
    assert {v.receipt_id for v in asked.verdicts()} == {first.id, third.id}


def test_the_end_of_the_input_on_a_terminal_quits(command, asked, pressed):
    pressed("r", EOFError)
    assert command("review").code == 0
    assert len(asked.verdicts()) == 1


# ── similar ──


def test_yes_and_no_are_saved_as_one_revision(command, recorded, typed):
    found = recorded.similar("c-ship")
    assert {one.text for one in found} == set(NEAR)
    typed("y", "no", "u", "yes", "n")
    done = command("similar", "c-ship")
    assert (done.code, done.err) == (0, "")
    assert "1 of 3" in done.out
    assert found[0].text in done.out
    learned = recorded.get("c-ship")
    assert learned.revision == 2
    assert [(e.text, e.applies, e.origin) for e in learned.examples] == [
        (found[0].text, True, "recorded"), (found[1].text, True, "recorded"), (found[2].text, False, "recorded"),
    ]  # fmt: skip
    assert "c-ship has learned from 2 yes and 1 no (revision 2)" in done.out


def test_without_an_answer_nothing_is_saved(command, recorded, typed):
    typed("s", "q")
    assert command("similar", "c-ship").code == 0
    assert recorded.get("c-ship").revision == 1


def test_what_was_answered_before_the_input_went_wrong_is_saved(command, recorded, typed):
    typed("y", "maybe")
    assert command("similar", "c-ship").code == 2
    assert len(recorded.get("c-ship").examples) == 1


def test_machines_get_the_situations(command, recorded):
    rows = command("similar", "c-ship", "--json").json
    assert [row["text"] for row in rows] == [one.text for one in recorded.similar("c-ship")]
    assert set(rows[0]) == {"text", "turns", "probability", "count", "trace_id", "step", "receipt_id"}
    assert len(command("similar", "c-ship", "--json", "--limit", 2).json) == 2


def test_a_long_conversation_is_shown_from_its_end(command, there, typed):
    said = [("user" if n % 2 == 0 else "assistant", f"turn {n}") for n in range(8)]
    asked = "do you ship to Iceland"
    messages = [{"role": role, "content": text} for role, text in (*said, ("user", asked))]
    there.traces.add(import_traces([{"messages": messages}], format="openai"))
    there.edit("c-ship", add_examples=[NEAR[2]])
    typed("q")
    done = command("similar", "c-ship")
    assert "… 4 earlier" in done.out
    assert "turn 3" not in done.out
    assert done.out.index("turn 6") < done.out.index(asked)


def test_where_there_is_nothing_to_ask_it_says_so(command, there):
    done = command("similar", "c-ship")
    assert (done.code, done.out) == (1, "")
    assert "near to c-ship" in done.err
    assert "c-none" in command("similar", "c-none").err


# ── add ──


def test_adding_tells_what_to_expect(command, recorded):
    done = command("add", "--when", WHEN, "--reply", "x", "--example", NEAR[0])
    assert (done.code, done.err) == (0, "")
    assert "known by 2 texts" in done.out
    assert "of 3 recorded situations" in done.out
    assert "next: " in done.out


def test_a_file_of_many_is_not_told_one_by_one(command, tmp_path):
    file = tmp_path / "many.jsonl"
    row = '{{"intent": "case {}", "behavior": {{"type": "reply", "text": "x"}}}}\n'
    file.write_text("".join(row.format(n) for n in range(4)), encoding="utf-8")
    assert "known by" not in command("add", "--from", file).out


def test_what_cannot_be_looked_up_does_not_make_saving_fail(command, recorded, monkeypatch):
    def fails(*_, **__):
        raise RuntimeError("a trace [red]from[/red] another world")

    monkeypatch.setattr("langgraph_coaching.traces.archive.Archive.newest", fails)
    done = command("add", "--when", WHEN, "--reply", "x")
    assert done.code == 0
    assert "1 saved in" in done.out
    assert "could not be looked up: a trace [red]from[/red] another world" in done.err
    assert len(recorded.list()) == 2


# ── one question at a time ──


def said(items, *lines):
    """What comes of these lines, and where it stopped."""
    return list(ask_each(items, lambda one: None, lambda one: {"y": "yes", "n": "no"}))


def test_an_answer_is_given_on_when_it_cannot_be_undone_any_more(typed):
    typed("y", "n", "u", "y", "s", "u", "n")
    asked = ask_each("abc", lambda one: None, lambda one: {"y": "yes", "n": "no"})
    assert list(asked) == [("a", "y"), ("b", "y"), ("c", "n")]
    typed("u", "u", "y")
    assert said("a") == [("a", "y")]
    typed("y", "u", "q")
    assert said("a") == []
    typed("y", "q")
    assert said("a") == [("a", "y")]
    assert said("") == []


def test_a_key_that_is_reserved_for_another_question_is_none_here(typed):
    typed("r")
    with pytest.raises(InvalidCoachingError, match="answer with one of y, n, s, u, q"):
        said("a")
