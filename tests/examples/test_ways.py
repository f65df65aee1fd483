"""The pages that show how each kind of graph is coached: what they tell is coached, and linked to its trace."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "ways"
PAGES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "offline")
NEEDS = {"supervisor": "langgraph_supervisor", "swarm": "langgraph_swarm", "deep_agent": "deepagents"}
TOLD = "Offer an exchange, never a refund."

pytestmark = pytest.mark.filterwarnings("ignore::langgraph.warnings.LangGraphDeprecatedSinceV10")


@pytest.fixture
def shown(coach, monkeypatch):
    """Runs a page on a coach, and returns what it would print."""
    monkeypatch.syspath_prepend(FOLDER)

    def run(name):
        if name in NEEDS:
            pytest.importorskip(NEEDS[name])
        page = runpy.run_path(str(FOLDER / f"{name}.py"), run_name=name)
        return page["main"](coach)

    return run


@pytest.mark.parametrize("name", PAGES)
def test_it_is_coached_and_linked(coach, shown, name):
    answer = shown(name)
    coach.flush()

    assert TOLD in str(answer)
    applied = [receipt for receipt in coach.receipts() if receipt.outcome == "applied"]
    assert applied
    assert {receipt.outcome for receipt in coach.receipts()} <= {"applied", "below_floor"}
    traces = {trace.id: trace for trace in coach.traces.list()}
    for receipt in applied:
        step = traces[receipt.trace_id].steps[receipt.step]
        assert receipt.id in [one.id for one in step.receipts]
        assert receipt.node is not None or name == "lcel_chain"


@pytest.mark.parametrize("name", PAGES)
def test_it_can_be_run_and_says_how(name):
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")

    assert f"    python examples/ways/{name}.py\n" in text
    assert 'if __name__ == "__main__":' in text
    assert len(text.splitlines()) <= 70


def test_the_cache_answers_until_the_coaching_is_another(shown):
    first, second, third = shown("cached_node")

    assert first == second == f"First answer. {TOLD}"
    assert third == "Second answer. Hand out a voucher instead."


def test_both_namespaces_speak(shown):
    answer = shown("two_namespaces")

    assert TOLD in answer
    assert "winter sale" in answer
