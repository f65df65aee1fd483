"""A coach on `db://`: what it does in a folder, against a server on loopback that speaks LanceDB's remote protocol."""

import warnings

import pytest

from cloud_server import cloud_server
from langgraph_coaching import Coach, CoachingState, Limits, Reply, coached
from langgraph_coaching.errors import ConflictError, NotFoundError, StoreError

pytestmark = pytest.mark.slow

SAID = "how much is shipping to Peru?"
AT_ONCE = {"retries": "0", "read_timeout": "0.5", "connect_timeout": "0.5"}


@pytest.fixture
def cloud(tmp_path):
    with cloud_server(tmp_path / "behind") as running:
        yield running


@pytest.fixture
def opened(cloud, embeddings):
    """Opens the database, each time with a connection of its own."""

    def coach(**settings):
        given = {"embeddings": embeddings, "limits": Limits(deadline=60), "storage_options": cloud[1]}
        return Coach("db://team", **given | settings)

    return coach


def graph_of(coach, model):
    from langgraph.graph import StateGraph

    builder = StateGraph(CoachingState)
    builder.add_node("coach", coach.node())
    builder.add_node("agent", lambda state: {"messages": [model.invoke(coached(state))]})
    builder.add_edge("__start__", "coach")
    builder.add_edge("coach", "agent")
    return builder.compile()


def run_once(coach, scripted, thread):
    config = {"configurable": {"thread_id": thread}, "callbacks": [coach.callback()]}
    return graph_of(coach, scripted("To which country?")).invoke({"messages": [("user", SAID)]}, config)


def test_the_whole_circle(cloud, opened, scripted, tmp_path):
    with warnings.catch_warnings(), opened(durable=True) as coach:
        warnings.simplefilter("error", UserWarning)  # the client's, of what it does not do
        assert coach.list() == []
        made = coach.add(intent="a customer asks what shipping costs", behavior=Reply("Ask for the country."))
        other, *_ = coach.add_many([{"intent": "a customer cancels", "behavior": Reply("Ask why.")}])
        coach.edit(made.id, behavior=Reply("Ask for the country first."), examples=[SAID])
        run_once(coach, scripted, "thread-1")
        coach.flush()
        (trace,) = coach.traces.list(text="peru")
        assert coach.traces.get(trace.id).thread_id == "thread-1"
        (receipt,) = [one for one in coach.receipts(trace_id=trace.id) if one.applied]
        assert (receipt.coaching_id, receipt.revision) == (made.id, 2)
        assert "1 as recorded" in str(coach.replay(trace).diff())
        coach.verdict(receipt, correct=False, comment="not here")
        coach.calibrate()
        coach.archive(other.id)
        coach.export(tmp_path / "out")
    with opened() as again:
        assert [one.revision for one in again.history(made.id)] == [1, 2, 3]
        assert [one.comment for one in again.verdicts()] == ["not here"]
        assert [one.id for one in again.list(status="active")] == [made.id]
        assert again.restore(made.id, revision=1).behavior == Reply("Ask for the country.")
        assert again.forget(thread_id="thread-1").receipts
        assert again.traces.list() == []
        again.delete(made.id, purge=True)
        with pytest.raises(NotFoundError):
            again.get(made.id)
    with opened(namespace="another") as other:
        assert (other.list(), other.receipts()) == ([], [])
        assert len(other.import_(tmp_path / "out").added) == 2
    assert cloud[0].unknown == []  # nothing was asked that the service does not do


def test_what_one_connection_writes_the_next_call_of_another_sees(opened):
    with opened() as first, opened() as second:
        made = first.add(intent="a customer asks what shipping costs", behavior=Reply("Ask."), examples=[SAID])
        assert [one.coaching_id for one in second.advise(SAID).applied] == [made.id]
        second.edit(made.id, examples=[])
        assert first.get(made.id).revision == 2
        with pytest.raises(ConflictError):
            second.add(id=made.id, intent="another", behavior=Reply("r"))
        first.archive(made.id)
        assert second.advise(SAID).considered == []


def test_a_warm_advice_asks_only_for_versions(cloud, opened):
    with opened() as coach:
        coach.add(intent="a customer asks what shipping costs", behavior=Reply("Ask."), examples=[SAID])
        coach.advise(SAID)
        before = len(cloud[0].asked)
        assert coach.advise(SAID).applied
        asked = cloud[0].asked[before:]
        assert {*asked} == {"describe coachings"}
        assert len(asked) <= 2


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ((401, "Unauthorized"), "it answered 401 (Unauthorized); check the key"),
        ((403, "no"), "it answered 403 (no); give this key the right"),
        ((429, "slow down"), "it asks for fewer requests"),
        ((500, "oops"), "try again"),
        ((404, "no such database"), "check the name behind db://"),
        ((200, "<html>a proxy</html>"), "it answered what is none of its answers"),
    ],
)
def test_a_refusal_is_told_and_the_agent_goes_on(cloud, opened, scripted, fault, told):
    server, options = cloud
    with opened() as writer:
        writer.add(intent="a customer asks what shipping costs", behavior=Reply("Ask."), examples=[SAID])
    coach = opened(storage_options=options | AT_ONCE)
    coach.advise("warm")
    server.fault = fault
    with pytest.raises(StoreError) as raised:
        coach.add(intent="a customer cancels", behavior=Reply("r"))
    assert told in str(raised.value)
    assert options["api_key"] not in str(raised.value)
    advice = coach.advise(SAID)
    assert (advice.prompt, told in advice.failure) == ("", True)
    assert advice.considered[0].outcome == "failed"
    assert run_once(coach, scripted, "thread-1")["messages"][-1].text == "To which country?"
    server.fault = None
    coach.flush()
    assert {one.outcome for one in coach.receipts()} >= {"failed"}
    assert coach.advise(SAID).applied
    coach.close()


def test_a_server_that_hangs_or_is_not_there_is_named(cloud, opened):
    server, options = cloud
    coach = opened(storage_options=options | AT_ONCE, limits=Limits(deadline=0.3))
    server.answers.clear()
    with pytest.raises(StoreError, match="did not answer in time"):
        coach.list()
    assert coach.advise(SAID).failure
    server.answers.set()
    coach.close()
    nowhere = opened(storage_options=options | AT_ONCE | {"host_override": "http://127.0.0.1:9"})
    with pytest.raises(StoreError, match="nothing answers at the address; check the region or host_override"):
        nowhere.list()


def test_what_is_no_option_is_said_at_the_first_use(opened, cloud):
    coach = opened(storage_options=cloud[1] | {"aws_region": "eu-west-1"})
    with pytest.raises(StoreError, match="knows no option 'aws_region'"):
        coach.list()
