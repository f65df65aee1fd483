"""One tenant's words never become another's: what is handed in has to be of this namespace and of this store."""

import json

import pytest

from langgraph_coaching import Coach, Reply
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError
from langgraph_coaching.traces.model import Step, Trace

PRIVATE = "my account number is 4711 and I want a refund"


@pytest.fixture(params=["another namespace", "another store"])
def two(request, tmp_path, embeddings):
    """A coach with one coaching, and another one, of somebody else, with a coaching of the same id."""
    mine, theirs = (("a", "a"), ("a", "b")) if request.param == "another namespace" else (("a", "a"), ("b", "a"))
    opened = [Coach(tmp_path / f, namespace=n, embeddings=embeddings) for f, n in (mine, theirs)]
    for coach in opened:
        coach.add(
            id="refund", intent="a customer wants a refund", behavior=Reply("Ask for the order."), examples=[PRIVATE]
        )
    with opened[0], opened[1]:
        yield opened


def trace(text=PRIVATE, **fields):
    steps = (
        Step(index=0, trace_id="t-1", type="user", author="user", text=text),
        Step(index=1, trace_id="t-1", type="message", author="agent", text="Sure."),
    )
    return Trace(id="t-1", steps=steps, **fields)


def untouched(coach):
    """Nothing of the other one has come here."""
    coach.flush()
    (only,) = coach.list()
    assert (only.id, only.revision) == ("refund", 1)
    assert coach.verdicts() == []
    assert coach.receipts() == []
    assert coach.traces.list() == []


@pytest.mark.parametrize("correct", [True, False])
def test_a_receipt_of_elsewhere_is_no_verdict_here(two, correct):
    here, there = two
    (receipt,) = there.advise(PRIVATE).considered
    for given in (receipt, receipt.id):
        with pytest.raises(NotFoundError, match=f"no receipt '{receipt.id}'"):
            here.verdict(given, correct=correct)
    untouched(here)
    assert there.verdict(receipt, correct=not receipt.applied).receipt_id == receipt.id


def test_a_receipt_that_was_changed_teaches_what_was_recorded(two):
    from dataclasses import replace

    here, there = two
    (receipt,) = here.advise(PRIVATE).considered
    (other,) = there.advise("[u] what the other tenant said").considered
    here.verdict(replace(receipt, situation=other.situation, outcome="below_floor", probability=0.0), correct=True)
    assert "other tenant" not in json.dumps([one.model_dump(mode="json") for one in here.list()])
    assert here.verdicts()[0].applied == receipt.applied


def test_a_receipt_that_was_not_kept_is_no_verdict(two):
    here, _ = two
    ((receipt,),) = (advice.considered for advice in here.advise_batch([PRIVATE]))
    with pytest.raises(NotFoundError, match="was never kept"):
        here.verdict(receipt, correct=True)
    ((receipt,),) = (advice.considered for advice in here.advise_batch([PRIVATE], keep=True))
    assert here.verdict(receipt, correct=True).correct


def test_a_step_of_elsewhere_is_no_beginning_here(two):
    here, there = two
    there.traces.add(trace())
    step = there.traces.get("t-1").steps[1]
    with pytest.raises(NotFoundError, match="t-1"):
        here.draft(step)
    untouched(here)


def test_of_two_traces_of_one_id_the_own_one_counts(two):
    here, there = two
    there.traces.add(trace())
    here.traces.add(trace("where is my parcel?"))
    draft = here.draft(there.traces.get("t-1").steps[1]).reply("r")
    assert PRIVATE not in json.dumps(here.save(draft).model_dump(mode="json"))
    with pytest.raises(NotFoundError, match="has no such step 7"):
        here.draft(there.traces.get("t-1").steps[1].model_copy(update={"index": 7}))


def test_a_draft_of_elsewhere_is_not_saved_here(two):
    here, there = two
    there.traces.add(trace())
    drafts = [
        there.draft(there.traces.get("t-1").steps[1]).reply("Ask for the order."),
        there.draft(there.traces.get("t-1").steps[1]).reply("r").when("another intent").having(notes="x"),
    ]
    for draft in drafts:
        with pytest.raises(InvalidCoachingError, match="was begun in the namespace"):
            here.save(draft)
    untouched(here)
    assert there.save(drafts[0]).namespace == there.namespace


def test_the_same_store_opened_by_another_name_is_no_other_store(two, tmp_path, embeddings):
    here, _ = two
    here.traces.add(trace())
    draft = here.draft(here.traces.get("t-1").steps[1]).reply("r")
    link = tmp_path / "link"
    link.symlink_to(here.uri, target_is_directory=True)
    with Coach(link, namespace="a", embeddings=embeddings) as again:
        assert again.save(draft).id == draft.id


def test_recorded_situations_of_elsewhere_are_no_examples_here(two):
    here, there = two
    for number in range(3):
        there.advise(f"Can you give me my money back for the {('table', 'lamp', 'chair')[number]}, please?")
    there.traces.add(trace("I would like to have a refund for the sofa"))
    here.traces.add(trace("where is my parcel?").model_copy(update={"id": "t-2"}))
    found = there.similar("refund")
    assert {one.trace_id is None for one in found} == {True, False}
    draft = here.draft(here.traces.get("t-2").steps[1]).reply("r")
    for one in found:
        for changes in ({"add_examples": [one]}, {"add_never": [one]}, {"examples": [one]}, {"never": (one,)}):
            with pytest.raises(InvalidCoachingError, match="situation that was given is of another namespace or store"):
                here.edit("refund", **changes)
        for answered in (draft.also(one), draft.never(one)):
            with pytest.raises(InvalidCoachingError, match="situation that was given is of another namespace or store"):
                here.save(answered)
    assert [one.revision for one in here.list()] == [1]
    assert there.edit("refund", add_examples=found).revision == 2
    own = there.draft(there.traces.get("t-1").steps[1]).reply("r").also(found[0])
    assert there.save(own).namespace == there.namespace


def test_a_trace_of_another_namespace_is_refused(tmp_path, embeddings):
    one, other = (Coach(tmp_path / "store", namespace=name, embeddings=embeddings) for name in ("one", "other"))
    with one, other:
        other.traces.add(trace(namespace="other"))
        other.traces.add(trace())  # one that says nothing belongs where it is put
        found = other.traces.get("t-1")
        assert found.namespace == "other"
        coaching = other.add(intent="a customer wants a refund", behavior=Reply("r"))
        for act in (
            lambda: one.traces.add(found),
            lambda: one.traces.add([trace(), found]),
            lambda: one.replay(found),
            lambda: one.corrections(found),
            lambda: one.replay(trace(), using=[coaching]),
            lambda: one.outlook(coaching),
            lambda: one.write_test(coaching, tmp_path / "test_one.py"),
        ):
            with pytest.raises(InvalidCoachingError, match=r"is of the namespace 'other', this coach of 'one'"):
                act()
        with pytest.raises(NotFoundError, match="t-1"):
            one.assess(found, object())
        assert (one.list(), one.traces.list()) == ([], [])


def test_a_draft_of_elsewhere_is_not_replayed_here(two):
    here, there = two
    there.traces.add(trace())
    draft = there.draft(there.traces.get("t-1").steps[1]).reply("r")
    with pytest.raises(InvalidCoachingError, match="was begun in the namespace"):
        here.replay(trace(), using=[draft])
