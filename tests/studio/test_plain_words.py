"""What the library says, as a page says it: without the Python that it advises."""

import pytest

from langgraph_coaching.studio.plain_words import say_plainly


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("no trace 't-1' in 'default'; list them with coach.traces.list()", "no trace 't-1' in 'default'"),
        (
            "it is below the floor. To change that: say more: coach.propose('c', model) or coach.edit('c', []).",
            "it is below the floor. To change that: say more.",
        ),
        ("out of scope. To change that: coach.verdict(receipt, correct=False), if it was right there", "out of scope"),
        ("archive it, coach.archive('c'), or give it a later day", "archive it, or give it a later day"),
        ("keep one that says all, and coach.archive('c')", "keep one that says all"),
        ("give the call agent='a', or widen it: coach.edit('c', agent=None)", "give the call agent='a', or widen it"),
        ("coach.edit('c', priority=3)", "coach.edit('c', priority=3)"),
        ("a football coach. He (or she) said: coach.x(", "a football coach. He (or she) said: coach.x("),
        ("the prompt is another one; give model= to have it answered", "the prompt is another one"),
        ("nothing of it", "nothing of it"),
        ("", ""),
    ],
)
def test_calls_of_a_coach_are_left_out(said, plain):
    assert say_plainly(said) == plain
