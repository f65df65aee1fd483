"""`langgraph-coaching replay`."""

import pytest

from langgraph_coaching import Coach, Reply, import_traces

BROKEN = "my order arrived broken"


@pytest.fixture
def stored(folder):
    with Coach(folder) as coach:
        rows = [{"messages": [{"role": "user", "content": BROKEN}, {"role": "assistant", "content": "Too bad."}]}]
        (name,) = coach.traces.add(import_traces(rows, format="openai"))
        coaching = coach.add(intent="an order arrived broken", behavior=Reply("Ask for a photo."))
    return name, coaching


def test_it_says_what_today_s_coaching_would_change(command, stored):
    name, coaching = stored
    done = command("replay", name)
    assert done.code == 0
    assert f"+ {coaching.id}" in done.out
    assert "Ask for a photo." in done.out


def test_without_it_nothing_changes(command, stored):
    name, coaching = stored
    assert command("replay", name, "--without", coaching.id, "--json").json["same"] == 1
    assert command("replay", name, "--as-of", "2020-01-01", "--json").json["same"] == 1
    assert command("replay", name, "--as-of", "recorded", "--json").json["same"] == 1


def test_it_ranks_coachings(command, stored):
    name, coaching = stored
    ranked = command("replay", name, "--ablate", "--json").json["ablation"]
    assert [(one["coaching_id"], one["calls"]) for one in ranked] == [(coaching.id, 1)]
    assert "1 of 1 prompts differ" in command("replay", name, "--ablate").out
    assert command("replay", name, "--ablate", "--as-of", "2020-01-01").code == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["t-none"], 1, "t-none"),
        (["{name}", "--without", "c-none"], 1, "c-none"),
        (["{name}", "--as-of", "soon"], 2, "2030-01-31"),
    ],
)
def test_nonsense_is_answered_with_what_to_do(command, stored, arguments, code, said):
    done = command("replay", *(part.format(name=stored[0]) for part in arguments))
    assert (done.code, said in done.err) == (code, True)
