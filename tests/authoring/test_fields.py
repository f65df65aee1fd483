"""What a person types, made into a coaching or a change of one; nothing else gets in."""

import pytest

from langgraph_coaching import Action, Example, Reply, Scope, Source
from langgraph_coaching.authoring.fields import compose, composed_many, edited, examples_of
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError

WHAT = {"intent": "a refund", "behavior": Reply("Refund it.")}


def test_everything_a_person_gives_gets_in():
    made = compose(
        "acme", **WHAT, id="c-1", examples=["one", Example(text="two", origin="verdict"), {"text": "three"}],
        never=["four"], agent="a", node="n", tags=["t"], priority=3, status="draft", notes="n", author="Kim",
        source=Source(trace_id="t-1", step=2), expires_at="2030-01-01T00:00:00Z",
    )  # fmt: skip
    assert [(e.text, e.applies, e.origin) for e in made.examples] == [
        ("one", True, "author"), ("two", True, "verdict"), ("three", True, "author"), ("four", False, "author"),
    ]  # fmt: skip
    assert (made.id, made.namespace, made.scope) == ("c-1", "acme", Scope(agent="a", node="n", tags=("t",)))
    assert (made.priority, made.status, made.notes, made.author, made.revision) == (3, "draft", "n", "Kim", 1)
    assert made.source.step == 2
    assert made.expires_at.year == 2030


@pytest.mark.parametrize("scope", [Scope(agent="a", tags=("t",)), {"agent": "a", "tags": ["t"]}])
def test_a_scope_may_be_given_whole_and_a_label_beside_it_counts(scope):
    assert compose("d", **WHAT, scope=scope, node="n").scope == Scope(agent="a", node="n", tags=("t",))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"intnt": "x"}, "intnt cannot be given; use intent, behavior, examples, never"),
        ({"revision": 5}, "revision cannot be given"),
        ({"deleted": True}, "deleted cannot be given"),
        ({"namespace": "other"}, "namespace cannot be given"),
        ({"created_at": "2030-01-01T00:00:00Z"}, "created_at cannot be given"),
        ({"content_hash": "x"}, "content_hash cannot be given"),
        ({"tags": "vip"}, "tags is a list of labels; put a single one into brackets"),
        ({"tags": [""]}, "tags.0 must not be empty"),
        ({"tags": 5}, "tags must be a list"),
        ({"scope": "vip"}, "scope must be a Scope, or a mapping"),
        ({"scope": {"team": "x"}}, "team is not a field here"),
        ({"examples": "one"}, "examples is a list of texts; put a single text into brackets"),
        ({"examples": None}, "examples is a list of texts"),
        ({"examples": {"text": "one"}}, "examples is a list of texts"),
        ({"examples": ["ok", ""]}, "examples 2: text must not be empty"),
        ({"examples": [5]}, "examples 1: text must be text"),
        ({"examples": [{"txt": "x"}]}, "examples 1: .*txt is not a field"),
        ({"never": "one"}, "never is a list of texts"),
        ({"never": ["x\x00"]}, r"never 1: text contains the control character U\+0000"),
        ({"behavior": {"type": "reply"}}, "behavior.reply text must not be empty"),
        ({"behavior": None}, "behavior must be a mapping"),
        ({"intent": None}, "intent must be text"),
        ({"priority": 1_000}, "priority must be at most 100"),
    ],
)
def test_what_is_not_acceptable_is_named(fields, said):
    with pytest.raises(InvalidCoachingError, match=said):
        compose("d", **WHAT | fields)


def test_an_id_is_made_where_none_is_given():
    assert compose("d", **WHAT).id != compose("d", **WHAT).id


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"intent": "x"}, "row 2: behavior must be a mapping"),
        ({"behavior": {"type": "reply", "text": "x"}}, "row 2: intent must not be empty"),
        ({**WHAT, "typo": 1}, "row 2: typo cannot be given"),
        ({**WHAT, 1: 2}, "row 2: it must be a mapping of fields"),
        ("text", "row 2: it must be a mapping of fields"),
        (None, "row 2: it must be a mapping of fields"),
        ([], "row 2: it must be a mapping of fields"),
    ],
)
def test_of_many_the_bad_row_is_counted_from_one(row, said):
    with pytest.raises(InvalidCoachingError, match=f"{said}.*nothing was saved"):
        composed_many("d", [WHAT, row, WHAT])


@pytest.fixture
def present():
    return compose("d", **WHAT, examples=["here"], never=["not here"], agent="a", tags=["t"], notes="n")


def test_only_what_is_named_changes(present):
    changed = edited(present, {"priority": 5, "behavior": {"type": "action", "tool": "refund"}})
    assert (changed.priority, changed.behavior, changed.revision) == (5, Action("refund"), 2)
    assert (changed.intent, changed.examples, changed.scope, changed.notes) == (
        present.intent, present.examples, present.scope, present.notes,
    )  # fmt: skip


def test_examples_and_never_are_changed_apart(present):
    assert [e.text for e in edited(present, {"examples": ["new", "newer"]}).examples] == ["new", "newer", "not here"]
    assert [e.text for e in edited(present, {"never": []}).examples] == ["here"]
    assert [e.text for e in edited(present, {"examples": [], "never": ["x"]}).examples] == ["x"]


def test_labels_are_changed_one_by_one_and_taken_away_by_none(present):
    assert edited(present, {"node": "n"}).scope == Scope(agent="a", node="n", tags=("t",))
    assert edited(present, {"agent": None, "tags": []}).scope == Scope()
    assert edited(present, {"scope": Scope(node="n")}).scope == Scope(node="n")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "nothing to change: name a field"),
        ({"id": "x"}, "id cannot be given"),
        ({"revision": 7}, "revision cannot be given"),
        ({"deleted": True}, "deleted cannot be given"),
        ({"intent": ""}, "intent must not be empty"),
        ({"tags": "vip"}, "tags is a list of labels"),
        ({"examples": "x"}, "examples is a list of texts"),
        ({"behavior": "x"}, "behavior must be"),
    ],
)
def test_a_change_that_is_not_acceptable_is_named(changes, said, present):
    with pytest.raises(InvalidCoachingError, match=said):
        edited(present, changes)


def test_what_was_deleted_is_restored_before_it_is_changed(present):
    with pytest.raises(NotFoundError, match=r"was deleted; coach.restore\('.*'\) brings it back"):
        edited(present.revised(deleted=True), {"priority": 1})


def test_examples_may_come_from_anywhere():
    assert [e.text for e in examples_of(text for text in ("a", "b"))] == ["a", "b"]
    assert examples_of(()) == ()
