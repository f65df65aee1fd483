"""`draft`, and `add --step` on a terminal: the suggested intents are shown, and one is asked for."""

import pytest

STEP = "t-lamp:4"


def test_a_draft_is_shown_and_nothing_is_saved(command, shop):
    before = shop.list()
    expected = shop.draft(STEP)
    done = command("draft", STEP)
    assert (done.code, done.err) == (0, "")
    assert "after the user said: I got a blue lamp and want to swap it" in done.out
    assert f"  1  {expected.intent}" in done.out
    for number, intent in enumerate(expected.suggestions, 2):
        assert f"  {number}  {intent}" in done.out
    found = command("draft", STEP, "--json").json
    assert (found["trace_id"], found["step"], found["intent"]) == ("t-lamp", 4, expected.intent)
    assert found["suggestions"] == [*expected.suggestions]
    assert shop.list() == before


@pytest.mark.parametrize(
    ("step", "code", "said"),
    [
        ("t-lamp", 2, "a step is named TRACE:NUMBER"),
        ("t-lamp:0", 2, "cannot be coached"),
        ("t-lamp:9", 2, "the steps 0 to 4"),
        ("x:1", 1, "`langgraph-coaching traces`"),
        ("", 2, "TRACE:NUMBER"),
    ],
)
def test_no_step_no_draft(step, code, said, command, shop):
    done = command("draft", step)
    assert (done.code, done.out, said in done.err) == (code, "", True)


def test_enter_takes_the_suggestion(command, shop, answer):
    expected = shop.draft(STEP)
    answer("")
    done = command("add", "--step", STEP, "--reply", "Yes.")
    assert (done.code, f"  1  {expected.intent}" in done.out) == (0, True)
    assert shop.list()[-1].intent == expected.intent


def test_other_words_and_what_is_no_number_of_one(command, shop, answer):
    answer("77", "a customer wants a swap")
    done = command("add", "--step", STEP, "--reply", "Yes.")
    assert (done.code, "there is no suggestion 77" in done.err) == (0, True)
    assert shop.list()[-1].intent == "a customer wants a swap"


def test_nobody_answers_and_nothing_is_saved(command, shop, answer):
    before = shop.list()
    answer()
    done = command("add", "--step", STEP, "--reply", "Yes.")
    assert (done.code, "give --yes or --intent" in done.err) == (2, True)
    assert shop.list() == before


@pytest.mark.parametrize("options", [["--yes"], ["--json"], ["--when", "a swap"], ["--intent", "a swap"]])
def test_who_has_said_it_already_is_not_asked(options, command, shop, answer):
    answer()
    assert command("add", "--step", STEP, "--reply", "Yes.", *options).code == 0
    assert len(shop.list()) == 4
