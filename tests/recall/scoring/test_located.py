"""What was located is remembered, as long as the vectors it was made of are the same."""

import numpy as np

from langgraph_coaching import Reply
from langgraph_coaching.recall.scoring.located import REMEMBERED, Located
from langgraph_coaching.recall.scoring.situation_vector import SituationVector

TURNS = (("where is it?", True),)
ONE, OTHER = np.eye(2, 4, dtype=np.float32)[:, None]


def test_the_same_turns_with_the_same_vectors_are_known():
    located, made = Located(), SituationVector(ONE[0], 0.5)
    located.keep(TURNS, ONE, made)
    assert located.get(TURNS, ONE.copy()) is made


def test_another_embedders_vectors_are_not():
    located = Located()
    located.keep(TURNS, ONE, SituationVector(ONE[0], 0.5))
    assert located.get(TURNS, OTHER) is None
    assert located.get(TURNS, np.ones((1, 5), np.float32)) is None


def test_the_oldest_goes():
    located = Located()
    for number in range(REMEMBERED + 1):
        located.keep(((str(number), True),), ONE, SituationVector(ONE[0], 0.5))
    assert located.get((("0", True),), ONE) is None
    assert located.get((("1", True),), ONE) is not None


def test_a_call_in_the_same_situation_is_advised_the_same(coach):
    coach.add(intent="a customer asks where an order is", behavior=Reply("Name the day."))
    first, again = (coach.advise("Where is my order 4471?") for _ in range(2))
    assert [one.probability for one in first.considered] == [one.probability for one in again.considered]
