"""The record: boilerplate, content hash, scope, life, revisions."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langgraph_coaching.coaching.behavior import Action, Reply
from langgraph_coaching.coaching.model import Coaching, Example, Scope, Source, new_id
from langgraph_coaching.coaching.row import coaching_of
from langgraph_coaching.errors import InvalidCoachingError

NOON = datetime(2030, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    [
        "a refund question",
        "When replying to a refund question",
        "when you are responding to a refund question",
        "Whenever you're answering to  a refund question",
        "Whenever you\u2019re answering to  a refund question",
        "When replying to: a refund question",
        "When replying to when replying to a refund question",
    ],
)
def test_when_replying_to_is_dropped_from_an_intent(typed, coaching):
    assert coaching(intent=typed).intent == "a refund question"


@pytest.mark.parametrize("typed", ["When replying to", "a guest asks when replying to mail ends", "when it rains"])
def test_an_intent_that_only_looks_like_it_is_kept(typed, coaching):
    assert coaching(intent=typed).intent == typed


@given(st.lists(st.sampled_from(["when replying to", "When you're answering to", ":", "a", "refund", "to", " "])))
def test_reading_an_intent_again_never_changes_it(words):
    typed = " ".join(words)
    if typed.strip():
        found = Coaching(id="c", intent=typed, behavior=Reply("r"))
        assert coaching_of(found.model_dump_json()) == found


BASE = {
    "intent": "a refund question", "behavior": Reply("Refund it."), "examples": (Example(text="money back"),),
    "scope": Scope(agent="support"), "priority": 0, "status": "active", "expires_at": NOON, "deleted": False,
    "notes": "", "author": None, "source": None, "created_at": NOON, "updated_at": NOON, "revision": 1, "id": "c-1",
}  # fmt: skip
SAYS = {
    "intent": "a return question", "behavior": Action("refund", {"amount": 5}),
    "examples": (Example(text="money back", applies=False),), "scope": Scope(agent="sales"), "priority": 5,
    "status": "archived", "expires_at": NOON + timedelta(seconds=1), "deleted": True,
}  # fmt: skip
SAYS_NOT = {
    "notes": "private", "author": "Kim", "source": Source(trace_id="t-1", step=3, excerpt="No."), "id": "c-2",
    "created_at": NOON + timedelta(days=1), "updated_at": NOON + timedelta(days=2), "revision": 7,
    "examples": (Example(text="money back", origin="verdict", reference="r-1"),),
    "expires_at": NOON.astimezone(timezone(timedelta(hours=5))),
}  # fmt: skip


@given(st.sets(st.sampled_from(sorted(SAYS))), st.sets(st.sampled_from(sorted(SAYS_NOT))))
def test_the_hash_changes_exactly_when_what_it_says_changes(says, says_not):
    fields = BASE | {name: SAYS_NOT[name] for name in says_not} | {name: SAYS[name] for name in says}
    same = Coaching(**fields).content_hash == Coaching(**BASE).content_hash
    assert same is not bool(says)


@pytest.mark.parametrize("name", sorted(SAYS))
def test_each_thing_it_says_counts_alone(name):
    assert Coaching(**BASE | {name: SAYS[name]}).content_hash != Coaching(**BASE).content_hash


@given(
    st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1), timezones=st.timezones()),  # noqa: DTZ001
    st.timezones(),
)
def test_one_moment_has_one_hash_whatever_its_time_zone(moment, zone):
    first, second = (
        Coaching(id="c", intent="i", behavior=Reply("r"), expires_at=m) for m in (moment, moment.astimezone(zone))
    )
    assert first.content_hash == second.content_hash
    assert coaching_of(first.model_dump_json()).expires_at == moment.astimezone(UTC)


def test_the_turns_of_an_example_count_and_where_it_came_from_does_not(coaching):
    plain = coaching(examples=(Example(text="yes"),)).content_hash
    assert coaching(examples=(Example(text="yes", turns=(("yes", True), ("Refund it?", False))),)).content_hash != plain
    assert coaching(examples=(Example(text="yes", origin="verdict", reference="r-1"),)).content_hash == plain
    assert coaching(examples=(Example(text="yes", origin="proposed"),)).content_hash == plain


def test_a_moment_beyond_the_calendar_is_refused_by_name(coaching):
    last = datetime.max.replace(tzinfo=timezone(timedelta(hours=-14)))
    with pytest.raises(InvalidCoachingError, match="expires_at is out of range"):
        coaching(expires_at=last)


def test_it_lives_while_active_and_not_expired(coaching):
    assert coaching().live(NOON)
    assert coaching(expires_at=NOON).live(NOON - timedelta(microseconds=1))
    assert not coaching(expires_at=NOON).live(NOON)
    assert not coaching(status="draft").live(NOON)
    assert not coaching(status="archived").live(NOON)
    assert not coaching(deleted=True).live(NOON)


@pytest.mark.parametrize(
    ("scope", "labels", "covered"),
    [
        (Scope(), ("a", "n", {"x"}), True),
        (Scope(), (None, None, set()), True),
        (Scope(agent="a"), ("a", None, set()), True),
        (Scope(agent="a"), ("A", None, set()), False),
        (Scope(agent="a"), (None, None, set()), False),
        (Scope(node="n"), ("a", "n", set()), True),
        (Scope(node="n"), ("a", "nn", set()), False),
        (Scope(tags=("x", "y")), (None, None, {"x", "y", "z"}), True),
        (Scope(tags=("x", "y")), (None, None, {"x"}), False),
        (Scope(agent="a", node="n", tags=("x",)), ("a", "n", {"x"}), True),
    ],
)
def test_a_scope_is_matched_exactly(scope, labels, covered):
    agent, node, tags = labels
    assert scope.covers(agent=agent, node=node, tags=frozenset(tags)) is covered


def test_tags_are_a_set(coaching):
    assert Scope(tags=("b", "a", "b")) == Scope(tags=("a", "b"))


def test_a_revision_is_the_next_number_with_a_new_time(coaching):
    first = coaching()
    second = first.revised(priority=5)
    assert (second.revision, second.priority, second.created_at) == (2, 5, first.created_at)
    assert second.updated_at >= first.updated_at
    assert first.revision == 1


@pytest.mark.parametrize("name", ["id", "namespace", "revision", "created_at", "updated_at", "content_hash"])
def test_what_identifies_a_revision_cannot_be_edited(name, coaching):
    with pytest.raises(InvalidCoachingError, match=f"{name} cannot be edited; add a new coaching"):
        coaching().revised(**{name: getattr(coaching(), name)})


def test_a_revision_is_validated_anew(coaching):
    with pytest.raises(InvalidCoachingError, match="intent must not be empty"):
        coaching().revised(intent="")


def test_new_ids_differ_and_are_easy_to_read_out():
    names = {new_id() for _ in range(2_000)}
    assert len(names) == 2_000
    assert not any(confused in name[2:] for name in names for confused in "lio1")
