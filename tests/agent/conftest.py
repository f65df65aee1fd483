"""What the tests of the doors share."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pytest
from agents import DOORS, coached_on

from langgraph_coaching import Coach


@pytest.fixture(scope="session")
def coached_store(tmp_path_factory, embeddings):
    """A store with one coaching, and that coaching; written once, and copied for each test that wants it."""
    folder = tmp_path_factory.mktemp("coached") / "store"
    with Coach(folder, embeddings=embeddings) as coach:
        return folder, coached_on(coach)


@pytest.fixture
def coaching(coach, coached_store):
    """Coaching that applies to `agents.ASKED` and not to `agents.OTHER`, in a store that nobody has used yet."""
    folder, coaching = coached_store
    if Path(coach.uri).exists():
        return coached_on(coach)
    shutil.copytree(folder, coach.uri)
    return coaching


@pytest.fixture(params=list(DOORS))
def agent(request, coach, run):
    """Builds the same small agent behind one of the three doors: `agent(model, checkpointer=…)`."""
    return partial(DOORS[request.param], coach, run)


@pytest.fixture(params=["memory", "sqlite"])
def saver(request, run, tmp_path):
    """A checkpointer, in memory and in SQLite."""
    return run.saver(request.param, tmp_path)
