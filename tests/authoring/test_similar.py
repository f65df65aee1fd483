"""What was recorded teaches: situations to answer yes or no, for drafts and for what is saved, and what to expect."""

from dataclasses import replace

import numpy as np
import pytest
from conversations import rows

from langgraph_coaching import Coach, Example, Reply, import_traces
from langgraph_coaching.authoring.draft import Draft
from langgraph_coaching.authoring.informativeness import choose_unlike, undecidedness
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError
from langgraph_coaching.recall.minilm import MiniLM

SOURCE = "how much is shipping to Norway"
NEAR = ["what would delivery to France cost", "is sending to Iceland expensive", "price of postage abroad"]
FAR = ["my cat has learned to play the piano", "the moon was bright over the mountains last night"]


@pytest.fixture
def recorded(coach):
    """A coach whose store has some runs, imported, and no coaching."""
    coach.traces.add(import_traces(rows(SOURCE, *NEAR, *FAR), format="openai"))
    return coach


@pytest.fixture
def draft(recorded):
    (trace,) = recorded.traces.list(text=SOURCE)
    return recorded.draft(trace.steps[1]).when("a customer asks what shipping costs")


def texts(similar):
    return [one.text for one in similar]


def test_a_draft_is_asked_about_what_is_near_first_and_not_about_its_source(draft):
    found = draft.similar()
    assert set(NEAR) == set(texts(found)[:3])
    assert SOURCE not in texts(found)
    assert texts(draft.reply("Ask for the country.").similar()) == texts(found)
    assert texts(draft.similar(limit=2)) == texts(found)[:2]
    assert draft.similar(limit=0) == []


def test_a_situation_says_where_it_is_from(recorded, draft):
    one = next(one for one in draft.similar() if one.text == NEAR[0])
    (trace,) = recorded.traces.list(text=NEAR[0])
    assert (one.trace_id, one.step, one.receipt_id, one.count) == (trace.id, 0, None, 1)
    assert one.turns == ((NEAR[0], True),)
    assert 0 < one.probability < 1


def test_answers_are_saved_with_the_draft_and_not_asked_again(recorded, draft):
    first, second, *_ = draft.similar()
    answered = draft.reply("Ask for the country.").also(first).never(second, "who pays for a lost parcel")
    assert not {first.text, second.text} & set(texts(answered.similar()))
    assert draft.answered == ()
    # Fields given afterwards do not take them away.
    saved = recorded.save(answered.having(examples=["shipping fee?"]))
    assert [(e.text, e.applies, e.origin, e.reference) for e in saved.examples] == [
        (SOURCE, True, "source", draft.step.trace_id), ("shipping fee?", True, "author", None),
        (first.text, True, "recorded", first.trace_id), (second.text, False, "recorded", second.trace_id),
        ("who pays for a lost parcel", False, "author", None),
    ]  # fmt: skip
    assert saved == recorded.get(saved.id)
    assert not {first.text, second.text, SOURCE} & set(texts(recorded.similar(saved.id)))


def test_the_last_answer_counts(draft):
    first, *_ = draft.similar()
    (answer,) = draft.also(first).never(first).answered
    assert (answer.text, answer.applies) == (first.text, False)
    assert draft.never(first).also(first.text).answered[0].applies


def test_what_is_saved_is_asked_and_learns_in_one_revision(recorded):
    saved = recorded.add(intent="a customer asks what shipping costs", behavior=Reply("Ask for the country."))
    found = recorded.similar(saved.id)
    yes = [one for one in found if one.text in {SOURCE, *NEAR}]
    assert yes
    learned = recorded.edit(saved.id, add_examples=yes)
    assert (learned.revision, len(learned.examples)) == (2, len(yes))
    assert {e.origin for e in learned.examples} == {"recorded"}
    assert {e.reference for e in learned.examples} == {one.trace_id for one in yes}
    for one in yes:
        assert [r.coaching_id for r in recorded.advise(one.text).applied] == [saved.id]
    assert not set(texts(yes)) & set(texts(recorded.similar(saved.id)))


def test_a_recorded_no_keeps_it_silent_there(recorded):
    saved = recorded.add(intent="a customer asks what shipping costs", behavior=Reply("x"), examples=[SOURCE])
    asked = next(one for one in recorded.similar(saved.id) if one.text == NEAR[0])
    before = asked.probability
    recorded.edit(saved.id, add_never=[asked])
    (after,) = [r for r in recorded.advise(NEAR[0]).considered if r.coaching_id == saved.id]
    assert after.probability < before
    assert not after.applied


def test_receipts_are_recorded_situations_too(coach):
    saved = coach.add(intent="a customer asks what shipping costs", behavior=Reply("x"))
    for text in (*NEAR, NEAR[0]):
        coach.advise(text)
    found = {one.text: one for one in coach.similar(saved.id)}
    assert (found[NEAR[0]].trace_id, found[NEAR[0]].count) == (None, 2)
    receipt_id = found[NEAR[0]].receipt_id
    assert receipt_id in {receipt.id for receipt in coach.receipts()}
    learned = coach.edit(saved.id, add_examples=[found[NEAR[0]]])
    assert learned.examples[0].reference == receipt_id


