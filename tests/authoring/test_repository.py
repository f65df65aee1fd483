"""What a person does with coachings: each change is a revision, and what is written once is there once."""

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from langgraph_coaching import Coach, Example, Handoff, Limits, Receipt, Reply, Scope, Step, Trace
from langgraph_coaching.coaching.coachings import Coachings
from langgraph_coaching.errors import (
    ConflictError,
    EmbedderError,
    EmbedderMismatchError,
    InvalidCoachingError,
    NotFoundError,
)
from parts import database_of

ASKED = "I want a refund for my order"


@pytest.fixture
def made(coach):
    return coach.add(
        id="c-1", intent="a refund", behavior=Reply("Refund it."), examples=[ASKED], notes="why", agent=None
    )


def revisions(coach, name="c-1"):
    return [c.revision for c in coach.history(name)]


def test_what_was_added_is_there(coach, made):
    assert coach.get("c-1") == made
    assert coach.list() == [made]
    assert coach.history("c-1") == [made]
    assert [r.coaching_id for r in coach.advise(ASKED).applied] == ["c-1"]


def test_every_change_is_a_revision_and_all_of_them_stay_readable(coach, made):
    edited = coach.edit("c-1", intent="a refund of a gift", notes="because")
    archived = coach.archive("c-1")
    restored = coach.restore("c-1")
    coach.delete("c-1")
    history = coach.history("c-1")
    assert [c.revision for c in history] == [1, 2, 3, 4, 5]
    assert history[:4] == [made, edited, archived, restored]
    assert [c.status for c in history] == ["active", "active", "archived", "active", "active"]
    assert [c.deleted for c in history] == [False] * 4 + [True]
    for revision in range(1, 6):
        assert coach.get("c-1", revision=revision) == history[revision - 1]


def test_an_older_revision_can_be_brought_back(coach, made):
    coach.edit("c-1", intent="other", behavior=Handoff("x"), examples=[], priority=9, agent="a", notes="other")
    back = coach.restore("c-1", revision=1)
    assert back.revision == 3
    assert back.content_hash == made.content_hash
    assert (back.intent, back.behavior, back.examples, back.notes) == (
        made.intent, made.behavior, made.examples, made.notes,
    )  # fmt: skip


def test_what_was_deleted_is_gone_from_everywhere_but_its_history(coach, made):
    coach.delete("c-1")
    assert coach.list() == []
    assert coach.advise(ASKED).considered == []
    for act in (
        lambda: coach.get("c-1"),
        lambda: coach.edit("c-1", priority=1),
        lambda: coach.archive("c-1"),
        lambda: coach.delete("c-1"),
    ):
        with pytest.raises(NotFoundError, match=r"was deleted; coach.restore\('c-1'\) brings it back"):
            act()
    assert coach.get("c-1", revision=1) == made
    assert coach.restore("c-1").revision == 3
    assert coach.advise(ASKED).applied


def test_what_was_purged_leaves_nothing(coach, made):
    coach.edit("c-1", priority=1)
    coach.delete("c-1", purge=True)
    with pytest.raises(NotFoundError):
        coach.history("c-1")
    with pytest.raises(NotFoundError):
        coach.delete("c-1", purge=True)


@pytest.mark.parametrize(
    "act",
    [
        lambda coach: coach.get("c-0"),
        lambda coach: coach.history("c-0"),
        lambda coach: coach.edit("c-0", priority=1),
        lambda coach: coach.archive("c-0"),
        lambda coach: coach.restore("c-0"),
        lambda coach: coach.restore("c-0", revision=1),
        lambda coach: coach.delete("c-0"),
        lambda coach: coach.delete("c-0", purge=True),
    ],
)
def test_what_is_not_there_is_said_with_where_to_look(coach, act):
    with pytest.raises(NotFoundError, match=r"no coaching 'c-0' in the namespace 'default'; list them"):
        act(coach)


@pytest.mark.parametrize("revision", [0, 2, -1])
def test_a_revision_that_is_not_there_is_said_with_those_that_are(coach, made, revision):
    for act in (coach.get, coach.restore):
        with pytest.raises(NotFoundError, match=f"c-1 has no revision {revision}; it has 1 to 1"):
            act("c-1", revision=revision)


