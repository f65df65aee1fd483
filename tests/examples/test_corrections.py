"""The example's six generated tests, one for each behavior: they pass, and notice a change."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "corrections"
BEHAVIORS = ("Reply", "SearchKnowledge", "Action", "Process", "Playbook", "Handoff")


@pytest.fixture
def folder(tmp_path):
    """A copy, to be changed."""
    kept = shutil.ignore_patterns("store", "__pycache__")
    return Path(shutil.copytree(FOLDER, tmp_path / "corrections", ignore=kept))


def run(folder, *options):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--block-network", *options]
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, timeout=300)
    counts = {word: int(count) for count, word in re.findall(r"(\d+) (passed|failed|error)", done.stdout)}
    return done, counts


@pytest.mark.slow
def test_all_six_pass_and_use_every_recording(folder):
    story = (folder / "story.py").read_text(encoding="utf-8")
    tests = sorted(folder.glob("test_*.py"))
    assert len(tests) == len(BEHAVIORS)
    assert [name for name in BEHAVIORS if f"behavior={name}(" not in story] == []
    assert all("def test_it_is_followed" in path.read_text(encoding="utf-8") for path in tests)
    done, counts = run(folder, "--coaching-unused=error", "--coaching-orphans=cassettes")
    assert done.returncode == 0, done.stdout
    assert counts.keys() == {"passed"}


@pytest.mark.slow
def test_a_changed_correction_fails_its_own_test_only(folder):
    file = folder / "coachings" / "wrong_amount.yaml"
    text = file.read_text(encoding="utf-8")
    assert "target: billing" in text
    file.write_text(text.replace("target: billing", "target: complaints"), encoding="utf-8")
    done, _ = run(folder, "test_wrong_amount.py", "test_very_angry.py")
    failed = set(re.findall(r"FAILED (\w+)\.py::(\w+)", done.stdout))
    mine = {("test_wrong_amount", name) for name in ("test_it_fires", "test_it_is_followed_in_the_recording")}
    assert failed == mine, done.stdout
