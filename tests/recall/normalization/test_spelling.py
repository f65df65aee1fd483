"""Slips and chat speak, as they are meant; other languages and names stay as they are."""

import pytest

from langgraph_coaching.recall.embedder import normalize_text
from langgraph_coaching.recall.normalization.spelling import correct_spelling


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("i wnat my mony bakc", "I want my money back"),
        ("wher is my pakage", "where is my package"),
        ("can u send me a refnud pls", "can you send me a refund please"),
        ("the fligth was delyaed", "the flight was delayed"),
        ("how do i resett my pasword???", "how do I reset my password?"),
        ("this is sooo slow!!!", "this is so slow!"),
        ("I WANT TO CANCEL MY ORDER", "I want to cancel my order"),
    ],
)
def test_a_slip_is_what_is_meant(typed, meant):
    assert correct_spelling(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "wo ist mein Paket geblieben",
        "quiero cambiar mi reserva de vuelo",
        "Wann kann ich nachts anrufen",
        "ask Katarzyna about kubectl and nginx",
        "see https://exmaple.com/ordr and mail to ordr@shpo.com",
        "SKU-ABCD",
        "",
        "👍",
    ],
)
def test_what_is_no_slip_stays(text):
    assert correct_spelling(text) == text


def test_a_slip_is_embedded_as_it_is_meant():
    assert normalize_text("i wnat a refund for ordr 4471") == normalize_text("I want a refund for order 9912")
