"""The command opens the studio, on this machine only unless it is said who may sign in."""

import re
import subprocess
import sys
import urllib.request

import pytest

from langgraph_coaching.cli.studio import read_people
from langgraph_coaching.errors import InvalidCoachingError


@pytest.mark.slow
def test_it_serves_until_it_is_stopped(tmp_path):
    command = [
        sys.executable,
        "-m",
        "langgraph_coaching",
        "studio",
        str(tmp_path / "store"),
        "--port",
        "0",
        "--no-open",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            said = running.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+/", said)[0]
            with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - on this machine
                assert b"Nothing is recorded yet" in answer.read()
        finally:
            running.terminate()
            running.wait(timeout=30)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--host", "0.0.0.0"], "--people"),  # noqa: S104 - refused
        (["--graph", "nowhere:graph"], "--graph nowhere:graph cannot be loaded"),
        (["--people", "nobody.txt"], "nobody.txt"),
        (["--host", "192.0.2.1", "--people", "people.txt", "--no-open"], "--port"),
    ],
)
def test_what_cannot_be_is_said(command, tmp_path, monkeypatch, options, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.txt").write_text("Anna admin " + "a" * 20)
    result = command("studio", *options)
    assert result.code == 2
    assert said in " ".join(result.err.split())


def test_people(tmp_path):
    file = tmp_path / "people.txt"
    file.write_text("# the shop\nAnna Lee admin aaaaaaaaaaaaaaaaaaaa\n\nBen coach bbbbbbbbbbbbbbbbbbbb # new\n")
    found = read_people(file)
    assert [(one.name, one.role) for one in found.values()] == [("Anna Lee", "admin"), ("Ben", "coach")]


@pytest.mark.parametrize(
    "text", ["", "# nobody\n", "Anna admin\n", "Anna owner aaaaaaaaaaaaaaaaaaaa\n", "A admin x\nB coach x\n"]
)
def test_a_file_that_names_nobody_is_refused(tmp_path, text):
    file = tmp_path / "people.txt"
    file.write_text(text)
    with pytest.raises(InvalidCoachingError):
        read_people(file)
