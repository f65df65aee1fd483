"""Six corrections, one of each behavior, become six regression tests: the folder `corrections`, made and run.

    python examples/corrections_as_tests.py             # everything from the recordings: no key, no network
    python examples/corrections_as_tests.py --write     # the same, and keep the tests as they are written now
    python examples/corrections_as_tests.py --record    # record all anew from a served model, and keep that

A real small model answers a support agent, and does not do what the shop wants. A person corrects each run from its
trace. In later conversations the corrections are recalled and followed, and `coach.write_test` makes each of them a
test: where it fires, where it stays silent, and the recording in which it was followed. The tests load the coaching
files beside them, for review in git: no store is needed. Then pytest runs them.
`--record` needs an OpenAI-compatible endpoint at http://127.0.0.1:8088/v1 with the model that `agent.py` names, and
keeps nothing where a correction is not followed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "corrections"
sys.path.insert(0, str(FOLDER))

from story import LESSONS, play  # noqa: E402

from agent import chat_model  # noqa: E402 - the folder is no package
from langgraph_coaching import Coach, Limits  # noqa: E402
from langgraph_coaching.testing.cassette import recorded  # noqa: E402


def write(folder: Path, *, record: bool) -> list[str]:
    """Plays the story in a folder and writes its six tests there.

    Args:
        folder: A copy of `corrections`.
        record: Ask the model, in place of replaying it.

    Returns:
        The names of corrections that no recording shows to be followed.
    """
    model, mode = chat_model(), "rewrite" if record else "none"
    shutil.rmtree(folder / "store", ignore_errors=True)
    unshown = []
    patient = Limits(deadline=60)
    with Coach(folder / "store", limits=patient) as coach, recorded(folder / "runs.yaml", record=mode):
        play(coach, model)
    with Coach(folder / "store") as coach:
        for lesson in LESSONS:
            asked = {"model": model, "expect": lesson.expect, "record": mode} if lesson.expect else {}
            written = coach.write_test(lesson.id, folder / f"test_{lesson.id}.py", force=True, **asked)
            print(f"{lesson.id}: {lesson.behavior.render()}")
            for note in written.notes:
                print(f"  note: {note}")
            if written.recording is None:
                unshown.append(lesson.id)
    return unshown


def main() -> int:
    """Runs the example; 1 where a test fails, or a correction is not followed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="ask the model anew, and keep the tests and recordings")
    parser.add_argument("--write", action="store_true", help="keep the tests")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        folder = Path(aside) / "corrections"
        # Not the coaching files: they are of the store that wrote them, and this one exports its own.
        shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("store", "coachings", "__pycache__"))
        if unshown := write(folder, record=asked.record):
            print(f"nothing is kept: no run shows that {', '.join(unshown)} is followed")
            return 1
        options = ["-q", "-p", "no:cacheprovider", "--coaching-unused=error", "--coaching-orphans=cassettes"]
        failed = subprocess.run([sys.executable, "-m", "pytest", *options, "."], cwd=folder, check=False).returncode
        if (asked.record or asked.write) and not failed:
            kept = shutil.ignore_patterns("store", "__pycache__")
            shutil.copytree(folder, FOLDER, ignore=kept, dirs_exist_ok=True)
            print(f"wrote {FOLDER}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
