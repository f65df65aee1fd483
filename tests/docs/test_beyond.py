"""The reckoning in the guide about buckets is what its command prints, and multiplies rightly."""

import io
import sys

import pytest
from pages import GUIDES
from rich.console import Console

ROOT = GUIDES.parents[1]


@pytest.fixture
def beyond(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(ROOT / "tests" / "benchmarks"), *sys.path])
    import beyond

    return beyond


def defaults(beyond):
    return {name: number for name, (number, _) in (beyond.PRICES | beyond.USE | beyond.MEASURED).items()}


def test_the_page_shows_what_the_command_prints(beyond):
    console = Console(width=beyond.WIDTH, record=True, file=io.StringIO())
    beyond.printed(beyond.reckon(10e6, 1e9, defaults(beyond)), console)
    shown = "\n".join(line.rstrip() for line in console.export_text().splitlines())
    assert shown in (GUIDES / "from_a_folder_to_a_bucket.md").read_text(encoding="utf-8")


def test_one_of_each_costs_what_it_takes(beyond):
    given = dict.fromkeys(defaults(beyond), 0.0) | {
        "coaching_bytes": 100.0,
        "vectors": 2.0,
        "dimension": 100.0,
        "each": 1.0,
    }
    given |= {"step_bytes": 50.0, "call_bytes": 100.0, "gb_month": 2.0, "reads": 1.0, "writes": 10.0}
    found = {name: number for name, number, *_ in beyond.reckon(1e7, 1e9, given)}
    assert (found["coachings"], found["traces"], found["receipts"], found["all"]) == (9.0, 50.0, 50.0, 109.0)
    assert found["bucket: all"] == 218.0  # nobody calls

    busy = given | {"calls": 1.0, "version_lists": 1.0, "round_trip": 5.0}
    found = {name: number for name, number, *_ in beyond.reckon(1e7, 1e9, busy)}
    assert found["bucket: asking for the version"] == pytest.approx(30 * 24 * 3_600 / 1_000 * 10)
    assert found["bucket: added to a warm call"] == 5.0
