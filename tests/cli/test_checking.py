"""The command line: what is the matter with saved coaching, and what CI sees of it."""

import pytest
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

from langgraph_coaching import Action, Coach, Handoff, Reply

SHIPPING = "a customer asks what shipping costs"
DELIVERY = "a customer wants to know the price of delivery"


def get_order(order_id: str) -> str:
    """An order."""
    return order_id


builder = StateGraph(MessagesState).add_node("tools", ToolNode([get_order])).add_edge(START, "tools")
graph = builder.compile()


@pytest.fixture
def store(folder, embeddings):
    with Coach(folder, embeddings=embeddings) as coach:
        yield coach


def test_a_clean_store_is_clean(command, store):
    store.add(intent=SHIPPING, behavior=Reply("Ask for the country."))
    done = command("check")
    assert (done.code, done.out) == (0, "nothing found in 1 active coaching\n")
    assert command("check", "--json").json == []


def test_a_check_of_the_wrong_folder_does_not_pass(command, folder):
    done = command("check")
    assert done.code == 1
    assert f"there is no active coaching in {folder} (there is no such folder yet)" in " ".join(done.err.split())
    assert command("check", "--json").json == []


def test_warnings_and_notes_do_not_fail_it(command, store):
    saved = store.add(intent="a customer asks about order 44718 or when they want to cancel it", behavior=Reply("x"))
    store.add(intent="whatever they ask", behavior=Reply("y"))
    done = command("check")
    assert done.code == 0
    assert "warning system_prompt" in done.out
    assert f"note specifics {saved.id}: " in done.out
    assert done.out.endswith("in 2 active coachings\n")


def test_an_error_fails_it(command, store):
    one = store.add(id="c-one", intent=SHIPPING, behavior=Handoff("billing"))
    store.add(id="c-two", intent=DELIVERY, behavior=Handoff("sales"))
    done = command("check")
    assert done.code == 1
    assert done.out.startswith("error conflict c-one c-two: ")
    assert done.out.endswith("1 error in 2 active coachings\n")
    (found,) = command("check", one.id, "--json").json
    assert (found["severity"], found["rule"], found["coaching_ids"]) == ("error", "conflict", ["c-one", "c-two"])
    assert found["what"]
    assert found["why"]
    assert found["remedy"]


def test_a_graph_is_asked_for_the_tools(command, store, monkeypatch, tmp_path):
    store.add(intent=SHIPPING, behavior=Action("get_ordr"))
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "shop_graphs.py").write_text("from test_checking import builder, graph\n", encoding="utf-8")
    assert command("check").code == 0
    done = command("check", "--graph", "shop_graphs:graph")
    assert done.code == 1
    assert "the graph has no tool 'get_ordr'" in done.out
    assert "did you mean get_order?" in done.out
    uncompiled = command("check", "--graph", "shop_graphs:builder")
    assert uncompiled.code == 2
    assert "call its .compile()" in uncompiled.err
    missing = command("check", "--graph", "shop_graphs:nothing")
    assert missing.code == 2
    assert "--graph shop_graphs:nothing cannot be loaded" in missing.err


def test_who_is_not_there_is_not_checked(command, store):
    assert command("check", "c-none").code == 1
    assert "c-none" in command("check", "c-none").err


def test_help_says_what_the_exit_codes_mean(command):
    said = " ".join(command("check", "--help").out.split())
    assert "Exit codes: 1 there is an error, or no active coaching at all; 0 there is none" in said


def test_add_tells_of_what_it_saved(command, store):
    store.add(id="c-one", intent=SHIPPING, behavior=Handoff("billing"))
    done = command("add", "--when", DELIVERY, "--handoff", "sales")
    assert done.code == 0
    (line,) = [line for line in done.out.splitlines() if "conflict" in line]
    assert line.startswith("error conflict c-one c-")
    assert len(store.list()) == 2


def test_add_tells_three_at_most(command, store):
    for number in range(5):
        store.add(id=f"c-{number}", intent=SHIPPING, behavior=Handoff(f"team {number}"))
    done = command("add", "--when", DELIVERY, "--handoff", "sales")
    assert sum("conflict" in line for line in done.out.splitlines()) == 3
    assert "… and 2 more; `langgraph-coaching check` has them all" in done.out


def test_it_says_what_is_no_active_coaching_and_an_error_of_a_draft_fails_nothing(
    command, store, monkeypatch, tmp_path
):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "stage_graphs.py").write_text("from test_checking import graph\n", encoding="utf-8")
    store.add(intent=SHIPPING, behavior=Action("get_order"))
    store.add(id="c-new", intent="a customer asks to reset a password", behavior=Action("gone"), status="draft")
    store.add(id="c-try", intent="a customer asks for the weather", behavior=Action("get_order"), status="shadow")
    done = command("check", "--graph", "stage_graphs:graph")
    assert done.code == 0
    assert "error unknown_reference c-new (draft): " in done.out
    assert done.out.endswith("1 error in 1 active coaching, 1 in shadow, 1 draft\n")
    assert command("check", "c-new", "--graph", "stage_graphs:graph").code == 1
    (found,) = command("check", "--graph", "stage_graphs:graph", "--json").json
    assert found["stages"] == ["draft"]
    store.promote("c-new", to="shadow")
    assert command("check", "--graph", "stage_graphs:graph").code == 1


def test_what_may_be_replaced_is_said_as_a_command(command, store):
    store.add(id="c-old", intent=SHIPPING, behavior=Handoff("billing"))
    store.add(id="c-new", intent=DELIVERY, behavior=Handoff("sales"), status="shadow")
    done = command("check")
    assert done.code == 0
    assert "`langgraph-coaching promote c-new --to active --replaces c-old`" in done.out
