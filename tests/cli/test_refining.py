"""`langgraph-coaching report`, `verdict` and `calibrate`: what was right, and what coachings learn from it."""

import pytest

from langgraph_coaching import Coach, Limits, Reply, import_traces


@pytest.fixture
def asked(folder, embeddings):
    """A store with two coachings and the receipts of one call."""
    with Coach(folder, embeddings=embeddings, limits=Limits(deadline=60)) as coach:
        coach.add(id="c-swap", intent="a customer wants to exchange a lamp", behavior=Reply("Offer a swap."))
        coach.add(id="c-late", intent="a customer's parcel is late", behavior=Reply("Track it."))
        return coach.advise("I want to exchange my lamp").considered


def test_a_verdict_is_said_learned_and_reported(command, asked):
    done = command("verdict", asked[0].id, "--wrong", "--comment", "not for [blue] ones", "--author", "dana")
    assert done.code == 0
    assert "c-swap knows now that it never applies in that situation (revision 2)" in done.out
    (swap, late) = command("report", "--json").json
    assert (swap["coaching_id"], swap["judged"], swap["right"], swap["precision"]) == ("c-swap", 1, 0, 0.0)
    assert (late["judged"], late["precision"]) == (0, None)
    assert command("calibrate", "--json").json["verdicts"] == 1


def test_a_considered_one_that_should_have_fired(command, asked):
    late = next(receipt for receipt in asked if receipt.coaching_id == "c-late")
    assert "it applies in that situation" in command("verdict", late.id, "--wrong").out
    assert command("report", "--json").json[1]["missed"] == 1


def test_the_report_fits_eighty_columns_and_names_each_coaching_whole(terminal, asked):
    done = terminal("report")
    assert done.code == 0
    assert max(map(len, done.out.splitlines())) <= 80
    assert "c-swap" in done.out
    assert "c-late" in done.out


def test_show_names_the_receipts_that_can_be_judged(command, folder, scripted):
    from langchain.agents import create_agent

    with Coach(folder, limits=Limits(deadline=60)) as coach:
        coach.add(id="c-swap", intent="a customer wants to exchange a lamp", behavior=Reply("Offer a swap."))
        agent = create_agent(scripted("Sure."), [], middleware=[coach.middleware()])
        said = {"messages": [("user", "I want to exchange my lamp")]}
        agent.invoke(said, {"callbacks": [coach.callback()]})
        coach.flush()
        (trace,) = coach.traces.list()
    (receipt,) = trace.receipts
    assert receipt.id in command("show", trace.id).out
    assert command("verdict", receipt.id, "--correct").code == 0


def test_calibrate_takes_imported_runs_into_account(command, folder, asked):
    rows = [{"messages": [{"role": "user", "content": f"where is parcel {n}"}]} for n in range(7)]
    with Coach(folder) as coach:
        coach.traces.add(import_traces(rows, format="openai"))
    done = command("calibrate")
    assert done.code == 0
    assert "2 coachings fitted, held against 8 recorded situations" in done.out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("verdict", "r-nothing", "--wrong"), 1, "r-nothing"),
        (("verdict", "r-nothing"), 2, "--correct"),
        (("verdict",), 2, "RECEIPT"),
        (("report", "--store", "nowhere"), 1, "there is no such folder yet"),
    ],
)
def test_what_cannot_be_done_is_said(command, arguments, code, told):
    done = command(*arguments)
    assert done.code == code
    assert told in done.err + done.out
