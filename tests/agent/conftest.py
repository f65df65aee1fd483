"""What the tests of the doors share."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pytest
from agents import ASKED, DOORS, INTENT, coached_on

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


@pytest.fixture(scope="session")
def written_stores(tmp_path_factory, embeddings):
    """Stores of coachings on `agents.ASKED`, each written once, by what is in it."""
    known = {}

    def store(rows):
        if (key := repr(rows)) not in known:
            folder = tmp_path_factory.mktemp("enforced") / "store"
            with Coach(folder, embeddings=embeddings) as coach:
                known[key] = folder, [coach.add(intent=INTENT, examples=[ASKED], **row) for row in rows]
        return known[key]

    return store


@pytest.fixture
def coach_on(coach, written_stores):
    """Has the coach's store hold these behaviors, all of which apply to `agents.ASKED`; gives their coachings.

    A behavior stands for itself, or for itself with further fields: `coach_on(Reply("…"), (Action("…"), {…}))`.
    """

    def fill(*given):
        rows = [
            dict(zip(("behavior", "fields"), one, strict=True)) if isinstance(one, tuple) else {"behavior": one}
            for one in given
        ]
        folder, coachings = written_stores([{**row.pop("fields", {}), **row} for row in rows])
        shutil.copytree(folder, coach.uri)
        return coachings[0] if len(coachings) == 1 else coachings

    return fill


@pytest.fixture
def receipts_of(coach):
    """The receipts of a coaching that was applied, oldest first: `receipts_of(coaching)`."""

    def read(coaching):
        coach.flush()
        found = coach.receipts(coaching_id=coaching.id)
        return [receipt for receipt in sorted(found, key=lambda receipt: receipt.at) if receipt.applied]

    return read
