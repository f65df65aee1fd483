"""Dify's annotations as coachings: every published form, twice, edited on both sides, and what is wrong in a file."""

import json

import pytest

from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.errors import InvalidCoachingError

SHIPPING, RETURNS = "How long does shipping take?", "Can I return a worn shoe?"
CSV = f"\ufeffQuestion,Answer\r\n{SHIPPING},Two days.\r\n{RETURNS},No.\r\n"


@pytest.fixture
def export(tmp_path):
    def write(text, name="annotations-en-US.csv"):
        path = tmp_path / "dify" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def page(*rows, **more):
    data = [
        {"id": f"a1b2-{n}", "question": q, "answer": a, "hit_count": n, "created_at": 1705407629}
        for n, (q, a) in enumerate(rows, 1)
    ]
    return json.dumps({"data": data, "has_more": False, "limit": 20, "total": len(data), "page": 1} | more)


def test_a_question_becomes_the_intent_and_an_example_and_the_answer_a_reply_that_is_not_live_yet(coach, export):
    done = coach.import_(export(CSV))
    shipping, returns = coach.list()
    assert (shipping.intent, shipping.behavior) == ("the user asks how long shipping takes", Reply("Two days."))
    assert [(one.text, one.applies) for one in returns.examples] == [(RETURNS, True)]
    assert {one.status for one in coach.list()} == {"draft"}
    assert not coach.advise(SHIPPING).applied
    assert "draft" in str(done)
    assert [one.id for one in done.added] == [shipping.id, returns.id]


def test_with_active_it_is_recalled_at_once(coach, export):
    coach.import_(export(CSV), status="active")
    assert coach.advise(SHIPPING).applied[0].intent == "the user asks how long shipping takes"


def test_the_api_keeps_ids_and_hits(coach, export):
    coach.import_(export(page((SHIPPING, "Two days.")), "page.json"))
    found = coach.get("dify-a1b2-1")
    assert found.notes == "Annotation of Dify, a1b2-1, hit 1 time, made 2024-01-16"
    assert found.examples[0].reference == found.id


@pytest.mark.parametrize(
    "forms", [("csv", "csv"), ("json", "json"), ("csv", "json"), ("json", "csv"), ("jsonl", "csv")]
)
def test_the_same_again_adds_nothing_in_whichever_form(coach, export, forms):
    rows = [(SHIPPING, "Two days."), (RETURNS, "No.")]
    turns = [
        {
            "messages": [
                {"role": role, "content": said} for role, said in (("system", ""), ("user", q), ("assistant", a))
            ]
        }
        for q, a in rows
    ]
    written = {"csv": CSV, "json": page(*rows), "jsonl": "\n".join(map(json.dumps, turns))}
    for form in forms:
        done = coach.import_(export(written[form], f"annotations.{form}"), format="dify")
    assert len(coach.list()) == 2
    assert (done.added, done.changed, done.conflicts, len(done.unchanged)) == ([], {}, {}, 2)


def test_a_dry_run_writes_nothing(coach, export):
    done = coach.import_(export(CSV), dry_run=True)
    assert len(done.added) == 2
    assert coach.list() == []


def test_what_was_edited_there_is_the_next_revision_and_what_was_edited_here_stays(coach, export):
    coach.import_(export(page((SHIPPING, "Two days."), (RETURNS, "No.")), "page.json"))
    coach.edit("dify-a1b2-2", behavior=Reply("Only unworn ones."))
    done = coach.import_(export(page((SHIPPING, "Three days."), (RETURNS, "No.")), "page.json"))
    assert done.changed == {"dify-a1b2-1": ("behavior",)}
    assert done.unchanged == ["dify-a1b2-2"]
    assert coach.get("dify-a1b2-1").behavior == Reply("Three days.")
    assert coach.get("dify-a1b2-2").behavior == Reply("Only unworn ones.")


def test_what_was_edited_on_both_sides_is_a_conflict_that_prefer_decides(coach, export):
    coach.import_(export(page((SHIPPING, "Two days.")), "page.json"), status="active")
    coach.edit("dify-a1b2-1", behavior=Reply("Within two days."))
    newer = export(page((SHIPPING, "Three days.")), "page.json")
    (conflict,) = coach.import_(newer).conflicts["dify-a1b2-1"]
    assert (conflict.field, conflict.base, conflict.file, conflict.store) == (
        "behavior", Reply("Two days."), Reply("Three days."), Reply("Within two days."),
    )  # fmt: skip
    coach.import_(newer, prefer="store")
    assert coach.get("dify-a1b2-1").behavior == Reply("Within two days.")
    coach.import_(newer, prefer="file")
    found = coach.get("dify-a1b2-1")
    assert (found.behavior, found.status) == (Reply("Three days."), "active")
    assert coach.import_(newer).unchanged == ["dify-a1b2-1"]


def test_a_new_question_under_an_id_comes_to_the_examples(coach, export):
    coach.import_(export(page((SHIPPING, "Two days.")), "page.json"))
    coach.import_(export(page(("When does my order arrive?", "Two days.")), "page.json"))
    found = coach.get("dify-a1b2-1")
    assert found.intent == "the user asks when their order arrives"
    assert [one.text for one in found.examples] == [SHIPPING, "When does my order arrive?"]


