"""Upkeep by several at once, and upkeep that is killed: every row outlives it, and so does what a receipt points to."""

import json
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from langgraph_coaching import Advice, Coach, Receipt
from langgraph_coaching.recall.receipts import Entry, Receipts
from langgraph_coaching.storage import compaction
from langgraph_coaching.storage.database import Database

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def entry(number):
    given = {"coaching_id": "c-1", "revision": 1, "probability": 0.9, "outcome": "applied", "reason": "r"}
    receipt = Receipt(id=f"r-{number}", at=NOON + timedelta(seconds=number), **given)
    return Entry(f"m-{number}", Advice(considered=[receipt], prompt="p"))


def test_two_maintainers_at_once_and_a_writer_lose_nothing(folder):
    databases = [Database(folder) for _ in range(3)]
    tables = [Receipts(database, "default") for database in databases]
    for number in range(8):
        tables[number % 2].write([entry(number)])
    start = threading.Barrier(3)

    def tidy(database):
        start.wait(10)
        database._compaction.finish()

    threads = [threading.Thread(target=tidy, args=(database,)) for database in databases[:2]]
    for thread in threads:
        thread.start()
    start.wait(10)
    tables[2].write([entry(8)])
    for thread in threads:
        thread.join(60)
    assert sorted(one.id for one in tables[2].receipts()) == [f"r-{number}" for number in range(9)]
    databases[2].close()
    assert len([*folder.glob("receipts.lance/_versions/*.manifest")]) < compaction.AT_REST + 2


TIDIES = """
import os, sys
from langgraph_coaching import Coach, Reply
from langgraph_coaching.storage import compaction
from langchain_core.embeddings import DeterministicFakeEmbedding

compaction.COMMITS = compaction.AT_REST = 2
coach = Coach(sys.argv[1], embeddings=DeterministicFakeEmbedding(size=8))
said = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
if not coach.list():
    coach.add(id="c-1", intent="a case", behavior=Reply("r"))
while True:
    revision = coach.edit("c-1", notes="n").revision
    os.write(said, f"{revision}\\n".encode())
    coach.close()  # which tidies up
"""


@pytest.mark.slow
def test_upkeep_that_is_killed_again_and_again_takes_no_revision(folder, tmp_path):
    said = tmp_path / "said"
    said.touch()
    for turn in range(6):
        before = said.stat().st_size
        child = subprocess.Popen([sys.executable, "-c", TIDIES, folder, said])
        until = time.monotonic() + 120
        while said.stat().st_size < before + 6 + turn and time.monotonic() < until:
            time.sleep(0.01 + 0.003 * turn)
        child.send_signal(signal.SIGKILL)
        child.wait(30)
    acknowledged = [int(line) for line in said.read_text().splitlines()]
    from langchain_core.embeddings import DeterministicFakeEmbedding

    with Coach(folder, embeddings=DeterministicFakeEmbedding(size=8)) as coach:
        numbers = [one.revision for one in coach.history("c-1")]
        assert numbers == [*range(1, numbers[-1] + 1)]
        assert len(acknowledged) >= 6
        assert max(acknowledged) <= numbers[-1] <= max(acknowledged) + 6
        coach.edit("c-1", notes="after all that")
    assert len([*folder.glob("coachings.lance/_versions/*.manifest")]) <= compaction.AT_REST + 1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no fork here")
def test_children_of_every_kind_tidy_up_after_themselves(run_python, tmp_path, folder):
    script = tmp_path / "children.py"
    script.write_text(CHILDREN)
    done = run_python(script, folder)
    assert done.returncode == 0, done.stderr
    kinds, most = json.loads(done.stdout)
    assert kinds == 3
    assert most < compaction.AT_REST


CHILDREN = """
import json, multiprocessing, pathlib, sys
from langchain_core.embeddings import DeterministicFakeEmbedding
from langgraph_coaching import Coach, Reply

def opened(folder):
    return Coach(folder, embeddings=DeterministicFakeEmbedding(size=8))

def add(folder, how):
    coach = opened(folder)
    for number in range(6):
        coach.add(id=f"{how}-{number}", intent="a case", behavior=Reply("r"))

if __name__ == "__main__":
    folder, most = sys.argv[1], 0
    for how in ("fork", "spawn", "forkserver"):
        child = multiprocessing.get_context(how).Process(target=add, args=(folder, how))
        child.start()
        child.join(100)
        assert child.exitcode == 0, how
        most = max(most, len([*pathlib.Path(folder).glob("coachings.lance/_versions/*.manifest")]))
    kinds = {one.id.split("-")[0] for one in opened(folder).list()}
    print(json.dumps([len(kinds), most]))
"""
