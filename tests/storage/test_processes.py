"""Several processes on one store: writing at once, killed in the middle, forked, and reading what others write."""

import itertools
import multiprocessing
import os
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from langgraph_coaching import Coach, Reply
from langgraph_coaching.errors import ConflictError

pytestmark = pytest.mark.slow

SPAWN = multiprocessing.get_context("spawn")
ADDS = 25
EDITS = 10


def opened(folder, **settings):
    return Coach(folder, embeddings=DeterministicFakeEmbedding(size=8), **settings)


def _meet(barrier):
    global start  # noqa: PLW0603 - how a pool hands a barrier to its processes
    start = barrier


def _write(number, folder):
    with opened(folder) as coach:
        coach.list()  # opened before the others begin
        start.wait(timeout=120)
        for turn in range(ADDS):
            coach.add(id=f"{number}-{turn}", intent=f"case {number} {turn}", behavior=Reply(f"{number} {turn}"))
            if turn % (ADDS // EDITS) == 0:
                coach.edit("shared", notes=f"{number} {turn}")
        return number


def _create(number, folder):
    with opened(folder) as coach:
        start.wait(timeout=120)
        return coach.add(id=f"c-{number}", intent=f"case {number}", behavior=Reply("r")).id


def _same(number, folder):
    with opened(folder) as coach:
        coach.list()
        start.wait(timeout=120)
        return coach.add(id="same", intent="one thing", behavior=Reply("r")).content_hash


def _other(number, folder):
    with opened(folder) as coach:
        coach.list()
        start.wait(timeout=120)
        try:
            return coach.add(id="same", intent=f"thing {number}", behavior=Reply("r")).intent
        except ConflictError:
            return None


@pytest.fixture(scope="module")
def pool():
    with ProcessPoolExecutor(4, SPAWN, initializer=_meet, initargs=(SPAWN.Barrier(4),)) as started:
        yield started


@pytest.fixture
def at_once(pool, folder):
    """Calls a function with 0, 1, 2 and 3, each in a process of its own, all at the same moment."""
    return lambda work: list(pool.map(work, range(4), [folder] * 4))


def test_four_writers_and_editors_of_one_lose_nothing(at_once, folder):
    with opened(folder) as coach:
        coach.add(id="shared", intent="shared", behavior=Reply("r"))
    at_once(_write)
    with opened(folder) as coach:
        assert {c.id for c in coach.list()} == {f"{n}-{t}" for n in range(4) for t in range(ADDS)} | {"shared"}
        history = coach.history("shared")
        edits = [f"{n} {t}" for n in range(4) for t in range(0, ADDS, ADDS // EDITS)]
        assert [c.revision for c in history] == list(range(1, len(edits) + 2))
        assert sorted(c.notes for c in history[1:]) == sorted(edits)


def test_four_that_create_the_store_at_once_share_it(at_once, folder):
    names = at_once(_create)
    with opened(folder) as coach:
        assert sorted(c.id for c in coach.list()) == sorted(names) == ["c-0", "c-1", "c-2", "c-3"]


def test_the_same_coaching_saved_by_four_at_once_is_one(at_once, folder):
    with opened(folder) as coach:
        coach.add(intent="before", behavior=Reply("r"))
        assert len(set(at_once(_same))) == 1
        assert len(coach.history("same")) == 1


def test_of_four_that_take_one_id_at_once_one_has_it(at_once, folder):
    with opened(folder) as coach:
        coach.add(intent="before", behavior=Reply("r"))
        won = [intent for intent in at_once(_other) if intent]
        assert [c.intent for c in coach.history("same")] == won
        assert len(won) == 1


def _edit(number, folder):
    with opened(folder) as coach:
        coach.list()
        start.wait(timeout=240)
        return [coach.edit("shared", notes=f"{number} {turn}").revision for turn in range(2 * EDITS)]


def test_eight_that_do_nothing_but_edit_one_coaching_all_come_through(folder):
    with opened(folder) as coach:
        coach.add(id="shared", intent="shared", behavior=Reply("r"))
    with ProcessPoolExecutor(8, SPAWN, initializer=_meet, initargs=(SPAWN.Barrier(8),)) as pool:
        made = list(pool.map(_edit, range(8), [folder] * 8))
    assert sorted(itertools.chain(*made)) == list(range(2, 8 * 2 * EDITS + 2))
    with opened(folder) as coach:
        said = [one.notes for one in coach.history("shared")[1:]]
        assert sorted(said) == sorted(f"{number} {turn}" for number in range(8) for turn in range(2 * EDITS))


ENDLESS = """
import sys
from langchain_core.embeddings import DeterministicFakeEmbedding
from langgraph_coaching import Coach, Reply
coach = Coach(sys.argv[1], embeddings=DeterministicFakeEmbedding(size=8))
for number in range(10_000):
    made = coach.add(intent=f"case {number}", behavior=Reply("r"))
    print(made.id, flush=True)
    if number % 3 == 0:
        print(f"{made.id} {coach.edit(made.id, priority=7).revision}", flush=True)
"""


def test_what_was_acknowledged_survives_kill_9(folder):
    acknowledged = []
    for _ in range(2):
        with subprocess.Popen([sys.executable, "-c", ENDLESS, str(folder)], stdout=subprocess.PIPE, text=True) as child:
            for line in child.stdout:
                acknowledged.append(line.split())
                if len(acknowledged) % 20 == 0:
                    child.send_signal(signal.SIGKILL)
                    break
            acknowledged += [line.split() for line in child.stdout if line.endswith("\n")]
    with opened(folder) as coach:
        heads = {c.id: c for c in coach.list()}
        assert {name for name, *_ in acknowledged} <= heads.keys()
        assert {name for name, *_ in acknowledged if heads[name].priority == 7} >= {
            name for name, *revision in acknowledged if revision
        }
        coach.add(intent="afterwards", behavior=Reply("r"))
        assert coach.advise("afterwards").considered[0].coaching_id


def test_one_sees_at_its_next_call_what_another_wrote(folder):
    with opened(folder) as one, opened(folder) as other:
        assert one.advise("a refund").considered == []
        made = other.add(intent="a refund", behavior=Reply("r"))
        (receipt,) = one.advise("a refund").applied
        assert (receipt.coaching_id, receipt.revision) == (made.id, 1)
        other.edit(made.id, behavior=Reply("changed"))
        (receipt,) = one.advise("a refund").applied
        assert receipt.revision == 2
        assert "changed" in one.advise("a refund").prompt
        other.archive(made.id)
        assert one.advise("a refund").considered == []


FORKED = """
import os, sys
from contextlib import suppress
from langchain_core.embeddings import DeterministicFakeEmbedding
from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.errors import StoreError

coach = Coach(sys.argv[1], embeddings=DeterministicFakeEmbedding(size=8), limits=Limits(deadline=30))
coach.callback()  # queued in the parent, and none of the child's business


def in_child(work):
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            print(type(error).__name__, error, flush=True)
            os._exit(1)
        os._exit(0)
    return child


def ended(children):
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def before(number):
    intent = f"case {'abc'[number]}"  # a number would not be embedded
    coach.add(id=f"c-{number}", intent=intent, behavior=Reply("r"))
    assert coach.advise(intent).applied[0].coaching_id == f"c-{number}"
    coach.flush()


assert ended([in_child(lambda n=n: before(n)) for n in range(3)]) == [0, 0, 0]
assert sorted(c.id for c in coach.list()) == ["c-0", "c-1", "c-2"]
assert {r.coaching_id for r in coach.receipts() if r.applied} == {"c-0", "c-1", "c-2"}


def after():
    for someone in (coach, Coach(sys.argv[1], embeddings=DeterministicFakeEmbedding(size=8))):
        advice = someone.advise("case b")
        assert (advice.prompt, advice.applied) == ("", []), advice
        assert "Fork before the first use, or start processes with `spawn`" in advice.failure, advice
        try:
            someone.add(intent="x", behavior=Reply("r"))
        except StoreError as error:
            assert "was forked from one that had used LanceDB already" in str(error)
        else:
            raise AssertionError("written")
        with suppress(StoreError):
            someone.close()


assert ended([in_child(after) for _ in range(3)]) == [0, 0, 0]
assert coach.advise("case b").applied
coach.close()
print("done")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_it_works_after_a_fork_before_its_first_use_and_says_so_after_one_later(run_python, folder):
    done = run_python("-c", FORKED, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "done\n"
