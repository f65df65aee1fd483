"""`langgraph-coaching report`, `verdict` and `calibrate`: what was right, and what coachings learn from it."""

import pytest

from langgraph_coaching import Coach, Limits, Reply, import_traces


def add_asked(coach):
    coach.add(id="c-swap", intent="a customer wants to exchange a lamp", behavior=Reply("Offer a swap."))
    coach.add(id="c-late", intent="a customer's parcel is late", behavior=Reply("Track it."))
    return coach.advise("I want to exchange my lamp").considered


@pytest.fixture
def asked(folder, written_once):
    """A store with two coachings and the receipts of one call."""
    return written_once(add_asked, folder)


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


def test_the_report_of_a_time_fits_its_terminal_and_is_whole_where_it_is_piped(terminal, command, asked):
    command("verdict", asked[0].id, "--wrong")
    for columns in (80, 120):
        shown = terminal("report", "--since", "7d", "--price", "2.5", columns=columns).out
        assert max(map(len, shown.splitlines())) <= columns
        assert "1 model call, 1 with coaching (100%; trend: too few to say)" in shown
        assert "tokens added to prompts" in shown
    detailed = terminal("report", "--coaching", "c-sw").out
    assert "right 0 of 1 judged (0%, 0-79%; trend: too few to say)" in detailed
    assert "c-late" not in detailed
    assert command("report", "--until", "2001-01-01", "--json").json[0]["considered"] == 0
    whole = command("report", "--json", "--whole").json
    assert (whole["overall"]["calls"], len(whole["coachings"])) == (1, 2)


def test_the_report_piped_has_its_columns_where_they_were(command, asked, monkeypatch):
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    rows = [line.split("\t") for line in command("report").out.splitlines()]
    assert [row[:5] for row in rows] == [["c-swap", "1", "1", "0", "0/0"], ["c-late", "1", "0", "0", "0/0"]]
    assert rows[0][5:10] == ["0", "-", "", "a customer wants to exchange a lamp", "-"]
    assert {len(row) for row in rows} == {18}


def test_the_report_as_a_page_speaks_of_commands(command, asked, tmp_path, embeddings, folder):
    with Coach(folder, embeddings=embeddings, limits=Limits(deadline=60)) as coach:
        found = [coach.advise(f"my parcel is late, {place}").applied[0] for place in ("Oslo", "Rome", "Bonn")]
    for receipt in found:
        command("verdict", receipt.id, "--wrong")
    page = tmp_path / "report.html"
    done = command("report", "--html", page)
    assert (done.code, done.out) == (0, "")
    assert f"the report is in {page}" in done.err.replace("\n", "")
    said = page.read_text(encoding="utf-8")
    assert "langgraph-coaching edit c-late" in said
    assert "coach.edit" not in said


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
        (("report", "--since", "soon"), 2, "not 'soon'"),
        (("report", "--whole"), 2, "--json"),
        (("report", "--html", "nowhere/report.html"), 2, "nowhere/report.html"),
        (("report", "--coaching", "c-none"), 1, "c-none"),
    ],
)
def test_what_cannot_be_done_is_said(command, arguments, code, told):
    done = command(*arguments)
    assert done.code == code
    assert told in done.err + done.out
