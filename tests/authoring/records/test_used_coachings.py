"""Coachings that Ada's export says were used: what it tells of them, and nothing that it does not."""

import json

import pytest

from langgraph_coaching import Action, Handoff, Reply, SearchKnowledge
from langgraph_coaching.errors import InvalidCoachingError


def used(own, kind="reply", entity=None, said="Ask first.", intent="a customer asks about shipping"):
    return {
        "id": own, "entity_name": entity, "coaching_type": kind, "coaching_instructions": said,
        "coaching_intent": intent,
    }  # fmt: skip


def conversation(number, *coachings, updated="2026-05-20T10:00:00"):
    return {"_id": f"conv-{number}", "date_updated": updated, "used_coaching": list(coachings)}


@pytest.fixture
def export(tmp_path):
    def write(*conversations, name="conversations.json", **more):
        path = tmp_path / "ada" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"data": list(conversations)} | more), encoding="utf-8")
        return path

    return write


def test_each_is_there_once_with_its_type_and_how_often_it_was_used(coach, export):
    done = coach.import_(
        export(
            conversation(1, used("c1"), used("c2", "action", "Look up order", "Before anything else.")),
            conversation(2, used("c1"), used("c3", "Handoff", "billing", "", "an invoice is wrong")),
            conversation(3, used("c4", "search_knowledge", "Returns", "")),
            conversation(4),
        )
    )
    assert [one.id for one in done.added] == ["ada-c1", "ada-c2", "ada-c3", "ada-c4"]
    assert [one.behavior for one in done.added] == [
        Reply("Ask first."),
        Action("Look up order", instruction="Before anything else."),
        Handoff("billing"),
        SearchKnowledge("Returns"),
    ]
    assert coach.get("ada-c1").notes == "Coaching of Ada, c1, used in 2 exported conversations"
    assert {one.status for one in coach.list()} == {"draft"}
    assert not any(one.examples for one in coach.list())
    assert done.findings == []


def test_the_latest_words_hold_and_that_is_said(coach, export):
    done = coach.import_(
        export(
            conversation(2, used("c1", said="New."), updated="2026-06-01T00:00:00"),
            conversation(1, used("c1", said="Old.")),
        )
    )
    assert coach.get("ada-c1").behavior == Reply("New.")
    assert "changed between conversations" in done.findings[0].message


def test_pages_belong_together_and_a_missing_one_is_said(coach, export):
    export(conversation(1, used("c1")), name="1.json", next_page_uri="https://example.ada.support/?page=2")
    folder = export(conversation(2, used("c1")), name="2.json").parent
    done = coach.import_(folder)
    assert coach.get("ada-c1").notes.endswith("used in 2 exported conversations")
    assert [(one.file, one.kind) for one in done.findings] == [("1.json", "incomplete")]


def test_what_cannot_be_one_of_the_six_is_a_reply_or_told_and_left_out(coach, export):
    done = coach.import_(
        export(
            conversation(1, used("c1", "action", None, "Call it."), used("c2", "haiku", "x", "Rhyme.")),
            conversation(2, used("c3", "action", None, ""), used("c4", intent=""), used("c5", intent="x" * 600)),
            conversation(3, used(None), "text", used("c6", said="y" * 5000)),
            {"_id": "conv-4"},
            used("c7"),
        ),
        format="ada",
    )
    assert {one.id: one.behavior for one in done.added} == {"ada-c1": Reply("Call it."), "ada-c2": Reply("Rhyme.")}
    assert [one.kind for one in done.findings].count("repaired") == 2
    assert [one.row for one in done.findings if one.kind == "unreadable"] == [2, 2, 2, 3, 3, 3, 4, 5]


def test_again_it_adds_nothing_and_what_was_changed_there_is_the_next_revision(coach, export):
    coach.import_(export(conversation(1, used("c1"))))
    coach.edit("ada-c1", add_examples=["do you ship to Peru?"])
    assert coach.import_(export(conversation(1, used("c1")), conversation(2, used("c1")))).unchanged == ["ada-c1"]
    done = coach.import_(export(conversation(3, used("c1", "handoff", "logistics"))))
    found = coach.get("ada-c1")
    assert done.changed == {"ada-c1": ("behavior",)}
    assert found.behavior == Handoff("logistics", instruction="Ask first.")
    assert [one.text for one in found.examples] == ["do you ship to Peru?"]


def test_an_id_that_can_be_none_here_has_another_one_that_stays_the_same(coach, export):
    for _ in range(2):
        coach.import_(export(conversation(1, used("../../etc/passwd"))))
    (only,) = coach.list()
    assert only.id.startswith("ada-")
    assert "/" not in only.id
    assert "../../etc/passwd" in only.notes


def test_lines_are_read_and_a_broken_one_is_told(coach, tmp_path):
    path = tmp_path / "conversations.jsonl"
    path.write_text(f'{json.dumps(conversation(1, used("c1")))}\n{{"_id": \n{json.dumps(conversation(2))}\n')
    done = coach.import_(path)
    assert [one.id for one in done.added] == ["ada-c1"]
    assert [one.row for one in done.findings] == [2]


def test_runs_are_not_taken_for_it(coach, tmp_path):
    path = tmp_path / "runs.json"
    path.write_text(json.dumps([{"messages": [{"role": "user", "content": "hi"}]}]))
    with pytest.raises(InvalidCoachingError, match="holds no coaching files"):
        coach.import_(path)
