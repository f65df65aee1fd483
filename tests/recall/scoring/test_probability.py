"""Probability of a coaching: what examples, verdicts and small talk make of it."""

import numpy as np
import pytest

from langgraph_coaching import Reply
from langgraph_coaching.coaching.model import Coaching, Example
from langgraph_coaching.recall.embedder import Embedder
from langgraph_coaching.recall.minilm import MiniLM
from langgraph_coaching.recall.scoring.background.cache import PACKAGED, unpack
from langgraph_coaching.recall.scoring.head import Head, fit_heads
from langgraph_coaching.recall.scoring.probability import FittedHeads, probabilities
from langgraph_coaching.recall.scoring.situation_vector import SituationVector

REFUND = "a refund of an order"
ALSO = ["can I get my money back", "please refund what I paid", "I would like to be reimbursed for my order"]
NEVER = "what does your refund policy say"


@pytest.fixture(scope="module")
def embedder():
    return Embedder(MiniLM())


@pytest.fixture(scope="module")
def background():
    return unpack(PACKAGED.read_bytes())


@pytest.fixture
def chance(embedder, background):
    """The probabilities of some coachings, given as where each applies and where it never does, at a text."""

    def at(text, *coachings):
        heads = []
        for number, (applies, never) in enumerate(coachings):
            examples = [Example(text=t) for t in applies[1:]] + [Example(text=t, applies=False) for t in never]
            coaching = Coaching(
                id=f"c-{number}", intent=applies[0], behavior=Reply("Refund it."), examples=tuple(examples)
            )
            heads.append(Head(coaching, embedder.documents([applies[0], *(e.text for e in examples)])))
        fits = fit_heads(heads, background)
        vector = embedder.documents([text])[0]
        place = SituationVector(vector, float(background.crowding(vector[np.newaxis])[0]))
        ranks = fits.rows @ vector + fits.offsets
        return probabilities(place, np.arange(len(heads)), ranks, FittedHeads(heads, fits, background))

    return at


def test_never_here_silences_the_place_and_not_the_coaching(chance):
    before, after = (([REFUND, *ALSO], []), ([REFUND, *ALSO], [NEVER]))
    there = chance("what is your refund policy", before, after)
    elsewhere = chance("I want my money back for the order I paid", before, after)
    assert there[1] < there[0] / 3
    assert elsewhere[1] > 0.8 * elsewhere[0]


def test_a_coaching_is_judged_alike_whatever_stands_beside_it(chance):
    plain, told, other = ([REFUND, *ALSO], []), ([REFUND], [NEVER]), (["the weather"], ["will it rain", NEVER])
    together = chance("refund my order please", plain, told, other)
    alone = [chance("refund my order please", one)[0] for one in (plain, told, other)]
    assert together == pytest.approx(alone, rel=1e-4)


def test_examples_of_where_it_applies_make_it_surer(chance):
    at_one, at_four = chance("give me my money back", ([REFUND], []), ([REFUND, *ALSO], []))
    assert at_four > at_one


def test_small_talk_stays_improbable_however_much_is_known(chance):
    assert chance("good morning, how are you today?", ([REFUND, *ALSO], []), ([REFUND], [NEVER])).max() < 0.05
