"""Type checkers see the signatures of the coach as users do: what is right is accepted, a slip is an error."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
USER = HERE / "user.py"
ROOT = HERE.parents[1]

MYPY = ["mypy", "--strict", "--no-error-summary", "--config-file", str(ROOT / "pyproject.toml")]
PYRIGHT = ["pyright", "--pythonpath", sys.executable]


def wanted():
    """By line: a word that the checker's message says."""
    lines = USER.read_text(encoding="utf-8").splitlines()
    return {number: line.split("# error: ")[1] for number, line in enumerate(lines, 1) if "# error: " in line}


def said(checker, file, cache):
    """By line: what a checker calls an error there."""
    command = [*MYPY, "--cache-dir", str(cache)] if checker == "mypy" else PYRIGHT
    done = subprocess.run(
        [sys.executable, "-m", *command, str(file)], check=False, cwd=ROOT, capture_output=True, text=True, timeout=280
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found: dict[int, str] = {}
    number = None
    for line in done.stdout.splitlines():
        if match := re.search(r"\.py:(\d+)(?::\d+)?(?: -|:) (error|warning|note|information)\b:?", line):
            number = int(match[1]) if match[2] == "error" else None
        if number is not None:
            found[number] = f"{found.get(number, '')}\n{line}".strip()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_a_user_s_file(checker, tmp_path):
    expected, found = wanted(), said(checker, USER, tmp_path)
    assert len(expected) >= 20
    unexpected = {number: text for number, text in found.items() if number not in expected}
    assert unexpected == {}
    missing = {number: word for number, word in expected.items() if word not in found.get(number, "")}
    assert missing == {}, found
