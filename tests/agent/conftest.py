"""What the tests of the doors share."""

from __future__ import annotations

from functools import partial

import pytest
from agents import DOORS, coached_on


@pytest.fixture
def coaching(coach):
    """Coaching that applies to `agents.ASKED` and not to `agents.OTHER`."""
    return coached_on(coach)


@pytest.fixture(params=list(DOORS))
def agent(request, coach, run):
    """Builds the same small agent behind one of the three doors: `agent(model, checkpointer=…)`."""
    return partial(DOORS[request.param], coach, run)


@pytest.fixture(params=["memory", "sqlite"])
def saver(request, run, tmp_path):
    """A checkpointer, in memory and in SQLite."""
    return run.saver(request.param, tmp_path)
