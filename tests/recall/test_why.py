"""Why: the whole reckoning for any coaching of the store, in words, and the one thing that would change it."""

import copy
import json
import pickle
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.messages import AIMessage, HumanMessage

from langgraph_coaching import Advice, Example, Handoff, Limits, Receipt, Reply, Why
from langgraph_coaching.recall.advice import failed_advice

REFUND = "can I get my money back"
PARCEL = "my parcel has not arrived yet, where is it"
BREAD = "how do I bake rye bread at home"
HOUR = timedelta(hours=1)


def fill(coach):
    """Two coachings that do not overlap."""
    coach.add(id="refund", intent="a refund of an order", behavior=Reply("Refund it."), examples=[REFUND])
    coach.add(
        id="parcel", intent="where a parcel is", behavior=Handoff("logistics"),
        examples=["my parcel has not arrived", PARCEL, "the parcel is still missing"],
    )  # fmt: skip


@pytest.fixture
def shop(coach, written_once):
    """A coach with two coachings that do not overlap."""
    written_once(fill, coach.uri)
    return coach


@pytest.fixture(params=["sync", "async", "batch"])
def asked(request):
    """Asks a coach in each of the three ways."""
    import asyncio

    def call(coach, messages, **labels):
        if request.param == "sync":
            return coach.advise(messages, **labels)
        if request.param == "async":
            return asyncio.run(coach.aadvise(messages, **labels))
        return coach.advise_batch([messages], **labels)[0]

    return call


def test_of_what_applied_it_says_by_which_text_and_what_to_say_if_that_was_wrong(shop, asked):
    advice = asked(shop, REFUND)
    why = advice.why("refund")
    receipt = advice.receipt("refund")
    assert isinstance(why, Why)
    assert (why.coaching_id, why.revision, why.intent) == ("refund", 1, "a refund of an order")
    assert (why.applied, why.outcome, why.reason) == (True, "applied", receipt.reason)
    assert (why.probability, why.floor, why.receipt_id) == (receipt.probability, shop.limits.floor, receipt.id)
    assert (why.nearest.kind, why.nearest.text, why.texts) == ("also here", REFUND, 2)
    assert why.nearest.likeness > 1
    assert (why.never, why.without_traffic, why.language, why.note) == (None, None, None, "")
    assert "if it should not have applied" in why.change
    told = str(why)
    assert told.startswith("refund, revision 1: a refund of an order\n  applied ")
    for word in (REFUND, "also here", f"{why.probability:.2f}", "too little is recorded", why.change):
        assert word in told


def test_of_what_did_not_it_says_what_would_make_it_likelier(shop, asked):
    why = asked(shop, REFUND).why("parcel")
    assert (why.applied, why.outcome, why.texts) == (False, "below_floor", 4)
    assert why.probability < why.floor
    assert why.taught > why.probability
    assert why.nearest.text in {"where a parcel is", "my parcel has not arrived", PARCEL, "the parcel is still missing"}
    assert why.change


def test_the_turns_are_shown_with_their_share(shop, asked):
    messages = [HumanMessage("hello"), AIMessage("Hi, what is it about?"), HumanMessage(PARCEL)]
    why = asked(shop, messages).why("parcel")
    assert [(turn.speaker, turn.text) for turn in why.situation] == [
        ("user", "hello"), ("agent", "Hi, what is it about?"), ("user", PARCEL),
    ]  # fmt: skip
    shares = [turn.weight for turn in why.situation]
    assert sum(shares) == pytest.approx(1)
    assert max(shares) == shares[2]
    assert f"user ({shares[2]:.0%}): {PARCEL}" in str(why)


def test_what_is_known_by_one_text_only_needs_more_of_what_people_say(coach, asked):
    coach.add(id="gift", intent="a customer wants a gift wrapped", behavior=Reply("Offer it."))
    why = asked(coach, BREAD).why("gift")
    assert (why.texts, why.nearest.kind) == (1, "intent")
    assert "known by its intent alone" in why.reason
    for call in (
        "coach.propose('gift', model)",
        "coach.similar('gift')",
        f"coach.edit('gift', add_examples=['{BREAD}'])",
    ):
        assert call in why.change


