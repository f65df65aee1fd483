"""A coach in a temporary folder, and one way to ask it for both call styles."""

import asyncio
import importlib
from contextlib import suppress
from pathlib import Path

import pytest

from langgraph_coaching import Coach, Limits
from langgraph_coaching.errors import CoachingError


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def opened(folder):
    """Opens a coach on the test's folder, anew at every call; all of them are closed at the end."""
    coaches = []

    def make(**settings):
        coaches.append(Coach(folder, **{"limits": Limits(deadline=60), **settings}))  # patient on a busy machine
        return coaches[-1]

    yield make
    for coach in coaches:
        with suppress(CoachingError):  # a store that the test has damaged
            coach.close()  # or the writer would have to open the store again, perhaps while the process ends


@pytest.fixture
def coach(opened):
    return opened()


@pytest.fixture(params=["sync", "async"])
def ask(request):
    """Asks a coach what applies, in either call style."""

    def call(coach, messages, **labels):
        if request.param == "sync":
            return coach.advise(messages, **labels)
        return asyncio.run(coach.aadvise(messages, **labels))

    return call


@pytest.fixture(scope="session")
def benchmark():
    """A module of `tests/benchmarks` by name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
        yield importlib.import_module
