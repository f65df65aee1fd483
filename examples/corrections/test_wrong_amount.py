"""When replying to: a customer was charged another amount than the invoice says.

Holds revision 1 of wrong_amount to what it promises. After a change that is meant, write it anew:
`langgraph-coaching test new wrong_amount test_wrong_amount.py --force`
"""

from pathlib import Path

import pytest

from langgraph_coaching import coach_from
from langgraph_coaching.testing import RecordedTurn

COACHING = "wrong_amount"
PROMPTED = (
    "- When replying to: a customer was charged another amount than the invoice says\n"
    '  Do this: Hand the conversation over to "billing" instead of handling it yourself. Use the move '
    "transfer_to_billing."
)
FIRES = {
    "its source": [
        ("user", "My invoice says 89 euros but I was charged 120 on my card."),
    ],
    "example 1": [
        ("user", "You took more money from my account than is on the bill."),
    ],
    "example 2": [
        ("user", "The bill said 20 euros and you charged me 35."),
    ],
}
SILENT = {
    "never here 1": [
        ("user", "Can I pay by invoice?"),
    ],
    "a recorded run 1": [
        ("user", "This is the third time you ruin my order! You are useless, I'm furious!"),
    ],
    "example 1 of very_angry": [
        ("user", "What a pathetic company, I am so angry with you people!"),
    ],
    "a recorded run 2": [
        ("user", "Where is my order 4711? It should have been here on Monday."),
    ],
    "a recorded run 3": [
        ("user", "Are you people idiots? I'm sick and tired of this ridiculous shop!"),
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
