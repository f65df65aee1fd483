"""A coaching from a later moment of a conversation is not asked where one begins."""

import numpy as np
import pytest
from langchain_core.messages import AIMessage, HumanMessage

from langgraph_coaching import Example, Reply
from langgraph_coaching.coaching.model import Coaching
from langgraph_coaching.recall.scoring.early import early
from langgraph_coaching.recall.scoring.head import Head
from langgraph_coaching.recall.scoring.weights import OPENING

HERE = Example(text="yes", turns=(("yes", True), ("Shall I?", False), ("I want it", True)), origin="source")
BEFORE = Example(text="I want it", applies=False, origin="source")
SAID = Example(text="go ahead with it")
PLACES = {"here": [0.9, 0.1, 0.0], "before": [1.0, 0.0, 0.0], "said": [0.0, 0.0, 1.0]}


def head(*examples):
    vectors = {id(HERE): "here", id(BEFORE): "before", id(SAID): "said"}
    rows = [[0.0, 1.0, 0.0], *(PLACES[vectors[id(example)]] for example in examples)]
    made = Coaching(id="c", intent="agrees", behavior=Reply("r"), examples=examples)
    return Head(made, np.array(rows, dtype=np.float32))


@pytest.mark.parametrize(("latest", "share"), [(0.0, 0.0), (0.3, 0.0), (0.5, 0.0), (0.7, 0.5), (0.9, 1.0), (1.0, 1.0)])
def test_the_more_is_said_in_the_latest_turn_the_more_it_is_kept_out(latest, share):
    taken = early([head(HERE, BEFORE)], np.array(PLACES["before"]), latest)
    assert taken == pytest.approx([OPENING * share])


def test_only_what_is_nearest_to_its_moment_is_kept_out():
    heads = [head(), head(SAID), head(HERE, BEFORE), head(HERE, SAID)]
    assert early(heads, np.array(PLACES["before"]), 1.0).tolist() == [0.0, 0.0, OPENING, OPENING]
    assert early(heads, np.array(PLACES["said"]), 1.0).tolist() == [0.0, 0.0, OPENING, 0.0]


def test_an_authors_own_conversation_is_no_such_moment(coach):
    turns = (("yes", True), ("Shall I pour the coffee?", False), ("I want a coffee", True))
    kept = coach.add(
        intent="a user who wants a coffee agrees", behavior=Reply("r"), examples=[Example(text="yes", turns=turns)]
    )
    receipt = next(one for one in coach.advise("I want a coffee").considered if one.coaching_id == kept.id)
    assert receipt.probability > 0.1


def test_the_same_wish_fires_after_a_yes_and_not_before(coach):
    asked = "Please cancel my newspaper subscription"
    turns = (("yes", True), ("Cancelling is free of charge. Shall I?", False), (asked, True))
    here = Example(text="yes", turns=turns, origin="source")
    kept = coach.add(intent="a user who wants to cancel a newspaper agrees", behavior=Reply("r"), examples=[here])
    talk = [HumanMessage(asked), AIMessage("Cancelling is free of charge. Shall I?"), HumanMessage("sure")]
    assert [one.coaching_id for one in coach.advise(talk).applied] == [kept.id]
    assert coach.advise(talk[:1]).applied == []
