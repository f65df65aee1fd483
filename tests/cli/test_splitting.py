"""`split`: what is printed at 80 columns and piped, what is written and saved, and that the prompt stays."""

import pytest

from langgraph_coaching.coaching.exchange import FORM

PROMPT = """\
# Shop

Be brief.

- If a customer asks about a lost parcel, call open_case.
- Never guess.
- When a customer wants to return a worn shoe, say no.
"""


@pytest.fixture
def prompt(tmp_path):
    path = tmp_path / "prompt.md"
    path.write_text(PROMPT, encoding="utf-8")
    return path


def test_the_pieces_are_shown_and_counted(terminal, prompt):
    done = terminal("split", prompt)
    lines = done.out.splitlines()
    assert (done.code, max(map(len, lines)) <= 80) == (0, True)
    assert lines[0] == "1 line 5: If a customer asks about a lost parcel, call open_case."
    assert "  when replying to: a customer wants to return a worn shoe" in lines
    assert lines[-1].startswith("2 pieces for one situation each; ")


def test_piped_a_piece_is_a_line(command, prompt):
    lines = command("split", prompt).out.splitlines()
    assert [line.split("\t")[:3] for line in lines] == [
        ["line 5", "action", "a customer asks about a lost parcel"],
        ["line 7", "reply", "a customer wants to return a worn shoe"],
    ]


def test_files_for_review_drafts_and_what_remains(command, shop, prompt, tmp_path):
    done = command(
        "split", prompt, "--write", tmp_path / "files", "--save", "--remaining", tmp_path / "left.md", "--drop", "2",
        "--author", "Kim",
    )  # fmt: skip
    assert done.code == 0
    assert prompt.read_text(encoding="utf-8") == PROMPT
    assert (tmp_path / "left.md").read_text(encoding="utf-8") == PROMPT.replace(PROMPT.splitlines()[4] + "\n", "")
    (path,) = (tmp_path / "files").iterdir()
    assert path.read_text(encoding="utf-8").startswith(f"coaching: {FORM}\nid: split-")
    (made,) = shop.list(text="lost parcel")
    assert (made.status, made.author, made.behavior.tool) == ("draft", "Kim", "open_case")
    again = command("split", prompt, "--write", tmp_path / "files", "--save", "--json")
    assert "1 written" in again.err
    assert "1 saved as drafts, 1 there already" in again.err
    assert [piece["first_line"] for piece in again.json["pieces"]] == [5, 7]
    assert command("import", tmp_path / "files", "--json").json["added"] == []


@pytest.mark.parametrize("options", [["--remaining", "PROMPT"], ["--graph", "nowhere:graph"], ["--model", ""]])
def test_what_cannot_be_done_is_refused_before_anything_is(command, prompt, options):
    given = [str(prompt) if one == "PROMPT" else one for one in options]
    assert command("split", prompt, *given).code == 2
    assert prompt.read_text(encoding="utf-8") == PROMPT


def test_where_all_of_it_holds_everywhere_there_is_nothing(command, prompt, tmp_path):
    prompt.write_text("Be brief.\n")
    assert command("split", prompt).code == 1
    assert command("split", tmp_path / "none.md").code == 2
