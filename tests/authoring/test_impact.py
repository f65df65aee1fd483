"""Where a draft would have fired, held against what `advise` says there."""

import json

import pytest
from conversations import rows
from langgraph.graph import StateGraph

from langgraph_coaching import Coach, CoachingState, Limits, Reply, Step, Trace, coached, import_traces
from langgraph_coaching.authoring import choices_today
from langgraph_coaching.authoring.draft import Draft
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError

SOURCE = "how much is shipping to Norway"
NEAR = ("what would delivery to France cost", "price of postage abroad")
FAR = ("the moon was bright last night", "please tune the piano in the hall")
WHEN = "a customer asks what shipping costs"


@pytest.fixture
def recorded(coach):
    coach.traces.add(import_traces(rows(SOURCE, *NEAR, *FAR), format="openai"))
    return coach


def drafted(coach, said=SOURCE):
    (trace,) = coach.traces.list(text=said)
    return coach.draft(trace.steps[1]).when(WHEN).reply("Ask for the country.")


def applied_on(coach, texts, name):
    return {text for text in texts if name in {one.coaching_id for one in coach.advise(text).applied}}


def test_it_counts_what_advise_says_once_it_is_saved(recorded):
    draft = drafted(recorded)
    found = draft.impact()
    saved = recorded.save(draft)
    fires = applied_on(recorded, (SOURCE, *NEAR, *FAR), saved.id)
    assert {one.words for one in found.steps} == fires
    assert SOURCE in fires
    assert not fires & set(FAR)
    assert (found.looked_at, found.traces, found.recorded_steps, found.not_looked_at) == (5, 5, 10, 0)
    assert found.fires == found.new == found.new_where_nothing_applies == len(fires)
    assert found.share == len(fires) / 5


def test_each_step_says_where_it_is_and_how_likely_it_is_there(recorded):
    draft = drafted(recorded)
    found = draft.impact()
    saved = recorded.save(draft)
    for one in found.steps:
        assert recorded.traces.get(one.trace_id).steps[one.step].author == "agent"
        assert one.probability == pytest.approx(recorded.advise(one.words).receipt(saved.id).probability, abs=1e-6)
        assert (one.new, one.today, one.displaces, one.receipt_id) == (True, (), (), None)
    assert f"{found.steps[0].trace_id}:{found.steps[0].step}" in str(found)
    assert SOURCE in str(found)


def test_nothing_is_written_and_json_holds_all_of_it(recorded):
    found = drafted(recorded).impact()
    assert recorded.list() == []
    told = json.loads(json.dumps(found.to_json()))
    assert told == found.to_json()
    assert told["share"] == found.share
    assert told["steps"][0]["words"] == found.steps[0].words


def test_what_is_saved_is_not_new_and_what_is_archived_is(recorded):
    saved = recorded.save(drafted(recorded))
    found = recorded.impact(saved.id)
    assert found.fires >= 1
    assert (found.new, found.lost, found.displaced) == (0, 0, ())
    recorded.archive(saved.id)
    again = recorded.impact(saved.id)
    assert again.new == again.fires == found.fires
    assert recorded.get(saved.id).status == "archived"


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_a_draft_counts_as_if_it_were_active(recorded, status):
    draft = drafted(recorded)
    assert draft.having(status=status).impact().fires == draft.impact().fires > 0


def test_a_revision_says_what_it_no_longer_meets(recorded, scripted):
    saved = recorded.save(drafted(recorded))
    before = recorded.impact(saved.id).fires
    draft = recorded.propose(saved.id, scripted("no json")).when("the piano needs tuning").having(remove=[SOURCE])
    found = draft.impact()
    assert found.coaching_id == saved.id
    assert found.lost == before - sum(not one.new for one in found.steps)
    assert found.lost >= 1
    assert "would no longer fire at" in str(found)


def test_what_it_displaces_is_named_with_the_reason(tmp_path, embeddings):
    with Coach(tmp_path / "store", embeddings=embeddings, limits=Limits(deadline=30, items=1)) as coach:
        coach.traces.add(import_traces(rows(SOURCE, *FAR), format="openai"))
        old = coach.add(intent=WHEN, behavior=Reply("Say that it depends."), examples=[SOURCE])
        found = drafted(coach).having(priority=10).impact()
        (step,) = found.steps
        assert (step.today, step.displaces, step.new) == ((old.id,), (old.id,), True)
        assert (found.new, found.new_where_nothing_applies) == (1, 0)
        (gone,) = found.displaced
        assert (gone.coaching_id, gone.steps, gone.outcome) == (old.id, 1, "over_limit")
        assert gone.reason
        assert old.id in str(found)
        saved = coach.save(drafted(coach).having(priority=10))
        assert [one.coaching_id for one in coach.advise(SOURCE).applied] == [saved.id]


def test_an_example_that_another_coaching_outranks_is_told(tmp_path, embeddings):
    with Coach(tmp_path / "store", embeddings=embeddings, limits=Limits(deadline=30, items=1)) as coach:
        coach.traces.add(import_traces(rows(SOURCE), format="openai"))
        coach.add(intent=WHEN, behavior=Reply("Say that it depends."), examples=[SOURCE], priority=50)
        found = drafted(coach).impact()
        assert found.fires == 0
        (silent,) = found.silent
        assert (silent.text, silent.origin) == (SOURCE, "source")
        assert "item limit" in silent.reason
        assert "would stay silent though it should fire" in str(found)


