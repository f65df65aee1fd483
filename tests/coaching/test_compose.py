"""What a person types, made into a coaching or a change of one; nothing else gets in."""

import inspect

import pytest

from langgraph_coaching import Action, Example, Reply, Scope, Source
from langgraph_coaching.authoring.repository import Repository
from langgraph_coaching.coaching.compose import ACCEPTED, compose, compose_many, edit_coaching, examples_of
from langgraph_coaching.coaching.example_changes import CHANGES
from langgraph_coaching.coaching.fields import Changes, Filters, NewCoaching
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
        compose_many("d", [WHAT, row, WHAT])


@pytest.fixture
def present():
    return compose("d", **WHAT, examples=["here"], never=["not here"], agent="a", tags=["t"], notes="n")


def test_only_what_is_named_changes(present):
    changed = edit_coaching(present, {"priority": 5, "behavior": {"type": "action", "tool": "refund"}})
    assert (changed.priority, changed.behavior, changed.revision) == (5, Action("refund"), 2)
    assert (changed.intent, changed.examples, changed.scope, changed.notes) == (
        present.intent, present.examples, present.scope, present.notes,
    )  # fmt: skip


def test_examples_and_never_are_changed_apart(present):
    given = edit_coaching(present, {"examples": ["new", "newer"]})
    assert [e.text for e in given.examples] == ["new", "newer", "not here"]
    assert [e.text for e in edit_coaching(present, {"never": []}).examples] == ["here"]
    assert [e.text for e in edit_coaching(present, {"examples": [], "never": ["x"]}).examples] == ["x"]


@pytest.fixture
def taught(present):
    """Known from everybody who says something about where a coaching applies."""
    learned = (
        Example(text="the source", origin="source", reference="t-1"),
        Example(text="a verdict", origin="verdict", reference="r-1"),
        Example(text="no verdict", applies=False, origin="verdict", reference="r-2"),
        Example(text="Yes,  please", turns=(("Yes,  please", True),), origin="recorded", reference="t-2"),
        Example(text="yes, please", turns=(("yes, please", True), ("Cancel it?", False)), origin="recorded"),
    )
    return present.revised(examples=(*learned, *present.examples))


LEARNED = ["the source", "a verdict", "Yes,  please", "yes, please"]


def said(coaching, *, applies=True):
    return [e.text for e in coaching.examples if e.applies is applies]


def test_whole_lists_replace_the_author_s_own_and_keep_what_was_learned(taught):
    changed = edit_coaching(taught, {"examples": ["new"], "never": []})
    assert said(changed) == [*LEARNED, "new"]
    assert said(changed, applies=False) == ["no verdict"]
    assert {e for e in changed.examples if e.origin != "author"} <= set(taught.examples)
    assert said(edit_coaching(taught, {"examples": []})) == LEARNED
    assert said(edit_coaching(taught, {"never": []})) == said(taught)


def test_examples_are_added_behind_the_others(taught):
    changed = edit_coaching(taught, {"add_examples": ["new", "newer"], "add_never": ["not there"]})
    assert changed.examples[: len(taught.examples)] == taught.examples
    assert [(e.text, e.applies) for e in changed.examples[len(taught.examples) :]] == [
        ("new", True), ("newer", True), ("not there", False),
    ]  # fmt: skip
    assert changed.revision == taught.revision + 1


def test_a_list_that_holds_what_is_there_doubles_nothing(taught):
    assert said(edit_coaching(taught, {"examples": [*taught.examples, "new"]})) == [*LEARNED, "here", "new"]
    assert said(edit_coaching(taught, {"examples": ["the source"]})) == LEARNED


def test_adding_what_is_known_changes_nothing_and_keeps_who_said_it(taught):
    assert edit_coaching(taught, {"add_examples": ["  HERE ", "the Source", "yes, please"]}) is taught
    assert edit_coaching(taught, {"add_never": ["not here"]}) is taught
    assert edit_coaching(taught, {"add_never": ["not here"], "priority": 2}).examples == taught.examples


def test_a_situation_is_on_one_side_and_the_last_word_counts(taught):
    changed = edit_coaching(taught, {"add_never": ["A Verdict"], "add_examples": ["not here"]})
    assert said(changed) == [*(text for text in LEARNED if text != "a verdict"), "here", "not here"]
    assert said(changed, applies=False) == ["no verdict", "A Verdict"]
    # What was said after another turn is another situation.
    assert said(edit_coaching(taught, {"add_never": ["yes, please"]})) == [
        "the source", "a verdict", "yes, please", "here",
    ]  # fmt: skip


