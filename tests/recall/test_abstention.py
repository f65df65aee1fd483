"""What holds of every probability, whatever computes it: within 0..1, rising with likeness, silent when unrelated."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from langgraph_coaching import Reply

UNRELATED = [
    "how do I bake rye bread at home",
    "write a haiku about autumn leaves",
    "what is the capital of Mongolia",
    "my guitar goes out of tune in the cold",
    "ok",
    "thanks, bye",
    "asdf jkl qwerty",
    "🙂🙂🙂",
]
CLOSER = [
    "the weather is lovely in Lisbon today",
    "I have a question about my account",
    "I have a question about an order that was delivered",
    "can I change an order that was already delivered",
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    from langgraph_coaching import Coach, Limits

    coach = Coach(tmp_path_factory.mktemp("shop") / "store", limits=Limits(deadline=60, items=10, considered=50))
    wanted = ["change an order that was already delivered", "refund a damaged item", "cancel a subscription",
              "update the shipping address", "ask for an invoice"]  # fmt: skip
    coach.add_many(
        {"id": f"c-{n}", "intent": f"a customer asks to {text}", "behavior": Reply(f"{n}")}
        for n, text in enumerate(wanted)
    )
    yield coach
    coach.close()


def chance(coach, text, name="c-0"):
    return next(r.probability for r in coach.advise(text).considered if r.coaching_id == name)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_a_probability_is_one(shop, text):
    assert all(0.0 <= receipt.probability <= 1.0 for receipt in shop.advise(text).considered)


@pytest.mark.parametrize("text", UNRELATED)
def test_it_abstains_on_the_obviously_unrelated(shop, text):
    assert shop.advise(text).applied == []


def test_it_speaks_on_the_obviously_related(shop):
    (receipt,) = shop.advise("can I still change an order that was delivered?").applied
    assert receipt.coaching_id == "c-0"


def test_it_rises_with_likeness(shop):
    chances = [round(chance(shop, text), 2) for text in CLOSER]  # of two that are far, neither is nearer
    assert chances == sorted(chances)
    assert chances[0] < 0.1
    assert chances[-1] > 0.5