def test_every_model_call_of_a_captured_run_counts_once(coach, model):
    builder = StateGraph(CoachingState)
    builder.add_node("coach", coach.node(agent="shop"))
    builder.add_node("agent", lambda state: {"messages": [model.invoke(coached(state))]})
    builder.set_entry_point("coach")
    builder.add_edge("coach", "agent")
    graph = builder.compile()
    for said in (SOURCE, NEAR[0], FAR[0]):
        graph.invoke({"messages": [("user", said)]}, {"callbacks": [coach.callback()]})
    coach.flush()
    found = drafted(coach).impact()
    assert (found.looked_at, found.traces) == (3, 3)
    assert SOURCE in {one.words for one in found.steps}


def test_what_only_receipts_tell_of_is_looked_at_too(coach):
    coach.add(intent="the piano needs tuning", behavior=Reply("Send somebody."))
    coach.traces.add(import_traces(rows(SOURCE), format="openai"))
    kept = coach.advise(NEAR[0])
    coach.flush()
    found = drafted(coach).impact()
    assert (found.looked_at, found.traces) == (2, 1)
    known = {one.receipt_id: one for one in found.steps if one.receipt_id}
    assert set(known) <= {one.id for one in kept.considered}


def test_a_scope_that_the_recording_does_not_know_is_said(recorded):
    found = drafted(recorded).having(agent="billing").impact()
    assert (found.fires, found.out_of_scope) == (0, 5)
    assert "5 model calls outside its scope" in str(found)


def test_with_no_time_nothing_is_looked_at_and_asking_again_looks_at_the_rest(recorded):
    draft = drafted(recorded)
    late = draft.impact(within=0)
    assert (late.looked_at, late.not_looked_at) == (0, 5)
    assert "no time to look at 5 more" in str(late)
    assert draft.impact(within=None).looked_at == 5


def test_a_run_that_comes_in_later_is_looked_at(recorded):
    draft = drafted(recorded)
    assert draft.impact().looked_at == 5
    recorded.traces.add(import_traces(rows("how much is the postage to Peru"), format="openai"))
    counts = []
    assert draft.impact(progress=counts.append).looked_at == 6
    assert counts[-1] == 6


def test_with_nothing_recorded_it_says_what_to_do(coach):
    saved = coach.add(intent=WHEN, behavior=Reply("x"))
    found = coach.impact(saved.id)
    assert (found.looked_at, found.fires, found.share, found.steps) == (0, 0, 0.0, ())
    assert "nothing is recorded yet" in str(found)


def test_odd_recordings_are_no_fault(coach):
    def step(index, **fields):
        return Step(index=index, trace_id="t-odd", **fields)

    said = "x\x00\ud800" + SOURCE
    steps = (
        step(0, type="system", author="system", name="prompt", text="You are [bold]."),
        step(1, type="user", author="user", text=""),
        step(2, type="user", author="user", text=said.encode("utf-8", "replace").decode()),
        step(3, type="reasoning", author="agent", text="hm"),
        step(4, type="user", author="user", text=SOURCE),
    )
    coach.traces.add([Trace(id="t-odd", steps=steps), Trace(id="t-none")])
    coach.traces.add(import_traces(rows(SOURCE), format="openai"))
    found = coach.impact(coach.add(intent=WHEN, behavior=Reply("x"), examples=[SOURCE]).id)
    assert found.looked_at >= 2
    assert all("\x00" not in one.words for one in found.steps)


def test_a_draft_of_no_store_or_another_one_is_refused(recorded, tmp_path, embeddings):
    with pytest.raises(InvalidCoachingError, match=r"coach\.draft"):
        Draft(intent="x").reply("y").impact()
    with Coach(tmp_path / "other", embeddings=embeddings) as other:
        with pytest.raises(InvalidCoachingError, match="use it with the coach it was begun with"):
            other.impact(drafted(recorded))
        with pytest.raises(NotFoundError):
            other.impact("c-none")


def test_other_namespaces_are_never_looked_at(recorded, tmp_path, embeddings):
    with Coach(tmp_path / "coaching", embeddings=embeddings, namespace="acme") as other:
        other.traces.add(import_traces(rows("the moon is red"), format="openai", namespace="acme"))
        saved = other.add(intent=WHEN, behavior=Reply("x"), examples=[SOURCE])
        assert other.impact(saved.id).looked_at == 1


def test_what_is_prepared_is_not_looked_up_again_and_says_the_same(recorded, tmp_path, embeddings, monkeypatch):
    for text in (*NEAR, *FAR):
        recorded.add(intent=f"a customer says: {text}", behavior=Reply(f"Say {text}."))
    draft = drafted(recorded).having(id="c-new")
    assert recorded.prepare_impact() == 5
    with Coach(tmp_path / "coaching", embeddings=embeddings) as other:
        expected = other.impact(drafted(other).having(id="c-new")).to_json()
    with monkeypatch.context() as held:
        held.setattr(choices_today, "rank_many", lambda *_: pytest.fail("looked up again"))
        found = draft.impact().to_json()
    assert found == expected
    saved = recorded.save(draft)
    recorded.prepare_impact()
    assert recorded.impact(saved.id).fires == found["fires"]


def test_where_nothing_is_coached_or_recorded_there_is_nothing_to_prepare(coach):
    assert coach.prepare_impact() == 0
    coach.add(intent=WHEN, behavior=Reply("Ask for the country."))
    assert coach.prepare_impact() == 0
    coach.traces.add(import_traces(rows(SOURCE, *NEAR), format="openai"))
    assert coach.prepare_impact() == 3
