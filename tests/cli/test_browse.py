"""`traces`, `show`, `list` and `advise`: tables a person can read in eighty columns, JSON that parses."""

import io
import json
import sys

import pytest

from langgraph_coaching import Advice, Coaching, Trace

LONG = "an-id-that-was-given-by-some-other-system-and-is-very-long-0123456789"


def flowed(text):
    """The text without what the table did to it."""
    return " ".join(text.split())


def widest(text):
    from rich.cells import cell_len

    return max(map(cell_len, text.splitlines()))


def test_coachings_are_listed_in_a_table(terminal, shop):
    done = terminal("list")
    assert (done.code, done.err) == (0, "")
    assert all(widest(line) <= 80 for line in done.out.splitlines() if LONG not in line)
    words = flowed(done.out)
    for word in ("id status rev when replying to do this", "swap", "active", "archived", "[action]", "[handoff]"):
        assert word in words
    assert "[red]not" in words
    assert LONG in words.split()
    assert "gone" not in words
    assert "PRIVATE" not in words


def test_coachings_are_listed_as_json(command, shop):
    done = command("list", "--json")
    assert done.code == 0
    found = [Coaching(**{k: v for k, v in row.items() if k != "content_hash"}) for row in done.json]
    assert found == shop.list()


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--text", "SWAP"], ["swap"]),
        (["--status", "archived"], ["old"]),
        (["--behavior", "handoff"], [LONG]),
        (["--text", "'; DROP TABLE coachings; --"], []),
        (["--text", "zzz"], []),
    ],
)
def test_coachings_are_filtered(arguments, names, command, shop):
    done = command("list", *arguments, "--json")
    assert [row["id"] for row in done.json] == names
    assert done.code == (0 if names else 1)


@pytest.mark.parametrize(("option", "value"), [("--status", "gone"), ("--behavior", "shout")])
def test_a_filter_that_does_not_exist_ends_with_2(option, value, command):
    done = command("list", option, value)
    assert (done.code, done.out) == (2, "")
    assert "is one of" in done.err
    assert repr(value) in done.err


def test_where_nothing_fits_it_says_what_to_do_beside_the_output(command, shop):
    done = command("list", "--text", "zzz")
    assert (done.code, done.out) == (1, "")
    assert "`langgraph-coaching add` makes one" in done.err
    done = command("traces", "--text", "zzz")
    assert (done.code, done.out) == (1, "")
    assert "`langgraph-coaching import` brings in recordings" in done.err


def test_traces_are_listed(command, terminal, shop):
    done = terminal("traces")
    assert (done.code, done.err) == (0, "")
    assert widest(done.out) <= 80
    for word in ("t-lamp", "t-empty", "failure", "imported", "I got a blue"):
        assert word in flowed(done.out)
    rows = command("traces", "--json").json
    assert {row["id"]: row["steps"] for row in rows} == {"t-lamp": 5, "t-empty": 0}


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--label", "failure"], ["t-lamp"]),
        (["--text", "BLUE"], ["t-lamp"]),
        (["--since", "2090-01-01"], []),
        (["--coaching", "swap"], []),
        (["--coaching", "' OR 1=1 --"], []),
    ],
)
def test_traces_are_filtered(arguments, names, command, shop):
    done = command("traces", *arguments, "--json")
    assert [row["id"] for row in done.json] == names
    assert done.code == (0 if names else 1)
    assert len(command("traces", "--limit", "1", "--json").json) == 1


def test_a_trace_is_shown_step_by_step(command, shop):
    done = command("show", "t-lamp")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "t-lamp  live, done, failure, thread th-1"
    assert [line[:4] for line in lines[2:7]] == ["  0 ", "  1*", "  2*", "  3 ", "  4*"]
    assert lines[1] == ""
    assert lines[4] == "  2* tool_call find  order: 汉字 [bold]1[/bold]"
    assert lines[-1] == "Steps with * can be coached: langgraph-coaching add --step t-lamp:4 --reply '…'"
    assert Trace(**command("show", "t-lamp", "--json").json) == shop.traces.get("t-lamp")


def test_a_coaching_is_shown_whole_with_its_history(command, shop):
    done = command("show", "swap")
    assert (done.code, done.err) == (0, "")
    for line in (
        "id: swap, revision 2, active",
        "when replying to: a customer asks to swap something that was delivered",
        "do this: [action] Call the tool `exchange` with",
        "also here: can I swap the lamp I got yesterday (author)",
        "never here: where is my parcel (author)",
        "scope: everywhere; priority 5",
        "source: t-lamp step 4: Sorry, no.",
        "notes: PRIVATE",
        "UTC  saved by Kim",
        "UTC  intent, priority",
    ):
        assert line in done.out
    assert "scope: agent support, tag vip; priority 0" in command("show", LONG).out
    assert [row["revision"] for row in command("show", "swap", "--json").json] == [1, 2]


