"""A turn with a wish of its own decides; what came before only serves to understand one that cannot stand alone."""

import pytest

from langgraph_coaching import Reply

GREETING = "Hi, how can I help you?"
LOGIN = (
    "My password doesn't work on the website any more, since I changed my phone last week I can't get in, and the "
    "reset mail never arrives although I tried it five times."
)


@pytest.fixture
def refund(coach):
    examples = ["please refund order 41", "I want a refund"]
    coach.add(intent="a customer wants a refund for an order", behavior=Reply("Ask for a photo."), examples=examples)
    return coach


def applied(coach, *turns):
    said = [{"role": ("user", "assistant")[at % 2], "content": turn} for at, turn in enumerate(turns)]
    return bool(coach.advise(said).applied)


@pytest.mark.parametrize(
    "before",
    [
        [],
        ["Hi", GREETING],
        ["I forgot my password", "You can reset it on the login page."],
        ["I forgot my password", "You can reset it on the login page.", "ok that worked", "Anything else?"],
        [LOGIN, "Which browser do you use?"],
    ],
)
def test_a_wish_decides_whatever_came_before(refund, before):
    assert applied(refund, *before, "please refund order 41")


@pytest.mark.parametrize(
    "after",
    [
        ["Do you sell shoe polish?"],
        ["Do you sell shoe polish?", "Yes, we do.", "how much is it?"],
        ["Do you sell shoe polish?", "Yes, we do. Anything else?", "thanks, bye"],
        ["thanks, bye"],
        ["What are your opening hours on Sunday?"],
    ],
)
def test_a_finished_topic_is_finished(refund, after):
    assert not applied(refund, "I want a refund for my order", "Done, you will have it on Friday.", *after)


@pytest.mark.parametrize("answer", ["yes", "ok", "👍", "41", "yes, go ahead please"])
def test_what_cannot_stand_alone_keeps_the_topic(refund, answer):
    assert applied(refund, "I want a refund for my order", "Order 41? Shall I go ahead?", answer)
