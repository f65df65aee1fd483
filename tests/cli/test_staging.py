"""`promote`, `rollback`, `changes`, `pause`, `resume`, and what the other commands say of stages."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from langgraph_coaching import Coach, Reply


def add_some(coach):
    for name, status in (("c-old", "active"), ("c-new", "shadow"), ("c-more", "draft")):
        coach.add(id=name, intent=f"a customer asks about {name}", behavior=Reply(f"Say {name}."), status=status)


@pytest.fixture
def some(folder, written_once):
    written_once(add_some, folder)
    return folder


@pytest.fixture
def statuses(some, embeddings):
    def read():
        with Coach(some, embeddings=embeddings) as coach:
            return {one.id: one.status for one in coach.list()}

    return read


def test_promoted_and_taken_back_by_how_the_ids_begin(command, statuses):
    done = command(
        "promote", "c-n", "c-m", "--to", "active", "--replaces", "c-o", "--author", "dana", "--note", "new policy"
    )
    assert (done.code, done.err) == (0, "")
    name = done.out.split(",")[0]
    assert name.startswith("s-")
    assert "UTC by dana: new policy" in done.out
    assert "  c-old active → archived, replaced by c-new, c-more (revision 2)" in done.out
    assert f"`rollback {name}` takes it back" in done.out
    assert statuses() == {"c-old": "archived", "c-new": "active", "c-more": "active"}
    back = command("rollback", name[:5], "--json")
    assert (back.code, back.json["undoes"]) == (0, name)
    assert statuses() == {"c-old": "active", "c-new": "shadow", "c-more": "draft"}
    again = command("rollback", name)
    assert (again.code, "was taken back already" in again.err) == (2, True)


def test_a_canary_and_its_share_are_in_the_list(command, statuses):
    assert command("promote", "c-new", "--to", "canary", "--share", "0.25").code == 0
    assert "c-new\tcanary 25%\t2\t" in command("list").out
    assert command("list", "--status", "canary", "--json").json[0]["share"] == 0.25
    assert [one["id"] for one in command("list", "--status", "shadow", "--json").json if one] == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["promote", "c-new", "--to", "canary"], 2, "a canary needs a share of the threads: --share 0.1"),
        (["promote", "c-new", "--to", "active", "--share", "0.5"], 2, "share is of a canary"),
        (["promote", "c-new", "--to", "canary", "--share", "0"], 2, "share must be above 0"),
        (["promote", "c-new", "--to", "shadow"], 2, "nothing to promote: c-new is shadow already"),
        (["promote", "c-new", "--to", "active", "--until", "yesterday"], 2, "is a time such as"),
        (["promote", "c-new", "--to", "active", "--until", "never"], 2, "`edit ID --expires never`"),
        (
            ["promote", "c-new", "--to", "active", "--until", "2001-01-01"],
            2,
            "has expired, and would be recalled nowhere: give --until",
        ),
        (["promote", "c-none", "--to", "active"], 1, "no coaching 'c-none'"),
        (["promote", "c-", "--to", "active"], 2, "3 coaching ids begin with 'c-'"),
        (["rollback", "s-none"], 1, "`langgraph-coaching changes`"),
    ],
)
def test_what_cannot_be_is_said_in_commands(arguments, code, said, command, statuses):
    done = command(*arguments)
    assert (done.code, said in done.err) == (code, True), done.err
    assert "coach." not in done.err
    assert statuses() == {"c-old": "active", "c-new": "shadow", "c-more": "draft"}


def test_piped_changes_are_a_line_a_coaching(command, some):
    assert (command("changes").code, "nothing was promoted yet" in command("changes").err) == (1, True)
    command("promote", "c-new", "c-more", "--to", "canary", "--share", "0.1", "--note", "try")
    rows = [line.split("\t") for line in command("changes").out.splitlines()]
    assert [row[3:7] for row in rows] == [["c-more", "draft", "canary", "0.1"], ["c-new", "shadow", "canary", "0.1"]]
    assert [one["note"] for one in command("changes", "--json").json] == ["try"]


def test_on_a_terminal_changes_fit_eighty_columns(terminal, command, some):
    command("promote", "c-new", "c-more", "--to", "canary", "--share", "0.1", "--note", "try", "--author", "dana")
    shown = terminal("changes").out.splitlines()
    assert "UTC by dana: try" in shown[0]
    assert shown[1] == "  c-more draft → canary in 10 % of the threads (revision 2)"
    assert max(map(len, shown)) <= 80


def test_a_pause_is_seen_and_ended(command, some):
    done = command("pause", "--reason", "prices went out wrong", "--author", "dana")
    assert done.code == 0
    assert "all coaching is paused by dana on " in done.out
    assert "`resume` brings it back" in done.out
    asked = command("advise", "tell me about c-old")
    assert asked.code == 1
    assert "paused by dana" in asked.out
    assert "`langgraph-coaching resume`" in asked.out
    assert "paused by dana" in command("why", "tell me about c-old").out
    assert "it was paused by dana" in command("resume").out
    ended = command("resume")
    assert (ended.code, ended.err) == (1, "nothing was paused\n")


def test_on_a_terminal_it_asks_before(command, answer, some, embeddings):
    answer("n")
    refused = command("pause")
    assert (refused.code, "Take all coaching (1) of the namespace 'default'" in refused.err) == (1, True)
    with Coach(some, embeddings=embeddings) as coach:
        assert coach.current_pause() is None
    answer("y")
    assert command("pause").code == 0
    answer()
    assert command("pause", "--yes", "--json").json["reason"] == ""


def test_saved_as_a_shadow_and_edited(command, some):
    added = command("add", "--intent", "x", "--reply", "y", "--status", "shadow", "--expires", "2099-01-01", "--json")
    assert (added.json[0]["status"], added.json[0]["expires_at"]) == ("shadow", "2099-01-01T00:00:00Z")
    name = added.json[0]["id"]
    edited = command("edit", name, "--status", "canary", "--share", "0.2")
    assert "- shadow" in edited.out
    assert "+ canary" in edited.out
    assert "+ 0.2" in edited.out
    wrong = command("edit", name, "--status", "gone")
    assert (wrong.code, "'draft', 'shadow', 'canary', 'active' or 'archived'" in wrong.err) == (2, True)


def test_what_has_expired_is_said(command, folder, embeddings):
    with Coach(folder, embeddings=embeddings) as coach:
        over = coach.add(intent="x", behavior=Reply("y"), expires_at=datetime.now(UTC) - timedelta(hours=1))
        there = coach.add(intent="z", behavior=Reply("w"))
    assert f"{over.id}\texpired\t" in command("list").out
    assert [one["id"] for one in command("list", "--expired", "--json").json] == [over.id]
    assert [one["id"] for one in command("list", "--unexpired", "--json").json] == [there.id]
    assert "recalled nowhere now" in command("show", over.id).out
    assert "it expired at" in command("why", "x", over.id).out
    assert any(one["rule"] == "expired" for one in command("check", "--json").json)


def test_the_history_names_the_set(command, some):
    name = json.loads(command("promote", "c-new", "--to", "active", "--author", "lee", "--json").out)["id"]
    assert f"in {name} by lee" in command("history", "c-new").out
    assert f"active in {name} by lee" in command("show", "c-new").out


def test_advise_says_in_which_thread(command, some):
    command("promote", "c-old", "--to", "canary", "--share", "1")
    assert "held_back" in command("advise", "tell me about c-old").out
    assert command("advise", "tell me about c-old", "--thread", "t-1").code == 0
    assert "in its share of 100 %" in command("why", "tell me about c-old", "--thread", "t-1").out


def test_who_promotes_and_pauses_is_who_is_at_the_command_line(command, some, monkeypatch):
    monkeypatch.setenv("LANGGRAPH_COACHING_AUTHOR", "Kim")
    made = command("promote", "c-more", "--to", "shadow", "--json").json
    assert made["author"] == "Kim"
    assert command("rollback", made["id"], "--author", "Lee", "--json").json["author"] == "Lee"
    assert command("pause", "--yes", "--json").json["author"] == "Kim"
    assert command("resume", "--json").json["author"] == "Kim"
    assert command("resume", "--json").code == 1
