"""Coachings out into files and back in: exactly, into other stores, and merged where two have changed them."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.embeddings import DeterministicFakeEmbedding

from coachings_strategies import COACHINGS
from langgraph_coaching import Action, Coach, Example, Handoff, Limits, Reply
from langgraph_coaching.authoring.file_name import file_name_of
from langgraph_coaching.authoring.merge_fields import merge_examples
from langgraph_coaching.authoring.repository import Repository
from langgraph_coaching.coaching.text_writer import write_coaching
from langgraph_coaching.errors import ConflictError, InvalidCoachingError

ASKED = "can I swap the lamp I got yesterday"
LOST = {"updated_at", "namespace", "lineage", "changed_by"}


@pytest.fixture
def opened(tmp_path, embeddings):
    """Opens another coach: `opened("production")`."""
    coaches = []

    def other(name, **fields):
        settings = {"embeddings": embeddings, "limits": Limits(deadline=30)} | fields
        coaches.append(Coach(tmp_path / name, **settings))
        return coaches[-1]

    yield other
    for coach in coaches:
        coach.close()


@pytest.fixture
def files(tmp_path):
    return tmp_path / "files"


@pytest.fixture
def swap(coach):
    return coach.add(
        id="swap", intent="a customer asks to swap a delivered item", behavior=Action("exchange", {"id": "theirs"}),
        examples=[ASKED], never=["where is my parcel"], notes="PRIVATE", author="Kim", priority=3,
    )  # fmt: skip


def edit(files, old, new, name="swap.yaml"):
    text = (files / name).read_text(encoding="utf-8")
    assert old in text
    (files / name).write_text(text.replace(old, new), encoding="utf-8")


def contents(files):
    return {path.name: path.read_bytes() for path in files.iterdir()}


def test_archived_ones_are_exported_and_deleted_ones_are_not(coach, swap, files):
    coach.add(id="old", intent="an old thing", behavior=Reply("Old."), status="archived")
    coach.add(id="gone", intent="a gone thing", behavior=Reply("Gone."))
    coach.delete("gone")
    assert coach.export(files).written == ["old.yaml", "swap.yaml"]
    assert sorted(contents(files)) == ["old.yaml", "swap.yaml"]
    assert b"PRIVATE" not in (files / "swap.yaml").read_bytes()


def test_only_what_changed_is_written(coach, swap, files):
    coach.add(id="other", intent="another thing", behavior=Reply("Other."))
    coach.export(files)
    os.utime(files / "other.yaml", (1, 1))
    coach.edit("swap", priority=4)
    found = coach.export(files)
    assert (found.written, found.unchanged, found.removed) == (["swap.yaml"], ["other.yaml"], [])
    assert (files / "other.yaml").stat().st_mtime == 1
    assert str(found).startswith("1 written, 0 removed, 1 unchanged")


def test_files_of_what_is_gone_are_removed_and_no_others(coach, swap, files):
    coach.add(id="other", intent="another thing", behavior=Reply("Other."))
    coach.export(files)
    (files / "README.md").write_text("ours")
    (files / "compose.yaml").write_text("services: {}\n")
    (files / "mine.yaml").write_text("coaching: 1\nid: mine\nintent: i\nbehavior: {type: reply, text: r}\n")
    edit(files, "Other.", "Edited.", "other.yaml")
    coach.delete("swap")
    coach.delete("other")
    found = coach.export(files)
    assert found.removed == ["swap.yaml"]
    assert found.kept == {"other.yaml": "was edited, and there is no such coaching any more"}
    assert sorted(contents(files)) == ["README.md", "compose.yaml", "mine.yaml", "other.yaml"]
    assert coach.export(files, force=True).removed == ["other.yaml"]


def test_what_was_edited_and_not_imported_is_not_written_over(coach, swap, files):
    coach.export(files)
    edit(files, "priority: 3", "priority: 7")
    coach.edit("swap", intent="a customer asks for an exchange")
    assert list(coach.export(files).kept) == ["swap.yaml"]
    assert b"priority: 7" in (files / "swap.yaml").read_bytes()
    coach.import_(files)
    assert coach.export(files).written == ["swap.yaml"]
    assert coach.get("swap").priority == 7
    assert coach.export(files).unchanged == ["swap.yaml"]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(COACHINGS, max_size=6, unique_by=lambda one: one.id), st.booleans())
def test_a_store_made_from_files_exports_the_same_files(tmp_path_factory, found, notes):
    folder = tmp_path_factory.mktemp("round")
    (folder / "a").mkdir()
    for one in found:
        (folder / "a" / file_name_of(one.id)).write_bytes(write_coaching(one, ["0" * 12], notes=notes).encode())
    with Coach(folder / "store", embeddings=DeterministicFakeEmbedding(size=8), namespace="acme") as coach:
        if found:
            assert len(coach.import_(folder / "a").added) == len(found)
            assert coach.import_(folder / "a").unchanged == [
                one.id for one in sorted(found, key=lambda c: file_name_of(c.id))
            ]
        coach.export(folder / "b", notes=notes)
        lost = LOST if notes else {*LOST, "notes"}
        held = {one.id: one.model_dump(exclude=lost) for one in coach.list()}
        assert held == {one.id: one.model_dump(exclude=lost) for one in found}
    assert contents(folder / "b") == contents(folder / "a")


def test_a_store_made_from_files_recalls_the_same(coach, swap, files, opened):
    coach.add(
        id="bill", intent="a customer asks for an invoice", behavior=Handoff("billing"), examples=["send me a bill"]
    )
    coach.add(id="ship", intent="a customer asks what shipping costs", behavior=Reply("Ask for the country."))
    receipt = coach.advise("where is my lamp").considered[0]
    coach.edit("swap", add_never=["where is my lamp"])
    assert receipt.probability is not None
    coach.export(files, notes=True)
    other = opened("rebuilt", namespace="production")
    assert sorted(one.id for one in other.import_(files).added) == ["bill", "ship", "swap"]
    for words in (ASKED, "where is my lamp", "I need a bill", "how much is the postage", "hello"):
        here, there = (one.advise(words) for one in (coach, other))
        assert {r.coaching_id: (r.revision, r.outcome, r.reason) for r in here.considered} == {
            r.coaching_id: (r.revision, r.outcome, r.reason) for r in there.considered
        }
        assert [r.probability for r in here.considered] == pytest.approx([r.probability for r in there.considered])
        assert here.prompt == there.prompt
    assert other.get("swap").notes == "PRIVATE"


def test_a_store_made_from_files_has_the_same_stages_and_enforces_the_same(coach, swap, files, opened):
    wish = "a customer asks for an invoice"
    coach.edit("swap", behavior=Action("exchange", enforce="approval"), changed_by="Lee")
    coach.add(id="shade", intent=wish, behavior=Handoff("billing", enforce=True), status="shadow")
    names = [coach.add(id=f"try-{n}", intent=wish, behavior=Reply(f"Say {n}."), status="draft").id for n in "ab"]
    coach.promote(names, to="canary", share=0.4)
    coach.export(files)
    other = opened("rebuilt", namespace="production")
    other.import_(files, changed_by="Kim")

    assert other.get("swap").behavior == Action("exchange", enforce="approval")
    assert other.get("shade").behavior == Handoff("billing", enforce=True)
    assert {one.id: (one.status, one.share, one.cohort, one.content_hash) for one in other.list()} == {
        one.id: (one.status, one.share, one.cohort, one.content_hash) for one in coach.list()
    }
    sides = set()
    for number in range(30):  # a thread does not change sides with the store, and canaries of one set stay together
        here, there = (one.advise("I need an invoice", thread_id=f"th-{number}") for one in (coach, other))
        outcomes = {r.coaching_id: r.outcome for r in here.considered}
        assert outcomes == {r.coaching_id: r.outcome for r in there.considered}
        assert here.prompt == there.prompt
        assert outcomes["shade"] == "shadow"
        sides.add("held_back" in {outcomes["try-a"], outcomes["try-b"]})
        assert (outcomes["try-a"] == "held_back") == (outcomes["try-b"] == "held_back")
    assert sides == {True, False}
    assert (files / "swap.yaml").read_text(encoding="utf-8").count("Lee") == 0
    assert other.get("swap").changed_by == "Kim"


def test_another_embedder_computes_its_own_vectors(coach, swap, files, opened):
    coach.export(files)
    other = opened("other", embeddings=DeterministicFakeEmbedding(size=16))
    other.import_(files)
    assert other.advise(ASKED).applied[0].coaching_id == "swap"


def test_an_edit_by_hand_is_the_next_revision(coach, swap, files):
    coach.export(files)
    edit(
        files, "  - also: " + ASKED, "  - also: " + ASKED + "\n  - also: zwei\n    origin: verdict\n    reference: r-9"
    )
    edit(files, "priority: 3", "priority: 5")
    dry = coach.import_(files, dry_run=True)
    assert dry.changed == {"swap": ("examples", "priority")}
    assert "nothing was written" in str(dry)
    assert coach.get("swap") == swap
    assert coach.import_(files).changed == {"swap": ("examples", "priority")}
    after = coach.get("swap")
    assert (after.revision, after.priority, after.notes, after.author) == (2, 5, "PRIVATE", "Kim")
    assert [(e.text, e.origin, e.reference) for e in after.examples] == [
        (ASKED, "author", None), ("zwei", "verdict", "r-9"), ("where is my parcel", "author", None),
    ]  # fmt: skip
    assert coach.import_(files).unchanged == ["swap"]
    assert len(coach.history("swap")) == 2


def test_a_file_can_be_edited_and_imported_again_and_again(coach, swap, files):
    coach.export(files)
    for number in range(4, 8):
        edit(files, f"priority: {number - 1}", f"priority: {number}")
        assert coach.import_(files).changed == {"swap": ("priority",)}
    coach.edit("swap", intent="a customer asks for an exchange")
    edit(files, "priority: 7", "priority: 8")
    coach.import_(files)
    assert (coach.get("swap").priority, coach.get("swap").intent) == (8, "a customer asks for an exchange")


def test_what_was_changed_in_the_store_only_stays(coach, swap, files):
    coach.export(files)
    after = coach.edit("swap", priority=9)
    assert coach.import_(files).unchanged == ["swap"]
    assert coach.get("swap") == after
    coach.delete("swap")
    assert coach.import_(files).unchanged == ["swap"]
    assert coach.list() == []


def test_changes_of_different_fields_are_merged(coach, swap, files):
    coach.export(files)
    coach.edit("swap", priority=9, add_examples=["taught meanwhile"])
    edit(files, "status: active", "status: archived")
    edit(files, "where is my parcel", "where is my letter")
    assert coach.import_(files).changed == {"swap": ("examples", "status")}
    after = coach.get("swap")
    assert (after.priority, after.status, after.revision) == (9, "archived", 3)
    assert {(e.text, e.applies) for e in after.examples} == {
        (ASKED, True), ("where is my letter", False), ("taught meanwhile", True),
    }  # fmt: skip
    assert coach.import_(files).unchanged == ["swap"]
    assert coach.export(files).written == ["swap.yaml"]


def test_a_conflict_is_shown_by_field_and_nothing_is_overwritten(coach, swap, files):
    coach.add(id="other", intent="another thing", behavior=Reply("Other."))
    coach.export(files)
    there = coach.edit("swap", priority=9, behavior=Handoff("sales"))
    edit(files, "priority: 3", "priority: 7")
    edit(files, "swap a delivered item", "swap an item")
    edit(files, "Other.", "Another.", "other.yaml")
    found = coach.import_(files)
    assert list(found.changed) == ["other"]
    (one,) = found.conflicts["swap"]
    assert (one.field, one.base, one.file, one.store) == ("priority", 3, 7, 9)
    shown = [" ".join(line.split()) for line in str(found).splitlines()]
    for line in ("priority", "base 3", "file 7", "store 9"):
        assert line in shown
    assert coach.get("swap") == there
    assert coach.import_(files, prefer="store").changed == {"swap": ("intent",)}
    assert coach.get("swap").priority == 9
    assert coach.import_(files, prefer="file").changed == {"swap": ("priority",)}
    after = coach.get("swap")
    assert (after.priority, after.behavior, after.intent) == (7, Handoff("sales"), "a customer asks to swap an item")


def test_an_edit_of_what_was_deleted_is_a_conflict(coach, swap, files):
    coach.export(files)
    edit(files, "priority: 3", "priority: 7")
    coach.delete("swap")
    assert [one.field for one in coach.import_(files).conflicts["swap"]] == ["deleted"]
    assert coach.import_(files, prefer="store").unchanged == ["swap"]
    assert coach.list() == []
    assert list(coach.import_(files, prefer="file").changed) == ["swap"]
    assert coach.get("swap").priority == 7


def test_staging_to_production_and_back(coach, swap, files, opened):
    production = opened("production")
    coach.export(files)
    production.import_(files)
    for priority in (4, 5):
        coach.edit("swap", priority=priority)
    coach.export(files)
    assert production.import_(files).changed == {"swap": ("priority",)}
    assert (production.get("swap").priority, production.get("swap").revision) == (5, 3)
    # An older export, as of another branch, does not undo that.
    coach.restore("swap", revision=1)
    coach.export(files)
    assert production.import_(files).changed == {"swap": ("priority",)}
    assert (production.get("swap").priority, production.get("swap").revision) == (3, 4)
    # What production has learned comes back, and what staging has changed meanwhile stays.
    production.edit("swap", add_never=["where is my lamp"])
    coach.edit("swap", priority=6)
    assert production.export(files).written == ["swap.yaml"]
    assert coach.import_(files).changed == {"swap": ("examples",)}
    assert coach.get("swap").priority == 6
    assert {e.text for e in coach.get("swap").examples} == {ASKED, "where is my parcel", "where is my lamp"}


def test_an_older_file_does_not_undo_what_came_later(coach, swap, files, opened):
    coach.export(files)
    first = contents(files)["swap.yaml"]
    coach.edit("swap", priority=4)
    coach.export(files)
    production = opened("production")
    production.import_(files)
    (files / "swap.yaml").write_bytes(first)
    assert production.import_(files).unchanged == ["swap"]
    edit(files, "author: Kim", "author: Lee")
    assert {one.field for one in production.import_(files).conflicts["swap"]} == {"author", "priority"}


def test_a_revision_that_was_passed_over_is_known_as_an_older_one(coach, swap, files, opened):
    production = opened("production")
    coach.export(files)
    production.import_(files)
    coach.edit("swap", priority=4)
    coach.export(files)
    second = contents(files)["swap.yaml"]
    coach.edit("swap", priority=5)
    coach.export(files)
    production.import_(files)
    (files / "swap.yaml").write_bytes(second)
    assert production.import_(files).unchanged == ["swap"]
    assert production.get("swap").priority == 5


def test_only_the_notes_may_be_edited(coach, swap, files):
    coach.export(files, notes=True)
    edit(files, "notes: PRIVATE", "notes: also private")
    assert list(coach.export(files, notes=True).kept) == ["swap.yaml"]
    assert coach.import_(files).changed == {"swap": ("notes",)}
    assert coach.get("swap").notes == "also private"


def test_two_that_have_nothing_in_common_but_their_id_are_a_conflict(coach, swap, files, opened):
    coach.export(files)
    other = opened("other")
    made = other.add(id="swap", intent="something else", behavior=Reply("Else."))
    assert {one.field for one in other.import_(files).conflicts["swap"]} >= {"intent", "behavior"}
    assert other.get("swap") == made


def test_a_coaching_that_came_with_an_import_keeps_its_id(coach, swap, files, opened):
    coach.edit("swap", priority=4)
    coach.export(files)
    other = opened("other")
    other.import_(files)
    with pytest.raises(ConflictError, match="is taken"):
        other.add(id="swap", intent="something else", behavior=Reply("Else."))
    assert other.restore("swap", revision=2).revision == 3


def test_one_file_that_cannot_be_read_stops_all_and_every_one_is_named(coach, swap, files):
    coach.export(files)
    edit(files, "priority: 3", "priority: 7")
    (files / "a.yaml").write_text("coaching: 1\nid: a\nintent: i\nbehavior: {type: reply, text: r}\npriority: high\n")
    (files / "b.yaml").write_bytes(b"coaching: 1\nid: b\nintent: \xff\n")
    (files / "c.yaml").write_bytes((files / "swap.yaml").read_bytes())
    (files / "d.yaml").mkdir()
    (files / "e.yaml").symlink_to(files / "swap.yaml")
    with pytest.raises(InvalidCoachingError) as caught:
        coach.import_(files)
    said = str(caught.value)
    assert "5 of 6 files" in said
    for line in (
        "a.yaml line 5: priority must be a whole number",
        "b.yaml line 3: is not UTF-8",
        "swap.yaml: has the id 'swap' of c.yaml",
        "d.yaml: is a link or no file",
        "e.yaml: is a link or no file",
    ):
        assert line in said
    assert coach.get("swap").priority == 3


def test_an_empty_folder_says_what_to_do(coach, tmp_path):
    with pytest.raises(InvalidCoachingError, match=r"holds no coaching files .*coach.export"):
        coach.import_(tmp_path / "none")
    with pytest.raises(InvalidCoachingError, match="prefer is 'file' or 'store'"):
        coach.import_(tmp_path, prefer="mine")
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidCoachingError, match="cannot write to"):
        coach.export(tmp_path / "file")


def test_a_file_from_windows_is_the_same(coach, swap, files):
    coach.edit("swap", behavior=Reply("First.\n\nThen."))
    coach.export(files)
    text = (files / "swap.yaml").read_bytes()
    (files / "swap.yaml").write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    assert coach.import_(files).unchanged == ["swap"]


def test_one_file_can_be_imported_alone(coach, swap, files):
    coach.add(id="other", intent="another thing", behavior=Reply("Other."))
    coach.export(files)
    edit(files, "priority: 3", "priority: 7")
    edit(files, "Other.", "Edited.", "other.yaml")
    assert coach.import_(files / "swap.yaml").changed == {"swap": ("priority",)}
    assert coach.get("other").behavior == Reply("Other.")


def test_a_link_is_not_written_through(coach, swap, files, tmp_path):
    files.mkdir()
    (tmp_path / "precious").write_text("mine")
    (files / "swap.yaml").symlink_to(tmp_path / "precious")
    assert list(coach.export(files).kept) == ["swap.yaml"]
    coach.export(files, force=True)
    assert (tmp_path / "precious").read_text() == "mine"
    assert not (files / "swap.yaml").is_symlink()


@pytest.mark.parametrize("name", ["A", "a:b", "con", "nul.x", "..", ".hidden", "ends.", "汉字", "x" * 200, "é", "com1"])
def test_an_id_that_a_file_system_could_confuse_gets_a_name_of_its_own(coach, files, name):
    coach.add(id=name, intent="a thing", behavior=Reply("Do."))
    coach.add(id="a", intent="another", behavior=Reply("Do."))
    coach.export(files)
    names = sorted(path.name for path in files.iterdir())
    assert len({one.casefold() for one in names}) == 2
    assert all(one.isascii() and len(one) < 120 and not one.startswith(".") for one in names)
    assert sorted(coach.import_(files).unchanged) == sorted([name, "a"])


def test_a_file_under_another_name_is_read_and_not_kept_twice(coach, swap, files):
    coach.export(files)
    (files / "swap.yaml").rename(files / "exchange.yml")
    assert coach.import_(files).unchanged == ["swap"]
    assert coach.export(files).removed == ["exchange.yml"]
    assert list(contents(files)) == ["swap.yaml"]


def test_somebody_who_writes_meanwhile_is_merged(coach, swap, files, monkeypatch):
    coach.export(files)
    edit(files, "priority: 3", "priority: 7")
    write, others = Repository.write, iter([lambda: coach.edit("swap", author="Lee")])

    def late(self, *arguments):
        next(others, lambda: None)()
        write(self, *arguments)

    monkeypatch.setattr(Repository, "write", late)
    coach.import_(files)
    after = coach.get("swap")
    assert (after.priority, after.author, after.revision) == (7, "Lee", 3)


def test_examples_of_both_sides_are_kept_but_where_both_change_the_same():
    a, b, c = (Example(text=text) for text in "abc")

    def merged(base, file, store):
        return merge_examples(base, base, file, store)

    assert merged([a, b], [a, c], [a, b]) == ((a, c),)
    assert merged([a, b], [a, b], [b]) == ((b,),)
    assert merged([a], [b], [c]) == ((c, b),)
    assert merged([a], [], []) == ((),)
    assert merged([], [a], [a]) == ((a,),)
    assert merged([], [a], [Example(text="a", applies=False)]) is None


def test_an_older_copy_does_not_undo_what_another_copy_brought_in(coach, swap, files):
    coach.export(files)
    first = contents(files)["swap.yaml"]
    edit(files, "priority: 3", "priority: 4")
    coach.import_(files)
    (files / "swap.yaml").write_bytes(first)  # taken back, or never there: nobody knows
    (one,) = coach.import_(files).conflicts["swap"]
    assert (one.field, one.file, one.store) == ("priority", 3, 4)
    edit(files, "author: Kim", "author: Lee")
    assert [one.field for one in coach.import_(files).conflicts["swap"]] == ["priority"]
    assert coach.import_(files, prefer="store").changed == {"swap": ("author",)}
    assert coach.get("swap").priority == 4