def test_of_what_is_said_again_and_again_one_is_asked_and_counted(recorded, draft):
    said = (NEAR[0].upper(), NEAR[0].capitalize(), NEAR[0].replace("what", "whta"))
    recorded.traces.add(import_traces(rows(*said), format="openai"))
    alike = [one for one in draft.similar() if one.text.lower().endswith(NEAR[0][-20:].lower())]
    assert [one.count for one in alike] == [4]


def test_a_conversation_is_asked_as_a_whole_and_matched_as_it_was(coach):
    said = [
        ("user", "I would like two jackets"),
        ("assistant", "Anything else?"),
        ("user", "what is shipping to Oslo?"),
    ]
    messages = [{"role": role, "content": text} for role, text in said]
    coach.traces.add(import_traces([{"messages": messages}], format="openai"))
    saved = coach.add(intent="a customer asks what shipping costs", behavior=Reply("x"))
    one = next(one for one in coach.similar(saved.id) if one.text == said[-1][1])
    assert (one.step, [user for _, user in one.turns]) == (2, [True, False, True])
    (asked,) = [r for r in coach.advise(said).considered if r.coaching_id == saved.id]
    assert one.probability == pytest.approx(asked.probability, abs=1e-3)
    coach.edit(saved.id, add_examples=[one])
    assert [r.coaching_id for r in coach.advise(said).applied] == [saved.id]


def test_another_namespace_is_not_asked(coach, embeddings):
    with Coach(coach.uri, embeddings=embeddings, namespace="other") as other:
        other.traces.add(import_traces(rows(*NEAR), format="openai"))
    saved = coach.add(intent="a customer asks what shipping costs", behavior=Reply("x"))
    assert coach.similar(saved.id) == []


def test_scoped_archived_and_expired_coaching_is_asked_as_if_it_were_live(recorded):
    fields = {"agent": "support", "tags": ["vip"], "status": "archived", "expires_at": "2020-01-01T00:00:00Z"}
    saved = recorded.add(intent="a customer asks what shipping costs", behavior=Reply("x"), **fields)
    plain = recorded.add(intent="a customer asks what shipping costs", behavior=Reply("x"))
    assert recorded.similar(saved.id) == recorded.similar(plain.id) != []


def test_what_cannot_be_asked_says_why(coach):
    with pytest.raises(NotFoundError, match="c-none"):
        coach.similar("c-none")
    with pytest.raises(InvalidCoachingError, match=r"begin it with coach.draft"):
        Draft(intent="x").similar()
    saved = coach.add(intent="x", behavior=Reply("x"))
    assert coach.similar(saved.id) == []
    with pytest.raises(InvalidCoachingError, match="limit is a number of situations"):
        coach.similar(saved.id, limit=-1)


def test_a_draft_is_still_a_value(draft):
    assert "search" not in repr(draft)
    assert replace(draft, search=None) == draft
    assert draft.also("x").answered == (Example(text="x"),)
    assert draft.also("x").id != draft.id


def test_each_situation_is_embedded_once(coach, monkeypatch):
    asked, embed = [], MiniLM.embed_query

    def count(self, text):
        asked.append(text)
        return embed(self, text)

    monkeypatch.setattr(MiniLM, "embed_query", count)
    coach.traces.add(import_traces(rows(*NEAR), format="openai"))
    saved = coach.add(intent="a customer asks what shipping costs", behavior=Reply("x"))
    assert coach.similar(saved.id) == coach.similar(saved.id)
    coach.outlook(saved)
    assert [asked.count(text) for text in NEAR] == [1, 1, 1]


# ── what is worth asking ──


def test_most_is_undecided_at_the_floor_and_both_sides_count():
    doubts = undecidedness([0.001, 0.1, 0.3, 0.6, 0.999], 0.3)
    assert doubts.argmax() == 2
    assert doubts[2] == pytest.approx(1)
    assert min(doubts[1], doubts[3]) > max(doubts[0], doubts[4])
    assert undecidedness([0.5], 0.5) == pytest.approx([1])
    for floor in (0.0, 1.0):
        assert np.isfinite(undecidedness([0.0, 0.5, 1.0], floor)).all()


def test_what_is_like_a_choice_is_worth_less_and_what_is_alike_nothing():
    likeness = np.array([[2.5, 2.1, 0.0], [2.1, 2.5, 0.0], [0.0, 0.0, 2.5]])
    assert choose_unlike(np.array([1.0, 0.9, 0.1]), likeness, [None] * 3, 3) == [0, 2]
    likeness = np.array([[2.5, 1.5, 0.0], [1.5, 2.5, 0.0], [0.0, 0.0, 2.5]])
    assert choose_unlike(np.array([1.0, 0.9, 0.4]), likeness, [None] * 3, 3) == [0, 2, 1]
    assert choose_unlike(np.array([]), np.zeros((0, 0)), [], 3) == []
    assert choose_unlike(np.array([0.0, 1.0]), np.zeros((2, 2)), [None] * 2, 3) == [1]


def test_groups_take_turns_and_do_not_stand_in_each_others_way():
    alike = np.full((4, 4), 1.0)
    order = choose_unlike(np.array([1.0, 0.95, 0.9, 0.6]), alike, ["a", "a", "a", "b"], 4)
    assert order[:2] == [0, 3]
    assert sorted(order) == [0, 1, 2, 3]
