"""What was said in traces is forgotten wherever it has come to stand, and is in no file of the store afterwards."""

import json
from datetime import timedelta
from pathlib import Path

import lancedb
import pytest
from langchain.agents import create_agent

from langgraph_coaching import Coach, Example, Limits, Reply
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.storage import locks
from langgraph_coaching.storage.table import COMPRESSED
from parts import database_of

MARK = "qzxvkwjgpyfbhd"
"""Said by the user who is to be forgotten."""

SECRET = f"my {MARK} lamp arrived broken, can I exchange it"
OTHER = "the handle of my cup is loose, can I swap it"


@pytest.fixture
def coach(tmp_path, embeddings, monkeypatch):
    """A coach whose files hold texts as they are."""
    for name in [*COMPRESSED]:
        monkeypatch.delitem(COMPRESSED, name)
    with Coach(tmp_path / "store", embeddings=embeddings, limits=Limits(deadline=60)) as coach:
        yield coach


def converse(coach, scripted, user, thread, said):
    """A captured run of an agent that is coached."""
    agent = create_agent(scripted(f"No, {said}? Never."), [], middleware=[coach.middleware()])
    config = {"callbacks": [coach.callback()], "metadata": {"user_id": user}, "configurable": {"thread_id": thread}}
    agent.invoke({"messages": [("user", said)]}, config)
    coach.flush()
    (trace,) = coach.traces.list(thread_id=thread)
    return trace


@pytest.fixture
def lived(coach, scripted):
    """A store in which two users have spoken, and in which something was taken from both."""
    coach.add(id="c-swap", intent="a customer wants to exchange an item", behavior=Reply("Offer a swap."))
    lee, kim = (converse(coach, scripted, *one) for one in (("lee", "th-lee", SECRET), ("kim", "th-kim", OTHER)))
    for trace in (lee, kim):
        draft = coach.draft(trace.coachable_steps()[0]).when(f"an item of {trace.thread_id} is broken")
        coach.save(draft.reply("Say sorry.").having(id=f"c-{trace.thread_id}"))
        coach.verdict(trace.receipts[0], correct=False, comment="that was mine to say")
    coach.edit(
        "c-swap",
        add_examples=[Example(text=f"about that {MARK.upper()}", origin="recorded", reference=lee.id), "swap it"],
    )
    coach.edit("c-swap", notes="a later revision")
    return lee, kim


def words_in_files(folder, mark=MARK):
    """The tables in whose files a text stands, in any case."""
    files = (file for file in Path(folder).rglob("*") if file.is_file())
    return {file.relative_to(folder).parts[0] for file in files if mark.encode() in file.read_bytes().lower()}


def words_in_versions(folder, mark=MARK):
    """The tables in which a text stands, at any version that can still be read."""
    database, found = lancedb.connect(folder), set()
    for name in database.list_tables().tables:
        table = database.open_table(name)
        for version in table.list_versions():
            table.checkout(version["version"])
            rows = table.to_arrow().to_pylist()
            if mark in json.dumps(rows, default=str).lower():
                found.add(name)
    return found


EVERYWHERE = {"traces", "receipts", "coachings"}


def test_the_words_of_a_user_are_nowhere(coach, lived):
    lee, kim = lived
    assert words_in_versions(coach.uri) == EVERYWHERE
    assert words_in_files(coach.uri) >= {f"{name}.lance" for name in EVERYWHERE}  # or it tests nothing
    history = {name: coach.history(name) for name in ("c-swap", "c-th-lee", "c-th-kim")}
    verdicts, receipts = coach.verdicts(), coach.receipts()

    foreseen = coach.forget(user="lee", dry_run=True)
    assert words_in_versions(coach.uri) == EVERYWHERE
    done = coach.forget(user="lee")

    assert words_in_versions(coach.uri) == set()
    assert words_in_files(coach.uri) == set()
    assert done.trace_ids == (lee.id,)
    assert (done.examples, done.excerpts, done.coaching_ids) == (3, 1, ("c-swap", "c-th-lee"))
    assert done.cleared is True
    assert foreseen.dry_run
    for name in ("trace_ids", "chunks", "receipts", "examples", "excerpts", "coaching_ids"):
        assert getattr(foreseen, name) == getattr(done, name)
    # What others have said stays, and so does what people have written, revision by revision.
    assert coach.traces.get(kim.id).text == kim.text
    assert words_in_versions(coach.uri, OTHER.lower()) >= EVERYWHERE
    assert coach.verdicts() == verdicts
    assert [one.id for one in coach.receipts()] == [one.id for one in receipts]
    assert coach.history("c-th-kim") == history["c-th-kim"]
    swap = coach.history("c-swap")
    assert [one.revision for one in swap] == [one.revision for one in history["c-swap"]]
    assert (swap[-1].notes, [one.origin for one in swap[-1].examples]) == ("a later revision", ["verdict", "author"])
    assert coach.get("c-th-lee").source.trace_id == lee.id


