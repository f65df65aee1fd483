"""Coaching changes what a recorded real model answers where it fits, and nothing where it does not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml

from langgraph_coaching.errors import RecordingError

CASSETTES = Path(__file__).parents[2] / "cassettes" / "effect"
recording = pytest.mark.coaching_cassette("effect", folder=CASSETTES)


@pytest.fixture(scope="module")
def effect(benchmark):
    return benchmark("effect")


@pytest.fixture(scope="module")
def measured(effect):
    return cache(lambda: effect.measure(effect.NOWHERE))


@pytest.fixture
def found(measured, coaching_cassette):
    """What the benchmark finds, played from its recording once."""
    return measured()


@recording
def test_the_right_coaching_is_recalled_among_a_hundred(effect, found):
    situations, _ = found
    counted = effect.figures(*found)
    assert counted["situations"] >= 24
    # Worded by somebody who has not seen the coachings: 19 of 24 when it was recorded, with 2 of 24
    # unrelated turns fired on; plain cosine at its best threshold 23 with 5.
    assert counted["recalled"] >= 0.75 * counted["situations"], [r.id for r in situations if r.id not in r.applied]


@recording
def test_the_model_follows_what_is_recalled_and_would_not_by_itself(effect, found):
    situations, _ = found
    counted = effect.figures(*found)
    # A very small model before people's own words: 13 of 19 when recorded, 16 of 24 with the right coaching alone.
    assert counted["followed"] >= 0.5 * counted["recalled"], [r.coached for r in situations if not r.followed]
    assert counted["followed without coaching"] <= 0.1 * counted["situations"]
    assert counted["answers that speak of it"] == 0


@recording
def test_unrelated_turns_are_left_alone(effect, found):
    counted = effect.figures(*found)
    assert counted["unrelated turns"] >= 24
    assert counted["unrelated turns with coaching"] <= 0.1 * counted["unrelated turns"]
    assert counted["unrelated answers that changed"] <= 0.05 * counted["unrelated turns"]


def test_the_cases_are_fair(effect):
    """A hundred coachings, no two for the same, and no situation in the words of its coaching."""
    checked, others = effect.CASES["checked"], effect.CASES["others"]
    intents = [*(case["intent"] for case in checked), *(intent for intent, _, _ in others)]
    assert len({*intents}) == len(intents) == 100
    assert len({case["followed"] for case in checked}) == len(checked)
    assert all(case["situation"] not in (case["intent"], case["example"]) for case in checked)


def test_another_prompt_is_not_answered_from_the_recording(effect, monkeypatch):
    monkeypatch.setitem(effect.CASES, "system", "You are somebody else.")
    with pytest.raises(RecordingError, match=r"(?s)effect\.yaml answers.*effect\.py --record --base-url"):
        effect.replayed()


def test_the_recording_names_its_model_and_holds_nothing_private(effect):
    text = effect.CASSETTE.read_text(encoding="utf-8")
    assert "qwen2.5-coder-1.5b-instruct" in text.partition("interactions:")[0]
    for each in yaml.safe_load(text)["interactions"]:
        headers = {header.lower() for header in (*each["request"]["headers"], *each["response"]["headers"])}
        assert not headers & {"authorization", "cookie", "set-cookie", "user-agent"}
        assert not any(header.startswith("x-stainless") for header in headers)
