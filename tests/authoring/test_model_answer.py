"""What models answer when they are asked for proposals, in every shape that was met."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage

from langgraph_coaching.authoring.model_answer import ModelAnswer, part_of, read_answer
from langgraph_coaching.authoring.propose import Proposed

WANTED = ModelAnswer("the user wants a refund", ("money back pls", 'they said "no"'), ("where is my parcel",))
PARTS = {"intent": WANTED.intent, "phrasings": list(WANTED.phrasings), "near_misses": list(WANTED.near_misses)}
WHOLE = json.dumps(PARTS)


@pytest.mark.parametrize(
    "answer",
    [
        Proposed(**PARTS),
        PARTS,
        {"raw": AIMessage("rubbish"), "parsed": Proposed(**PARTS), "parsing_error": None},
        {"raw": AIMessage(WHOLE), "parsed": None, "parsing_error": ValueError()},
        AIMessage("", tool_calls=[{"name": "Proposed", "args": PARTS, "id": "c"}]),
        AIMessage([{"type": "text", "text": WHOLE}]),
        WHOLE,
        f"Sure, here you are:\n```json\n{json.dumps(PARTS, indent=2)}\n```\nAnything else? {{smile}}",
        json.dumps({"answer": PARTS}),
        json.dumps([PARTS]),
        json.dumps({
            "Intent": WANTED.intent,
            "Phrasings": [{"message": text, "tone": "upset"} for text in WANTED.phrasings],
            "near-misses": {"message 1": WANTED.near_misses[0]},
        }),
        json.dumps(PARTS | {"phrasings": "\n".join(f"{n}. {text}" for n, text in enumerate(WANTED.phrasings, 1))}),
    ],
)  # fmt: skip
def test_structured_values_and_whole_json_are_read(answer):
    found = read_answer(answer)
    texts = tuple(text.removeprefix("1. ").removeprefix("2. ") for text in found.phrasings)
    assert ModelAnswer(found.intent, texts, found.near_misses) == WANTED


@pytest.mark.parametrize(
    "broken",
    [
        WHOLE[:-1],
        WHOLE[:-2],
        WHOLE.replace("]", ",]"),
        WHOLE.replace('"near_misses"', 'near misses follow "near_misses"'),
        "{" + WHOLE,
        WHOLE + "}}",
        WHOLE[:-1] + ', "near_misses": ["cut off in the mid',
    ],
)
def test_json_that_is_broken_or_cut_off_gives_what_is_whole_in_it(broken):
    assert read_answer(broken) == WANTED


def test_what_comes_after_the_cut_is_missing_and_the_rest_is_there():
    cut = WHOLE[: WHOLE.index("where is my")]
    assert read_answer(cut) == ModelAnswer(WANTED.intent, WANTED.phrasings)


@pytest.mark.parametrize(
    "text",
    [
        """Intent: the user wants a refund

Phrasings:
1. money back pls
2. give it back

Near misses:
1. where is my parcel""",
        """## Intent
the user wants a refund

## Phrasings
- money back pls
- give it back

## Near misses
- where is my parcel""",
        """**Intent:** the user wants a refund
**Phrasings**
* money back pls
* give it back
**Near Misses**
* where is my parcel
""",
        """1. Intent:
   the user wants a refund
2. Phrasings that mean it:
   - money back pls
   - give it back
3. Messages where it does not apply:
   - where is my parcel""",
        """Here you are.
Intent: the user wants a refund
Here are some messages:
money back pls
give it back

And these must stay silent:
where is my parcel""",
    ],
)
def test_lists_under_headings_are_read(text):
    assert read_answer(text) == ModelAnswer(
        "the user wants a refund", ("money back pls", "give it back"), ("where is my parcel",)
    )


def test_a_list_without_a_heading_holds_phrasings():
    texts = ("money back pls", "never received it")
    assert read_answer("1. money back pls\n2) never received it\n") == ModelAnswer(phrasings=texts)
    assert read_answer(json.dumps(texts)) == ModelAnswer(phrasings=texts)


@pytest.mark.parametrize(
    "rubbish",
    ["", "  ", "I cannot help with that.", "[", "{", "[1, 2]", '{"a": []}', "[[]]", '{"phrasings": 7}', "null", None, 7,
     AIMessage(""), {"raw": AIMessage("No."), "parsed": None}, "{" * 5_000, "[" * 5_000],
)  # fmt: skip
def test_rubbish_gives_nothing(rubbish):
    assert not read_answer(rubbish)


@given(st.text(max_size=300) | st.recursive(st.none() | st.integers() | st.text(), st.lists))
def test_nothing_that_is_answered_makes_it_fail(answer):
    found = read_answer(answer)
    assert all(text.strip() for text in (*found.phrasings, *found.near_misses))


@pytest.mark.parametrize(
    ("heading", "part"),
    [
        ("Phrasings", "phrasings"), ("Where it applies:", "phrasings"), ("Examples of messages", "phrasings"),
        ("near_misses", "near_misses"), ("Must not apply", "near_misses"), ("It stays silent", "near_misses"),
        ("Where it doesn't apply", "near_misses"), ("intent", "intent"), ("The situation", "intent"), ("Hello", None),
    ],
)  # fmt: skip
def test_headings_begin_the_part_they_name(heading, part):
    assert part_of(heading) == part
