"""The command as a whole: help, exit codes, and one clear message where something is not acceptable."""

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
from functools import reduce

import pytest
from typer.main import get_command

from langgraph_coaching.cli import app as application
from langgraph_coaching.errors import (
    CoachingError,
    ConflictError,
    EmbedderError,
    EmbedderMismatchError,
    InvalidCoachingError,
    MissingExtraError,
    NotCoachableError,
    NotFoundError,
    RecordingError,
    StoreError,
    TraceImportError,
)

COMMANDS = sorted(get_command(application.app).commands)


def test_these_are_the_commands():
    looking = [
        "advise",
        "chat",
        "check",
        "conformance",
        "doctor",
        "draft",
        "history",
        "impact",
        "list",
        "preview",
        "receipts",
        "replay",
        "report",
    ]
    writing = ["add", "archive", "calibrate", "delete", "edit", "forget", "propose", "reembed", "restore", "review"]
    writing += ["retain", "similar", "split", "test", "verdict", "export", "import"]
    writing += ["promote", "rollback", "changes", "pause", "resume"]
    assert sorted([*looking, *writing, "demo", "feedback", "show", "studio", "traces", "why"]) == COMMANDS


@pytest.mark.parametrize("name", [None, *COMMANDS])
def test_help_is_worth_reading(name, command):
    done = command(*filter(None, [name, "--help"]))
    assert done.code == 0
    named = ("CONVERSATION", "FOLDER", "MODULE:GRAPH", "[STORE]", "RECEIPT", "TRACE:NUMBER", "TRACE", "URI", "ID")
    assert "<str>" not in reduce(lambda text, name: text.replace(f"{name} <str>", ""), named, done.out)
    for parameter in get_command(application.app).commands[name].params if name else ():
        assert getattr(parameter, "help", "") or parameter.name == "help", f"{name} does not explain {parameter.name}"
    if name and name != "demo":
        assert f"langgraph-coaching {name}" in " ".join(done.out.split("Options:")[0].split()[2:])


def test_the_list_of_commands_is_not_cut_off(command):
    done = command("--help")
    assert not [line for line in done.out.split("Commands:")[1].splitlines() if line.endswith("...")]
    for line in ("Exit codes: 0 done;", "130 stopped with Ctrl-C"):
        assert line in " ".join(done.out.split())


def test_without_a_command_there_is_help(command):
    done = command()
    assert done.code == 2
    assert "Commands:" in done.out + done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bogus"], "No such command 'bogus'"),
        (["list", "--bogus"], "No such option"),
        (["list", "extra"], "unexpected extra argument"),
        (["list", "--store"], "requires an argument"),
        (["show"], "Missing argument"),
        (["advise"], "Missing argument"),
        (["why"], "Missing argument"),
        (["why", "hello", "--limit", "0"], "Invalid value for '--limit'"),
        (["traces", "--limit", "0"], "Invalid value for '--limit'"),
        (["traces", "--limit", "-5"], "Invalid value for '--limit'"),
        (["traces", "--limit", "many"], "Invalid value for '--limit'"),
        (["traces", "--since", "tomorrow"], "Invalid value for '--since'"),
        (["advise", "hello", "--floor", "7"], "Invalid value for '--floor'"),
        (["advise", "hello", "--floor", "-0.1"], "Invalid value for '--floor'"),
        (["advise", "hello", "--floor", "nan"], "floor"),
        (["add", "--when", "x", "--reply", "y", "--priority", "high"], "Invalid value for '--priority'"),
    ],
)
def test_options_that_are_not_acceptable_end_with_2(arguments, said, command, folder):
    done = command(*arguments)
    assert done.code == 2
    assert said.casefold() in done.err.casefold()
    assert done.out == ""
    assert "Traceback" not in done.err
    assert not folder.exists()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotFoundError, 1), (InvalidCoachingError, 2), (NotCoachableError, 2), (ConflictError, 2),
        (TraceImportError, 2), (MissingExtraError, 2), (CoachingError, 2), (StoreError, 3),
        (EmbedderMismatchError, 3), (EmbedderError, 3), (RecordingError, 3),
    ],
)  # fmt: skip
def test_every_error_has_its_code_and_is_said_as_it_is(error, code, command, monkeypatch):
    def fails(*args, **settings):
        raise error("what to do: pip install 'x[agents]' [red]or not[/red]")

    monkeypatch.setattr("langgraph_coaching.coach.Coach.list", fails)
    done = command("list")
    assert done.code == code
    assert done.err == "error: what to do: pip install 'x[agents]' [red]or not[/red]\n"
    assert done.out == ""


