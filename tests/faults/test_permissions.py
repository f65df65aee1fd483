"""A store of somebody else: what may be read is recalled, what may not is said at once, and not called damaged."""

import asyncio
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from doors import ASKED, Doors

from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.errors import StoreError

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs the users of Unix")
NOBODY = 65_534


@contextmanager
def nobody():
    """As a user who may do nothing; whoever is an ordinary one already stays that."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store; with all that is imported on the way, which somebody else may not be able to."""
    folder = tmp_path_factory.mktemp("whole") / "store"
    with Coach(folder, limits=Limits(deadline=60)) as coach, asyncio.Runner() as runner:
        coach.add(intent="a customer asks to change an order", behavior=Reply("r"), examples=[ASKED])
        Doors(coach, runner).ask()
        coach.flush()
        coach.doctor()
        with pytest.raises(StoreError):
            Coach(__file__).list()
    return folder


@pytest.fixture
def folder(whole):
    """Where everybody may go, which the folders of pytest are not."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    yield shutil.copytree(whole, place / "store")
    for path in place.rglob("*"):
        path.chmod(0o700)
    shutil.rmtree(place)


def close(*paths, mode=0):
    for path in paths:
        path.chmod(mode)


def everything(folder):
    return [folder, *folder.rglob("*")]


CLOSED = {
    "the folder": (close, "store"),
    "the folder above": (lambda folder: close(folder.parent), "store"),
    "a folder that may only be listed": (lambda folder: close(folder, mode=0o444), "store"),
    "a table": (lambda folder: close(folder / "coachings.lance"), "coachings.lance"),
    "the commits of a table": (lambda folder: close(folder / "coachings.lance/_versions"), "_versions"),
    "the files of a table": (lambda folder: close(*folder.glob("coachings.lance/*/*")), "coachings.lance"),
}


ALIKE = {"the folder above", "a folder that may only be listed", "the commits of a table"}
"""Of a kind that another stands for where time is short."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in ALIKE else []) for name in CLOSED]
)
def test_what_may_not_be_read(name, folder):
    plant, named = CLOSED[name]
    plant(folder)
    with asyncio.Runner() as runner, nobody():
        coach = Coach(folder, limits=Limits(deadline=30))
        cells = Doors(coach, runner).ask()
        found = coach.doctor(repair=True).problems
    assert {(cell.calls, cell.blocks) for cell in cells.values()} == {(1, 0)}
    assert all(
        "Permission denied" in cell.failure and "check its permissions" in cell.failure for cell in cells.values()
    )
    (problem,) = (one for one in found if one.severity == "error")
    assert problem.kind == "unreadable"
    assert named in problem.what
    assert "copy" not in str(found)
    folder.parent.chmod(0o755)
    close(*everything(folder), mode=0o755)
    coach.load()
    assert coach.advise(ASKED).applied
    coach.close()
    assert sum(one.outcome == "failed" for one in coach.receipts()) == len(cells)


def test_what_may_be_read_and_not_written(folder):
    close(*everything(folder), mode=0o555)
    with asyncio.Runner() as runner, nobody():
        coach = Coach(folder, limits=Limits(deadline=30))
        doors = Doors(coach, runner)
        cells = doors.ask()
        with pytest.raises(StoreError, match="may not read or write there: check its permissions"):
            coach.add(intent="a customer asks for a refund", behavior=Reply("r"))
        (problem,) = coach.doctor(repair=True).problems
    assert {(cell.calls, cell.blocks, cell.failure) for cell in cells.values()} == {(1, 1, None)}
    assert problem.kind == "unwritable"
    close(*everything(folder), mode=0o755)
    coach.flush()
    assert len(coach.traces.list(limit=100)) == 2 * doors.runs  # those of the one that made it, too
    coach.close()