def test_what_has_texts_enough_is_taught_by_a_verdict_where_the_receipt_is_stored(shop):
    advice = shop.advise("I hear nothing of the thing")
    why = advice.why("parcel")
    assert why.outcome == "below_floor"
    assert why.change == f"coach.verdict({advice.receipt('parcel').id!r}, correct=False), if it should have applied"
    shop.verdict(why.receipt_id, correct=False)
    assert "parcel" in {receipt.coaching_id for receipt in shop.advise("I hear nothing of the thing").applied}
    (dry,) = shop.advise_batch(["I hear nothing of the thing"])
    assert "coach.verdict" not in dry.why("parcel").change


def test_a_never_here_that_silences_is_quoted_and_taking_it_away_changes_it(shop, opened, asked):
    said = "my parcel has not come, where is it"
    free = asked(shop, said).receipt("parcel").probability
    shop.edit("parcel", never=[said])
    silenced = asked(shop, said).receipt("parcel").probability
    assert silenced < free
    shop = opened(limits=Limits(deadline=60, floor=(silenced + free) / 2))
    why = asked(shop, said).why("parcel")
    assert (why.outcome, why.never.kind, why.never.text) == ("below_floor", "never here", said)
    assert (why.probability, why.without_never) == (pytest.approx(silenced, abs=1e-4), pytest.approx(free, abs=1e-4))
    assert 'a "never here" silences it' in why.change
    assert f"coach.edit('parcel', remove=['{said}'])" in why.change
    assert f'"{said}"' in str(why)
    shop.edit("parcel", never=[])
    assert asked(shop, said).why("parcel").applied


@pytest.mark.parametrize(
    ("fields", "outcome", "said", "change"),
    [
        ({"status": "archived"}, "archived", "it is archived", "coach.restore('x')"),
        ({"status": "draft"}, "draft", "it is a draft", "coach.promote('x', to='active')"),
        ({"expires_at": datetime.now(UTC) - HOUR}, "expired", "it expired at 2", "coach.edit('x', expires_at=None)"),
        ({"agent": "support"}, "out_of_scope", "the call had agent='sales'", "coach.edit('x', agent=None)"),
        ({"node": "n"}, "out_of_scope", "it is for node='n', and the call had node=None", "coach.edit('x', node=None)"),
        (
            {"tags": ["b", "a"]},
            "out_of_scope",
            "tags=['a', 'b'], and the call had tags=['a']",
            "coach.edit('x', tags=[])",
        ),
    ],
)
def test_what_was_not_looked_at_is_explained_and_the_call_that_it_names_changes_it(
    fields, outcome, said, change, shop, asked
):
    shop.add(id="x", intent="a bill", behavior=Reply("Explain the bill."), examples=["I want to pay my bill"], **fields)
    labels = {"agent": "sales", "tags": ["a"]}
    advice = asked(shop, "I want to pay my bill", **labels)
    assert advice.receipt("x") is None
    why = advice.why("x")
    assert (why.outcome, why.receipt_id) == (outcome, None)
    assert said in why.reason
    assert change in why.change
    assert why.probability >= why.floor
    assert f"{why.probability:.2f}, were it looked at" in str(why)
    eval(change, {"coach": shop})  # noqa: S307 - that it can be run is what is tested
    assert "x" in {receipt.coaching_id for receipt in asked(shop, "I want to pay my bill", **labels).applied}


def test_what_was_deleted_is_explained(shop, asked):
    shop.delete("refund")
    why = asked(shop, REFUND).why("refund")
    assert (why.outcome, why.revision, why.change) == ("deleted", 2, "coach.restore('refund')")
    shop.restore("refund")
    assert asked(shop, REFUND).why("refund").applied


@pytest.mark.parametrize("name", ["nothing", "", "' OR 1=1 --", "other's", "theirs"])
def test_what_is_not_in_the_namespace_is_said_to_be_none_of_it(name, shop, opened, asked):
    opened(namespace="other").add(id="theirs", intent="SECRET", behavior=Reply("SECRET"))
    why = asked(shop, REFUND).why(name)
    assert (why.outcome, why.probability) == ("not_found", None)
    assert "in the namespace 'default'" in why.reason
    assert "coach.list()" in why.change
    assert "SECRET" not in str(why)


def test_what_others_rank_before_is_explained(coach, asked):
    coach.add_many(
        {"id": f"bread-{n}", "intent": f"{BREAD} number {n}", "behavior": Reply(f"Say {n}.")} for n in range(40)
    )
    coach.add(id="refund", intent="a refund of an order", behavior=Reply("Refund it."), examples=[REFUND])
    why = asked(coach, BREAD).why("refund")
    assert (why.outcome, why.receipt_id) == ("not_ranked", None)
    assert "others rank before it" in why.reason
    assert why.probability < why.floor
    assert "coach.propose('refund', model)" in why.change