def test_a_change_that_is_refused_leaves_no_revision(coach, made):
    with pytest.raises(InvalidCoachingError):
        coach.edit("c-1", intent="")
    with pytest.raises(InvalidCoachingError):
        coach.edit("c-1")
    assert revisions(coach) == [1]


def test_adding_the_same_again_changes_nothing(coach, made):
    again = coach.add(id="c-1", intent="a refund", behavior=Reply("Refund it."), examples=[ASKED])
    assert again == made
    assert revisions(coach) == [1]
    edited = coach.edit("c-1", priority=1)
    assert coach.add(id="c-1", intent="a refund", behavior=Reply("Refund it."), examples=[ASKED]) == edited
    assert revisions(coach) == [1, 2]


def test_an_id_that_is_taken_is_refused(coach, made):
    with pytest.raises(ConflictError, match="the id 'c-1' is taken; edit that coaching, or choose another id"):
        coach.add(id="c-1", intent="something else", behavior=Reply("Refund it."))
    coach.delete("c-1")
    with pytest.raises(ConflictError, match=r"c-1 was deleted; coach.restore\('c-1'\) brings it back"):
        coach.add(id="c-1", intent="a refund", behavior=Reply("Refund it."), examples=[ASKED])
    assert revisions(coach) == [1, 2]


def test_the_same_id_in_two_namespaces_is_two_coachings(coach, made, tmp_path, embeddings):
    other = Coach(tmp_path / "coaching", embeddings=embeddings, namespace="other", limits=Limits(deadline=60))
    assert (other.list(), other.advise(ASKED).considered) == ([], [])
    for act in (other.get, other.history, other.archive, other.restore, other.delete):
        with pytest.raises(NotFoundError, match="in the namespace 'other'"):
            act("c-1")
    other.add(id="c-1", intent="something else", behavior=Reply("Else."))
    other.edit("c-1", priority=5)
    other.delete("c-1")
    assert coach.get("c-1") == made
    coach.traces.add(Trace(id="t-1", label="failure"))
    assert (other.traces.list(), other.traces.list(label="failure"), other.receipts()) == ([], [], [])
    with pytest.raises(NotFoundError):
        other.traces.get("t-1")
    other.close()


@pytest.mark.parametrize("name", ["", " ", " acme", "acme ", "a  b", "a\tb", "a\nb", "\x00", "\ud83d", "x" * 201])
def test_a_namespace_that_could_be_taken_for_another_is_refused(name, tmp_path):
    with pytest.raises(InvalidCoachingError, match="namespace must be 1 to 200 printable characters"):
        Coach(tmp_path, namespace=name)


def test_many_are_saved_in_order_and_one_is_one(coach):
    seen = []
    rows = [
        {"id": f"c-{n:04}", "intent": f"case {n}", "behavior": {"type": "reply", "text": f"{n}"}} for n in range(1_201)
    ]
    saved = coach.add_many(iter(rows), progress=seen.append)
    assert [c.id for c in saved] == [row["id"] for row in rows]
    assert seen == [500, 1_000, 1_201]
    assert len(coach.list()) == 1_201
    assert [c.id for c in coach.add_many(rows)] == [c.id for c in saved]
    assert len(coach.list()) == 1_201


def test_of_many_with_a_fault_none_is_saved(coach, made):
    good = {"intent": "case", "behavior": Reply("r")}
    for rows, error in (
        ([good, {"intent": ""}], InvalidCoachingError),
        ([{**good, "id": "x"}, {**good, "id": "x"}], ConflictError),
        ([*[good] * 600, {**good, "id": "c-1"}], ConflictError),
    ):
        with pytest.raises(error):
            coach.add_many(rows)
        assert coach.list() == [made]


def test_when_the_embedder_fails_in_the_middle_of_many_none_is_saved(coach, made, monkeypatch):
    embed = coach.embeddings.embed_documents

    def broken(texts):
        if "chapter 700" in texts:
            raise RuntimeError("429: quota")
        return embed(texts)

    with monkeypatch.context() as patch:
        patch.setattr(coach.embeddings, "embed_documents", broken)
        with pytest.raises(EmbedderError, match="429: quota"):
            coach.add_many({"intent": f"chapter {n}", "behavior": Reply("r")} for n in range(900))
    assert coach.list() == [made]


def test_none_at_all_is_no_fault_and_no_write(coach, tmp_path):
    assert coach.add_many([]) == []
    assert not (tmp_path / "coaching").exists()


