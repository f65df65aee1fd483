"""Two people change one coaching: the second is told what changed, and nothing is overwritten silently."""

import threading

import pytest

from langgraph_coaching import Coach, Reply
from langgraph_coaching.errors import ChangedMeanwhileError, ConflictError, NotFoundError


@pytest.fixture
def saved(coach):
    return coach.add(
        id="c-1", intent="a customer wants a refund", behavior=Reply("Offer a voucher."), examples=["money back"]
    )


def begin_draft(coach):
    """A draft over what is saved."""
    return coach.propose("c-1", None)  # it has no model to ask, and says so in its warnings


def test_the_second_of_two_is_told_field_by_field(coach, saved):
    coach.edit("c-1", revision=1, behavior=Reply("Refund at once."), agent="shop", add_never=["where is my parcel"])
    with pytest.raises(ChangedMeanwhileError) as told:
        coach.edit("c-1", revision=1, behavior=Reply("Never refund."))
    said = str(told.value)
    assert "you began at revision 1, it is at 2" in said
    assert "behavior: 'Offer a voucher.' → 'Refund at once.'" in said
    assert "agent: None → 'shop'" in said
    assert "example of \"never here\" added: 'where is my parcel'" in said
    assert "coach.edit('c-1', revision=2, …)" in said
    assert coach.get("c-1").revision == 2
    assert coach.edit("c-1", revision=2, behavior=Reply("Never refund.")).revision == 3
    assert isinstance(told.value, ConflictError)


def test_without_a_revision_the_last_word_counts_as_before(coach, saved):
    coach.edit("c-1", priority=3)
    assert coach.edit("c-1", priority=5).priority == 5


def test_a_revision_that_is_none_is_refused(coach, saved):
    with pytest.raises(NotFoundError, match="no revision 7"):
        coach.edit("c-1", revision=7, priority=1)


def test_what_a_verdict_taught_meanwhile_is_no_conflict(coach, saved):
    (receipt,) = coach.advise("can I have my money back for this broken lamp?").considered
    coach.verdict(receipt, correct=not receipt.applied)
    assert coach.get("c-1").revision == 2
    after = coach.edit("c-1", revision=1, notes="looked at")
    assert (after.revision, after.notes, len(after.examples)) == (3, "looked at", 2)


def test_of_many_at_once_exactly_one_edits_a_revision(coach, saved):
    done, told = [], []

    def change(number):
        try:
            done.append(coach.edit("c-1", revision=1, priority=number))
        except ChangedMeanwhileError as error:
            told.append(str(error))

    threads = [threading.Thread(target=change, args=(number,)) for number in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(done), len(told)) == (1, 4)
    assert all(f"priority: 0 → {done[0].priority}" in said for said in told)


def test_a_draft_keeps_what_others_changed_elsewhere(coach, saved):
    draft = begin_draft(coach).when("a customer demands a refund").having(tags=["b2b"])
    coach.edit("c-1", agent="shop", priority=4, add_examples=["give me back what I paid"])
    after = coach.save(draft)
    assert (after.intent, after.scope.agent, after.scope.tags) == ("a customer demands a refund", "shop", ("b2b",))
    assert (after.priority, [one.text for one in after.examples]) == (4, ["money back", "give me back what I paid"])
    assert coach.save(draft) == after  # once more changes nothing


def test_a_draft_that_changes_the_same_is_a_conflict(coach, saved):
    draft = begin_draft(coach).when("a customer demands a refund")
    coach.edit("c-1", intent="a customer wants money back")
    with pytest.raises(
        ChangedMeanwhileError, match="intent: 'a customer wants a refund' → 'a customer wants money back'"
    ):
        coach.save(draft)
    assert coach.get("c-1").intent == "a customer wants money back"


def test_the_same_change_by_both_is_none(coach, saved):
    draft = begin_draft(coach).when("a customer demands a refund")
    coach.edit("c-1", intent="a customer demands a refund")
    assert coach.save(draft).revision == 2


