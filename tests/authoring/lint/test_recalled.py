"""What a lint of one coaching reckons at once is what a search of every situation says."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from langgraph_coaching import Coach, Handoff, Limits, Reply, import_traces
from langgraph_coaching.authoring.lint import recalled
from langgraph_coaching.recall.scoring.traffic import LEAST

THINGS = ("tent", "stove", "rope", "lamp", "map", "ski", "boots", "sled")
WISHES = ("to return a", "to exchange the", "a refund for my", "to track the", "the price of a", "advice on a")
ODD = ("yes please", "bye", "", "\u202enoitcejer", "x" * 3_000, "I do not want a refund for the rope", "no")


def wish(rng):
    return f"{rng.choice(WISHES)} {rng.choice(THINGS)}"


def hostile_coaching(rng, number):
    """Doubles, rivals of other scopes, priorities and stages, and silenced ones."""
    behavior = rng.choice((Reply(f"Say {number % 5}."), Reply("Offer a refund."), Reply("Never offer a refund.")))
    return {
        "id": f"c-{number:03}",
        "intent": f"a customer wants {wish(rng)}",
        "behavior": rng.choice((behavior, Handoff("billing"), Handoff("returns"))),
        "examples": [f"I want {wish(rng)}" for _ in range(rng.choice((0, 1, 3)))],
        "never": [f"no {wish(rng)}" for _ in range(rng.choice((0, 0, 2)))],
        "priority": rng.choice((0, 0, 5, -50)),
        "agent": rng.choice((None, None, "shop")),
        "status": rng.choice(("active", "active", "active", "shadow", "draft")),
        "expires_at": datetime.now(UTC) + timedelta(days=9) if rng.random() < 0.2 else None,
    }


def store_of(folder, embeddings, runs, *, calibrated):
    rng = random.Random(runs)  # noqa: S311 - made-up data
    with Coach(folder, embeddings=embeddings) as coach:
        coach.add_many([hostile_coaching(rng, number) for number in range(40)])
        said = [rng.choice(ODD) if rng.random() < 0.2 else f"I want {wish(rng)}, please" for _ in range(runs)]
        rows = [
            {"messages": [{"role": "user", "content": one}, {"role": "assistant", "content": "Hm."}]} for one in said
        ]
        coach.traces.add(import_traces(rows))
        if calibrated:
            coach.calibrate()
    return folder


@pytest.fixture(scope="module")
def stores(tmp_path_factory, embeddings):
    """One where little is recorded, and one with traffic of its own."""
    folder = tmp_path_factory.mktemp("stores")
    return [
        store_of(folder / "few", embeddings, 8, calibrated=False),
        store_of(folder / "many", embeddings, 2 * LEAST, calibrated=True),
    ]


@pytest.mark.parametrize(
    ("store", "limits", "every", "rules"),
    [
        (0, Limits(), 20, {"conflict"}),
        (1, Limits(floor=0.0, items=1), 8, {"conflict", "shadowed"}),
        (1, Limits(floor=0.6, margin=0.1), 8, {"conflict", "duplicate"}),
    ],
)
def test_one_among_others_is_recalled_as_a_search_recalls_it(
    stores, store, limits, every, rules, embeddings, monkeypatch
):
    with Coach(stores[store], embeddings=embeddings, limits=limits) as coach:
        asked = [one.id for one in coach.list()][::every]
        reckoned = [coach.lint(name) for name in asked]
        monkeypatch.setattr(recalled, "FEW", 0)
        assert reckoned == [coach.lint(name) for name in asked]
        assert {one.rule for some in reckoned for one in some} >= rules


def test_a_search_of_all_says_what_each_by_itself_is(stores, embeddings, monkeypatch):
    with Coach(stores[1], embeddings=embeddings) as coach:
        searched = coach.lint()
        monkeypatch.setattr(recalled, "FEW", 1_000)
        assert coach.lint() == searched
