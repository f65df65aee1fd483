"""Which texts of an answer are of use: clean, new, and in no contradiction to what is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langgraph_coaching import Example
from langgraph_coaching.authoring.proposal import (
    LONGEST,
    NEAR_MISSES,
    PHRASINGS,
    Proposal,
    admit_proposals,
    are_alike,
    codes_in,
    remove_codes,
    tidy_text,
)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("where is it", "where is it"),
        ('  "Where is\n it?" ', "Where is it?"),
        ("1. where is it", "where is it"),
        ("- **where is it**", "where is it"),
        ("\N{LEFT DOUBLE QUOTATION MARK}where is it\N{RIGHT DOUBLE QUOTATION MARK}", "where is it"),
        ("Short: where is it", "where is it"),
        ("With typos: were is it", "were is it"),
        ("where is it (very short)", "where is it"),
        ('"where is it" - upset', "where is it"),
        ("Where is my order #[order number]?", "Where is my order?"),
        ("Where is order <id>", "Where is order"),
        ("I was told: wait", "I was told: wait"),
        ("where is it\x00\ud83d", "where is it"),
        ("3 items are missing", "3 items are missing"),
    ],
)
def test_marks_quotes_labels_and_gaps_are_taken_off(written, text):
    assert tidy_text(written) == text


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Where is my order 4471?", "where is my order"),
        ("where's my order", "Where is my order?"),
        ("hi, could you please cancel my oder", "Cancel order"),
        ("money refund", "refund money!"),
        ("是的", "是的!"),
        ("!!", "!!"),
    ],
)
def test_slips_politeness_and_numbers_make_no_difference(first, second):
    assert are_alike(first, second)
    assert are_alike(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("I want a refund", "I don't want a refund"),
        ("I can pay", "I can't pay"),
        ("change my delivery address", "change my billing address"),
        ("increase my limit", "decrease my limit"),
        ("a flight to Paris", "a flight from Paris"),
        ("turn it on", "turn it off"),
        ("where is my order", "where is my order, and can I change it"),
        ("不要退款", "要退款"),
        ("!!", "??"),
        ("can you do it", ""),
    ],
)
def test_a_word_that_matters_does(first, second):
    assert not are_alike(first, second)


@given(st.text(max_size=60), st.text(max_size=60))
def test_it_is_the_same_both_ways_for_equal_texts(first, second):
    assert are_alike(first, first)
    assert isinstance(are_alike(first, second), bool)


def test_numbers_of_the_conversation_are_taken_out_and_others_stay():
    codes = codes_in(["Where is my order #4471? It is W1234567, error 404"])
    assert remove_codes("where is my order 4471?", codes) == "where is my order?"
    assert remove_codes("is #w1234567 late", codes) == "is late"
    assert remove_codes("error 404, 2 times", codes) == "error 404, 2 times"


def texts(found, *, applies):
    return [one.text for one in found if one.applies is applies]


def test_what_is_known_or_contradicts_it_is_not_proposed():
    found = admit_proposals(
        ["where's my order?", "my parcel is late", "cancel the order", "parcel late!"],
        ["WHERE IS MY ORDER", "my parcel's late", "cancel my order please", "change the address"],
        own=["the user asks where their order is", "Where is my order 4471?"],
        never=["cancel my order"],
    )
    assert texts(found, applies=True) == ["my parcel is late"]
    assert texts(found, applies=False) == ["change the address"]


@pytest.mark.parametrize(
    "wrong",
    ["", " ", "?", "1", "x", "12345", "x" * (LONGEST + 1), "word " * 100, "The user asks where it is.",
     "a customer wants their money", '{"text": "where"}', '"text": "where"', "Phrasings:", "[order number]", "["],
)  # fmt: skip
def test_what_is_in_no_shape_to_be_said_is_left_out(wrong):
    assert admit_proposals([wrong], [wrong], own=["a refund"], never=[]) == []


def test_no_more_is_taken_than_a_person_can_read():
    words = [f"{letter}{other} broken" for letter in "abcdefgh" for other in "qrstuvwx"]
    found = admit_proposals(words[:32], words[32:], own=[], never=[])
    assert (len(texts(found, applies=True)), len(texts(found, applies=False))) == (PHRASINGS, NEAR_MISSES)


def test_it_becomes_an_example_that_says_where_it_comes_from():
    assert Proposal("cash back", applies=False).example == Example(text="cash back", applies=False, origin="proposed")


@given(st.lists(st.text(max_size=300)), st.lists(st.text(max_size=300)))
def test_whatever_a_model_says_what_is_admitted_can_be_saved(phrasings, near_misses):
    for one in admit_proposals(phrasings, near_misses, own=["a refund"], never=[]):
        assert one.example.text == one.text
