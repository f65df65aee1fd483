"""The choice: floor, precedence, duplicates, item limit, budget; and a reason for everything left out."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from langgraph_coaching import Coaching, Example, Limits, Reply
from langgraph_coaching.recall.nearest_texts import Query
from langgraph_coaching.recall.prompt import count_tokens
from langgraph_coaching.recall.reasons import split_reason
from langgraph_coaching.recall.scoring.head import Head
from langgraph_coaching.recall.search import Candidate
from langgraph_coaching.recall.select import select

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
WIDE = {"margin": 1.0, "floor": 0.3}


def candidate(name, probability, **fields):
    coaching = Coaching(**{"id": name, "intent": f"case {name}", "behavior": Reply(f"Say {name}."), **fields})
    return Candidate(Head(coaching, np.zeros((1, 4), np.float32)), probability)


def outcomes(advice):
    return {receipt.coaching_id: receipt.outcome for receipt in advice.considered}


def test_nothing_makes_empty_advice():
    advice = select([], Limits(), situation="hello")
    assert (advice.considered, advice.prompt, advice.situation) == ([], "", "hello")


def test_below_the_floor_nothing_applies_and_the_reason_is_said():
    advice = select([candidate("a", 0.29), candidate("b", 0.3)], Limits(**WIDE))
    assert outcomes(advice) == {"b": "applied", "a": "below_floor"}
    assert advice.considered[0].reason == "probability 0.30 reaches the floor of 0.30"
    ground, change = split_reason(advice.considered[1].reason)
    assert ground == "probability 0.29 is below the floor of 0.30"
    assert change == "coach.edit('a', add_examples=[…])"
    assert "Say b." in advice.prompt
    assert "Say a." not in advice.prompt


def test_priority_goes_before_probability_before_age_before_id():
    given_ = [
        candidate("likely", 0.9, created_at=NOON), candidate("less", 0.8, created_at=NOON),
        candidate("first", 0.4, priority=1, created_at=NOON), candidate("z-old", 0.6, created_at=NOON),
        candidate("new", 0.6, created_at=NOON + timedelta(days=1)), candidate("a-old", 0.6, created_at=NOON),
    ]  # fmt: skip
    advice = select(given_, Limits(items=6, **WIDE))
    assert [r.coaching_id for r in advice.applied] == ["first", "likely", "less", "new", "a-old", "z-old"]
    places = [advice.prompt.index(f"Say {r.coaching_id}.") for r in advice.applied]
    assert places == sorted(places)


def test_the_same_behavior_is_said_once():
    same = [
        candidate("a", 0.9),
        candidate("b", 0.8, behavior=Reply("say  A.")),
        candidate("c", 0.7, behavior=Reply("Else.")),
    ]
    advice = select(same, Limits(**WIDE))
    assert outcomes(advice) == {"a": "applied", "b": "duplicate", "c": "applied"}
    assert split_reason(advice.receipt("b").reason) == (
        "a already says the same, so that nothing is missing",
        "coach.archive('b') keeps one of the two",
    )


def test_no_more_than_the_item_limit():
    advice = select([candidate(str(n), 0.9 - n / 100) for n in range(6)], Limits(items=2, **WIDE))
    assert [r.coaching_id for r in advice.applied] == ["0", "1"]
    assert {r.outcome for r in advice.considered[2:]} == {"over_limit"}
    assert split_reason(advice.receipt("2").reason) == (
        "2 coachings with precedence fill the prompt's item limit, 1 the last of them",
        "coach.edit('2', priority=1)",
    )


def test_where_no_higher_priority_is_left_the_limit_is_what_would_change_it():
    advice = select([candidate(name, 0.9, priority=100) for name in "abc"], Limits(items=2, **WIDE))
    assert split_reason(advice.considered[2].reason)[1] == "Limits(items=3)"


def test_what_does_not_fit_the_budget_is_passed_over_for_what_does():
    big = candidate("big", 0.9, behavior=Reply("word " * 700))
    advice = select([big, candidate("small", 0.8)], Limits(tokens=200, **WIDE))
    assert outcomes(advice) == {"small": "applied", "big": "over_budget"}
    ground, change = split_reason(advice.considered[1].reason)
    assert ground.endswith("tokens of 200")
    assert change == "coach.edit('big', behavior=…) with a shorter one"


def test_what_does_not_fit_beside_another_is_told_the_budget_that_it_would():
    pair = [candidate("small", 0.9), candidate("also", 0.8)]
    enough = count_tokens(select(pair[:1], Limits(**WIDE)).prompt) + 1
    ground, change = split_reason(select(pair, Limits(tokens=enough, **WIDE)).receipt("also").reason)
    assert ground.endswith(f"tokens of {enough}, beside small")
    raised = int(change.removeprefix("Limits(tokens=").removesuffix(")"))
    assert len(select(pair, Limits(tokens=raised, **WIDE)).applied) == 2


def test_what_is_far_less_probable_than_the_best_is_left_out_unless_it_has_priority():
    given_ = [candidate("best", 0.9), candidate("far", 0.5), candidate("wanted", 0.5, priority=1)]
    advice = select(given_, Limits(floor=0.3, margin=0.2))
    assert outcomes(advice) == {"wanted": "applied", "best": "applied", "far": "less_probable"}
    ground, change = split_reason(advice.receipt("far").reason)
    assert ground == "probability 0.50 is more than 0.20 below the best, 0.90 of best"
    assert change == "coach.edit('far', priority=1)"


AXES = np.eye(4, dtype=np.float32)


class Plain:
    """A scale on which a likeness is the cosine."""

    def scale_cosines(self, cosine):
        return cosine


def known_by(name, probability, *texts):
    """A candidate with the vectors of its intent and of its examples; None before one makes it a "never here"."""
    examples = [Example(text=f"text {n}", applies=text[0] is not None) for n, text in enumerate(texts)]
    one = candidate(name, probability, examples=examples[1:])
    vectors = np.array([text[-1] for text in texts], np.float32)
    return Candidate(Head(one.head.coaching, vectors), probability)


def reason(*candidates, english="", **limits):
    advice = select(list(candidates), Limits(**limits), query=Query(AXES[0], Plain(), english))
    return split_reason(advice.considered[-1].reason)


def test_a_reason_says_what_was_compared_and_what_is_missing():
    ground, change = reason(known_by("a", 0.1, (1, AXES[0] * 0.5)))
    assert ground == (
        f"probability 0.10 is below the floor of {Limits().floor:.2f}: "
        "it is known by its intent alone, with a likeness of 0.50"
    )
    assert change == "add what people say: coach.propose('a', model) or coach.edit('a', add_examples=[…])"
    ground, _ = reason(known_by("a", 0.1, (1, AXES[0] * 0.5), (1, AXES[0] * 0.75)))
    assert ground.endswith("of the 2 texts it is known by, an example is nearest, with a likeness of 0.75")
    ground, change = reason(known_by("a", 0.1, *[(1, AXES[0] * 0.5)] * 6))
    assert ground.endswith("of the 6 texts it is known by, its intent is nearest, with a likeness of 0.50")
    assert change == "coach.verdict(receipt, correct=False), if it should have applied"


def test_a_never_here_is_named_where_it_silences_and_not_where_all_is_far():
    ground, change = reason(known_by("a", 0.1, (1, AXES[0] * 1.2), (None, AXES[0] * 1.5)))
    assert ground.endswith(
        'a "never here" of it is nearer, with a likeness of 1.50, than any text it is known by, 1.20'
    )
    assert change == "coach.edit('a', remove=[…]), if it was not meant"
    ground, _ = reason(known_by("a", 0.1, (1, AXES[0] * 0.1), (None, AXES[0] * 0.2)))
    assert "never here" not in ground


def test_a_language_is_named_only_where_nothing_applied():
    far, near = known_by("a", 0.1, (1, AXES[1])), known_by("b", 0.9, (1, AXES[0]))
    said = "wo ist mein Paket, ich warte schon lange"
    ground, change = reason(far, english=said)
    assert ground.endswith("it looks like German, which the embedded embedder does not know")
    assert "multilingual embedder" in change
    assert "coach.propose('a', model, languages=[…])" in change
    assert "German" not in reason(near, far, english=said)[0]
    assert "German" not in reason(far, english="where is my parcel, I have waited so long")[0]
    assert "German" not in reason(far)[0]


def test_a_reason_holds_no_text_of_a_coaching_or_a_conversation():
    one = candidate("a", 0.1, intent="SECRET", examples=[Example(text="SECRET one"), Example(text="SECRET two")])
    one = Candidate(Head(one.head.coaching, np.stack([AXES[0] * 0.5] * 3)), 0.1)
    assert "SECRET" not in "".join(reason(one, english="SECRET wo ist mein Paket"))
    assert "SECRET" not in "".join(reason(one))


_CANDIDATES = st.lists(
    st.tuples(st.floats(0, 1), st.integers(-3, 3), st.integers(1, 400), st.booleans()), max_size=40
).map(
    lambda rows: [
        candidate(f"c{n}", p, priority=rank, behavior=Reply("x" * size if same else f"{n} " + "y" * size))
        for n, (p, rank, size, same) in enumerate(rows)
    ]
)


@given(_CANDIDATES, st.integers(1, 5), st.integers(20, 300), st.floats(0, 1), st.integers(1, 12))
def test_every_choice_keeps_its_limits(candidates, items, tokens, floor, considered):
    limits = Limits(items=items, tokens=tokens, floor=floor, considered=considered)
    advice = select(candidates, limits)
    assert len(advice.applied) <= items
    assert count_tokens(advice.prompt) <= tokens
    assert all(receipt.probability >= floor for receipt in advice.applied)
    assert bool(advice.prompt) == bool(advice.applied)
    assert len(advice.considered) == min(len(candidates), max(considered, len(advice.applied)))
    assert all(receipt.reason for receipt in advice.considered)
    rest = [receipt.probability for receipt in advice.considered[len(advice.applied) :]]
    assert rest == sorted(rest, reverse=True)
    assert list(advice.considered[: len(advice.applied)]) == advice.applied
    everything = select(candidates, Limits(items=items, tokens=tokens, floor=floor, considered=50))
    told = [(receipt.coaching_id, receipt.outcome, receipt.reason) for receipt in everything.considered]
    assert told[: len(advice.considered)] == [(one.coaching_id, one.outcome, one.reason) for one in advice.considered]
    shuffled = select(candidates[::-1], limits)
    assert (shuffled.prompt, outcomes(shuffled)) == (advice.prompt, outcomes(advice))


@pytest.mark.parametrize("field", ["coaching_id", "revision", "content_hash", "intent", "behavior"])
def test_a_receipt_names_the_exact_revision(field):
    one = candidate("a", 0.9, revision=7)
    (receipt,) = select([one], Limits(), situation="words", namespace="acme").considered
    told = one.head.coaching
    expected = {
        "coaching_id": "a", "revision": 7, "content_hash": told.content_hash, "intent": "case a", "behavior": "reply",
    }  # fmt: skip
    assert getattr(receipt, field) == expected[field]
    assert (receipt.situation, receipt.namespace) == ("words", "acme")
