"""A trace again: with today's coaching, without one, with a draft, and as it was."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from langgraph_coaching import Reply, import_traces
from langgraph_coaching.errors import CoachingError, InvalidCoachingError, NotFoundError
from parts import database_of

BROKEN = "my order arrived broken"


def add_coaching(coach):
    return coach.add(intent="an order arrived broken", behavior=Reply("Ask for a photo."))


@pytest.fixture
def coaching(coach, written_once):
    return written_once(add_coaching, coach.uri)


@pytest.fixture
def trace(coach, coaching, door, model, say):
    return say(door(coach, model), BROKEN)


def outcomes(replay):
    return [step.outcome for step in replay.steps]


def test_what_has_not_changed_is_answered_from_the_recording(coach, trace):
    replay = coach.replay(trace)
    (step,) = replay.steps
    assert (step.outcome, step.prompt_changed) == ("same", False)
    assert step.replayed.text == step.recorded.text == "Do this: Ask for a photo."
    assert replay.diff().changes == []


def test_twice_is_the_same_and_leaves_no_receipt(coach, trace, coaching):
    kept = len(coach.receipts())
    first, second = (coach.replay(trace, without=[coaching.id]).to_json() for _ in range(2))
    assert first == second == json.loads(json.dumps(first))
    coach.flush()
    assert len(coach.receipts()) == kept


def test_without_the_coaching_the_prompt_is_not_recorded(coach, trace, coaching):
    (step,) = coach.replay(trace, without=[coaching.id]).steps
    assert (step.outcome, step.replayed.block, step.replayed.answered) == ("not recorded", "", False)


def test_a_model_answers_what_is_not_recorded(coach, trace, coaching, model):
    (step,) = coach.replay(trace, without=coaching.id, model=model).steps
    assert (step.outcome, step.replayed.text) == ("changed", "hm")


def test_the_model_is_not_asked_where_nothing_changed(coach, trace):
    class Never:
        def invoke(self, _):
            raise AssertionError("it was asked")

    assert outcomes(coach.replay(trace, model=Never())) == ["same"]


def test_a_draft_and_an_edited_coaching_take_part(coach, trace, coaching, model):
    draft = coach.draft(next(iter(trace.coachable_steps()))).reply("Say sorry first.")
    (step,) = coach.replay(trace, using=[draft], model=model).steps
    assert "Say sorry first." in step.replayed.text
    edited = coach.get(coaching.id).revised(behavior=Reply("Ask for the order number."))
    replay = coach.replay(trace, using=[edited], model=model)
    assert replay.steps[0].replayed.text == "Do this: Ask for the order number."
    assert f"{coaching.id}" in str(replay.diff())
    assert "revision 1 is now 2" in str(replay.diff())
    assert replay.to_json()["steps"][0]["moved"] == [{"coaching_id": coaching.id, "from": 1, "to": 2}]
    assert coach.get(coaching.id).revision == 1


def test_as_of_before_it_existed_nothing_applies(coach, trace, coaching, model):
    before = coaching.created_at - timedelta(seconds=1)
    (step,) = coach.replay(trace, as_of=before, model=model).steps
    assert (step.outcome, step.replayed.text, step.replayed.considered) == ("changed", "hm", ())


def test_as_of_a_time_sees_the_revision_of_that_time(coach, trace, coaching):
    then = datetime.now(UTC)
    coach.edit(coaching.id, behavior=Reply("Offer a refund."))
    assert outcomes(coach.replay(trace)) == ["not recorded"]
    assert outcomes(coach.replay(trace, as_of=then)) == ["same"]
    assert outcomes(coach.replay(trace, as_of=then.replace(tzinfo=None))) == ["same"]
    assert outcomes(coach.replay(trace, as_of={coaching.id: 1})) == ["same"]
    assert outcomes(coach.replay(trace, as_of={coaching.id: 2})) == ["not recorded"]
    coach.archive(coaching.id)
    assert outcomes(coach.replay(trace, as_of=then)) == ["same"]
    assert outcomes(coach.replay(trace, as_of={})) == ["not recorded"]


def edited(coach, name):
    coach.edit(name, behavior=Reply("Offer a refund."))


def archived(coach, name):
    coach.archive(name)


def deleted(coach, name):
    coach.delete(name)


def purged(coach, name):
    coach.delete(name, purge=True)


def compacted(coach, name):
    for number in range(5):
        coach.edit(name, behavior=Reply(f"Offer refund {number}."))
    database_of(coach).table("coachings").optimize(cleanup_older_than=timedelta(0))


@pytest.mark.parametrize("change", [edited, archived, deleted, purged, compacted])
def test_as_recorded_stays_exact_whatever_became_of_the_coaching(coach, trace, coaching, change):
    change(coach, coaching.id)
    (step,) = coach.replay(trace, as_of="recorded").steps
    assert (step.outcome, step.replayed.block) == ("same", step.recorded.block)
    assert "Ask for a photo." in step.replayed.block


def test_as_recorded_without_one_of_two(coach, coaching, model, door, say):
    other = coach.add(intent="an order arrived broken", behavior=Reply("Say sorry first."))
    trace = say(door(coach, model), BROKEN)
    assert len([receipt for receipt in trace.receipts if receipt.applied]) == 2
    (step,) = coach.replay(trace, as_of="recorded", without=[other.id], model=model).steps
    assert step.replayed.text == "Do this: Ask for a photo."


@pytest.mark.parametrize(
    ("erased", "left_out", "block"),
    [(0, 1, "one"), (1, 1, "one"), (0, 0, "other")],
)
def test_as_recorded_says_what_was_erased_and_keeps_the_rest(
    coach, coaching, model, erased, left_out, block, around, say
):
    pair = coaching, coach.add(intent="an order arrived broken", behavior=Reply("Say sorry first."))
    trace = say(around(coach, model), BROKEN)
    coach.delete(pair[erased].id, purge=True)
    (step,) = coach.replay(trace, as_of="recorded", without=[pair[left_out].id], model=model).steps
    assert step.replayed.text == {"one": "Do this: Ask for a photo.", "other": "Do this: Say sorry first."}[block]
    assert ("is erased" in step.why) == (erased != left_out)


def test_as_recorded_names_the_erased_revision(coach, trace, coaching):
    coach.delete(coaching.id, purge=True)
    (step,) = coach.replay(trace, as_of="recorded").steps
    assert f"{coaching.id} revision 1 is erased" in str(step.why)


def test_as_recorded_says_when_erased_text_is_lost(coach, coaching, model, around, say):
    other = coach.add(intent="an order arrived broken", behavior=Reply("Say sorry first."))
    trace = say(around(coach, model), BROKEN)
    for one in (coaching, other):
        coach.delete(one.id, purge=True)
    (step,) = coach.replay(trace, as_of="recorded", without=[other.id]).steps
    assert (step.outcome, step.replayed.block) == ("not recorded", "")
    assert "could not be made again" in step.why


def test_a_draft_is_ranked_like_any_other(coach, trace, coaching, model):
    draft = coach.draft(next(iter(trace.coachable_steps()))).reply("Say sorry first.")
    ranked = {one.coaching_id: one.answers for one in coach.replay(trace, using=[draft], model=model).ablate()}
    assert ranked.get(draft.id) == 1


def test_ablation_ranks_what_makes_a_difference(coach, coaching, model, door, say):
    twin = coach.add(intent="an order arrived broken", behavior=Reply("Say sorry first."))
    trace = say(door(coach, model), BROKEN)
    ranked = coach.replay(trace, model=model).ablate()
    assert {(one.coaching_id, one.calls, one.answers) for one in ranked} == {(coaching.id, 1, 1), (twin.id, 1, 1)}
    assert {one.answers for one in coach.replay(trace).ablate()} == {None}
    assert coach.replay(trace, as_of={}).ablate() == []


def test_supposing_another_coaching_fits_that_one_alone(coach, coaching, trace, monkeypatch):
    from langgraph_coaching.recall import hypothetical

    coach.add_many({"intent": f"case number {n}", "behavior": Reply(f"{n}")} for n in range(20))
    fitted, fit = [], hypothetical.fit_heads
    monkeypatch.setattr(
        hypothetical, "fit_heads", lambda heads, background: fitted.append(len(heads)) or fit(heads, background)
    )
    draft = coach.draft(next(iter(trace.coachable_steps()))).reply("Say sorry first.")
    coach.replay(trace, using=[draft]).ablate()
    assert set(fitted) == {1}
    coach.replay(trace, without=[coaching.id])
    assert set(fitted) == {1}


def test_a_replay_takes_the_traffic_into_account(coach, trace, coaching):
    def chance(**supposed):
        (step,) = coach.replay(trace, **supposed).steps
        return next(r.probability for r in step.replayed.considered if r.coaching_id == coaching.id)

    before = chance()
    coach.traces.add(
        import_traces(
            [
                {"messages": [{"role": "user", "content": f"{how} my {what}"}]}
                for how in ("where is", "I want to return", "who made", "can you repair", "please gift-wrap", "I broke")
                for what in ("order", "vase", "lamp", "chair", "desk", "coat", "watch", "bike", "toaster", "phone")
            ],
            format="openai",
        )
    )
    coach.calibrate()
    other = coach.add(intent="the weather", behavior=Reply("Look outside."))
    assert chance() != before
    assert chance(without=[other.id]) == chance()


def test_what_comes_after_a_change_is_marked(coach, coaching, door, model):
    from langgraph.checkpoint.memory import InMemorySaver

    graph = door(coach, model, InMemorySaver())
    config = {"configurable": {"thread_id": "t"}}
    graph.invoke({"messages": [("user", BROKEN)]}, config | {"callbacks": [coach.callback()]})
    graph.invoke(
        {"messages": [("user", "it is the blue vase, it arrived broken")]}, config | {"callbacks": [coach.callback()]}
    )
    coach.flush()
    second, first = coach.traces.list()
    assert [len(coach.replay(one).steps) for one in (first, second)] == [1, 1]  # a turn's own calls, not the history's
    rows = [m for trace in (first, second) for m in trace.steps if m.type in ("user", "message") and not m.history]
    joined = import_traces(
        [{"messages": [{"role": {"user": "user"}.get(s.author, "assistant"), "content": s.text} for s in rows]}],
        format="openai",
    )[0]
    replay = coach.replay(joined)
    assert [step.downstream for step in replay.steps] == [False, True]


def test_imported_runs_replay_from_their_messages(coach, coaching):
    rows = [{"messages": [{"role": "user", "content": BROKEN}, {"role": "assistant", "content": "Too bad."}]}]
    (imported,) = import_traces(rows, format="openai")
    (step,) = coach.replay(imported).steps
    assert (step.outcome, step.recorded.block, step.recorded.text) == ("not recorded", "", "Too bad.")
    assert "Ask for a photo." in step.replayed.block


def test_a_node_that_asks_for_no_coaching_gets_none(coach, coaching, model):
    from langgraph.graph import MessagesState, StateGraph

    builder = StateGraph(MessagesState)
    builder.add_node("agent", coach.node(lambda state: {"messages": [model.invoke(state["messages"])]}))
    builder.add_node("summary", lambda state: {"messages": [model.invoke(state["messages"][:1])]})
    builder.add_edge("__start__", "agent").add_edge("agent", "summary")
    builder.compile().invoke({"messages": [("user", BROKEN)]}, {"callbacks": [coach.callback()]})
    coach.flush()
    replay = coach.replay(coach.traces.list()[0])
    assert [(step.node, step.outcome, bool(step.replayed.block)) for step in replay.steps] == [
        ("agent", "same", True),
        ("summary", "same", False),
    ]


def test_nonsense_is_refused_with_what_to_do(coach, trace, coaching, model):
    with pytest.raises(NotFoundError, match="c-none"):
        coach.replay(trace, without=["c-none"])
    with pytest.raises(NotFoundError, match="revision 7"):
        coach.replay(trace, as_of={coaching.id: 7})
    with pytest.raises(InvalidCoachingError, match="as_of"):
        coach.replay(trace, as_of="yesterday")
    with pytest.raises(InvalidCoachingError, match="recorded"):
        coach.replay(trace, as_of="recorded", using=[coaching])
    with pytest.raises(InvalidCoachingError, match="not both"):
        coach.replay(trace, model=model, graph=object())


def test_a_model_that_fails_is_said(coach, trace, coaching):
    class Down:
        def invoke(self, _):
            raise ConnectionError("refused")

    with pytest.raises(CoachingError, match="refused"):
        coach.replay(trace, without=[coaching.id], model=Down())


def test_a_scoped_coaching_is_replayed_with_the_labels_of_the_call(coach, coaching, model, say):
    from langchain.agents import create_agent

    scoped = coach.edit(coaching.id, agent="support", tags=["b2b"])
    agent = create_agent(model, [], middleware=[coach.middleware(agent="support", tags=["b2b", "eu"])])
    trace = say(agent, BROKEN)
    (receipt,) = trace.receipts
    assert (receipt.agent, receipt.tags) == ("support", ("b2b", "eu"))
    assert coach.receipts()[0] == receipt
    (step,) = coach.replay(trace).steps
    assert [one.coaching_id for one in step.replayed.considered if one.applied] == [scoped.id]
    (step,) = coach.replay(trace, agent="sales").steps
    assert not any(one.applied for one in step.replayed.considered)