def test_a_deleted_coaching_is_shown_as_such(command, shop):
    out = command("show", "gone").out
    assert "id: gone, revision 2, deleted" in out
    assert "UTC  deleted" in out
    shop.restore("gone")
    assert "UTC  restored" in command("show", "gone").out


@pytest.mark.parametrize("name", ["nothing", "", "' OR 1=1 --", "t-lamp-2", "汉字"])
def test_what_is_not_there_ends_with_1(name, command, shop):
    done = command("show", name)
    assert (done.code, done.out) == (1, "")
    assert f"no trace and no coaching {name!r}" in done.err
    assert "see `traces` and `list`" in done.err


def test_advice_says_what_applies_and_why(command, shop):
    done = command("advise", "can I swap the lamp I got?")
    assert (done.code, done.err) == (0, "")
    first, *_ = done.out.splitlines()
    assert first.startswith("applied")
    assert "swap rev 2  a customer asks to swap something that was delivered: probability" in first
    assert "<coaching>" in done.out
    assert "PRIVATE" not in done.out
    advice = Advice.from_json(command("advise", "can I swap the lamp I got?", "--json").json)
    assert [r.coaching_id for r in advice.applied] == ["swap"]
    assert shop.receipts() == []


def test_where_nothing_applies_it_says_so_and_why_and_ends_with_1(command, shop):
    done = command("advise", "how do I bake bread")
    assert (done.code, done.err) == (1, "")
    assert done.out.endswith("nothing applies\n")
    assert "below the floor" in done.out
    assert LONG not in done.out
    assert LONG in command("advise", "how do I bake bread", "--agent", "support", "--tag", "vip").out
    assert "there is no active coaching here" in command("advise", "hello", "-n", "empty").out


def test_receipts_are_kept_where_asked_for_and_can_be_judged(command, shop):
    done = command("advise", "can I swap the lamp I got?", "--keep")
    assert done.code == 0
    (receipt,) = shop.receipts(coaching_id="swap")
    assert f"({receipt.id})" in done.out
    assert "can I swap the lamp I got?" in receipt.situation
    assert "never applies" in command("verdict", receipt.id, "--wrong").out
    left_out = Advice.from_json(command("advise", "how do I bake bread", "--keep", "--json").json).receipt("swap")
    assert "it applies" in command("verdict", left_out.id, "--wrong").out
    assert command("advise", "hello", "--keep", "-n", "empty").code == 1


def test_the_floor_can_be_set(command, shop):
    assert command("advise", "can I swap the lamp I got?", "--floor", "1").code == 1
    assert command("advise", "how do I bake bread", "--floor", "0").code == 0


ASKED = [{"role": "user", "content": "hello"}, {"role": "user", "content": "can I swap the lamp I got?"}]


@pytest.mark.parametrize(
    "written",
    ["can I swap the lamp I got?", json.dumps(ASKED), json.dumps({"messages": ASKED}), json.dumps(ASKED[1]),
     json.dumps([["user", ASKED[1]["content"]]])],
)  # fmt: skip
@pytest.mark.parametrize("way", ["argument", "file", "input"])
def test_a_conversation_comes_from_an_argument_a_file_or_the_input(written, way, command, shop, tmp_path, monkeypatch):
    given = written
    if way == "file":
        (tmp_path / "asked.json").write_text(written, encoding="utf-8")
        given = str(tmp_path / "asked.json")
    elif way == "input":
        monkeypatch.setattr(sys, "stdin", io.StringIO(written))
        given = "-"
    assert [r.coaching_id for r in Advice.from_json(command("advise", given, "--json").json).applied] == ["swap"]


def test_words_that_begin_like_json_are_words(command, shop):
    assert command("advise", "[urgent] can I swap the lamp I got?").code == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "the conversation is empty"),
        ("  \n ", "the conversation is empty"),
        ('[{"role": "user"', "looks like JSON but is no list of messages"),
        ('[{"role": "martian", "content": "x"}]', "Unexpected message type: 'martian'"),
        ('{"x": 1}', "looks like JSON but is no list of messages"),
        ("nofile.json", "there is no file nofile.json"),
        ("some/where/asked.txt", "there is no file some/where/asked.txt"),
    ],
)
def test_a_conversation_that_cannot_be_read_ends_with_2_and_one_line(given, said, command, folder):
    done = command("advise", given)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert not folder.exists()


def test_a_file_that_is_no_text_ends_with_2(command, tmp_path):
    (tmp_path / "asked.bin").write_bytes(b"\xff\xfe\x00\xd8")
    done = command("advise", tmp_path / "asked.bin")
    assert (done.code, done.out) == (2, "")
    assert "cannot read the conversation" in done.err