def test_it_recalls_what_it_still_knows_in_every_process(coach, lived, embeddings):
    with Coach(coach.uri, embeddings=embeddings, limits=Limits(deadline=60)) as other:
        before = [one.advise(OTHER).considered for one in (coach, other)]
        coach.forget(user="lee")
        known = {}
        for one in (coach, other):
            receipts = one.advise("can I swap it").considered
            known[one] = {receipt.coaching_id: receipt.probability for receipt in receipts}
        assert known[coach] == known[other]
        assert all(before)
        with Coach(coach.uri, embeddings=embeddings, limits=Limits(deadline=60)) as fresh:
            after = {one.coaching_id: one.probability for one in fresh.advise("can I swap it").considered}
        assert after == pytest.approx(known[coach], abs=1e-6)
        assert coach.edit("c-swap", add_examples=["another"]).revision == 6


@pytest.mark.parametrize("which", [{"traces": "id"}, {"thread_id": "th-lee"}])
def test_what_was_deleted_before_is_reached_by_its_id_or_its_thread(coach, lived, which):
    lee, _ = lived
    coach.traces.delete(lee.id)
    assert words_in_versions(coach.uri) >= {"receipts", "coachings"}
    done = coach.forget(**({"traces": lee.id} if "traces" in which else which))
    assert (done.trace_ids, bool(done.receipts), done.cleared) == ((), True, True)
    assert words_in_versions(coach.uri) == set()
    assert not coach.forget(**({"traces": lee.id} if "traces" in which else which))  # there is nothing more


def test_nothing_matched_is_said_and_nothing_rewritten(coach, lived):
    before = words_in_versions(coach.uri)
    done = coach.forget(user="nobody")
    assert not done
    assert "nothing matched" in str(done)
    assert done.cleared is None
    assert words_in_versions(coach.uri) == before
    with pytest.raises(InvalidCoachingError, match="say which traces"):
        coach.forget()
    assert not coach.forget("t-none")


def test_an_empty_store_has_nothing_to_forget(tmp_path, embeddings):
    with Coach(tmp_path / "none", embeddings=embeddings) as coach:
        assert not coach.forget(user="lee")
    assert not (tmp_path / "none").exists()


def test_another_namespace_is_left_alone(coach, lived, embeddings):
    with Coach(coach.uri, embeddings=embeddings, namespace="other") as other:
        assert not other.forget(user="lee")
        assert not other.forget(older_than=timedelta(0))
    assert coach.traces.get(lived[0].id)


def test_while_others_go_on_writing_it_is_said_that_the_files_still_hold_it(coach, lived, monkeypatch):
    monkeypatch.setattr("langgraph_coaching.storage.compaction.TRIES", 1)
    monkeypatch.setattr(locks, "SHORT", 0.05)
    with database_of(coach).hold_versions():  # as one does that writes
        done = coach.forget(user="lee")
    assert done.cleared is False
    assert "earlier versions of the tables are still on disk" in str(done)
    assert not coach.traces.list(thread_id="th-lee")
    coach.close()  # upkeep, at the latest
    assert words_in_versions(coach.uri) == set()


def test_a_forgotten_receipt_cannot_be_judged_and_says_why(coach, lived):
    lee, _ = lived
    coach.forget(lee.id)
    with pytest.raises(InvalidCoachingError, match="what was said there was forgotten"):
        coach.verdict(lee.receipts[0], correct=True)
    assert coach.report()
    assert all(one.id != lee.receipts[0].id for one in coach.review())
