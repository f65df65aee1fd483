"""The command `doctor`: what is the matter, what to do, and an exit code for a monitor."""

from langgraph_coaching import Coach, Reply


def filled(folder):
    with Coach(folder) as coach:
        coach.add(id="c-1", intent="a refund", behavior=Reply("r"))


def test_a_healthy_store_is_no_problem(command, folder):
    filled(folder)
    done = command("doctor", folder)
    assert done.code == 0
    assert "nothing is the matter" in done.out
    assert "table coachings: 1 rows" in done.out


def test_a_problem_is_named_with_its_remedy_and_ends_with_one(command, folder):
    filled(folder)
    for file in folder.glob("coachings.lance/_versions/*"):
        file.write_bytes(b"")
    done = command("doctor", "--repair")  # the store of the environment
    assert done.code == 1
    assert "error unreadable_table in coachings" in done.out
    assert "from a copy" in " ".join(done.out.split())
    told = command("doctor", folder, "--json")
    assert (told.code, told.json["healthy"]) == (1, False)
    assert [one["kind"] for one in told.json["problems"]] == ["unreadable_table"]


def test_a_pause_is_ended_with_a_command(command, folder):
    filled(folder)
    with Coach(folder) as coach:
        coach.pause(reason="a test")
    done = command("doctor", folder)
    assert done.code == 1
    assert "`langgraph-coaching resume` ends it" in done.out


def test_a_wrong_address_does_not_pass(command, folder):
    assert command("doctor", folder / "wrong").code == 1
    assert not folder.exists()
