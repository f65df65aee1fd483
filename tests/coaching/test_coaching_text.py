"""A coaching as text: all of it, readable, the same every time, and nothing but data."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from coachings_strategies import COACHINGS, PROSE
from langgraph_coaching import Action, Example, Reply
from langgraph_coaching.coaching import exchange
from langgraph_coaching.coaching.exchange import digest_of
from langgraph_coaching.coaching.model import Coaching
from langgraph_coaching.coaching.text_reader import read_coaching
from langgraph_coaching.coaching.text_writer import write_coaching
from langgraph_coaching.errors import InvalidCoachingError

LOST = {"updated_at", "namespace", "changed_by"}


@pytest.fixture
def swap(coaching):
    return coaching(
        "swap",
        intent="a customer asks to swap a delivered item",
        behavior=Action("exchange", {"order": "theirs", "count": 1}, instruction="Ask first.\n\nThen swap: once."),
        examples=(
            Example(text="can I swap the lamp"),
            Example(
                text="where is it",
                applies=False,
                origin="verdict",
                reference="r-1",
                turns=(("where is it", True), ("hi", False)),
            ),
        ),
        source={"trace_id": "t-1", "step": 4, "excerpt": "Sorry, no."},
        scope={"agent": "support", "tags": ["vip"]},
        priority=3,
        notes="agreed with finance",
        author="Kim",
        created_at="2026-01-31T12:00:00Z",
        expires_at="2030-01-31T12:00:00Z",
        revision=2,
    )


TEXT = """\
coaching: 1
id: swap
intent: a customer asks to swap a delivered item
behavior:
  type: action
  tool: exchange
  arguments: |-
    {
      "order": "theirs",
      "count": 1
    }
  instruction: |-
    Ask first.

    Then swap: once.
examples:
  - also: can I swap the lamp
  - never: where is it
    origin: verdict
    reference: r-1
    turns:
      - user: where is it
      - agent: hi
source:
  trace_id: t-1
  step: 4
  excerpt: Sorry, no.
scope:
  agent: support
  tags:
    - vip
priority: 3
status: active
author: Kim
expires_at: 2030-01-31T12:00:00+00:00
created_at: 2026-01-31T12:00:00+00:00
revision: 2
exported: {digest}
earlier:
  - abcdef012345