@pytest.mark.parametrize(
    ("changes", "theirs", "after"),
    [
        ({"examples": ["a refund please"]}, {"add_examples": ["pay me back"]}, {"a refund please", "pay me back"}),
        ({"examples": ["money back", "a refund please"]}, {"remove": ["money back"]}, {"a refund please"}),
        ({"remove": ["money back"]}, {"examples": ["money back", "pay me back"]}, {"pay me back"}),
        ({"examples": ["Pay me BACK", "money back"]}, {"add_examples": ["pay me back"]}, {"money back", "pay me back"}),
        ({"add_never": ["where is it"]}, {"never": ["who are you"]}, {"money back", "where is it", "who are you"}),
        ({"examples": []}, {"examples": []}, set()),
    ],
)
@pytest.mark.parametrize("how", ["draft", "revision", "looked at"])
def test_examples_of_both_are_merged_one_by_one(how, coach, saved, changes, theirs, after, embeddings):
    draft = begin_draft(coach).having(**changes) if how == "draft" else None
    with Coach(coach.uri, embeddings=embeddings) as other:
        other.edit("c-1", **theirs)
    if draft is not None:
        coach.save(draft)
    elif how == "revision":
        coach.edit("c-1", revision=1, **changes)
    elif {"examples", "never"}.isdisjoint(changes):
        return
    else:
        coach.edit("c-1", **changes)
    assert {one.text for one in coach.get("c-1").examples} == after


def test_a_situation_that_both_put_on_another_side_is_a_conflict(coach, saved):
    draft = begin_draft(coach).having(add_never=["Pay me back"])
    now = coach.edit("c-1", add_examples=["pay me back"])
    with pytest.raises(ChangedMeanwhileError, match=r"(?s)example added: 'pay me back'.*yours: 'Pay me back' never"):
        coach.save(draft)
    assert coach.get("c-1") == now


def test_two_who_change_different_fields_have_both_changed_them(coach, saved):
    coach.edit("c-1", revision=1, behavior=Reply("Refund at once."), agent="shop", tags=["b2b", "eu"], changed_by="ann")
    after = coach.edit("c-1", revision=1, priority=2, node="desk", tags=["vip"], notes="n", changed_by="bob")
    assert (after.behavior.text, after.priority, after.notes, after.changed_by) == ("Refund at once.", 2, "n", "bob")
    assert (after.scope.agent, after.scope.node, after.scope.tags) == ("shop", "desk", ("b2b", "eu", "vip"))
    assert coach.edit("c-1", revision=1, priority=2).revision == after.revision  # it says so already
    assert coach.edit("c-1", revision=1, notes="n", author="cid").author == "cid"
    assert coach.edit("c-1", revision=1, priority=2, author="dan").author == "dan"  # each for the own change


def test_two_who_give_a_list_anew_have_both_changed_it(coach, saved, embeddings):
    with Coach(coach.uri, embeddings=embeddings) as other:
        theirs = other.list()[0]
        coach.edit("c-1", examples=["money back", "give it back"], tags=["eu"])
        after = other.edit("c-1", examples=[*(one.text for one in theirs.examples), "a refund"], tags=["b2b"])
        assert [one.text for one in after.examples] == ["money back", "give it back", "a refund"]
        assert after.scope.tags == ("b2b", "eu")
        # Now it was seen, and a list that is given anew is what it says.
        assert [one.text for one in other.edit("c-1", examples=["money"], tags=[]).examples] == ["money"]
        # Of one field the last word counts, as before.
        coach.edit("c-1", notes="first")
        assert other.edit("c-1", notes="second", examples=["more"]).notes == "second"


def test_a_conflict_has_both_values_and_loses_none(coach, saved):
    coach.edit("c-1", revision=1, intent="a customer demands money", priority=3)
    with pytest.raises(ChangedMeanwhileError) as told:
        coach.edit("c-1", revision=1, intent="a customer asks for money", notes="kept out")
    said = str(told.value)
    assert (
        "intent: 'a customer wants a refund' → 'a customer demands money'; yours: 'a customer asks for money'" in said
    )
    assert "priority: 0 → 3\n" in said
    now = coach.get("c-1")
    assert (now.revision, now.intent, now.notes) == (2, "a customer demands money", "")


def test_what_together_is_not_acceptable_is_said(coach, saved):
    coach.edit("c-1", status="canary", share=0.2)
    coach.edit("c-1", revision=2, status="active", share=None)
    with pytest.raises(ChangedMeanwhileError, match=r"share: 0\.2 → None; yours: 0\.5"):
        coach.edit("c-1", revision=2, share=0.5)


def test_another_process_is_seen(coach, saved, embeddings):
    with Coach(coach.uri, embeddings=embeddings) as other:
        other.edit("c-1", status="archived")
    with pytest.raises(ChangedMeanwhileError, match="status: 'active' → 'archived'; yours: 'shadow'"):
        coach.edit("c-1", revision=1, status="shadow")
    assert coach.edit("c-1", revision=1, priority=2).status == "archived"
