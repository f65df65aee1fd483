"""When replying to: a customer asks where an order is that should have arrived.

Holds revision 1 of where_is_my_order to what it promises. After a change that is meant, write it anew:
`langgraph-coaching test new where_is_my_order test_where_is_my_order.py --force`
"""

from pathlib import Path

import pytest

from langgraph_coaching import coach_from
from langgraph_coaching.testing import RecordedTurn

COACHING = "where_is_my_order"
PROMPTED = (
    "- When replying to: a customer asks where an order is that should have arrived\n"
    '  Do this: Call the tool `look_up_order` with {"order": "the order number they gave"}.'
)
FIRES = {
    "its source": [
        ("user", "Where is my order 4711? It should have been here on Monday."),
    ],
    "example 1": [
        ("user", "My parcel still isn't here, when will it come?"),
    ],
}
SILENT = {
    "never here 1": [
        ("user", "What is the usual delivery time?"),
    ],
    "a recorded run 1": [
        ("user", "This is the third time you ruin my order! You are useless, I'm furious!"),
    ],
    "example 1 of return_of_a_used_pan": [
        ("user", "May I send the skillet back after I have cooked with it?"),
    ],
    "a recorded run 2": [
        ("user", "Can I send the skillet back? I have cooked with it a few times."),
    ],
    "a recorded run 3": [
        ("user", "I fried in the cast iron pan once and I don't like it. Can I return it?"),
    ],
    "example 1 of wrong_amount": [
        ("user", "You took more money from my account than is on the bill."),
    ],
}
TURN = RecordedTurn.load(Path(__file__).parent / "cassettes" / Path(__file__).stem / "followed.json")


@pytest.fixture(scope="module")
def coach():
    with coach_from(Path(__file__).parent / "coachings") as coach:
        yield coach


def advised(coach, conversation):
    return coach.advise_batch([conversation])[0]


def applied(advice):
    return [receipt.coaching_id for receipt in advice.applied]


@pytest.mark.parametrize("where", FIRES)
def test_it_fires(coach, where):
    advice = advised(coach, FIRES[where])
    assert COACHING in applied(advice), [(receipt.coaching_id, receipt.reason) for receipt in advice.considered]
    assert PROMPTED in advice.prompt


@pytest.mark.parametrize("where", SILENT)
def test_it_stays_silent(coach, where):
    assert COACHING not in applied(advised(coach, SILENT[where]))


def test_it_is_followed_in_the_recording(coach):
    assert advised(coach, TURN.conversation).prompt == TURN.coaching  # what was read then is what would be read now
    assert TURN.follows(coach.get(COACHING).behavior)[0] == "yes"
