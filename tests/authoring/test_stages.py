"""Change sets: several coachings to another stage in one commit, and back."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langgraph_coaching import Coach, Reply, import_traces
from langgraph_coaching.authoring.promotion import promoted, rolled_back
from langgraph_coaching.authoring.repository import Repository
from langgraph_coaching.coaching.coachings import Coachings
from langgraph_coaching.coaching.model import Coaching
from langgraph_coaching.coaching.stage import cohort_of
from langgraph_coaching.errors import ChangedMeanwhileError, InvalidCoachingError, NotFoundError
from langgraph_coaching.recall.embedder import Embedder
from langgraph_coaching.replay.as_of import coachings_at
from parts import database_of

NOW = datetime.now(UTC)


@pytest.fixture
def some(coach):
    """Three coachings: active, in shadow, a draft."""
    stages = ("active", "shadow", "draft")
    rows = [{"id": f"c-{s}", "intent": f"a customer asks about {s}", "behavior": Reply(s), "status": s} for s in stages]
    return [one.id for one in coach.add_many(rows)]


def user(text):
    return {"role": "user", "content": text}


def agent(text):
    return {"role": "assistant", "content": text}


def statuses(coach):
    return {one.id: one.status for one in coach.list()}


def test_all_are_promoted_in_one_commit(coach, some):
    before = database_of(coach).version("coachings")
    made = coach.promote(some[1:], to="active", replaces=some[0], author="dana", note="new returns policy")
    assert database_of(coach).version("coachings") == before + 1
    assert statuses(coach) == {"c-active": "archived", "c-shadow": "active", "c-draft": "active"}
    assert [(one.coaching_id, one.from_revision, one.to_revision, one.before, one.after) for one in made.changes] == [
        ("c-active", 1, 2, "active", "archived"),
        ("c-draft", 1, 2, "draft", "active"),
        ("c-shadow", 1, 2, "shadow", "active"),
    ]
    assert (made.replaced, made.author, made.note) == (("c-active",), "dana", "new returns policy")
    assert coach.change_sets() == [made]
    assert len({one.updated_at for one in coach.list()}) == 1


def test_a_set_is_taken_back_whole_and_again(coach, some):
    made = coach.promote(some[1:], to="active", replaces=some[0])
    back = coach.rollback(made, note="refunds doubled", author="lee")
    assert statuses(coach) == {"c-active": "active", "c-shadow": "shadow", "c-draft": "draft"}
    assert (back.undoes, back.note, back.author) == (made.id, "refunds doubled", "lee")
    assert [(one.id, one.undone_by) for one in coach.change_sets()] == [(back.id, None), (made.id, back.id)]
    with pytest.raises(ChangedMeanwhileError, match=f"{made.id} was taken back already, by {back.id}"):
        coach.rollback(made.id)
    coach.rollback(back.id)
    assert statuses(coach) == {"c-active": "archived", "c-shadow": "active", "c-draft": "active"}


def test_a_canary_has_its_share_and_cohort_back(coach, some):
    first = coach.promote(some[1:], to="canary", share=0.1)
    last = coach.promote(some[1:], to="active")
    coach.rollback(last.id)
    assert [(coach.get(one).share, coach.get(one).cohort) for one in some[1:]] == [(0.1, first.id)] * 2


def test_a_single_id_and_a_coaching_itself_will_do(coach, some):
    assert coach.promote(some[1], to="active").changes[0].coaching_id == some[1]
    assert coach.promote([coach.get(some[2])], to="shadow").changes[0].after == "shadow"


def test_what_is_there_already_is_left_out(coach, some):
    made = coach.promote(some, to="active")
    assert {one.coaching_id for one in made.changes} == {"c-shadow", "c-draft"}
    with pytest.raises(
        InvalidCoachingError, match="nothing to promote: c-active, c-shadow, c-draft are active already"
    ):
        coach.promote(some, to="active")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"to": "archived"}, r"to is one of shadow, canary, active, not 'archived'"),
        ({"to": "canary"}, r"a canary needs a share of the threads: share=0\.1"),
        ({"to": "canary", "share": 0}, "share must be above 0"),
        ({"to": "canary", "share": 2}, "share must be at most 1"),
        ({"to": "active", "share": 0.1}, "share is of a canary"),
        ({"to": "canary", "share": 0.1, "replaces": ["c-draft"]}, "goes with to='active'"),
        ({"to": "active", "replaces": ["c-shadow"]}, "cannot be promoted and replaced at once"),
        ({"to": "active", "until": datetime(2030, 1, 1)}, "until needs a time zone"),  # noqa: DTZ001
        ({"to": "active", "until": NOW - timedelta(days=1)}, "has expired, and would be recalled nowhere: give until="),
        ({"to": "active", "author": "x" * 300}, "author is longer"),
        ({"to": "active", "note": "\x00"}, "note contains the control character"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(coach, some, given, said):
    with pytest.raises(InvalidCoachingError, match=said):
        coach.promote(["c-shadow"], **given)
    assert statuses(coach) == {"c-active": "active", "c-shadow": "shadow", "c-draft": "draft"}
    assert coach.change_sets() == []


@pytest.mark.parametrize("given", [[], 7, None, [7], [("c-1", 2)]])
def test_what_is_no_id_is_refused(coach, some, given):
    with pytest.raises(InvalidCoachingError):
        coach.promote(given, to="active")


def test_one_that_is_not_there_stops_all(coach, some):
    with pytest.raises(NotFoundError, match="c-none"):
        coach.promote([*some, "c-none"], to="shadow")
    coach.delete("c-draft")
    with pytest.raises(NotFoundError, match="c-draft was deleted"):
        coach.promote(some, to="shadow")
    assert coach.get("c-active").revision == 1


def test_what_has_expired_is_not_promoted_unless_it_gets_another_end(coach):
    over = coach.add(intent="x", behavior=Reply("y"), status="shadow", expires_at=NOW - timedelta(hours=1))
    with pytest.raises(InvalidCoachingError, match=rf"{over.id} \(.* UTC\) has expired.*nothing was promoted"):
        coach.promote(over.id, to="active")
    made = coach.promote(over.id, to="active", until=NOW + timedelta(days=1))
    assert coach.get(over.id).expires_at == NOW + timedelta(days=1)
    coach.rollback(made)
    assert coach.get(over.id).expires_at == over.expires_at


def test_expired_ones_are_listed_and_linted(coach):
    over = coach.add(intent="x", behavior=Reply("y"), status="shadow", expires_at=NOW - timedelta(hours=1))
    there = coach.add(intent="z", behavior=Reply("w"), expires_at=NOW + timedelta(days=1))
    assert [one.id for one in coach.list(expired=True)] == [over.id]
    assert [one.id for one in coach.list(expired=False)] == [there.id]
    assert [one.rule for one in coach.lint(over.id) if one.rule == "expired"] == ["expired"]


def test_a_later_edit_of_one_stops_the_whole_rollback_and_is_said(coach, some):
    made = coach.promote(some[1:], to="active", replaces=some[0])
    coach.edit("c-shadow", intent="a customer asks about something else")
    with pytest.raises(ChangedMeanwhileError) as raised:
        coach.rollback(made.id)
    said = str(raised.value)
    assert "c-shadow, revision 2 then and 3 now: intent: 'a customer asks about shadow' →" in said
    assert "Nothing was changed" in said
    assert "c-draft" not in said.partition("Nothing")[0]
    assert statuses(coach) == {"c-active": "archived", "c-shadow": "active", "c-draft": "active"}


def test_what_verdicts_have_taught_is_no_edit_and_stays(coach, some):
    made = coach.promote("c-shadow", to="active")
    receipt = coach.advise("tell me about the shadow").receipt("c-shadow")
    coach.verdict(receipt, correct=not receipt.applied)
    coach.rollback(made)
    assert coach.get("c-shadow").status == "shadow"
    assert [one.origin for one in coach.get("c-shadow").examples] == ["verdict"]


def test_a_deleted_or_purged_one(coach, some):
    made = coach.promote(some[1:], to="active")
    coach.delete("c-draft")
    with pytest.raises(ChangedMeanwhileError, match=r"c-draft.*deleted: False → True"):
        coach.rollback(made)
    coach.delete("c-draft", purge=True)
    assert [one.coaching_id for one in coach.change_sets()[0].changes] == ["c-shadow"]
    coach.rollback(made)
    assert coach.get("c-shadow").status == "shadow"


def test_what_was_deleted_in_shadow_is_restored_into_shadow(coach, some):
    coach.promote("c-draft", to="canary", share=0.2)
    for name in some:
        coach.delete(name)
    assert [coach.restore(name).status for name in some] == ["active", "shadow", "canary"]
    assert coach.get("c-draft").share == 0.2
    coach.archive("c-shadow")
    assert coach.restore("c-shadow").status == "active"


def test_a_set_that_is_not_there(coach, some):
    with pytest.raises(NotFoundError, match=r"no change set 's-none'.*coach\.change_sets\(\)"):
        coach.rollback("s-none")
    assert coach.change_sets() == []


def test_namespaces_never_mix(coach, some, embeddings):
    made = coach.promote(some[1], to="active")
    with Coach(coach.uri, embeddings=embeddings, namespace="other") as other:
        assert other.change_sets() == []
        with pytest.raises(NotFoundError):
            other.rollback(made.id)
        with pytest.raises(NotFoundError):
            other.promote(some[1], to="shadow")


def test_a_draft_is_saved_as_what_it_shall_be(coach):
    coach.traces.add(import_traces([{"messages": [user("how much is shipping?"), agent("5 euros")]}], format="openai"))
    (trace,) = coach.traces.list()
    step = coach.traces.get(trace.id).coachable_steps()[0]
    draft = coach.draft(step).reply("Ask for the country.")
    shadow = coach.save(draft, status="shadow")
    assert shadow.status == "shadow"
    canary = coach.save(coach.draft(step).reply("Ask again."), status="canary", share=0.2)
    assert canary.share == 0.2
    with pytest.raises(InvalidCoachingError, match="share"):
        coach.save(draft, status="canary")


def test_the_history_survives_another_embedder_and_export(coach, some, tmp_path):
    made = coach.promote(some[1:], to="canary", share=0.3, note="try")
    coach.reembed()
    assert coach.change_sets() == [made]
    coach.export(tmp_path / "files")
    assert coach.import_(tmp_path / "files", dry_run=True).unchanged
    with Coach(tmp_path / "elsewhere", embeddings=coach.embeddings) as other:
        other.import_(tmp_path / "files")
        assert {one.id: (one.status, one.share, one.cohort) for one in other.list()} == {
            one.id: (one.status, one.share, one.cohort) for one in coach.list()
        }
        assert other.change_sets() == []


def test_the_time_of_a_set_is_one_for_as_of(coach, some):
    before = datetime.now(UTC)
    coach.promote(some, to="shadow")
    store = Coachings(database_of(coach), coach.namespace, Embedder(coach.embeddings).id)
    assert {one.status for one in coachings_at(store, before)} == {"active", "shadow", "draft"}
    assert {one.status for one in coachings_at(store, datetime.now(UTC))} == {"shadow"}


# ── all or none, whoever writes besides ──


def test_a_concurrent_edit_leaves_all_or_nothing(coach, some, embeddings):
    """Six races: whoever loses is told, and there is never half of a set."""
    lost = 0
    coach.promote(some[1:], to="active")
    with Coach(coach.uri, embeddings=embeddings) as other:
        for number in range(6):
            start, said = threading.Barrier(2), []
            (was,) = {coach.get(name).status for name in some}
            to = "shadow" if was == "active" else "active"

            def promote(to=to, start=start, said=said):
                start.wait()
                try:
                    coach.promote(some, to=to)
                except ChangedMeanwhileError as error:
                    said.append(str(error))

            worker = threading.Thread(target=promote)
            worker.start()
            start.wait()
            other.edit("c-draft", notes=f"seen {number}")
            worker.join()
            lost += len(said)
            assert coach.get("c-draft").notes == f"seen {number}"
            assert {coach.get(name).status for name in some} == {was if said else to}
            assert all("c-draft was changed by somebody else at the same moment" in one for one in said)
    assert len(coach.change_sets()) == 7 - lost


def test_the_loser_of_a_race_is_told_and_writes_nothing(coach, some, monkeypatch):
    """Somebody edits one of them after it was read and before it is written."""
    read, write = [], Repository.write_together

    def write_late(self, revisions, made_of):
        read.append(made_of)
        coach.edit("c-draft", notes="meanwhile")
        write(self, revisions, made_of)

    monkeypatch.setattr(Repository, "write_together", write_late)
    with pytest.raises(ChangedMeanwhileError, match=r"c-draft was changed by somebody else.*coach\.history"):
        coach.promote(some, to="active")
    assert read == [{"c-shadow": 1, "c-draft": 1}]
    assert statuses(coach) == {"c-active": "active", "c-shadow": "shadow", "c-draft": "draft"}


def test_two_who_promote_at_once(coach, some, embeddings):
    with Coach(coach.uri, embeddings=embeddings) as other:
        start, ended = threading.Barrier(2), []

        def promote(who, to):
            start.wait()
            try:
                ended.append(who.promote(some[1:], to=to, **({"share": 0.5} if to == "canary" else {})).id)
            except ChangedMeanwhileError:
                ended.append(None)

        workers = [threading.Thread(target=promote, args=pair) for pair in ((coach, "active"), (other, "canary"))]
        [one.start() for one in workers]
        [one.join() for one in workers]
    sets = coach.change_sets()
    assert sorted(filter(None, ended)) == sorted(one.id for one in sets)
    assert len({coach.get(name).status for name in some[1:]}) == 1
    assert all(len(one.changes) == 2 for one in sets)


def test_others_never_see_half_of_a_set(coach, embeddings):
    names = [f"c-{number}" for number in range(8)]
    coach.add_many(
        {"id": name, "intent": f"about {name}", "behavior": Reply(name), "status": "shadow"} for name in names
    )
    seen, done = set(), threading.Event()

    def look():
        with Coach(coach.uri, embeddings=embeddings) as other:
            while not done.is_set():
                seen.add(frozenset(one.status for one in other.list()))

    looker = threading.Thread(target=look)
    looker.start()
    for number in range(4):
        coach.promote(names, to=("active", "shadow")[number % 2])
    done.set()
    looker.join()
    assert seen <= {frozenset({"shadow"}), frozenset({"active"})}


# ── the rule by itself ──

STAGES = st.sampled_from(["draft", "shadow", "canary", "active", "archived"])


def made(name, status, cohort=None):
    share = {"share": 0.4, "cohort": cohort} if status == "canary" else {}
    return Coaching(id=name, intent="i", behavior=Reply("r"), status=status, **share)


@given(st.lists(st.tuples(STAGES, st.sampled_from([None, "s-1", "s-2"])), min_size=1, max_size=6), STAGES)
@settings(max_examples=150, deadline=None)
def test_what_is_promoted_and_taken_back_is_what_it_was(given_, to):
    heads = [made(f"c-{number}", *one) for number, one in enumerate(given_)]
    mark = {"id": "s-new", "author": None, "note": ""}
    if to in ("draft", "archived"):
        return
    share = 0.7 if to == "canary" else None
    try:
        revisions = promoted(heads, [], to=to, share=share, until=None, mark=mark, now=NOW)
    except InvalidCoachingError:
        assert all(one.status == to for one in heads)
        return
    assert all((one.status, one.share) == (to, share) for one in revisions)
    if to == "canary":
        before = {one.id: cohort_of(one) for one in heads if one.status == "canary"}
        assert all(cohort_of(one) == before.get(one.id, cohort_of(one)) for one in revisions)
    back = rolled_back(revisions, revisions, mark={**mark, "id": "s-back", "undoes": "s-new"})
    was = {one.id: (one.status, one.share, one.cohort, one.content_hash) for one in heads}
    assert {one.id: (one.status, one.share, one.cohort, one.content_hash) for one in back} == {
        one.id: was[one.id] for one in revisions
    }


def test_the_audit_says_what_was_changed_together_by_whom(coach, some):
    made = coach.promote(some[1:], to="active", replaces=some[0], author="lee")
    back = coach.rollback(made, author="mo")
    told = [(one.coaching_id, one.kind, one.by) for one in coach.audit() if one.change_set == made.id]
    assert sorted(told) == [
        ("c-active", "archived", "lee"),
        ("c-draft", "promoted", "lee"),
        ("c-shadow", "promoted", "lee"),
    ]
    undone = [(one.kind, one.by, one.to_json()["change_set"]) for one in coach.audit() if one.change_set == back.id]
    assert undone == [("rolled back", "mo", back.id)] * 3