def test_a_change_is_made_on_top_of_what_somebody_else_changed_meanwhile(coach, made, monkeypatch):
    insert = Coachings.insert
    others = iter(["first", "second"])

    def late(store, coachings, vectors, *rest):
        if (note := next(others, None)) is not None:
            with monkeypatch.context() as as_it_was:
                as_it_was.setattr(Coachings, "insert", insert)
                coach_there.edit("c-1", notes=note)
        insert(store, coachings, vectors, *rest)

    coach_there = Coach(coach.uri, embeddings=coach.embeddings)
    monkeypatch.setattr(Coachings, "insert", late)
    changed = coach.edit("c-1", priority=7)
    assert (changed.revision, changed.notes, changed.priority) == (4, "second", 7)
    assert [(c.notes, c.priority) for c in coach.history("c-1")] == [
        ("why", 0), ("first", 0), ("second", 0), ("second", 7),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "abc"),
        ({"status": "archived"}, "b"),
        ({"status": "active"}, "ac"),
        ({"text": "REFUND"}, "a"),
        ({"text": "billing"}, "b"),
        ({"text": "note of c"}, "c"),
        ({"text": "example of a"}, "a"),
        ({"text": "%"}, ""),
        ({"text": "' OR 1=1"}, ""),
        ({"behavior": "handoff"}, "b"),
        ({"agent": "support"}, "a"),
        ({"node": "answer"}, "b"),
        ({"tag": "vip"}, "c"),
        ({"trace_id": "t-1"}, "c"),
        ({"status": "active", "text": "refund", "behavior": "reply"}, "a"),
        ({"status": "draft"}, ""),
    ],
)
def test_lists_are_filtered(coach, asked, found):
    coach.add(
        id="a", intent="a refund", behavior=Reply("Pay."), agent="support", examples=[Example(text="example of A")]
    )
    coach.add(id="b", intent="an invoice", behavior=Handoff("billing"), status="archived", scope=Scope(node="answer"))
    coach.add(
        id="c", intent="c", behavior=Reply("C."), notes="Note of c", tags=["vip"], source={"trace_id": "t-1", "step": 0}
    )
    assert "".join(c.id for c in coach.list(**asked)) == found


@pytest.mark.parametrize("asked", [{"status": "gone"}, {"behavior": "shout"}])
def test_a_filter_that_fits_nothing_by_its_name_is_refused(coach, asked):
    ((field, value),) = asked.items()
    with pytest.raises(InvalidCoachingError, match=f"{field} is one of .*, not '{value}'"):
        coach.list(**asked)


@pytest.mark.parametrize("name", ["a", "a|b", 'a"b', "a\\b", "a, b", "汉字", "%", "' OR 1=1 --"])
def test_traces_are_found_by_exactly_the_coaching_that_was_applied(coach, name):
    for number, applied in enumerate((name, f"{name}|x", f'x"{name}', f"{name}, b")):
        receipt = Receipt(coaching_id=applied, revision=1, probability=0.9, outcome="applied", reason="r")
        step = Step(index=0, trace_id=f"t-{number}", type="message", author="agent", text="x", receipts=(receipt,))
        coach.traces.add(Trace(id=f"t-{number}", steps=(step,)))
    assert [trace.id for trace in coach.traces.list(coaching_id=name)] == ["t-0"]


def test_a_limit_is_kept(coach):
    coach.traces.add([Trace(id=f"t-{number}") for number in range(3)])
    assert [len(coach.traces.list(limit=limit)) for limit in (0, 1, 2, None)] == [0, 1, 2, 3]
    with pytest.raises(InvalidCoachingError, match=r"limit .*not -1"):
        coach.traces.list(limit=-1)


def test_vectors_of_another_size_are_refused_before_a_background_of_that_size_is_kept(tmp_path):
    class Wavering(DeterministicFakeEmbedding):
        def embed_documents(self, texts):
            self.size = 8 if texts != ["parcel lost"] else 6
            return super().embed_documents(texts)

    with Coach(tmp_path / "store", embeddings=Wavering(size=8)) as coach:
        coach.add(intent="refund late", behavior=Reply("r"))
        backgrounds = database_of(coach).table("backgrounds")
        kept = backgrounds.to_arrow()
        with pytest.raises(EmbedderMismatchError):
            coach.add(intent="parcel lost", behavior=Reply("r"))
        assert backgrounds.to_arrow() == kept
