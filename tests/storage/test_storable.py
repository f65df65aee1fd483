"""What is written: JSON that any reader takes, whatever a text holds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langgraph_coaching.storage.storable import json_of

TEXTS = st.text(st.characters(exclude_categories=()))
"""Any, half characters too."""


@given(st.dictionaries(TEXTS, TEXTS | st.lists(TEXTS)))
def test_no_half_character_is_written(value):
    read = json.loads(json_of(value))
    json.dumps(read, ensure_ascii=False).encode()  # raises on half of one


@pytest.mark.parametrize("text", ["plain", "grüße 😀", r"a literal \ud83d", "two halves \ud83d\ude00 of one"])
def test_whole_characters_stay(text):
    assert json.loads(json_of([text])) == [text.encode("utf-16", "surrogatepass").decode("utf-16")]


def test_a_half_is_seen():
    assert json.loads(json_of({"a": "x\ud83dy"})) == {"a": "x�y"}
