"""When replying to: a customer asks to return a pan they have already used.

Holds revision 1 of return_of_a_used_pan to what it promises. After a change that is meant, write it anew:
`langgraph-coaching test new return_of_a_used_pan test_return_of_a_used_pan.py --force`
"""

from pathlib import Path

import pytest

from langgraph_coaching import coach_from
from langgraph_coaching.testing import RecordedTurn

COACHING = "return_of_a_used_pan"
PROMPTED = (
    "- When replying to: a customer asks to return a pan they have already used\n"
    '  Do this: Look up the knowledge article "Returns policy" and answer from what it says. Use the move'
    " search_articles."
)
FIRES = {
    "its source": [
        ("user", "I fried in the cast iron pan once and I don't like it. Can I return it?"),
    ],
    "example 1": [
        ("user", "May I send the skillet back after I have cooked with it?"),
    ],
}
SILENT = {
    "never here 1": [
        ("user", "How do I clean a cast iron pan?"),
    ],
    "a recorded run 1": [
        ("user", "The kettle I bought in spring no longer heats. What can you do?"),
    ],
    "a recorded run 2": [
        ("user", "This is the third time you ruin my order! You are useless, I'm furious!"),
    ],
    "a recorded run 3": [
        ("user", "I opened my parcel and the glass bowl in it is broken."),
    ],
    "a recorded run 4": [
        ("user", "Where is my order 4711? It should have been here on Monday."),
    ],
    "a recorded run 5": [
        ("user", "The toaster I bought last year has stopped working."),
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