def test_what_left_no_receipt_though_it_was_a_candidate_is_explained(opened, asked):
    coach = opened(limits=Limits(deadline=60, considered=1))
    for name in ("refund", "other"):
        coach.add(id=name, intent="a refund of an order", behavior=Reply("Refund it."), examples=[REFUND])
    advice = asked(coach, REFUND)
    (receipt,) = advice.considered
    (left_out,) = {"refund", "other"} - {receipt.coaching_id}
    why = advice.why(left_out)
    assert why.outcome == "duplicate"
    assert receipt.coaching_id in why.reason
    assert why.change == f"coach.archive({left_out!r}) keeps one of the two"


def test_where_nobody_said_anything_that_is_why(shop, asked):
    for messages in ([], [AIMessage("Good day!")]):
        why = asked(shop, messages).why("refund")
        assert (why.outcome, why.situation) == ("nothing_said", ())
        assert why.change
    shop.archive("refund")
    assert asked(shop, []).why("refund").outcome == "archived"


def test_in_a_store_in_which_nothing_is_active_it_still_answers(opened, asked):
    coach = opened()
    assert asked(coach, REFUND).why("refund").outcome == "not_found"
    coach.add(id="refund", intent="a refund of an order", behavior=Reply("r"), examples=[REFUND], status="draft")
    why = asked(coach, REFUND).why("refund")
    assert (why.outcome, why.nearest.text) == ("draft", REFUND)
    assert why.probability >= why.floor


def test_a_language_that_the_embedded_embedder_does_not_know_is_named(shop, asked):
    german = "wo ist mein Paket, ich warte schon sehr lange darauf"
    advice = asked(shop, [HumanMessage("hallo"), AIMessage("Hallo."), HumanMessage(german)])
    assert not advice.applied
    for name in ("refund", "parcel"):
        assert "it looks like German" in advice.receipt(name).reason
        why = advice.why(name)
        assert why.language == "German"
        assert "multilingual embedder" in why.change
        assert f"coach.propose({name!r}, model, languages=[…])" in why.change
        assert "looks like German" in str(why)
    shop.archive("refund")
    assert "looks like German" in str(asked(shop, german).why("refund"))
    shop.edit("parcel", examples=[german])
    known = asked(shop, german)
    assert known.applied
    assert known.why("parcel").language is None


def test_of_another_embedder_no_language_is_claimed_unknown(opened, asked):
    coach = opened(embeddings=DeterministicFakeEmbedding(size=8))
    coach.add(id="parcel", intent="where a parcel is", behavior=Reply("r"))
    advice = asked(coach, "wo ist mein Paket, ich warte schon so lange")
    assert "German" not in "".join(receipt.reason for receipt in advice.considered)
    assert advice.why("parcel").language is None


def test_what_has_been_edited_since_is_explained_as_it_was_looked_at(shop, asked):
    advice = asked(shop, REFUND)
    shop.edit("refund", intent="how bread is baked", examples=[BREAD])
    why = advice.why("refund")
    assert (why.revision, why.intent, why.applied, why.nearest.text) == (1, "a refund of an order", True, REFUND)
    assert why.now == pytest.approx(why.probability, abs=1e-4)
    assert why.note.startswith("it is active at revision 2, whose probability would be 0.")
    assert why.note in str(why)
    shop.delete("refund", purge=True)
    why = advice.why("refund")
    assert (why.applied, why.note, why.nearest) == (True, "its history was erased", None)


def judge_badly(coach):
    """Coachings that were judged wrong a dozen times; what that has taken from all."""
    fill(coach)
    for n in range(12):
        coach.add(
            id=f"p-{n}", intent=f"a picnic in park {n}", behavior=Reply(f"Say {n}."), examples=[f"picnic {n} please"]
        )
        for receipt in coach.advise(f"picnic {n} please").applied:
            coach.verdict(receipt, correct=False)
    return coach.calibrate().reserve


