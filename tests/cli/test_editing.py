"""`edit`, `archive`, `restore`, `delete` and `history`: what a person may do to a saved coaching, and undo."""

import csv
import json

import pytest

from langgraph_coaching import Handoff, Reply
from langgraph_coaching.errors import NotFoundError


def test_what_is_named_is_changed_and_the_rest_stays(command, shop):
    before = shop.get("swap")
    done = command(
        "edit", "swap", "--intent", "a customer wants another one", "--reply", "Offer it.", "--example", "swap it?",
        "--never", "swap my seat", "--remove", "where is my parcel", "--priority", "-3", "--agent", "shop", "--node",
        "n", "--tag", "a", "--tag", "b", "--notes", "", "--expires", "2090-01-31T12:00", "--author", "Lee",
    )  # fmt: skip
    assert (done.code, done.err) == (0, "")
    after = shop.get("swap")
    assert (after.intent, after.behavior, after.priority) == ("a customer wants another one", Reply("Offer it."), -3)
    assert {e.text: e.applies for e in after.examples} == {
        "can I swap the lamp I got yesterday": True, "swap it?": True, "swap my seat": False,
    }  # fmt: skip
    assert (after.scope.agent, after.scope.node, after.scope.tags) == ("shop", "n", ("a", "b"))
    assert (after.notes, after.author, f"{after.expires_at:%F %R}") == ("", "Lee", "2090-01-31 12:00")
    assert (after.source, after.revision) == (before.source, before.revision + 1)
    assert "  - a customer asks to swap something that was delivered" in done.out
    assert "  + never here: swap my seat" in done.out
    assert "swap is at revision 3" in done.out


def test_a_label_a_tag_and_an_end_are_taken_away_again(command, shop):
    command("edit", "old", "--agent", "shop", "--node", "n", "--tag", "a", "--expires", "2090-01-31")
    assert command("edit", "old", "--agent", "", "--node", "", "--tag", "", "--expires", "never").code == 0
    after = shop.get("old")
    assert (after.scope.agent, after.scope.node, after.scope.tags, after.expires_at) == (None, None, (), None)


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ([], 2, "nothing to change: name it, such as --intent"),
        (["--instruction", "softly"], 2, "choose exactly one of --reply"),
        (["--reply", "x", "--handoff", "y"], 2, "you gave 2"),
        (["--expires", "soon"], 2, "--expires is a time such as 2030-01-31T12:00, or never, not 'soon'"),
        (["--expires", "0001-01-01T00:00+23:00"], 2, "out of range"),
        (["--priority", "101"], 2, "priority must be at most 100"),
        (["--intent", ""], 2, "intent must not be empty"),
        (["--remove", "no such example"], 2, "no example says 'no such example'"),
    ],
)
def test_an_edit_that_is_not_acceptable_changes_nothing(options, code, said, command, shop):
    before = shop.get("swap")
    done = command("edit", "swap", *options)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert shop.get("swap") == before


def test_what_is_known_already_is_no_revision(command, shop):
    done = command("edit", "swap", "--example", "can I swap the lamp I got yesterday")
    assert (done.code, done.out) == (0, "swap says that already (revision 2)\n")
    assert shop.get("swap").revision == 2


def test_what_is_not_there_or_deleted_is_said_as_a_command(command, shop):
    assert "no coaching 'nothing'" in (done := command("edit", "nothing", "--priority", "1")).err
    assert (done.code, "coach." in done.err, "`langgraph-coaching list`" in done.err) == (1, False, True)
    done = command("edit", "gone", "--priority", "1")
    assert (done.code, "`langgraph-coaching restore gone` brings it back" in done.err) == (1, True)


def test_archive_and_restore(command, shop):
    done = command("archive", "swap")
    assert (done.code, shop.get("swap").status) == (0, "archived")
    assert "`restore swap` brings it back" in done.out
    done = command("restore", "swap")
    assert (done.code, shop.get("swap").status) == (0, "active")
    assert "  + active" in done.out


def test_an_earlier_revision_comes_back_as_the_next_one(command, shop):
    done = command("restore", "swap", "--revision", "1")
    assert (done.code, shop.get("swap").priority, shop.get("swap").revision) == (0, 3, 3)
    assert "  - a customer asks to swap something that was delivered" in done.out
    assert command("restore", "swap", "--revision", "77").code == 1
    assert command("restore", "swap", "--revision", "0").code == 2
    assert shop.get("swap").revision == 3


def test_nothing_is_deleted_without_a_yes(command, shop, answer):
    done = command("delete", "swap")
    assert (done.code, "give --yes" in done.err, shop.get("swap").deleted) == (2, True, False)
    for said in ("", "n", "no", "perhaps"):
        answer(said)
        done = command("delete", "swap")
        assert (done.code, "nothing was deleted" in done.err, shop.get("swap").deleted) == (1, True, False)
        assert "'a customer asks to swap something that was delivered', (it can be restored)?" in done.err
    answer()
    assert command("delete", "swap").code == 1
    answer("Y")
    assert command("delete", "swap").code == 0
    with pytest.raises(NotFoundError):
        shop.get("swap")
    assert command("restore", "swap").code == 0
    assert shop.get("swap").priority == 5


