"""The week of the guide on real recordings: its commands and snippets, with ten corrections of failed airline runs.

The recordings are public, and not of this repository; without them nothing is run. `LANGGRAPH_COACHING_DATA` says where
they are, if not in `../shared/data`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from pages import GUIDES, Page, drawn_again, folder_of

from langgraph_coaching import Coach

DATA = Path(os.environ.get("LANGGRAPH_COACHING_DATA", GUIDES.parents[2] / "shared" / "data"))
RUNS = DATA / "trajectories" / "tau1_airline_gpt4o.jsonl"
WEEK = GUIDES / "a_week_with_an_airline_agent.md"

CORRECTIONS = [
    (
        "47/0:14",
        "a customer asks to cancel since their plans have changed",
        "--reply",
        "Check fare and insurance first.",
    ),
    (
        "2/0:12",
        "a customer wants all business flights downgraded",
        "--reply",
        "Look up every reservation of theirs first.",
    ),
    ("25/0:10", "a silver member asks for a full refund", "--search-knowledge", "Refunds by membership"),
    ("14/0:8", "a customer upgrades the cabin and adds bags", "--search-knowledge", "Checked bag allowance"),
    ("8/0:2", "a customer asks for the sum of their gift cards", "--action", "find_booking"),
    ("1/0:4", "a customer does not know the id of their reservation", "--action", "trace_bag"),
    ("26/1:8", "a customer cancels a basic economy reservation", "--process", "cancel_for_illness"),
    ("5/0:7", "a customer makes several changes to one trip", "--process", "rebook_disrupted"),
    ("37/0:2", "a customer is upset about a delayed flight", "--playbook", "delay with apology"),
    ("19/0:10", "a customer asks to change the destination", "--handoff", "payments"),
]
"""Step, intent, and what to do instead, in the order of the guide's own ten."""

ASKED = {
    "thu-1": "Hi, I would like to cancel my reservation, my plans have changed.",
    "thu-2": "Please downgrade all of my business class flights to economy.",
    "thu-3": "As a silver member I should get the full refund for my flight.",
    "thu-4": "Could you tell me the sum of my gift cards?",
    "thu-5": "My flight is delayed and I am really upset about it.",
    "thu-6": "Do you serve vegan meals?",
}


class RealWeek(Page):
    """The page with other runs and other words in its commands; what they print is not compared."""

    def __init__(self, text: str) -> None:
        super().__init__(text, WEEK.name)
        self.printed: list[str] = []

    def _compare(self, code: str, printed: str, shown: str) -> str:
        self.printed.append(printed)
        assert not re.search(r"^(error|Error|Usage|\w+Error):", printed, re.MULTILINE), f"{code}\n{printed}"
        for kind in ("c", "s"):  # what is named first is what a later command means
            mine, theirs = (re.findall(rf"\b{kind}-[0-9a-z]{{12}}\b", text) for text in (printed, shown))
            if mine and theirs:
                self._ids._printed.setdefault(theirs[0], mine[0])
        return shown


def with_real_words(text: str) -> str:
    """The page about the real runs."""
    added = iter(CORRECTIONS)

    def real(found: re.Match[str]) -> str:
        step, intent, option, what = next(added)
        said = f'--intent "{intent}" {option} "{what}"'
        return f"$ langgraph-coaching add --step tau1_airline_gpt4o/{step} --status shadow {said}\n"

    text = re.sub(r"^\$ langgraph-coaching add (?:.*\n)(?:> .*\n)*", real, text, flags=re.MULTILINE)
    assert next(added, None) is None
    text = text.replace("airline_runs.jsonl", RUNS.name).replace("run-10", "tau1_airline_gpt4o/25/0")
    text = text.replace("draft tau1_airline_gpt4o/25/0:4", "draft tau1_airline_gpt4o/25/0:10")
    return re.sub(r"^ASKED = \{.*?^\}", f"ASKED = {json.dumps(ASKED)}", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.skipif(not RUNS.exists(), reason=f"there are no recordings at {RUNS}")
def test_the_week_on_the_real_recordings(tmp_path):
    shutil.copy(RUNS, tmp_path)
    with folder_of(WEEK, tmp_path), drawn_again():
        page = RealWeek(with_real_words(WEEK.read_text(encoding="utf-8"))).run()
        with Coach("./coaching") as coach:
            statuses = [one.status for one in coach.list()]
            receipts = coach.receipts(limit=1000)
        assert (tmp_path / "report.html").stat().st_size > 1_000
        assert len(list((tmp_path / "coachings").glob("*.yaml"))) == len(CORRECTIONS)

    by_day = {
        day: {one.outcome for one in receipts if (one.thread_id or "").startswith(day)} for day in ("thu", "fri", "sat")
    }
    assert "shadow" in by_day["thu"]
    assert not {"applied", "held_back"} & by_day["thu"]
    assert {"applied", "held_back"} & by_day["fri"]
    assert "applied" in by_day["sat"]
    assert sorted(statuses) == ["active"] * 8 + ["canary", "shadow"]
    assert any("traces: 116" in printed for printed in page.printed)