def test_what_verdicts_have_taken_from_the_whole_store_is_said(coach, written_once, asked):
    reserve = written_once(judge_badly, coach.uri)
    assert reserve > 0
    why = asked(coach, REFUND).why("refund")
    assert why.reserve == pytest.approx(reserve)
    assert why.without_reserve > why.probability
    assert f"takes {reserve:.2f} from its logit; without, it would be {why.without_reserve:.2f}" in str(why)


def test_what_the_traffic_says_is_told(shop, asked):
    for n, what in enumerate(["lamp", "desk", "chair", "sofa", "table", "rug", "vase", "mirror", "shelf", "bed"]):
        for how in (
            "the colour of",
            "how tall is",
            "who makes",
            "is there a cheaper",
            "what does it cost to paint",
            "fix my",
        ):
            shop.advise(f"{how} {what} {n}")
    assert shop.calibrate().situations >= 50
    why = asked(shop, "how tall is the lamp").why("refund")
    assert why.without_traffic is not None
    assert "what else is said here" in str(why)


def test_a_failed_call_is_why_nothing_applied():
    advice = failed_advice("no coaching was looked up: the disk is full")
    why = advice.why("refund")
    assert (why.coaching_id, why.outcome, why.probability) == ("refund", "failed", None)
    assert "the disk is full" in why.reason
    assert why.change


def test_a_deadline_that_was_missed_says_what_gives_more_time(opened, shop):
    hasty = opened(limits=Limits(deadline=1e-9))
    hasty.load()
    advice = hasty.advise(f"{REFUND}, today")  # not embedded yet
    assert "Limits(deadline=…)" in advice.why("refund").change
    assert "deadline" in advice.why("refund").reason


def test_advice_from_json_explains_from_its_receipts_alone(shop, asked):
    advice = asked(shop, REFUND)
    again = Advice.from_json(json.loads(json.dumps(advice.to_json())))
    for name in ("refund", "parcel"):
        why, live = again.why(name), advice.why(name)
        assert (why.outcome, why.reason, why.probability) == (live.outcome, live.reason, live.probability)
        assert [(turn.speaker, turn.text) for turn in why.situation] == [("user", REFUND)]
        assert why.change
        assert why.reason in str(why)
    assert again.why("nothing").outcome == "not_known"
    assert "coach.advise(messages).why('nothing')" in again.why("nothing").change


def test_a_receipt_of_an_earlier_version_is_explained():
    old = Receipt(
        coaching_id="a", revision=1, probability=0.1, outcome="below_floor", situation="[withheld]",
        reason="probability 0.10 is below the floor of 0.30",
    )  # fmt: skip
    why = Advice(considered=[old]).why("a")
    assert (why.reason, why.situation[0].text) == (old.reason, "[withheld]")
    assert "why('a')" in why.change


def test_asking_why_is_no_part_of_the_value(shop, asked):
    advice = asked(shop, REFUND)
    bare = replace(advice, explain=None)
    assert advice == bare
    assert repr(advice) == repr(bare)
    assert advice.to_json() == bare.to_json()
    assert pickle.loads(pickle.dumps(advice)) == advice  # noqa: S301 - its own
    assert pickle.loads(pickle.dumps(advice)).why("refund").reason == advice.why("refund").reason  # noqa: S301 - its own
    assert copy.deepcopy(advice).why("parcel") == advice.why("parcel")
    assert replace(advice, seconds=1.0).why("parcel") == advice.why("parcel")
    assert asdict(advice)["considered"][0]["coaching_id"] == advice.considered[0].coaching_id


def test_it_is_json_and_frozen(shop, asked):
    why = asked(shop, REFUND).why("parcel")
    value = why.to_json()
    assert json.loads(json.dumps(value)) == value
    assert (value["coaching_id"], value["outcome"], value["applied"]) == ("parcel", "below_floor", False)
    assert value["nearest"]["text"] == why.nearest.text
    assert value["situation"][0]["weight"] == 1.0
    with pytest.raises(AttributeError):
        why.outcome = "applied"


def test_a_situation_of_many_turns_known_as_an_example_is_nearest(shop, asked):
    turns = [HumanMessage("I ordered a lamp"), AIMessage("Yes?"), HumanMessage("it is broken and I am cross")]
    said = tuple((m.content, isinstance(m, HumanMessage)) for m in reversed(turns))
    shop.edit("refund", examples=[REFUND, Example(text="it is broken and I am cross", turns=said)])
    why = asked(shop, turns).why("refund")
    assert (why.nearest.text, why.texts) == ("it is broken and I am cross", 3)
    assert why.applied
