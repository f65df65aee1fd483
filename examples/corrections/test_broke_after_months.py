"""When replying to: an item stopped working some months after it was bought.

Holds revision 1 of broke_after_months to what it promises. After a change that is meant, write it anew:
`langgraph-coaching test new broke_after_months test_broke_after_months.py --force`
"""

from pathlib import Path

import pytest

from langgraph_coaching import coach_from
from langgraph_coaching.testing import RecordedTurn

COACHING = "broke_after_months"
PROMPTED = (
    "- When replying to: an item stopped working some months after it was bought\n"
    '  Do this: Follow the process "warranty claim" step by step. Use the move warranty_claim at once.'
)
FIRES = {
    "its source": [
        ("user", "The kettle I bought in spring no longer heats. What can you do?"),
    ],
    "example 1": [
        ("user", "My mixer has stopped working after half a year."),
    ],
    "example 2": [
        ("user", "The toaster from last year does nothing any more."),
    ],
}
SILENT = {
    "never here 1": [
        ("user", "How long is the warranty on your kettles?"),
    ],
    "a recorded run 1": [
        ("user", "I fried in the cast iron pan once and I don't like it. Can I return it?"),
    ],
    "a recorded run 2": [
        ("user", "Can I send the skillet back? I have cooked with it a few times."),
    ],
    "example 1 of return_of_a_used_pan": [
        ("user", "May I send the skillet back after I have cooked with it?"),
    ],
    "a recorded run 3": [
        ("user", "I opened my parcel and the glass bowl in it is broken."),
    ],
    "a recorded run 4": [
        ("user", "My parcel came today and one of the plates in it is broken."),
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
