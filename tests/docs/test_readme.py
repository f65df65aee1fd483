"""The README is run: its snippets in order, as a new user types them, with a scripted model in place of OpenAI's."""

import re
import sys
import types
from pathlib import Path

import pytest
from langchain_core.language_models import FakeListChatModel
from pydantic import Field

README = Path(__file__).resolve().parents[2] / "README.md"
SNIPPETS = re.findall(r"^```python\n(.*?)^```", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


class ScriptedChatOpenAI(FakeListChatModel):
    responses: list[str] = Field(default_factory=lambda: ["Shipping is 4.90."])
    model: str = "gpt-4o-mini"


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fake = types.ModuleType("langchain_openai")
    fake.ChatOpenAI = ScriptedChatOpenAI
    monkeypatch.setitem(sys.modules, "langchain_openai", fake)
    return tmp_path


def test_every_snippet_runs_in_order(elsewhere):
    names: dict = {}
    for number, snippet in enumerate(SNIPPETS, 1):
        exec(compile(snippet, f"README.md snippet {number}", "exec"), names)  # noqa: S102 - that is the test
    coach = names["coach"]
    try:
        assert names["result"]["messages"][-1].response_metadata["coaching"][0]["outcome"] == "applied", names["result"]
        assert [receipt.coaching_id for receipt in names["advice"].applied] == [names["coaching"].id]
        assert "Ask which country" in names["advice"].prompt
        assert len(coach.traces.list(coaching_id=names["coaching"].id)) == 1
        assert coach.receipts(coaching_id=names["coaching"].id)
    finally:
        coach.close()


def test_the_commands_of_the_readme_exist():
    from typer.main import get_command

    from langgraph_coaching.cli.app import app

    known = set(get_command(app).commands)
    named = set(re.findall(r"langgraph-coaching ([a-z]+)", README.read_text(encoding="utf-8")))
    assert named, "the README names no command"
    assert named <= known
