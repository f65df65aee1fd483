"""The guides are run: every snippet and every command, in order, each printing what is shown under it."""

from __future__ import annotations

import re

import pytest
from pages import GUIDES, Ids, Page, run_page

PAGES = sorted(GUIDES.glob("*.md"))
SLOW = (
    "a_week_with_an_airline_agent",
    "deploying",
    "from_a_folder_to_a_bucket",
    "red_team",
    "testing_in_ci",
)  # long, or they start processes again and again
TO_RUN = [pytest.param(path, marks=[pytest.mark.slow] if path.stem in SLOW else []) for path in PAGES]


@pytest.mark.parametrize("path", TO_RUN, ids=lambda path: path.stem)
def test_every_snippet_and_command_prints_what_is_shown_under_it(path, tmp_path):
    page = run_page(path, tmp_path)

    assert page.differences == [], "\n\n".join(page.differences)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_what_it_names_is_there(path):
    from typer.main import get_command

    from langgraph_coaching.cli.app import app

    text = path.read_text(encoding="utf-8")
    root = GUIDES.parents[1]
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    missing = [link for link in links if not (path.parent / link).exists()]
    paths = re.findall(r"`((?:tests|examples|src|cassettes|\.ci|\.github)/[\w./-]*\w)`", text)
    missing += [one for one in paths if not (root / one).exists()]
    assert missing == []

    known = get_command(app).commands
    typed = re.findall(r"langgraph-coaching ([a-z]+)((?:[^`\n]|\\\n)*)", text)
    assert {name for name, _ in typed} <= set(known)
    for name, rest in typed:
        options = {option for one in known[name].params for option in (*one.opts, *one.secondary_opts)}
        given = set(re.findall(r"(?<!\S)--[a-z-]+", re.sub(r"""(["']).*?\1""", "", rest)))
        assert name == "test" or given <= options | {"--help"}, f"{name} {rest}"


def test_a_changed_word_is_seen_and_an_id_stands_for_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shown = "```python\nprint('c-aaaaaaaaaaaa applied at 0.77')\n```\n```text\nc-bbbbbbbbbbbb applied at 0.76\n```\n"
    named = "```console\n$ echo c-bbbb\nc-bbbbbbbbbbbb\n```\n"
    page = Page(shown + named, "a page").run()
    assert page.differences == []
    assert page.text == shown + named

    page = Page("```console\n$ echo two\none\n$ false\n$ echo $?\n0\n```\n", "a page").run()
    assert len(page.differences) == 2
    assert page.text == "```console\n$ echo two\ntwo\n$ false\n$ echo $?\n1\n```\n"

    ids = Ids()
    assert ids.alike("c-aaaaaaaaaaaa", "c-bbbbbbbbbbbb")
    assert not ids.alike("c-cccccccccccc", "c-bbbbbbbbbbbb")
    assert not ids.alike("0.77", "0.57")