def test_a_deleted_one_stays_deleted_until_it_changes_there(coach, export):
    coach.import_(export(page((SHIPPING, "Two days.")), "page.json"))
    coach.delete("dify-a1b2-1")
    assert coach.import_(export(page((SHIPPING, "Two days.")), "page.json")).unchanged == ["dify-a1b2-1"]
    assert coach.import_(export(page((SHIPPING, "Three.")), "page.json")).conflicts["dify-a1b2-1"][0].field == "deleted"
    assert coach.list() == []


def test_bad_rows_are_named_by_line_and_the_rest_is_imported(coach, export):
    rows = [
        "Question;Answer",
        '"Can I pay; with ""Klarna""?\nReally?";"Yes; you can."',
        "no answer at all;",
        ";no question",
        "one cell",
        f"{SHIPPING};{'x' * 5000}",
        f"{SHIPPING};Two days.",
        f"{SHIPPING};Two days.",
        f"{SHIPPING.upper()};Three days.",
        "a null\x00byte?;Yes.",
        '"never closed;No.',
        "last?;Yes.",
    ]
    done = coach.import_(export("\r\n".join(rows)))
    told = {(one.row, one.kind): one.message for one in done.findings}
    assert [row for row, kind in told if kind == "unreadable"] == [4, 5, 6, 7, 11, 12]
    assert "empty answer" in told[4, "unreadable"]
    assert "4,000" in told[7, "unreadable"]
    assert "row 8" in told[9, "repaired"]
    assert "another answer" in told[10, "repaired"]
    assert "never closed" in told[12, "unreadable"]
    assert {one.behavior.text for one in coach.list()} == {"Yes; you can.", "Two days.", "Three days.", "Yes."}
    assert 'Can I pay; with "Klarna"?\nReally?' in [one.text for c in coach.list() for one in c.examples]
    assert coach.import_(export("\r\n".join(rows))).added == []


@pytest.mark.parametrize(
    "text",
    [
        "问题,答案\n如何退货,七天内。\n",
        "Frage\tAntwort\nWie geht das?\tSo.\n",
        "sep=|\nanswer|ID|question\nSo.|7|Wie geht das?\n",
        "Question,Answer\nWie geht das?,So.\n".encode("utf-16"),
    ],
)
def test_headings_and_delimiters_of_other_countries(coach, export, text):
    done = coach.import_(export(text))
    assert len(done.added) == 1
    assert not done.findings
    assert done.added[0].examples[0].text in ("Wie geht das?", "如何退货")


def test_unknown_headings_are_told_and_the_first_column_is_the_question(coach, export):
    done = coach.import_(export("Q1,A1\nDo you ship?,Yes.\n"), format="dify")
    assert [one.kind for one in done.findings] == ["repaired"]
    assert "'Q1, A1'" in str(done)
    assert done.added[0].examples[0].text == "Do you ship?"


def test_a_formula_is_a_text_like_any_other(coach, export):
    coach.import_(export('Question,Answer\n=1+1,"=HYPERLINK(""x"")"\n'))
    assert coach.list()[0].behavior == Reply('=HYPERLINK("x")')


def test_pages_of_a_folder_are_read_together_and_one_that_is_broken_is_told(coach, export):
    export(page((SHIPPING, "Two days."), has_more=True, total=3), "page-1.json")
    export("[" * 100_000, "page-2.json")
    export(b"\xff\xff", "page-3.csv")
    folder = export(page((RETURNS, "No.")).replace("a1b2-1", "z"), "page-4.json").parent
    done = coach.import_(folder, format="dify")
    assert [one.id for one in done.added] == ["dify-a1b2-1", "dify-z"]
    assert [(one.file, one.kind) for one in done.findings] == [
        ("page-1.json", "incomplete"), ("page-2.json", "unreadable"), ("page-3.csv", "unreadable"),
    ]  # fmt: skip


@pytest.mark.parametrize(("content", "said"), [(b"", "nothing"), (b"a,b\n\xff\xfe\xfa,c", "line 2")])
def test_a_file_without_records_is_refused_in_words(coach, export, content, said):
    with pytest.raises(InvalidCoachingError, match=said):
        coach.import_(export(content), format="dify")


def test_it_is_refused_as_what_it_is_not(coach, export, tmp_path):
    with pytest.raises(InvalidCoachingError, match="format is one of coachings, dify, ada"):
        coach.import_(export(CSV), format="csv")
    with pytest.raises(InvalidCoachingError, match="status is one of"):
        coach.import_(export(CSV), status="live")
    with pytest.raises(InvalidCoachingError, match="cannot read"):
        coach.import_(tmp_path / "none.csv", format="dify")


def test_it_is_in_the_history_who_imported_and_files_carry_it_on(coach, export, tmp_path, embeddings):
    coach.import_(export(page((SHIPPING, "Two days.")), "page.json"), changed_by="Kim")
    assert coach.get("dify-a1b2-1").changed_by == "Kim"
    coach.export(tmp_path / "files")
    with Coach(tmp_path / "other", embeddings=embeddings, limits=Limits(deadline=30)) as other:
        other.import_(tmp_path / "files")
        assert other.import_(export(page((SHIPPING, "Two days.")), "page.json")).added == []
        assert len(other.list()) == 1