def test_purge_leaves_no_history_of_a_deleted_one_either(command, shop, answer):
    answer("y")
    done = command("delete", "gone", "--purge")
    assert (done.code, "with its history, for good?" in done.err) == (0, True)
    assert command("history", "gone").code == 1
    assert command("delete", "swap", "--purge", "-y").code == 0
    assert command("show", "swap").code == 1
    assert command("delete", "swap", "--yes").code == 1


def test_history_says_who_when_and_what(command, shop):
    shop.edit("swap", behavior=Handoff("exchanges"), author="Lee")
    lines = command("history", "swap").out.splitlines()
    heads = [line for line in lines if "UTC" in line]
    assert [line.split("UTC")[1] for line in heads] == [" by Kim", "", " by Lee"]
    last = lines[lines.index(heads[-1]) + 1 :]
    assert [line.strip() for line in last if line.strip()[0] not in "+-"] == ["behavior", "author"]
    assert any(line.strip().startswith('+ [handoff] Hand the conversation over to "exchanges"') for line in last)
    found = command("history", "swap", "--json").json
    assert [[c["field"] for c in row["changes"]] for row in found[1:]] == [
        ["intent", "priority"],
        ["behavior", "author"],
    ]
    assert {"field": "priority", "removed": ["3"], "added": ["5"]} in found[1]["changes"]
    assert "state" in command("history", "gone").out


def test_enforcement_is_asked_for_and_taken_away(command, shop):
    assert command("edit", "swap", "--handoff", "billing", "--enforce").code == 0
    assert shop.get("swap").behavior == Handoff("billing", enforce=True)
    done = command("edit", "swap", "--approval")
    assert shop.get("swap").behavior == Handoff("billing", enforce="approval")
    assert "enforcement\n    - enforced\n    + enforced once a person approves" in done.out
    assert "enforcement: enforced once a person approves" in command("show", "swap").out
    assert command("edit", "swap", "--no-enforce").code == 0
    assert shop.get("swap").behavior == Handoff("billing")


def test_what_cannot_be_enforced_is_said(command, shop):
    before = shop.get("swap").revision
    done = command("edit", "swap", "--reply", "Be kind.", "--enforce")
    assert (done.code, done.out) == (2, "")
    assert "--reply cannot be enforced; --action, --handoff, --process and --playbook can" in done.err
    assert shop.get("swap").revision == before


def test_a_new_coaching_is_enforced_after_approval(command, shop):
    done = command("add", "--intent", "a customer wants money back", "--action", "refund", "--approval", "--json")
    assert done.json[0]["behavior"]["enforce"] == "approval"


def test_every_change_of_all_for_an_audit(command, shop, tmp_path):
    command("edit", "swap", "--priority", "9", "--author", "Mo")
    command("delete", "old", "--yes", "--author", "Lee")
    lines = command("history", "--all").out.splitlines()
    assert [line.split("UTC  ")[1] for line in lines if "UTC" in line][-2:] == [
        "swap revision 3 edited by Mo",
        "old revision 2 deleted by Lee",
    ]
    rows = [json.loads(line) for line in command("history", "--all", "--json").out.splitlines()]
    assert rows[-2]["fields"][0] == {"field": "priority", "before": ["5"], "after": ["9"]}
    assert "PRIVATE" not in command("history", "--all", "--csv").out
    out = tmp_path / "audit.csv"
    done = command("history", "swap", "--csv", "--out", out, "--notes")
    assert (done.code, done.out) == (0, "")
    assert "PRIVATE" in out.read_text(encoding="utf-8")
    assert {row["coaching_id"] for row in csv.DictReader(out.open(encoding="utf-8", newline=""))} == {"swap"}
    assert command("history", "--all", "--author", "Lee", "--json").out.count("\n") == 1
    assert command("history", "--all", "--since", "2099-01-01").code == 1
    assert command("history", "--all", "--out", tmp_path / "none" / "a.csv", "--csv").code == 2


@pytest.mark.parametrize("given", [[], ["swap", "--all"], ["--all", "--csv", "--json"]])
def test_history_is_of_one_or_of_all(command, shop, given):
    assert command("history", *given).code == 2


@pytest.mark.parametrize("named", ["Kim", None])
def test_who_is_at_the_command_line(command, shop, monkeypatch, named):
    monkeypatch.delenv("LANGGRAPH_COACHING_AUTHOR", raising=False)
    monkeypatch.setenv("LOGNAME", "login")
    if named:
        monkeypatch.setenv("LANGGRAPH_COACHING_AUTHOR", named)
    command("archive", "swap")
    assert shop.history("swap")[-1].changed_by == (named or "login")


def test_what_is_silenced_and_brought_back_is_said_as_json(command, shop):
    done = command("archive", "swap", "--json").json
    assert (done["id"], done["status"], done["revision"]) == ("swap", "archived", shop.get("swap").revision)
    assert command("restore", "swap", "--json").json["status"] == "active"
    assert command("delete", "swap", "--yes", "--json").json == {"id": "swap", "deleted": True, "purged": False}
    assert command("restore", "swap").code == 0
    assert command("delete", "swap", "--yes", "--purge", "--json").json["purged"] is True
