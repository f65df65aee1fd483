"""Eight processes work on one store for a minute and are killed at random: nothing is lost, nothing is there twice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from langgraph_coaching import Coach, Reply
from langgraph_coaching.storage.database import Database

SOAK = Path(__file__).parents[1] / "benchmarks/soak.py"


@pytest.fixture
def soak(monkeypatch):
    monkeypatch.syspath_prepend(str(SOAK.parent))
    import soak

    return soak


@pytest.mark.slow
@pytest.mark.timeout(420)
@pytest.mark.parametrize("durable", [[], ["--durable"]], ids=["plain", "durable"])
def test_a_minute_of_everything_with_kills_loses_and_doubles_nothing(durable, tmp_path):
    found = tmp_path / "found.json"
    seconds = "60" if not durable else "30"
    command = [sys.executable, SOAK, "--seconds", seconds, "--kill-every", "4", "--json", found, *durable]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(found.read_text())
    assert (said["lost"], said["twice"], said["failed"]) == ([], [], [])
    assert min(said["done"].get(name, 0) for name in ("revision", "captured", "advise")) > 0


@pytest.mark.slow
def test_what_is_lost_or_there_twice_is_found(soak, folder):
    with Coach(folder) as coach:
        coach.add(id="c-1", intent="a case", behavior=Reply("r"), notes="n")
    table = Database(folder).table("coachings")
    table.add(table.search().limit(None).to_arrow())
    lines = [
        {"op": "revision", "id": "c-1", "revision": 1, "notes": "n"},
        {"op": "revision", "id": "c-1", "revision": 2, "notes": "gone"},
        {"op": "captured", "threads": ["t-gone"]},
        {"op": "verdict", "id": "r-gone", "correct": True},
        {"op": "judging", "id": "r-gone", "correct": True},
    ]
    lost, twice = soak.lost_and_twice(folder, lines)
    assert lost == ["c-1 2", "trace of t-gone", "receipts of t-gone", "verdict on r-gone"]
    assert twice == ["revision c-1 1", 'coachings: ["default", "c-1", 1]']


@pytest.mark.slow
def test_memory_and_drift_are_of_the_right_part(soak):
    looks = [{"op": "memory", "by": "0x1", "at": 60.0 * n, "mb": 100 + max(0, 10 - n) + 2 * n} for n in range(40)]
    killed = [{"op": "memory", "by": "5x1", "at": 60.0 * n, "mb": 100.0 * n} for n in range(40)]
    assert soak.memory_slope(looks + killed) == pytest.approx(2)
    advised = [{"op": "advise", "at": n, "fixed": 2.0, "took": 4.0 if n < 150 else 5.0} for n in range(201)]
    assert soak.drift(advised) == pytest.approx(25)
