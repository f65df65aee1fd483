"""The README is run: its snippets in order, as a new user types them, each printing what is shown under it."""

import re
from pathlib import Path

import pytest
from snippets import alike, run_snippets, snippets_in

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_snippet_prints_what_is_shown_under_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    snippets = snippets_in(README)
    assert sum(shown is not None for _, shown in snippets) >= 4
    names = run_snippets(snippets, "README.md")
    coach = names["coach"]
    coach.flush()
    try:
        assert [receipt.coaching_id for receipt in names["advice"].applied] == [names["coaching"].id]
        assert "Ask which country" in names["advice"].prompt
        assert len(coach.traces.list(coaching_id=names["coaching"].id)) == 1
    finally:
        coach.close()


def test_a_changed_word_or_probability_is_seen():
    assert alike("c-uy85kjmc5rem applied at 0.77\n", "c-k3v9q2m7x4ab applied at 0.76")
    assert not alike("applied at 0.77", "applied at 0.57")
    assert not alike("applied at 0.77", "below the floor at 0.77")
    with pytest.raises(AssertionError, match="snippet 1 prints"):
        run_snippets(snippets_in("```python\nprint(2)\n```\n"), "a text")


def test_it_stays_short_enough_to_be_read():
    assert len(README.splitlines()) <= 200


@pytest.mark.parametrize("text", ["README.md", ".github/CONTRIBUTING.md"])
def test_what_it_points_at_is_there(text):
    written = (ROOT / text).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", written) if "://" not in link]
    paths = re.findall(r"`((?:tests|examples|src|cassettes|\.ci|\.github)/[\w./-]*)`", written)
    assert links
    missing = [link for link in links if not ((ROOT / text).parent / link).exists()]
    missing += [path for path in paths if not (ROOT / path).exists() and path != "tests/test_shipping.py"]
    assert missing == []


def test_the_rooms_it_points_at_are_there():
    rooms = [
        room for row in re.findall(r"^\|.*\| (.*) \|$", README, re.MULTILINE) for room in re.findall("`([a-z.]+)`", row)
    ]
    assert "recall.scoring" in rooms
    assert [room for room in rooms if not (ROOT / "src/langgraph_coaching" / room.replace(".", "/")).is_dir()] == []


def test_the_commands_of_the_readme_exist():
    from typer.main import get_command

    from langgraph_coaching.cli.app import app

    known = set(get_command(app).commands)
    named = set(re.findall(r"langgraph-coaching ([a-z]+)", README))
    assert named, "the README names no command"
    assert named <= known
