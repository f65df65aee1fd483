"""The command line, in this process and as one of its own, on a small store."""

import io
import json
import os
import re
import shutil
import sys
from dataclasses import dataclass

import pytest

from langgraph_coaching import Action, Coach, Handoff, Limits, Reply, Step, Trace
from langgraph_coaching.cli import app as application


@dataclass
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def command(monkeypatch, capsys, folder):
    """Runs `langgraph-coaching` in this process, on the test's store, eighty columns wide."""
    monkeypatch.setenv("LANGGRAPH_COACHING_STORE", str(folder))
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["langgraph-coaching", *map(str, arguments)])
        capsys.readouterr()
        code = application.run()
        return Done(int(code), *capsys.readouterr())

    return run


@pytest.fixture
def terminal(command, monkeypatch):
    """Runs `langgraph-coaching` like `command`, as if a terminal without colours were there."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")

    def run(*arguments, columns=80):
        monkeypatch.setenv("COLUMNS", str(columns))
        done = command(*arguments)
        return Done(done.code, *(re.sub(r"\x1b\[[0-9;]*m", "", text) for text in (done.out, done.err)))

    return run


@pytest.fixture
def answer(monkeypatch):
    """Types lines into a command that asks on a terminal."""

    def type_lines(*lines):
        typed = io.StringIO("".join(f"{line}\n" for line in lines))
        typed.isatty = lambda: True
        monkeypatch.setattr(sys, "stdin", typed)

    return type_lines


@pytest.fixture
def process(run_python, folder):
    """Runs `langgraph-coaching` as a process of its own."""

    def run(*arguments, **settings):
        environment = os.environ | {"LANGGRAPH_COACHING_STORE": str(folder)} | settings.pop("env", {})
        code = "from langgraph_coaching.cli import main; main()"
        return run_python("-c", code, *arguments, env=environment, text=False, **settings)

    return run


SAID = [
    ("user", "user", "I got a blue lamp and want to swap it"),
    ("reasoning", "agent", "They want an exchange."),
    ("tool_call", "agent", '{"order": "汉字 [bold]1[/bold]"}'),
    ("tool_result", "tool", "delivered"),
    ("message", "agent", "Sorry, no. " + "We never swap. " * 60),
]


@pytest.fixture(scope="session")
def shop_folder(tmp_path_factory, embeddings):
    """A store with four coachings and two traces; written once, and copied for each test that wants it."""
    folder = tmp_path_factory.mktemp("shop") / "store"
    with Coach(folder, embeddings=embeddings, limits=Limits(deadline=60)) as coach:
        coach.add(
            id="swap", intent="a customer asks to swap a delivered item", behavior=Action("exchange", {"id": "theirs"}),
            examples=["can I swap the lamp I got yesterday"], never=["where is my parcel"], author="Kim",
            notes="PRIVATE", priority=3, source={"trace_id": "t-lamp", "step": 4, "excerpt": "Sorry, no."},
        )  # fmt: skip
        coach.edit("swap", priority=5, intent="a customer asks to swap something that was delivered")
        coach.add(
            id="an-id-that-was-given-by-some-other-system-and-is-very-long-0123456789", behavior=Handoff("billing"),
            intent="an invoice 汉字 👩‍👩‍👧 [red]not red[/red] " + "and more words " * 20, agent="support", tags=["vip"],
        )  # fmt: skip
        coach.add(id="old", intent="an old thing", behavior=Reply("Old."), status="archived")
        coach.add(id="gone", intent="a gone thing", behavior=Reply("Gone."))
        coach.delete("gone")
        steps = [
            Step(
                index=n, trace_id="t-lamp", type=kind, author=author, text=text, name="find" if "tool" in kind else None
            )
            for n, (kind, author, text) in enumerate(SAID)
        ]
        coach.traces.add(
            [
                Trace(id="t-lamp", label="failure", steps=tuple(steps), thread_id="th-1"),
                Trace(id="t-empty", origin="imported"),
            ]
        )
    return folder


@pytest.fixture
def shop(folder, shop_folder, embeddings):
    """A coach on a copy of `shop_folder`."""
    shutil.copytree(shop_folder, folder)
    with Coach(folder, embeddings=embeddings, limits=Limits(deadline=60)) as coach:
        yield coach
