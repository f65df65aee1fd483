"""Somebody else holds a lock of the folder for as long as they like: capture waits for it, and no model call does."""

import asyncio
import fcntl
import shutil
import threading

import pytest
from doors import ASKED, Doors

from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.storage import locks


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store with coaching and nothing else yet, so that the first receipts make a table."""
    folder = tmp_path_factory.mktemp("whole") / "store"
    with Coach(folder, limits=Limits(deadline=60)) as coach:
        coach.add(intent="a customer asks to change an order", behavior=Reply("r"), examples=[ASKED])
    return folder


@pytest.mark.parametrize("name", [locks.CREATING, locks.TURN, locks.WRITING])
def test_a_lock_that_somebody_else_holds(name, whole, tmp_path, monkeypatch):
    folder = shutil.copytree(whole, tmp_path / "store")
    met, real = threading.Event(), locks._lock

    def lock(handle, *, shared):
        got = real(handle, shared=shared)
        if not got:
            met.set()
        return got

    monkeypatch.setattr(locks, "_lock", lock)
    with Coach(folder, limits=Limits(deadline=5)) as coach, asyncio.Runner() as runner:
        coach.load()
        doors = Doors(coach, runner)
        with (folder / name).open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            before = doors.ask(styles=("sync",))
            writing = threading.Thread(target=coach.flush)
            writing.start()
            assert met.wait(30)
            cells = {**before, **doors.ask(ASKED + "!")}
        writing.join()
        assert {(cell.calls, cell.blocks, cell.applied, cell.failure) for cell in cells.values()} == {(1, 1, 1, None)}
        coach.flush()
        assert len(coach.traces.list(limit=100)) == doors.runs
        kept = coach.receipts()
        assert len({one.id for one in kept if one.applied}) == 3 * len(before)
