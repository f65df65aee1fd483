"""What the first call needs is loaded once, aside: nobody waits for it past their deadline, and it goes on."""

import asyncio
import subprocess
import sys
import threading
import time

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from langgraph_coaching import Limits, Reply
from langgraph_coaching.coaching.coachings import Coachings
from langgraph_coaching.recall.loading import Loading, StillLoading

FAR = 30.0
SOON = 0.05
ASKED = "I want my money back"


@pytest.fixture(params=["sync", "async"])
def wait(request):
    """Waits in either call style."""
    return lambda loading, seconds: (
        loading.wait(seconds) if request.param == "sync" else asyncio.run(loading.await_(seconds))
    )


@pytest.fixture
def gate():
    """What the loading waits for, until the test is over."""
    event = threading.Event()
    yield event
    event.set()


def test_it_is_loaded_once_however_many_call(wait):
    calls = []
    loading = Loading(lambda: iter([("one", lambda: calls.append(1)), ("two", lambda: calls.append(2))]))
    for _ in range(3):
        wait(loading, FAR)
    assert (calls, loading.done) == ([1, 2], True)


def test_all_calls_together_wait_as_long_as_one_may(wait, gate):
    begun = []
    loading = Loading(lambda: iter([("the store", lambda: begun.append(1) or gate.wait(FAR))]))
    started = time.monotonic()
    for _ in range(200):  # of which each by itself would wait a tenth of a second
        with pytest.raises(StillLoading, match=r"still being loaded \(the store, for \d+\.\d s\)"):
            wait(loading, 0.1)
    assert time.monotonic() - started < 10
    assert begun == [1]
    gate.set()
    loading.wait(FAR)
    assert loading.done
    assert begun == [1]


def test_a_step_that_fails_is_tried_again_at_the_next_call(wait):
    outcomes = [ValueError("down"), None]

    def step():
        if (error := outcomes.pop(0)) is not None:
            raise error

    loading = Loading(lambda: iter([("the store", step)]))
    with pytest.raises(ValueError, match="down"):
        wait(loading, FAR)
    assert not loading.done
    wait(loading, FAR)
    assert loading.done


def test_nothing_to_load_yet_is_looked_for_again(wait):
    steps = []
    loading = Loading(lambda: iter(steps))
    wait(loading, FAR)
    assert not loading.done
    steps.append(("the store", lambda: None))
    wait(loading, FAR)
    assert loading.done


def test_who_is_cancelled_cancels_nobody_else(gate):
    loading = Loading(lambda: iter([("the store", lambda: gate.wait(FAR))]))

    async def main():
        first, second = (asyncio.create_task(loading.await_(FAR)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        gate.set()
        await second

    asyncio.run(main())
    assert loading.done


# ── at a coach ──


@pytest.fixture
def hanging(opened, gate, monkeypatch):
    """A coach in a new process, whose store does not answer."""
    opened().add(intent="a refund of an order", behavior=Reply("r"), examples=[ASKED])
    coach = opened(limits=Limits(deadline=SOON))
    with monkeypatch.context() as planted:
        real = Coachings.version
        planted.setattr(Coachings, "version", lambda store: (gate.wait(FAR), real(store))[1])
        yield coach
        gate.set()


def test_a_store_that_never_answers_holds_the_first_calls_up_no_longer_than_the_deadline(hanging, ask):
    started = time.monotonic()
    reasons = [ask(hanging, ASKED).failure for _ in range(20)]
    assert time.monotonic() - started < 10
    assert all("it is still being loaded (the store" in reason for reason in reasons)
    assert all("To change that: coach.load() where the process starts" in reason for reason in reasons)


def test_it_is_loaded_behind_the_calls_and_then_recalled(hanging, gate):
    assert hanging.advise(ASKED).failure
    gate.set()
    hanging.load()
    assert [receipt.intent for receipt in hanging.advise_batch([ASKED])[0].applied] == ["a refund of an order"]
    assert "being loaded" not in (hanging.advise(ASKED).failure or "")


class Measured(DeterministicFakeEmbedding):
    """An embedder that a store has no measure of, and that takes its time."""

    def embed_documents(self, texts):
        self.__dict__["gate"].wait(FAR)
        return super().embed_documents(texts)


def test_an_embedder_is_measured_behind_the_calls(opened, gate, ask, folder):
    embeddings = Measured(size=8)
    embeddings.__dict__["gate"] = gate
    gate.set()
    opened(embeddings=embeddings).add(intent="a refund of an order", behavior=Reply("r"))
    for file in (folder / "backgrounds.lance").rglob("*"):  # as in a store whose measure was lost
        if file.is_file():
            file.unlink()
    gate.clear()
    coach = opened(embeddings=embeddings, limits=Limits(deadline=SOON))
    assert "the measure of its embedder" in ask(coach, ASKED).failure
    gate.set()
    coach.load()
    assert "being loaded" not in (coach.advise(ASKED).failure or "")


def test_loading_an_absent_store_is_nothing(coach, folder):
    coach.load()
    assert not folder.exists()


@pytest.mark.slow
def test_the_end_of_the_process_waits_for_the_step_that_is_going_on_and_begins_no_other():
    code = (
        "import time\n"
        "from langgraph_coaching.recall.loading import Loading, StillLoading\n"
        "def step(name):\n"
        "    time.sleep(0.5)\n"
        "    print(name, flush=True)\n"
        "loading = Loading(lambda: iter([(name, lambda name=name: step(name)) for name in ('first', 'second')]))\n"
        "try:\n"
        "    loading.wait(0.05)\n"
        "except StillLoading:\n"
        "    print('left', flush=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["left", "first"])
