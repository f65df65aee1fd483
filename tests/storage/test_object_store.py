"""A coach on a bucket: everything it does in a folder, against a real S3 server on loopback."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from langgraph_coaching import Coach, CoachingState, Limits, Reply, coached
from langgraph_coaching.errors import ConflictError, NotFoundError, StoreError
from langgraph_coaching.storage import compaction
from langgraph_coaching.storage.database import Database
from s3_server import new_bucket, s3_server

pytestmark = pytest.mark.slow

ADDS = 8
SAID = "how much is shipping to Peru?"


@pytest.fixture(scope="module")
def options():
    with s3_server() as options:
        yield options


@pytest.fixture
def bucket(options):
    """A client, and the name of a bucket of its own."""
    return new_bucket(options)


@pytest.fixture
def opened(options, bucket, embeddings):
    """Opens the store in the bucket, each time with a connection of its own."""

    def coach(**settings):
        given = {"embeddings": embeddings, "limits": Limits(deadline=60), "storage_options": options}
        return Coach(f"s3://{bucket[1]}/team/coaching", **given | settings)

    return coach


def test_the_whole_circle_on_a_bucket(opened, scripted):
    with opened() as coach:
        assert coach.list() == []
        made = coach.add(intent="a customer asks what shipping costs", behavior=Reply("Ask for the country."))
        other = coach.add(intent="a customer asks to cancel an order", behavior=Reply("Ask for its number."))
        coach.edit(made.id, behavior=Reply("Ask for the country first."), examples=[SAID])
        run_once(coach, scripted, "thread-1")
        coach.flush()
        (trace,) = coach.traces.list(thread_id="thread-1")
        (receipt,) = [one for one in coach.receipts(trace_id=trace.id) if one.applied]
        assert (receipt.coaching_id, receipt.revision) == (made.id, 2)
        coach.verdict(receipt, correct=False, comment="not here")
        coach.archive(other.id)
    with opened() as again:
        assert [one.revision for one in again.history(made.id)] == [1, 2, 3]  # the verdict is one
        assert [one.comment for one in again.verdicts()] == ["not here"]
        assert [one.id for one in again.list(status="active")] == [made.id]
        done = again.forget(thread_id="thread-1")
        assert done.receipts
        assert again.traces.list() == []
        again.delete(made.id, purge=True)
        with pytest.raises(NotFoundError):
            again.get(made.id)
    with opened(namespace="another") as other:
        assert (other.list(), other.receipts()) == ([], [])


def run_once(coach, scripted, thread):
    from langgraph.graph import StateGraph

    builder = StateGraph(CoachingState)
    builder.add_node("coach", coach.node())
    model = scripted("To which country?")
    builder.add_node("agent", lambda state: {"messages": [model.invoke(coached(state))]})
    builder.add_edge("__start__", "coach")
    builder.add_edge("coach", "agent")
    asked = {"messages": [("user", SAID)]}
    config = {"configurable": {"thread_id": thread}, "callbacks": [coach.callback()]}
    return builder.compile().invoke(asked, config)


def test_what_one_connection_writes_the_next_call_of_another_sees(opened):
    with opened() as first, opened() as second:
        made = first.add(intent="a customer asks what shipping costs", behavior=Reply("Ask."), examples=[SAID])
        assert [one.coaching_id for one in second.advise(SAID).applied] == [made.id]
        second.edit(made.id, examples=[])
        assert first.get(made.id).revision == 2
        first.archive(made.id)
        assert second.advise(SAID).considered == []


def _write(number, uri, options):
    fake = DeterministicFakeEmbedding(size=8)
    with Coach(uri, embeddings=fake, storage_options=options) as coach:
        for turn in range(ADDS):
            coach.add(id=f"{number}-{turn}", intent=f"case {number} {turn}", behavior=Reply("r"))
            coach.edit("shared", notes=f"{number} {turn}")
        try:
            return coach.add(id="same", intent=f"thing {number}", behavior=Reply("r")).intent
        except ConflictError:
            return None


def test_two_processes_that_write_at_once_lose_nothing_and_double_nothing(options, bucket):
    uri, fake = f"s3://{bucket[1]}/coaching", DeterministicFakeEmbedding(size=8)
    with Coach(uri, embeddings=fake, storage_options=options) as coach:
        coach.add(id="shared", intent="shared", behavior=Reply("r"))
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(2, spawn) as pool:
            said = list(pool.map(_write, range(2), [uri] * 2, [options] * 2))
        there = sorted(one.id for one in coach.list())
        assert there == sorted(["shared", "same", *(f"{n}-{t}" for n in range(2) for t in range(ADDS))])
        assert [one.intent for one in coach.history("same")] == [one for one in said if one]
        assert [one.revision for one in coach.history("shared")] == [*range(1, 2 * ADDS + 2)]


def test_upkeep_puts_a_bucket_together_while_others_read(opened, options, bucket, monkeypatch):
    monkeypatch.setattr(compaction, "COUNTED", 5)
    monkeypatch.setattr(compaction, "QUIET", 0.0)
    with opened() as reader, opened() as coach:
        for number in range(12):
            coach.add(id=f"c-{number}", intent=f"case {number}", behavior=Reply("r"))
            assert len(reader.list()) == number + 1
    with opened() as again:
        assert len(again.list()) == 12
        handle = Database(again.uri, options).table("coachings")
        assert handle.stats()["fragment_stats"]["num_fragments"] < 12


def test_a_bucket_that_is_not_there_is_named_and_recall_goes_on(options, bucket, embeddings):
    client, _ = bucket
    patient = Limits(deadline=30)
    with Coach("s3://not-yet/coaching", embeddings=embeddings, storage_options=options, limits=patient) as coach:
        with pytest.raises(StoreError, match="NoSuchBucket: The specified bucket does not exist; make the bucket"):
            coach.add(intent="a customer asks", behavior=Reply("r"))
        assert "NoSuchBucket" in coach.advise(SAID).failure
        client.create_bucket(Bucket="not-yet")
        assert coach.add(intent="a customer asks", behavior=Reply("r")).revision == 1


def test_a_server_that_is_not_there_is_named(options, embeddings):
    nowhere = options | {"aws_endpoint": "http://127.0.0.1:9", "client_max_retries": "0"}
    coach = Coach("s3://bucket/coaching", embeddings=embeddings, storage_options=nowhere)
    with pytest.raises(StoreError, match="nothing answers at the address"):
        coach.add(intent="a customer asks", behavior=Reply("r"))
