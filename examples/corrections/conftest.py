"""The store of the six corrections, built anew from the recorded runs: a store is no file to keep in git."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))


@pytest.fixture(scope="session", autouse=True)
def store() -> None:
    """Plays the story into the folder that the tests open."""
    from story import play

    from agent import chat_model
    from langgraph_coaching import Coach, Limits
    from langgraph_coaching.testing.cassette import recorded

    shutil.rmtree(HERE / "store", ignore_errors=True)
    with Coach(HERE / "store", limits=Limits(deadline=60)) as coach, recorded(HERE / "runs.yaml"):
        play(coach, chat_model())
