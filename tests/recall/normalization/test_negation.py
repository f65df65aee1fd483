"""A negated wish is none; a wish with a negation in it is one."""

import pytest

from langgraph_coaching import Reply
from langgraph_coaching.recall.normalization.negation import drop_unwanted, is_unwanted_only


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("I'm not asking for a refund, only where it is", "where it is"),
        ("I don't want a refund, just tell me where it is", "tell me where it is"),
        ("no need to cancel, can you move it to Friday?", "can you move it to Friday?"),
        ("please don't change my seat, I'd like the vegetarian meal", "I'd like the vegetarian meal"),
        ("It's not about the price, I want to know the size", "I want to know the size"),
    ],
)
def test_what_is_wanted_is_left(said, left):
    assert drop_unwanted(said) == left
    assert not is_unwanted_only(said)


@pytest.mark.parametrize(
    "said",
    [
        "my parcel still hasn't come",
        "I can't get into my account",
        "I don't understand the bill",
        "I don't have my booking code, what now?",
        "don't know how to log in",
        "why don't you ship to Norway?",
        "I didn't get the refund you promised",
        "I don't want to pay twice",
        "Hello, I don't want to continue with my contract. How do I get out of it?",
        "we don't want the newsletter any more, how do we stop it?",
    ],
)
def test_a_negation_in_a_wish_stays(said):
    assert drop_unwanted(said) == said


@pytest.mark.parametrize("said", ["I'm not asking for a refund", "no need to cancel", "please don't cancel my order"])
def test_what_is_not_wanted_is_all_that_is_said(said):
    assert is_unwanted_only(said)
    assert drop_unwanted(said) == said


@pytest.mark.parametrize("before", [[], ["Where is my parcel?", "It arrives tomorrow."]])
def test_a_negated_wish_does_not_fire_and_the_wish_does(coach, before):
    coach.add(intent="a customer wants a refund", behavior=Reply("x"), examples=["I want a refund"])

    def applied(text):
        turns = [*before, text]
        said = [{"role": ("user", "assistant")[at % 2], "content": turn} for at, turn in enumerate(turns)]
        return bool(coach.advise(said).applied)

    assert applied("i want a refund please")
    assert not applied("I'm not asking for a refund")
    assert not applied("I don't want a refund, just tell me where it is")


def test_a_coaching_for_what_is_not_wanted_is_found_by_it(coach):
    told = ["I don't want a voucher"]
    coach.add(intent="a customer does not want a voucher", behavior=Reply("Offer the money."), examples=told)
    assert coach.advise("I do not want any vouchers").applied
