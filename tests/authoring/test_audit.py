"""The audit: every change in order of time, who made it, what it was, and as text that is safe to open."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.authoring.audit import BATCH, Auditor
from langgraph_coaching.authoring.audit_text import csv_lines, json_lines, plain_cell
from langgraph_coaching.coaching.coachings import Coachings
from langgraph_coaching.coaching.model import Coaching
from langgraph_coaching.recall.embedder import Embedder
from langgraph_coaching.storage.database import Database


@pytest.fixture(scope="module")
def changed(tmp_path_factory, embeddings):
    """A coaching that has been through everything, and another one; only looked at."""
    with Coach(tmp_path_factory.mktemp("audit"), embeddings=embeddings, limits=Limits(deadline=30)) as coach:
        _change_everything(coach)
        yield coach


def _change_everything(coach):
    coach.add(id="a", intent="it rains", behavior=Reply("Take it."), notes="SECRET", author="Kim")
    coach.edit("a", behavior=Reply("Leave it."))
    coach.edit("a", priority=3, author="Kim")
    coach.add(id="b", intent="it snows", behavior=Reply("=SUM(1)"))
    coach.edit("a", notes="ALSO SECRET", changed_by="Lee")
    coach.archive("a", changed_by="Lee")
    coach.restore("a", changed_by="Mo")
    coach.restore("a", revision=1)
    coach.delete("b", changed_by="Mo")


def test_every_change_is_there_in_order_with_who_made_it(changed):
    assert [(one.coaching_id, one.revision, one.kind, one.by) for one in changed.audit()] == [
        ("a", 1, "added", "Kim"),
        ("a", 2, "edited", None),
        ("a", 3, "edited", "Kim"),
        ("b", 1, "added", None),
        ("a", 4, "edited", "Lee"),
        ("a", 5, "archived", "Lee"),
        ("a", 6, "restored", "Mo"),
        ("a", 7, "restored", None),
        ("b", 2, "deleted", "Mo"),
    ]


def test_a_change_says_what_was_there_and_what_is(changed):
    second = [*changed.audit(coaching_id="a")][1]
    assert second.to_json()["fields"] == [
        {"field": "behavior", "before": ["[reply] Take it."], "after": ["[reply] Leave it."]}
    ]
    assert str(second).endswith("UTC  a revision 2 edited: behavior")


def test_private_notes_are_only_there_where_they_are_asked_for(changed):
    told = "".join(json_lines(changed.audit()))
    assert "SECRET" not in told
    assert '"field": "notes", "before": ["(private)"], "after": ["(private)"]' in told
    assert "ALSO SECRET" in "".join(csv_lines(changed.audit(notes=True)))


def test_by_time_by_author_and_by_coaching(changed):
    every = [*changed.audit()]
    moment = every[4].at
    assert [*changed.audit(since=moment)] == every[4:]
    assert [*changed.audit(until=moment.replace(tzinfo=None))] == every[:4]
    assert {one.revision for one in changed.audit(author="Lee")} == {4, 5}
    assert [one.kind for one in changed.audit(coaching_id="b")] == ["added", "deleted"]
    assert [*changed.audit(coaching_id="none")] == []


def test_a_verdict_and_an_import_say_whose_they_are(coach, tmp_path, embeddings):
    coach.add(id="a", intent="it rains in town", behavior=Reply("Take it."), status="active")
    (receipt,) = coach.advise("it rains in town").considered
    coach.verdict(receipt, correct=False, author="Lee")
    coach.export(tmp_path / "files")
    assert [(one.kind, one.by) for one in coach.audit()] == [("added", None), ("edited", "Lee")]
    with Coach(tmp_path / "other", embeddings=embeddings, limits=Limits(deadline=30)) as other:
        other.import_(tmp_path / "files", changed_by="Mo")
        assert [(one.kind, one.by, one.revision) for one in other.audit()] == [("imported", "Mo", 2)]


def test_other_namespaces_and_an_empty_store_have_none_of_it(changed, embeddings, tmp_path):
    with Coach(changed.uri, embeddings=embeddings, namespace="other") as other:
        assert [*other.audit()] == []
    assert [*Coach(tmp_path / "none", embeddings=embeddings).audit()] == []


def test_a_purged_one_is_gone(coach):
    coach.add_many([{"id": name, "intent": "it rains", "behavior": Reply("Take it.")} for name in "ab"])
    coach.delete("a", purge=True)
    assert {one.coaching_id for one in coach.audit()} == {"b"}


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", " =", "\uff1d", "|"])
def test_no_cell_is_a_formula(begin):
    assert plain_cell(f"{begin}1+1") == f"'{begin}1+1"
    assert plain_cell("1+1=2") == "1+1=2"


def test_csv_has_a_row_for_each_field_and_keeps_lines_and_quotes(coach):
    coach.add(id="a", intent='=HYPERLINK("x"),"y"', behavior=Reply("one\ntwo"), author="@Kim", priority=-3)
    rows = [*csv.DictReader(io.StringIO("".join(csv_lines(coach.audit()))))]
    assert {row["field"]: row["after"] for row in rows}["intent"] == '\'=HYPERLINK("x"),"y"'
    assert {row["field"]: row["after"] for row in rows}["behavior"] == "[reply] one\ntwo"
    assert {row["field"]: row["after"] for row in rows}["priority"] == "'-3"
    assert {row["by"] for row in rows} == {"'@Kim"}


def test_what_a_newer_version_has_written_is_told_and_the_rest_read(changed, monkeypatch):
    made = Coaching.__init__

    def refuse(self, **fields):
        if fields.get("revision") == 2 and fields["id"] == "a":
            raise ValueError("a field of tomorrow")
        made(self, **fields)

    monkeypatch.setattr(Coaching, "__init__", refuse)
    kinds = [one.kind for one in changed.audit(coaching_id="a")]
    assert kinds[:4] == ["added", "unreadable", "unreadable", "edited"]


def test_a_long_history_is_read_in_pieces(coach, embeddings, monkeypatch):
    coach.add(id="first", intent="it rains", behavior=Reply("Take it."))
    embedder = Embedder(embeddings)
    store, begun = Coachings(Database(coach.uri), "default", embedder.id), datetime(2030, 1, 1, tzinfo=UTC)
    vector, count = [*embedder.documents(["it rains"])], 2 * BATCH + 10
    some = [
        Coaching(
            id=f"c-{number % 40}", intent="it rains", behavior=Reply(f"{number}"), revision=number // 40 + 1,
            updated_at=begun + timedelta(seconds=number),
        )
        for number in range(count)
    ]  # fmt: skip
    store.insert(some, [vector] * count)
    read, rows = [], store.rows
    monkeypatch.setattr(store, "rows", lambda *names, **equal: read.append(rows(*names, **equal)) or read[-1])
    changes = Auditor(store).audit(since=begun)
    assert (next(changes).at, len(read)) == (begun, 1)
    assert [one.at for one in changes] == [begun + timedelta(seconds=number) for number in range(1, count)]
    assert max(map(len, read)) <= 2 * BATCH
    assert json.loads(next(iter(json_lines(coach.audit()))))["coaching_id"] == "first"