def test_what_is_named_is_removed_whoever_said_it(taught):
    assert said(edit_coaching(taught, {"remove": ["The source", "a verdict", "here"]})) == LEARNED[2:]
    assert said(edit_coaching(taught, {"remove": ["yes, please"]})) == ["the source", "a verdict", "here"]
    assert said(edit_coaching(taught, {"remove": ["no verdict"]}), applies=False) == ["not here"]
    (one,) = [e for e in taught.examples if len(e.turns) == 2]
    assert edit_coaching(taught, {"remove": [one]}).examples == tuple(e for e in taught.examples if e != one)
    assert said(edit_coaching(taught, {"remove": ["here"], "add_never": ["here"]}), applies=False)[-1] == "here"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"remove": ["nowhere"]}, r"remove 1: no example says 'nowhere'; there are: 'here'; 'not here'"),
        ({"remove": ["here", "here"]}, "remove 2: no example says 'here'"),
        ({"remove": [Example(text="here", applies=False)]}, "remove 1: no example says 'here'"),
        ({"remove": "here"}, "remove is a list of texts; put a single text into brackets"),
        ({"remove": [5]}, "remove 1: text must be text"),
        ({"add_examples": "new"}, "add_examples is a list of texts"),
        ({"add_never": [""]}, "add_never 1: text must not be empty"),
        ({"add_never": [Example(text="x")]}, "add_never: 'x' is an example of the other side; give its text"),
    ],
)
def test_an_example_that_cannot_be_changed_so_is_named(changes, told, present):
    with pytest.raises(InvalidCoachingError, match=told):
        edit_coaching(present, changes)


def test_nothing_is_added_to_what_is_not_there_yet():
    with pytest.raises(InvalidCoachingError, match="add_examples cannot be given; use intent"):
        compose("d", **WHAT, add_examples=["x"])


def test_labels_are_changed_one_by_one_and_taken_away_by_none(present):
    assert edit_coaching(present, {"node": "n"}).scope == Scope(agent="a", node="n", tags=("t",))
    assert edit_coaching(present, {"agent": None, "tags": []}).scope == Scope()
    assert edit_coaching(present, {"scope": Scope(node="n")}).scope == Scope(node="n")


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
        edit_coaching(present, changes)


def test_what_was_deleted_is_restored_before_it_is_changed(present):
    with pytest.raises(NotFoundError, match=r"was deleted; coach.restore\('.*'\) brings it back"):
        edit_coaching(present.revised(deleted=True), {"priority": 1})


def test_examples_may_come_from_anywhere():
    assert [e.text for e in examples_of(text for text in ("a", "b"))] == ["a", "b"]
    assert examples_of(()) == ()


@pytest.mark.parametrize("name", ["c-1", "a.b:c_d-e", "\u00fc\u65e5", "  c-1 ", "7", "-x"])
def test_ids_that_are_accepted(name):
    assert compose("d", **WHAT, id=name).id == name.strip()


@pytest.mark.parametrize(
    "name",
    [
        'x"""\nimport os\n"""',
        "a b",
        "a/b",
        "../x",
        "a'b",
        'a"b',
        "$(x)",
        "a;b",
        "a\\b",
        "{x}",
        "a,b",
        "`x`",
        "a@b",
        "a#b",
    ],
)
def test_ids_that_could_be_taken_for_something_else_are_refused(name):
    with pytest.raises(InvalidCoachingError, match="may hold letters, digits and the signs"):
        compose("d", **WHAT, id=name)
    with pytest.raises(InvalidCoachingError, match=r"row 2: the id .*; nothing was saved"):
        compose_many("d", [WHAT, WHAT | {"id": name}])


def test_type_checkers_know_the_fields_that_are_accepted():
    assert set(NewCoaching.__annotations__) == {*ACCEPTED, "id"}
    assert set(Changes.__annotations__) == {*ACCEPTED, *CHANGES, "changed_by"}
    assert set(Filters.__annotations__) == {*inspect.signature(Repository.list).parameters} - {"self"}