@pytest.mark.parametrize(
    "arguments", [["list"], ["traces"], ["show", "swap"], ["advise", "hello"], ["why", "hello"], ["reembed"]]
)
def test_a_broken_store_ends_with_3(arguments, command, shop, folder):
    for file in folder.rglob("*.manifest"):
        file.write_bytes(b"")
    done = command(*arguments)
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith(f"error: the coaching store at {folder} failed")
    assert done.err.rstrip().endswith("restore the folder from a copy. `langgraph-coaching doctor` says which.")


def test_another_embedder_ends_with_3_and_reembed_helps(command, shop, monkeypatch):
    community = pytest.importorskip("langchain_community.embeddings")
    from langchain_core.embeddings import DeterministicFakeEmbedding

    monkeypatch.setattr(community, "Tiny", lambda: DeterministicFakeEmbedding(size=8), raising=False)
    done = command("advise", "hello", "--embeddings", "Tiny")
    assert done.code == 3
    assert "run `langgraph-coaching reembed` once" in done.err
    assert command("reembed", "--embeddings", "Tiny").code == 0
    assert command("advise", "hello", "--embeddings", "Tiny").code in (0, 1)


def test_embeddings_that_do_not_exist_end_with_2(command):
    pytest.importorskip("langchain_community.embeddings")
    done = command("advise", "hello", "--embeddings", "NoSuchEmbeddings")
    assert done.code == 2
    assert "cannot make the embeddings 'NoSuchEmbeddings'" in done.err


@pytest.mark.slow
def test_ctrl_c_ends_with_130_and_without_a_traceback(folder):
    code = (
        "import signal, sys; from langgraph_coaching.cli import main; from langgraph_coaching.coach import Coach\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a job in the background begins without it
        "def wait(*a, **k):\n    print('ready', flush=True)\n    sys.stdin.read()\n"
        "Coach.list = wait\nmain()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, "list", "--store", str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        assert child.stdout.readline() == "ready\n"
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "Traceback" not in err


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_fault(shop, folder):
    code = "from langgraph_coaching.cli import main; main()"
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as gone:
        done = subprocess.run(
            [sys.executable, "-c", code, "list", "--store", str(folder)], check=False, stdout=gone,
            stderr=subprocess.PIPE, text=True, timeout=60,
        )  # fmt: skip
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_piped_output_has_no_colours_and_a_terminal_has(shop, process, folder):
    done = process("list")
    assert done.returncode == 0
    assert b"\x1b[" not in done.stdout
    assert done.stderr == b""

    main, side = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm-256color"}
    code = "from langgraph_coaching.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "list", "--store", str(folder)], stdout=side, stderr=side, env=environment
    ) as child:
        os.close(side)
        seen = b""
        while chunk := _chunk(main):
            seen += chunk
        assert child.wait(60) == 0
    os.close(main)
    assert b"\x1b[" in seen


def _chunk(terminal):
    try:
        return os.read(terminal, 65_536)
    except OSError:  # how a terminal whose other end was closed says so
        return b""


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_that_cannot_show_a_letter_is_no_reason_to_fail(encoding, shop, process):
    done = process("list", env={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"})
    assert (done.returncode, done.stderr) == (0, b"")
    done = process("list", "--json", env={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"})
    assert "汉字 👩‍👩‍👧" in json.loads(done.stdout.decode(encoding))[1]["intent"]


def test_the_store_is_created_by_the_first_write_not_before(command, folder):
    for arguments in (["list"], ["traces"], ["show", "x"], ["advise", "hello"], ["why", "hello"], ["reembed"]):
        command(*arguments)
        assert not folder.exists()
    assert "there is no such folder yet" in command("list").err
    assert command("add", "--when", "x", "--reply", "y").code == 0
    assert folder.is_dir()
    assert "no such folder" not in command("list", "--text", "zzz").err
    shutil.rmtree(folder)


def test_a_namespace_is_another_world(command, shop):
    assert command("list", "--namespace", "other").code == 1
    assert command("show", "swap", "--namespace", "other").code == 1
    assert command("traces", "-n", "other").code == 1
    done = command("list", "--namespace", " other")
    assert done.code == 2
    assert "namespace must be 1 to 200 printable characters" in done.err


def test_the_version_and_short_help(command):
    from langgraph_coaching import __version__

    assert command("--version").out == f"langgraph-coaching {__version__}\n"
    assert command("-h").out == command("--help").out
    assert command("test", "new", "-h").code == 0


def test_the_module_is_the_command(run_python, folder):
    done = run_python("-m", "langgraph_coaching", "list", "--store", str(folder), check=False)
    assert "`langgraph-coaching add` makes one" in done.stderr


@pytest.mark.slow
def test_a_shell_is_helped_to_complete(process):
    asked = {
        "_LANGGRAPH_COACHING_COMPLETE": "complete_bash",
        "COMP_WORDS": "langgraph-coaching hist",
        "COMP_CWORD": "1",
    }
    assert "history" in process(env=asked).stdout.decode().split()
