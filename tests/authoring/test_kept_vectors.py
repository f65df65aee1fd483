"""Where recorded situations are is kept for other processes, without their words, and goes with what was recorded."""

from collections import Counter
from math import inf
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from conversations import rows

from langgraph_coaching import Coach, Limits, Reply, import_traces
from langgraph_coaching.authoring import situation_vectors
from langgraph_coaching.authoring.situation_vectors import key_of_situation
from langgraph_coaching.recall.embedder import Embedder, embedder_id
from langgraph_coaching.recall.scoring.kept_vectors import KeptVectors
from langgraph_coaching.recall.situation import Situation
from parts import database_of

SAID = ("how much is shipping to Norway", "what would delivery to France cost", "please tune the piano in the hall")
WHEN = "a customer asks what shipping costs"


@pytest.fixture
def counted(monkeypatch):
    """How often each text was embedded."""
    asked, documents = Counter(), Embedder.documents

    def counting(self, texts):
        asked.update(texts)
        return documents(self, texts)

    monkeypatch.setattr(Embedder, "documents", counting)
    return asked


@pytest.fixture
def reopened(tmp_path, embeddings, counted):
    """Opens the same store as another process would."""
    opened = []

    def reopen(**settings):
        counted.clear()
        opened.append(Coach(tmp_path / "s", embeddings=embeddings, limits=Limits(deadline=30), **settings))
        return opened[-1]

    coach = reopen()
    coach.traces.add(import_traces(rows(*SAID), format="openai"))
    coach.add(id="c-ship", intent=WHEN, behavior=Reply("Ask for the country."), examples=["what is the postage"])
    yield reopen
    for one in opened:
        one.close()


def kept(coach):
    """The digests that are kept, by their sources."""
    found = database_of(coach).table("situations")
    return {} if found is None else {row["source"]: row["digest"] for row in found.to_arrow().to_pylist()}


def digest(said):
    return key_of_situation(Situation(((said, True),)))


def test_another_process_embeds_nothing_again(reopened, counted):
    first = reopened().impact("c-ship")
    assert all(counted[text] for text in SAID)
    again = reopened().impact("c-ship")
    assert again == first
    assert not any(counted[text] for text in SAID)


def test_where_there_was_no_time_it_goes_on_where_it_stopped(reopened, counted, monkeypatch):
    coach, times = reopened(), iter([0.0, 0.0])
    with monkeypatch.context() as patch:
        patch.setattr(situation_vectors, "BLOCK", 1)
        patch.setattr(situation_vectors, "time", SimpleNamespace(monotonic=lambda: next(times, inf)))
        assert coach.impact("c-ship", within=1).looked_at < len(SAID)
    done = kept(coach)
    assert 0 < len(done) < len(SAID)
    found = reopened().impact("c-ship")
    assert (found.looked_at, found.not_looked_at) == (len(SAID), 0)
    assert sum(counted[text] for text in SAID) == len(SAID) - len(done)


@pytest.mark.parametrize("how", ["delete", "forget", "retain"])
def test_it_goes_with_what_was_recorded(how, reopened):
    coach = reopened()
    coach.impact("c-ship")
    (trace,) = coach.traces.list(text=SAID[0])
    assert kept(coach)[trace.id] == digest(SAID[0])
    others = {name: one for name, one in kept(coach).items() if name != trace.id}
    if how == "delete":
        coach.traces.delete(trace.id)
    elif how == "forget":
        coach.forget(trace.id)
    else:
        coach.retain(traces=0)
        others = {}
    assert kept(coach) == others


def test_what_is_forgotten_is_in_no_file(reopened):
    coach = reopened()
    coach.impact("c-ship")
    (trace,) = coach.traces.list(text=SAID[0])
    rows = database_of(coach).table("situations").to_arrow().to_pylist()
    (place,) = (row["vector"] for row in rows if row["source"] == trace.id)
    words = (place[:64], digest(SAID[0]))
    folder = Path(coach.uri, "situations.lance")

    def files_with(words):
        return [file for file in folder.rglob("*") if file.is_file() and words in file.read_bytes()]

    assert all(map(files_with, words))  # or it tests nothing
    assert coach.forget(trace.id).cleared is True
    assert not any(map(files_with, words))
    assert len(kept(coach)) == len(SAID) - 1


def test_what_was_deleted_elsewhere_goes_when_it_is_looked_at_again(reopened, monkeypatch):
    coach = reopened()
    coach.impact("c-ship")
    with monkeypatch.context() as patch:  # as a version of the package that knows of no vectors
        patch.setattr(KeptVectors, "erase", lambda *_: None)
        coach.traces.delete(coach.traces.list(text=SAID[0])[0])
    assert len(kept(coach)) == len(SAID)
    coach.impact("c-ship")
    assert digest(SAID[0]) not in kept(coach).values()
    assert len(kept(coach)) == len(SAID) - 1


def test_what_was_said_otherwise_goes_when_its_trace_is_replaced(reopened):
    coach = reopened()
    coach.impact("c-ship")
    (trace,) = coach.traces.list(text=SAID[0])
    steps = (trace.steps[0].model_copy(update={"text": "how much is it"}), *trace.steps[1:])
    coach.traces.add(trace.model_copy(update={"steps": steps}))
    coach.impact("c-ship")
    assert {*kept(coach).values()} == {*map(digest, (*SAID[1:], "how much is it"))}


def test_another_namespace_keeps_its_own(reopened, counted):
    reopened().impact("c-ship")
    other = reopened(namespace="acme")
    other.traces.add(import_traces(rows(SAID[0]), format="openai", namespace="acme"))
    other.add(id="c-ship", intent=WHEN, behavior=Reply("x"))
    other.impact("c-ship")
    assert counted[SAID[0]]
    assert other.forget(keep_latest=0)
    reopened().impact("c-ship")
    assert not counted[SAID[0]]


def test_what_was_made_otherwise_is_not_taken_and_goes(reopened):
    coach = reopened()
    coach.impact("c-ship")
    table = KeptVectors(database_of(coach), "default")
    (made,) = {row["made"] for row in database_of(coach).table("situations").to_arrow().to_pylist()}
    assert made.startswith(f"{embedder_id(coach.embeddings)}/")
    assert len(table.read(made, 384)[0]) == len(SAID)
    assert table.read(made, 100) is None
    assert table.read("another/0", 384) is None
    table.erase_others("another/0")
    assert kept(coach) == {}


@pytest.mark.parametrize("damage", ["vectors", "files"])
def test_what_is_damaged_is_made_again(damage, reopened, counted, caplog):
    coach = reopened()
    first = coach.impact("c-ship")
    if damage == "files":
        coach.close()
        for file in Path(coach.uri, "situations.lance", "data").iterdir():
            file.write_bytes(b"\x00" * 100)
    else:
        table = database_of(coach).table("situations")
        odd = [b"", b"\x00" * 7, np.full(384, np.nan, dtype=np.float32).tobytes()]
        for source, vector in zip(sorted(kept(coach)), odd, strict=True):
            table.update(where=f"source = '{source}'", values={"vector": vector})
    again = reopened().impact("c-ship")
    assert again == first
    assert all(counted[text] for text in SAID)
    assert ("made anew in each process" in caplog.text) is (damage == "files")