"""


def test_it_reads_well(swap):
    assert write_coaching(swap, ["abcdef012345"]) == TEXT.replace("{digest}", digest_of(swap))


def test_notes_stay_private_unless_they_are_asked_for(swap):
    assert "finance" not in write_coaching(swap)
    assert "\nnotes: agreed with finance\n" in write_coaching(swap, notes=True)


@given(COACHINGS, st.booleans())
def test_what_is_written_is_read_again_exactly(coaching, notes):
    text = write_coaching(coaching, ["a" * 12], notes=notes)
    read = read_coaching(text)
    lost = LOST if notes else {*LOST, "notes"}
    assert read.coaching.model_dump(exclude=lost) == coaching.model_dump(exclude=lost)
    assert not read.edited
    assert write_coaching(read.coaching, read.earlier, notes=notes) == text
    assert text.endswith("\n")
    assert "\r" not in text
    assert {*"\u2028\u2029\ufeff\u202e\uffff"}.isdisjoint(text)
    # Any other reader of YAML finds the same words in it.
    assert yaml.load(text, Loader=yaml.BaseLoader)["intent"] == coaching.intent  # noqa: S506 - texts only
    assert yaml.safe_load(text)["intent"] == coaching.intent


def test_every_field_of_a_coaching_is_exchanged_or_kept_by_the_store():
    assert {*exchange.ORDER, *exchange.KEPT_BY_STORE} == {*Coaching.model_fields, "content_hash"}


@given(COACHINGS, PROSE)
def test_an_edit_is_noticed(coaching, words):
    read = read_coaching(write_coaching(coaching.model_copy(update={"behavior": Reply("before")})))
    after = coaching.model_copy(update={"behavior": Reply(words)})
    text = write_coaching(after).splitlines()
    text = [f"exported: {read.digest}" if line.startswith("exported:") else line for line in text]
    assert read_coaching("\n".join(text)).edited == (after.behavior != read.coaching.behavior)


def test_a_text_of_ones_own_needs_two_fields_beside_its_id():
    read = read_coaching('coaching: 1\nid: mine\nintent: no\nbehavior: {type: reply, text: "yes: do"}\n')
    assert (read.coaching.intent, read.coaching.behavior, read.coaching.revision) == ("no", Reply("yes: do"), 1)
    assert read.digest is None


def test_arguments_may_be_written_as_yaml_too():
    given = "arguments:\n    n: 1\n    s: '1'\n    b: true\n"
    text = f"coaching: 1\nid: a\nintent: i\nbehavior:\n  type: action\n  tool: t\n  {given}"
    assert read_coaching(text).coaching.behavior == Action("t", {"n": 1, "s": "1", "b": True})


def test_a_field_that_was_emptied_is_left_out(swap):
    text = write_coaching(swap).replace("author: Kim", "author:").replace("priority: 3", "priority: ")
    assert (read_coaching(text).coaching.author, read_coaching(text).coaching.priority) == (None, 0)


HEAD = "coaching: 1\nid: a\nintent: i\nbehavior:\n  type: reply\n  text: r\n"
BOMB = HEAD + "notes: &a x\nauthor: *a\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: holds no fields"),
        ("- a\n", "line 1: holds no fields"),
        ("services: {}\n", "line 1: is no coaching"),
        (HEAD.replace("1", "2"), "line 1: is of another form"),
        (HEAD + "priority: high\n", "line 7: priority must be a whole number"),
        (HEAD + "priority: 101\n", "line 7: priority must be at most 100"),
        (HEAD + "prioritty: 1\n", "line 7: `prioritty` is no field; use id, intent"),
        (HEAD + "deleted: true\n", "line 7: `deleted` is no field"),
        (HEAD + "status: gone\n", "line 7: status must be"),
        (HEAD + "intent: j\n", "line 7: the field `intent` is there twice"),
        (HEAD + "? [a]\n: b\n", "line 7: the name of a field must be a word"),
        (HEAD + 'notes: "open\n', "cannot be read as YAML"),
        (HEAD + "<<<<<<< ours\nnotes: a\n", "an unfinished merge of git"),
        (HEAD + "examples: one\n", "line 7: examples must be a list"),
        (HEAD + "examples:\n  - also: a\n    never: b\n", "line 7: example 1: begin it with"),
        (HEAD + "examples:\n  - also: a\n    turns:\n      - bot: b\n", "line 7: example 1: turns must be"),
        (HEAD + "examples:\n  - also: a\n    origin: me\n", "line 7: example 1: origin must be"),
        (HEAD + "source: t-1\n", "line 7: must have its fields below"),
        (HEAD + "expires_at: tomorrow\n", "line 7: expires_at must be a moment"),
        (HEAD + "expires_at: 2030-01-31T12:00:00\n", "line 7: expires_at needs a time zone"),
        (HEAD.replace("id: a", "id: ../../etc/passwd"), "line 2: the id '../../etc/passwd'"),
        (HEAD.replace("id: a\n", ""), "line 1: `id` is required"),
        (HEAD.replace("reply", "replly"), "line 4: behavior is of unknown type"),
        (HEAD.replace("text: r", "arguments: 3"), "line 4: "),
        (BOMB, "line 7: has an anchor or alias"),
        (HEAD + "notes: !!python/object/apply:os.system [id]\n", "line 7: has a tag"),
        (HEAD + "notes: " + "[" * 200 + "]" * 200, "line 7: goes deeper than 100 levels"),
        (HEAD + "notes: " + "[" * 100_000, "line 7: goes deeper than 100 levels"),
        (HEAD + "notes: a\x00b\n", "cannot be read as YAML"),
        (HEAD + "notes: " + "x" * (16 * 2**20), "is larger than 16 MiB"),
        (
            HEAD.replace("reply\n  text: r", "action\n  tool: t\n  arguments: |-\n    {\n      'a': 1\n    }"),
            "line 9: `arguments` holds no JSON",
        ),
    ],
)
def test_what_cannot_be_read_says_where_and_what(text, said):
    with pytest.raises(InvalidCoachingError) as caught:
        read_coaching(text)
    assert said in str(caught.value)
