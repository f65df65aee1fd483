"""How it looks: a terminal of 80 or 120 columns, and piped; `show` as a conversation; filters; receipts."""

import pytest
from rich.cells import cell_len

from langgraph_coaching import Coach, Step, Trace
from langgraph_coaching.cli.table import Column, lay_out

LONG = "an-id-that-was-given-by-some-other-system-and-is-very-long-0123456789"


@pytest.fixture
def called(shop):
    """A shop with a run that used a tool with arguments, at great length, and in which coaching was applied."""
    (receipt,) = (r for r in shop.advise("can I swap the lamp I got yesterday?").considered if r.coaching_id == "swap")
    shop.flush()
    rows = [
        ("user", "user", {"text": "swap it\x1b[2J please"}),
        ("tool_call", "agent", {"name": "find", "text": "{}", "arguments": {"order": "7", "deep": {"a": [1, 2]}}}),
        ("tool_result", "tool", {"name": "find", "text": '{"state": "sent"}'}),
        ("message", "agent", {"text": "word " * 300, "receipts": (receipt,), "model": "small-1"}),
        ("user", "user", {"text": "thanks"}),
    ]
    steps = [Step(index=n, trace_id="t-call", type=t, author=a, **rest) for n, (t, a, rest) in enumerate(rows)]
    shop.traces.add(Trace(id="t-call", name="support", origin="simulated", steps=tuple(steps), models=("small-1",)))
    return shop


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("arguments", [["list"], ["traces"], ["receipts"], ["report"], ["show", "t-call"]])
def test_no_line_is_wider_than_the_terminal_unless_an_id_is(arguments, columns, terminal, called):
    done = terminal(*arguments, columns=columns)
    assert done.code == 0
    lines = done.out.splitlines()
    assert [line for line in lines if cell_len(line) > columns and LONG not in line and "add --step" not in line] == []
    assert [line for line in lines if line != line.rstrip()] == []


@pytest.mark.parametrize("columns", [20, 40, 80, 120])
def test_an_id_is_never_cut(columns, terminal, called):
    assert LONG in terminal("list", columns=columns).out.split()
    assert LONG in terminal("report", columns=columns).out.split()
    names = [receipt.id for receipt in called.receipts()]
    assert set(names) <= set(terminal("receipts", columns=columns).out.split())


def test_piped_a_row_is_a_line_of_whole_values_with_tabs_between(command, called):
    rows = [line.split("\t") for line in command("list").out.splitlines()]
    assert [row[0] for row in rows] == [coaching.id for coaching in called.list()]
    assert {len(row) for row in rows} == {5}
    assert rows[0][3] == called.get("swap").intent
    rows = [line.split("\t") for line in command("traces").out.splitlines()]
    assert {row[0]: row[-1] for row in rows}["t-call"] == "swap it[2J please"
    (row,) = (line.split("\t") for line in command("receipts", "--coaching", "swap").out.splitlines())
    assert (row[0], row[2], row[4]) == (called.receipts(coaching_id="swap")[0].id, "swap", "applied")


def test_turns_are_apart_arguments_a_line_each_and_what_was_applied_is_said(terminal, called):
    lines = terminal("show", "t-call").out.splitlines()
    assert lines[1:6] == [
        "", "  0  user  swap it[2J please", "  1* tool_call find", "      order: 7", '      deep: {"a": [1, 2]}',
    ]  # fmt: skip
    after = lines[lines.index("  4  user  thanks") - 1]
    assert after == ""
    assert "\x1b" not in "".join(lines)
    said = [line for line in lines if "word" in line]
    assert all(line.startswith("      word") for line in said[1:])
    assert "(899 more characters; --full shows them)" in "".join(lines)
    assert any(line.startswith("      [applied 0.") and "swap rev 2" in line for line in lines)
    whole = terminal("show", "t-call", "--full").out
    assert whole.count("word") == 300
    assert '"state": "sent"' in whole


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--thread", "th-1"], {"t-lamp"}),
        (["--origin", "imported"], {"t-empty"}),
        (["--agent", "support"], {"t-call"}),
        (["--model", "small-1"], {"t-call"}),
        (["--tool", "find"], {"t-call", "t-lamp"}),
        (["--tool", "find", "--limit", "1"], {"t-call"}),
        (["--tool", "fin"], set()),
        (["--coached"], {"t-call"}),
        (["--uncoached"], {"t-lamp", "t-empty"}),
        (["--tool", "find", "--uncoached"], {"t-lamp"}),
        (["--coaching", "swa"], {"t-call"}),
    ],
)
def test_traces_are_narrowed_down(options, names, command, called):
    assert {row["id"] for row in command("traces", *options, "--json").json} == names


def test_receipts_of_nothing_end_with_1(command, shop):
    done = command("receipts", "--coaching", "old")
    assert (done.code, done.out, "no receipts in" in done.err) == (1, "", True)
    assert command("receipts", "--limit", "0").code == 2


def test_words_get_a_line_of_their_own_where_there_is_no_room():
    columns = (Column("id"), Column("n", right=True), Column("said", words=True))
    rows = [("a-1", "3", "all of it, and more than fits"), ("a-22", "10", "")]
    assert lay_out(columns, rows, 30) == [
        "id     n  said", "a-1    3  all of it, and more…", "a-22  10",
    ]  # fmt: skip
    assert lay_out(columns, rows, 20) == ["id     n", "a-1    3", "  all of it, and mo…", "a-22  10"]
    assert lay_out((Column("id"),), [], 80) == ["id"]


def test_wide_letters_are_counted_as_the_terminal_does():
    lines = lay_out((Column("id"), Column("said", words=True)), [("a", "汉字" * 40)], 41)
    assert cell_len(lines[1]) <= 41


@pytest.mark.parametrize("on_a_terminal", [True, False])
def test_a_coaching_has_hanging_indents_on_a_terminal_only(folder, request, on_a_terminal):
    long = "a customer asks to cancel a ticket " + "and tells a long story of it " * 6
    with Coach(folder) as coach:
        steps = [
            Step(index=0, trace_id="t-1", type="user", author="user", text="Cancel it."),
            Step(index=1, trace_id="t-1", type="message", author="agent", text="Sure:\n\n1. When?\x1b[2J\n2. Why?"),
        ]
        coach.traces.add(Trace(id="t-1", steps=steps))
        draft = coach.draft(coach.traces.get("t-1").steps[1]).when(long).reply("返品手続きをご案内してください。" * 9)
        coach.save(draft.having(id="c-long", notes="one\ntwo"))
    shown = request.getfixturevalue("terminal" if on_a_terminal else "command")("show", "c-long").out
    assert "source: t-1 step 1: Sure:\n      1. When?[2J\n      2. Why?\n" in shown
    assert "notes: one\n      two\n" in shown
    assert (f"when replying to: {long.strip()}\n" in shown) is not on_a_terminal
    if on_a_terminal:
        assert {line[:6] for line in shown.splitlines() if line.startswith(" ")} <= {" " * 6, "    1 "}
        assert all(cell_len(line) <= 80 for line in shown.splitlines())


def test_what_ctrl_c_ends_has_one_code_and_no_traceback(monkeypatch, capsys):
    from langgraph_coaching.cli import app, main

    def stopped():
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "run", stopped)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == ""
