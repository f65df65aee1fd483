"""The demo: really different answers, from the recording alone, and nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from io import StringIO

import pytest
import yaml
from rich.console import Console

from langgraph_coaching import Coach
from langgraph_coaching.cli import app as application
from langgraph_coaching.demo import agent
from langgraph_coaching.demo.agent import SYSTEM, chat_model
from langgraph_coaching.demo.record import find_faults
from langgraph_coaching.demo.scenario import CORRECTIONS, UNRELATED, run_scenario
from langgraph_coaching.demo.setup import CASSETTE, open_cassette, replay_scenario
from langgraph_coaching.demo.show import run_demo
from langgraph_coaching.errors import InvalidCoachingError, MissingExtraError, RecordingError
from langgraph_coaching.recall.adviser import Adviser
from langgraph_coaching.recall.prompt import OPEN


@pytest.fixture(scope="module")
def result():
    return replay_scenario(None)


@pytest.fixture(scope="module")
def asked():
    """The recorded requests, each as a list of messages, in order."""
    interactions = yaml.safe_load(CASSETTE.read_text(encoding="utf-8"))["interactions"]
    return [json.loads(each["request"]["body"])["messages"] for each in interactions]


@pytest.fixture
def demo(tmp_path):
    """The command in a process of its own; `home` is where it runs, and the user's own folder."""
    for name in ("home", "temp"):
        (tmp_path / name).mkdir()

    def run(*arguments):
        folders = {"HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "temp")}
        environment = {k: v for k, v in os.environ.items() if k != "CI"} | folders | {"COLUMNS": "80"}
        command = [sys.executable, "-c", "from langgraph_coaching.cli import main; main()", "demo", *arguments]
        return subprocess.run(
            command, cwd=tmp_path / "home", env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    return run


def test_the_coaching_changes_what_the_model_answers(result):
    damaged, large = result.later
    assert "photo" in damaged.answers[-1]
    assert "order number" in damaged.answers[-1]
    assert "photo" not in damaged.without[-1]
    assert "order number" not in damaged.without[-1]
    assert "wholesale team" in large.answers[-1]
    assert "EUR" not in large.answers[-1]
    assert "EUR" in large.without[-1]
    assert "wholesale" not in large.without[-1]


def test_the_first_answers_are_wrong_and_the_person_says_so_of_that_step(result):
    for planned, correction, before in zip(CORRECTIONS, result.corrections, result.before, strict=True):
        assert not planned.is_followed_by(before.answers[-1])
        assert correction.step.text == before.answers[-1]
        assert correction.step in before.traces[-1].coachable_steps()
        assert correction.coaching.source.trace_id == before.traces[-1].id
        assert correction.coaching.source.step == correction.step.index
        assert correction.draft.intent


def test_each_is_recalled_in_another_thread_and_in_other_words(result):
    for planned, later in zip(CORRECTIONS, result.later, strict=True):
        applied = [receipt for receipt in later.traces[-1].receipts if receipt.applied]
        assert [(r.coaching_id, r.revision) for r in applied] == [(planned.id, 1)]
        assert planned.later.thread != planned.before.thread
        assert planned.later.turns != planned.before.turns


def test_it_stays_silent_where_nothing_was_coached(result):
    receipts = [receipt for trace in result.unrelated.traces for receipt in trace.receipts]
    assert {receipt.coaching_id for receipt in receipts} == {planned.id for planned in CORRECTIONS}
    assert not any(receipt.applied for receipt in receipts)
    assert result.unrelated.answers == result.unrelated.without


def test_every_receipt_in_the_traces_is_in_the_store_with_its_trace_and_step(result):
    traces = [trace for outcome in (*result.later, result.unrelated) for trace in outcome.traces]
    in_traces = {
        (receipt.id, trace.id, step.index) for trace in traces for step in trace.steps for receipt in step.receipts
    }
    assert in_traces == {(receipt.id, receipt.trace_id, receipt.step) for receipt in result.receipts}
    assert len(in_traces) == len(CORRECTIONS) * (len(CORRECTIONS) + len(UNRELATED.turns))
    assert all(0 <= receipt.probability <= 1 and receipt.reason for receipt in result.receipts)


def test_the_requests_differ_by_the_coaching_and_by_nothing_else(asked):
    for planned in CORRECTIONS:
        coached, plain = (messages for messages in asked if messages[-1]["content"] == planned.later.turns[-1])
        assert plain[0] == {"role": "system", "content": SYSTEM}
        assert coached[0]["content"].startswith(f"{SYSTEM}\n\n{OPEN}")
        assert coached[1:] == plain[1:]
    for turn in UNRELATED.turns:
        with_coach, without = (messages for messages in asked if messages[-1]["content"] == turn)
        assert with_coach == without


def test_the_thread_remembers_what_was_said_before(asked):
    last = [messages for messages in asked if messages[-1]["content"] == UNRELATED.turns[-1]]
    assert all(
        [message["role"] for message in messages] == ["system", "user", "assistant", "user"] for messages in last
    )


@pytest.mark.coaching_cassette(CASSETTE.stem, folder=CASSETTE.parent)
def test_every_recorded_answer_is_used(coach, coaching_cassette):
    run_scenario(coach, chat_model("http://127.0.0.1:9/v1"))
    assert coaching_cassette.unused() == []


def test_the_recording_says_what_was_recorded_and_holds_nothing_private():
    text = CASSETTE.read_text(encoding="utf-8")
    assert "qwen2.5-coder-1.5b-instruct" in text.partition("interactions:")[0]
    for each in yaml.safe_load(text)["interactions"]:
        headers = {name.lower() for name in (*each["request"]["headers"], *each["response"]["headers"])}
        assert not headers & {"authorization", "cookie", "set-cookie", "user-agent"}
        assert not any(name.startswith("x-stainless") for name in headers)


def test_a_stale_recording_says_how_to_record_it_again(monkeypatch):
    monkeypatch.setattr(agent, "SYSTEM", SYSTEM.replace("Fernhill", "Otherwood"))
    with pytest.raises(
        RecordingError, match=r"(?s)messages\[0\]\.content: .*Otherwood.*python -m langgraph_coaching\.demo\.record"
    ):
        replay_scenario(None)


def test_a_fault_of_recall_is_named_rather_than_the_recording(monkeypatch):
    def planted(*_):
        raise RuntimeError("planted")

    monkeypatch.setattr(Adviser, "advise", planted)
    with pytest.raises(RecordingError, match=r"without coaching .*planted"):
        replay_scenario(None)


def test_a_fault_of_the_agent_is_not_taken_for_a_stale_recording(tmp_path):
    with pytest.raises(ZeroDivisionError), open_cassette():
        _ = 1 / 0


@pytest.mark.parametrize(
    "spoil",
    [
        lambda result: replace(
            result,
            before=tuple(
                replace(
                    o, answers=("Please send the order number and a photo. Our wholesale team will send an offer.",)
                )
                for o in result.before
            ),
        ),
        lambda result: replace(result, later=tuple(replace(o, without=o.answers) for o in result.later)),
        lambda result: replace(result, later=tuple(replace(o, answers=o.without) for o in result.later)),
        lambda result: replace(result, later=tuple(reversed(result.later))),
        lambda result: replace(result, unrelated=replace(result.unrelated, answers=("Send a photo.",))),
        lambda result: replace(result, unrelated=replace(result.unrelated, traces=result.later[0].traces)),
    ],
    ids=["right at first", "right uncoached", "not followed", "another recalled", "answered differently", "not silent"],
)
def test_recording_refuses_a_scenario_that_does_not_show_it(result, spoil):
    assert not list(find_faults(result))
    assert list(find_faults(spoil(result)))


def test_the_command_shows_the_circle_in_80_columns_and_leaves_nothing(demo, tmp_path):
    done = demo()
    assert (done.returncode, done.stderr) == (0, "")
    said = " ".join(done.stdout.split())
    for planned in CORRECTIONS:
        assert f"^ wrong: {planned.wrong}" in said
        assert planned.later.turns[-1] in said
        assert f"{planned.id}@1" in said
    for word in ("draft.intent", ".handoff", "uncoached", "below_floor", 'coach.receipts(coaching_id="large-order")'):
        assert word in said
    assert max(len(line) for line in done.stdout.splitlines()) <= 80
    assert list((tmp_path / "home").iterdir()) == list((tmp_path / "temp").iterdir()) == []


def test_a_store_of_its_own_is_kept_and_can_be_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    output = StringIO()
    run_demo(Console(file=output, width=120), str(tmp_path / "kept"))
    assert f"langgraph-coaching show damaged-parcel --store {tmp_path / 'kept'}" in output.getvalue()
    with Coach(tmp_path / "kept") as coach:
        assert [coaching.id for coaching in coach.list()] == [planned.id for planned in CORRECTIONS]
        assert coach.advise(CORRECTIONS[0].later.turns[-1]).applied


@pytest.mark.parametrize("place", ["full", "full/file", "s3://bucket/demo"])
def test_a_store_that_is_not_its_own_is_left_alone(tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    with pytest.raises(InvalidCoachingError, match="name another one"):
        replay_scenario(place)
    assert [path.name for path in tmp_path.rglob("*")] == ["full", "file"]


@pytest.mark.parametrize("package", ["vcr", "langchain_openai"])
def test_a_missing_extra_is_named_in_full(monkeypatch, capsys, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError):
        replay_scenario(None)
    monkeypatch.setattr(sys, "argv", ["langgraph-coaching", "demo"])
    assert application.run() == 2
    assert "pip install 'langgraph-coaching[demo]'" in capsys.readouterr().err
