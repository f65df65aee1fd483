"""A word that is longer than any that could be meant is not looked for; what may be meant still is."""

import pytest

from langgraph_coaching.recall.normalization import edit_distance
from langgraph_coaching.recall.normalization.edit_distance import correct_word
from langgraph_coaching.recall.normalization.words import common_words

LONGEST = max(common_words(), key=len)


@pytest.mark.parametrize("word", ["xyz" * 500, "ab" * 700, "ha" * 100, LONGEST + "abc"])
def test_a_word_of_any_length_takes_no_time(word, monkeypatch):
    """One of 1,500 letters in a message took minutes, and each letter of it was a copy of all of it."""

    def refuse(_):
        raise AssertionError("every slip of it was written out")

    monkeypatch.setattr(edit_distance, "single_edits", refuse)
    assert correct_word(word) == word


def test_the_longest_words_are_mended_all_the_same():
    typed = f"{LONGEST[:2]}q{LONGEST[2:]}"
    assert correct_word(typed) == LONGEST
    swapped = LONGEST[:3] + LONGEST[4] + LONGEST[3] + LONGEST[5:]
    assert correct_word(swapped) == LONGEST


def test_a_drawn_word_of_any_length_is_what_is_meant():
    assert correct_word("ple" + "a" * 900 + "se") == "please"


def test_what_is_remembered_of_what_users_type_is_bounded():
    assert correct_word.cache_info().maxsize
