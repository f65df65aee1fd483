"""Nothing phones home: whatever is imported or run, no connection is tried; and what CI makes of advisories."""

import importlib.util
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

QUIET = """
import importlib, os, pkgutil, socket, sys
for name in [*os.environ]:
    if name.startswith(("LANGSMITH", "LANGCHAIN", "HF_", "DO_NOT_TRACK", "ORT_")):
        del os.environ[name]
tried = []
def refuse(*args, **kwargs):
    tried.append(args[:2] if args else kwargs)
    raise OSError("no network here")
AF_UNIX = getattr(socket, "AF_UNIX", None)
class Socket(socket.socket):
    def connect(self, address):
        refuse(address) if self.family != AF_UNIX else super().connect(address)
    connect_ex = connect
    def sendto(self, *args):
        refuse(args[-1])
socket.socket = Socket
socket.getaddrinfo = socket.gethostbyname = socket.create_connection = refuse
import langgraph_coaching
for module in pkgutil.walk_packages(langgraph_coaching.__path__, "langgraph_coaching."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
from langgraph_coaching import Coach, Reply
with Coach("store") as coach:
    coach.add(intent="a customer asks what shipping costs", behavior=Reply("Ask for the country."))
    assert coach.advise("how much is shipping?").applied
from typer.testing import CliRunner
from langgraph_coaching.cli.app import app
done = CliRunner().invoke(app, ["demo"])
assert done.exit_code == 0, done.output
print("tried:", tried)
"""


@pytest.mark.slow
def test_nothing_is_connected_to_by_imports_first_advice_and_demo(run_python, tmp_path):
    done = run_python("-c", QUIET, cwd=tmp_path, check=True, timeout=300)
    assert done.stdout.splitlines()[-1] == "tried: []"


@pytest.mark.slow
def test_the_kernel_sees_no_connection_either(run_python, tmp_path):
    """LanceDB and ONNX Runtime are compiled: every system call of theirs is looked at, where that is possible."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not here")
    code = QUIET.partition("from typer")[0]
    command = [strace, "-f", "-qq", "-e", "trace=connect,sendto", "-o", "calls", sys.executable, "-c", code]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=300)
    assert [line for line in (tmp_path / "calls").read_text().splitlines() if "AF_INET" in line] == []


def audit():
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_can_be_mended_here_fails_and_the_rest_is_told():
    found = {"id": "CVE-1", "fix_versions": ["2.0"]}
    report = {
        "dependencies": [
            {"name": "LanceDB", "version": "1.0", "vulns": [found]},
            {"name": "somebodys", "version": "1.0", "vulns": [found, {"id": "CVE-2", "fix_versions": []}]},
            {"name": "local", "skip_reason": "not on PyPI"},
        ]
    }
    direct = audit().direct_dependencies(tomllib.loads((ROOT / "pyproject.toml").read_text()))
    assert {"lancedb", "langgraph", "starlette"} <= direct
    failures, notes = audit().judge(report, direct)
    assert failures == ["LanceDB 1.0: CVE-1, mended in 2.0: raise its bound in pyproject.toml"]
    assert notes == [
        "somebodys 1.0: CVE-1, mended in 2.0, brought along by others", "somebodys 1.0: CVE-2, not mended yet",
    ]  # fmt: skip


@pytest.mark.parametrize("said", ["", "no JSON", "{"])
def test_advisories_that_cannot_be_asked_fail_nothing(tmp_path, capsys, said):
    program = tmp_path / "pip-audit"
    program.write_text(f"#!/bin/sh\necho '{said}'\necho no route to host >&2\nexit 1\n")
    program.chmod(0o755)
    assert audit().main(str(program), str(tmp_path)) == 0
    assert capsys.readouterr().out == "SKIPPED: the advisories cannot be asked here: no route to host\n"
    assert audit().main(str(tmp_path / "none"), str(tmp_path)) == 0
