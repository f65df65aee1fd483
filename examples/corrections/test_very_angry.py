"""When replying to: a customer is furious and insults the shop.

Holds revision 1 of very_angry to what it promises. After a change that is meant, write it anew:
`langgraph-coaching test new very_angry test_very_angry.py --force`
"""

from pathlib import Path

import pytest

from langgraph_coaching import coach_from
from langgraph_coaching.testing import RecordedTurn

COACHING = "very_angry"
PROMPTED = (
    "- When replying to: a customer is furious and insults the shop\n"
    '  Do this: Use the playbook "angry customer" for this conversation. Use the move angry_customer.'
)
FIRES = {
    "its source": [
        ("user", "This is the third time you ruin my order! You are useless, I'm furious!"),
    ],
    "example 1": [
        ("user", "What a pathetic company, I am so angry with you people!"),
    ],
}
SILENT = {
    "never here 1": [
        ("user", "I'm sick at home and would like the parcel left at the door."),
    ],
    "example 1 of wrong_amount": [
        ("user", "You took more money from my account than is on the bill."),
    ],
    "a recorded run 1": [
        ("user", "You took 45 euros from my account but the bill is only for 30."),
    ],
    "a recorded run 2": [
        ("user", "Where is my order 4711? It should have been here on Monday."),
    ],
    "example 2 of wrong_amount": [
        ("user", "The bill said 20 euros and you charged me 35."),
    ],
    "example 2 of broke_after_months": [
        ("user", "The toaster from last year does nothing any more."),
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
