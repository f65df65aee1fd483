"""Messages in, advice out: the three ways agree, labels and expiry are exact, and nothing ever raises."""

import asyncio
import json
import shutil
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from langgraph_coaching import Coach, Example, Handoff, Limits, Reply
from langgraph_coaching.errors import EmbedderError, EmbedderMismatchError, StoreError

FAR = 30.0
HALF = "\ud83d"
REFUND, PARCEL = "I want my money back for this order", "Where is my parcel? It should be here by now"
CONVERSATIONS = [
    REFUND,
    [HumanMessage(PARCEL)],
    [
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "Hi."},
        {"role": "user", "content": REFUND},
    ],
    {"role": "user", "content": PARCEL},
    [("human", "how do I bake rye bread at home")],
    [
        SystemMessage("You are helpful."),
        HumanMessage(REFUND),
        AIMessage("Which order?"),
        HumanMessage("the second one"),
    ],
    [
        HumanMessage([{"type": "text", "text": PARCEL}, {"type": "image_url", "image_url": {"url": "data:,"}}]),
        AIMessage("", tool_calls=[{"name": "track", "args": {}, "id": "1"}]),
        ToolMessage("lost", tool_call_id="1"),
    ],
]


def add_two(coach):
    """Two coachings that do not overlap."""
    coach.add(
        id="refund", intent="a refund of an order", behavior=Reply("Refund it."), examples=["can I get my money back"]
    )
    coach.add(
        id="parcel", intent="where a parcel is", behavior=Handoff("logistics"), examples=["my parcel has not arrived"]
    )


@pytest.fixture
def two(coach, written_once):
    """A coach with them."""
    written_once(add_two, coach.uri)
    return coach


def seen(advice):
    """Everything of advice but ids and times; probabilities as exact as two orders of one sum can be."""
    return [
        (r.coaching_id, r.revision, r.outcome, r.reason, pytest.approx(r.probability, abs=1e-5))
        for r in advice.considered
    ] + [advice.prompt, advice.situation]


def test_all_three_ways_give_the_same_advice(two):
    together = [seen(advice) for advice in two.advise_batch(CONVERSATIONS)]
    assert [seen(two.advise(messages)) for messages in CONVERSATIONS] == together
    assert [seen(asyncio.run(two.aadvise(messages))) for messages in CONVERSATIONS] == together


def test_what_fits_applies_and_what_is_unrelated_does_not(two, ask):
    assert [r.coaching_id for r in ask(two, REFUND).applied] == ["refund"]
    assert [r.coaching_id for r in ask(two, PARCEL).applied] == ["parcel"]
    silent = ask(two, "how do I bake rye bread at home")
    assert (silent.applied, silent.prompt) == ([], "")
    assert {r.outcome for r in silent.considered} == {"below_floor"}


def test_a_call_takes_no_longer_than_it_says(two, ask):
    started = time.perf_counter()
    advice = ask(two, REFUND)
    assert 0 < advice.seconds <= time.perf_counter() - started


@pytest.mark.parametrize(
    ("scope", "labels", "speaks"),
    [
        ({}, {}, True),
        ({}, {"agent": "a", "node": "n", "tags": ["x"]}, True),
        ({"agent": "support"}, {"agent": "support"}, True),
        ({"agent": "support"}, {"agent": "Support"}, False),
        ({"agent": "support"}, {"agent": "support2"}, False),
        ({"agent": "support"}, {}, False),
        ({"node": "answer"}, {"agent": "answer"}, False),
        ({"node": "answer"}, {"node": "answer"}, True),
        ({"tags": ["vip", "eu"]}, {"tags": ["eu", "vip", "x"]}, True),
        ({"tags": ["vip", "eu"]}, {"tags": ["vip"]}, False),
        ({"tags": ["vip"]}, {"agent": "vip", "node": "vip"}, False),
        ({"tags": ["vip"]}, {"tags": "vip"}, True),
    ],
)
def test_scope_labels_are_exact(scope, labels, speaks, coach, ask):
    coach.add(id="everywhere", intent="a parcel", behavior=Reply("r"))
    coach.add(id="scoped", intent="a refund", behavior=Reply("r"), **scope)
    assert ("scoped" in {r.coaching_id for r in ask(coach, REFUND, **labels).considered}) is speaks


@pytest.mark.parametrize(
    ("fields", "speaks"),
    [
        ({"expires_at": datetime.now(UTC) + timedelta(hours=1)}, True),
        ({"expires_at": datetime.now(UTC) - timedelta(hours=1)}, False),
        ({"status": "draft"}, False),
        ({"status": "archived"}, False),
    ],
)
def test_what_has_expired_or_is_not_active_is_not_even_considered(fields, speaks, coach, ask):
    coach.add(intent="a refund", behavior=Reply("r"), **fields)
    assert bool(ask(coach, REFUND).considered) is speaks


def test_it_expires_while_the_coach_is_open(two, monkeypatch):
    two.edit("refund", expires_at=datetime.now(UTC) + timedelta(days=1))
    assert two.advise(REFUND).applied

    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz=None):
            return super().now(tz) + timedelta(days=2)

    monkeypatch.setattr("langgraph_coaching.recall.adviser.datetime", Tomorrow)
    assert "refund" not in {r.coaching_id for r in two.advise(REFUND).considered}


def test_only_the_head_is_recalled_at_its_exact_revision(two, ask):
    edited = two.edit("refund", behavior=Reply("Ask for the receipt first."))
    advice = ask(two, REFUND)
    (receipt,) = advice.applied
    assert (receipt.coaching_id, receipt.revision, receipt.content_hash) == ("refund", 2, edited.content_hash)
    assert "Ask for the receipt first." in advice.prompt
    assert "Refund it." not in advice.prompt


def test_what_is_private_never_reaches_the_prompt(coach, ask):
    coach.add(
        intent="a refund of an order", behavior=Reply("Refund it."), notes="SECRET", author="SECRET",
        examples=[Example(text=f"{REFUND} SECRET")], never=["SECRET"],
        source={"trace_id": "SECRET", "step": 1, "excerpt": "SECRET"},
    )  # fmt: skip
    advice = ask(coach, REFUND)
    assert advice.applied
    assert "SECRET" not in advice.prompt


def test_namespaces_never_mix(opened, ask):
    acme, other = opened(namespace="acme"), opened(namespace="other")
    for coach, text in ((acme, "Of acme."), (other, "Of the other.")):
        coach.add(id="same", intent="a refund", behavior=Reply(text), examples=[REFUND])
    assert "Of acme." in ask(acme, REFUND).prompt
    assert "Of the other." not in ask(acme, REFUND).prompt
    assert ask(opened(namespace="acme'"), REFUND).considered == []


@pytest.mark.parametrize("messages", [[], "", "   ", [SystemMessage("Be kind.")], [AIMessage("Hello.")]])
def test_where_nobody_asks_anything_there_is_no_advice_and_no_receipt(messages, two, ask):
    assert ask(two, messages).considered == []
    assert two.advise_batch([messages])[0].considered == []


def test_an_absent_store_gives_no_advice_and_stays_absent(coach, ask, folder):
    assert ask(coach, REFUND).considered == []
    assert coach.advise_batch([REFUND, PARCEL])[1].considered == []
    coach.flush()
    assert not folder.exists()


@pytest.mark.parametrize(
    "messages", [None, 5, object(), [None], [5], [{"role": "martian", "content": "x"}], {"x": 1}, {"messages": []}]
)
def test_odd_messages_are_no_reason_to_raise(messages, two, ask):
    advice = ask(two, messages)
    assert (advice.prompt, advice.applied) == ("", [])
    assert advice.failure.startswith("no coaching was looked up: these are no messages")
    (receipt,) = advice.considered
    assert (receipt.outcome, receipt.coaching_id, receipt.probability) == ("failed", None, 0.0)


def test_half_a_character_in_a_message_is_no_reason_to_fail(two, ask):
    assert [r.coaching_id for r in ask(two, REFUND + " \ud83d").applied] == ["refund"]
    two.flush()
    assert any("\ufffd" in r.situation for r in two.receipts(coaching_id="refund"))


@pytest.mark.parametrize("label", [{"agent": HALF}, {"node": HALF}, {"tags": [HALF, "vip"]}, {"thread_id": HALF}])
def test_half_a_character_in_a_label_is_whole_in_what_is_handed_out(two, ask, label):
    advice = ask(two, REFUND, **label)
    assert "\ufffd" in json.dumps(advice.to_json(), ensure_ascii=False).encode().decode()


class Faulty(DeterministicFakeEmbedding):
    """Good for saving; what happens to a question is up to the test."""

    def embed_query(self, text):
        return self.__dict__["happens"](text)

    def then(self, happens):
        self.__dict__["happens"] = happens
        return self


def boom(text):
    raise RuntimeError("429: quota")


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (boom, "the embedder Faulty failed: RuntimeError: 429: quota; check its key, address and quota"),
        (lambda text: [float("nan")] * 8, "the embedder Faulty returned something unusable"),
        (lambda text: None, "the embedder Faulty returned something unusable"),
        (lambda text: [1.0] * 9, "holds vectors of Faulty (8), you gave Faulty (9)"),
    ],
)
def test_a_faulty_embedder_gives_empty_advice_that_says_why(happens, reason, opened, ask):
    embeddings = Faulty(size=8).then(lambda text: [1.0] * 8)
    coach = opened(embeddings=embeddings)
    coach.add(intent="a refund", behavior=Reply("r"))
    embeddings.then(happens)
    advice = ask(coach, REFUND)
    assert reason in advice.failure
    assert advice.prompt == ""
    coach.flush()
    assert reason in coach.receipts()[0].reason


class Waiting(DeterministicFakeEmbedding):
    """Waits with a question until the test is over, in its own asynchronous way where told so."""

    def embed_query(self, text):
        self.__dict__["release"].wait(FAR)
        return super().embed_query(text)


class AwaitingForever(Waiting):
    async def aembed_query(self, text):
        await asyncio.Event().wait()


@pytest.fixture(params=[Waiting, AwaitingForever])
def waiting(request):
    embeddings = request.param(size=8)
    embeddings.__dict__["release"] = threading.Event()
    yield embeddings
    embeddings.__dict__["release"].set()


def test_a_slow_embedder_gives_empty_advice_in_time(waiting, opened, ask):
    opened(embeddings=waiting).add(intent="a refund", behavior=Reply("r"))
    coach = opened(embeddings=waiting, limits=Limits(deadline=0.2))
    coach.load()  # however busy the machine: it is the embedder that is slow
    started, before = time.monotonic(), set(threading.enumerate())  # those that wait since an earlier test
    for number in range(12):
        advice = ask(coach, f"{REFUND} {number}")
        assert (
            "longer than the deadline of 0.2 s" in advice.failure or "earlier calls are still running" in advice.failure
        )
    assert time.monotonic() - started < FAR
    assert sum(thread.name == "coaching-advise" for thread in {*threading.enumerate()} - before) <= 9


def test_a_slow_embedder_takes_no_thread_from_the_event_loop(waiting, opened):
    opened(embeddings=waiting).add(intent="a refund", behavior=Reply("r"))
    coach = opened(embeddings=waiting, limits=Limits(deadline=0.1))

    async def main():
        advice = await asyncio.gather(*(coach.aadvise(f"{REFUND} {number}") for number in range(40)))
        assert all(one.failure for one in advice)
        return await asyncio.to_thread(lambda: "the agent goes on")

    started = time.monotonic()
    assert asyncio.run(main()) == "the agent goes on"
    assert time.monotonic() - started < FAR


class Other(DeterministicFakeEmbedding):
    """Another class, another name."""


@pytest.mark.parametrize("wrong", [Other(size=8), DeterministicFakeEmbedding(size=9)])
def test_another_embedder_is_refused_when_writing_and_asking_and_reembed_is_the_way_out(wrong, opened, ask):
    right = opened(embeddings=DeterministicFakeEmbedding(size=8))
    right.add(id="c-1", intent="a refund", behavior=Reply("r"))
    coach = opened(embeddings=wrong)
    said = f"holds vectors of DeterministicFakeEmbedding (8), you gave {type(wrong).__name__}"
    with pytest.raises(EmbedderMismatchError) as caught:
        coach.add(intent="a parcel", behavior=Reply("r"))
    assert said in str(caught.value)
    assert "run `langgraph-coaching reembed` once" in str(caught.value)
    with pytest.raises(EmbedderMismatchError):
        coach.edit("c-1", notes="x")
    with pytest.raises(EmbedderMismatchError):
        coach.advise_batch(["a refund"])
    advice = ask(coach, "a refund")
    assert said in advice.failure
    assert [c.id for c in coach.list()] == ["c-1"]
    coach.reembed()
    assert ask(coach, "a refund").considered[0].coaching_id == "c-1"
    assert coach.add(intent="a parcel", behavior=Reply("r")).revision == 1
    assert ask(right, "a refund").failure is not None


def test_looking_back_raises_what_fails(two, folder, monkeypatch):
    def broken(texts):
        raise RuntimeError("429")

    monkeypatch.setattr(two.embeddings, "embed_documents", broken)
    with pytest.raises(EmbedderError, match="429"):
        two.advise_batch([REFUND])
    shutil.rmtree(folder)
    with pytest.raises(StoreError, match="missing"):
        two.advise_batch([REFUND])


def damage(folder):
    for file in folder.rglob("*.manifest"):
        file.write_bytes(b"")


@pytest.mark.parametrize(
    ("fault", "reason"), [(shutil.rmtree, "Files of it are missing"), (damage, "Files of it are damaged")]
)
def test_a_broken_store_gives_empty_advice_that_says_why(fault, reason, two, opened, folder, ask):
    assert ask(two, REFUND).applied
    fault(folder / "coachings.lance")
    advice = ask(two, REFUND)
    assert reason in advice.failure
    assert advice.prompt == ""
    if fault is damage:
        assert reason in ask(opened(), REFUND).failure


def test_asking_from_many_threads_and_tasks_agrees(two):
    alone = {messages: seen(two.advise(messages)) for messages in (REFUND, PARCEL)}
    found = []

    def work(messages):
        found.extend(seen(two.advise(messages)) == alone[messages] for _ in range(20))

    threads = [threading.Thread(target=work, args=(messages,)) for messages in (REFUND, PARCEL) * 3]
    for thread in threads:
        thread.start()

    async def main():
        return await asyncio.gather(*(two.aadvise(messages) for messages in (REFUND, PARCEL) * 20))

    tasks = asyncio.run(main())
    for thread in threads:
        thread.join()
    assert found == [True] * 120
    assert [seen(advice) for advice in tasks] == [alone[messages] for messages in (REFUND, PARCEL) * 20]


class Plain:
    """Embeddings by shape alone, not by class."""

    def __init__(self):
        self.inner = DeterministicFakeEmbedding(size=8)

    def embed_query(self, text):
        return self.inner.embed_query(text)

    def embed_documents(self, texts):
        return self.inner.embed_documents(texts)


def test_embeddings_need_not_inherit(opened, ask):
    assert not isinstance(Plain(), Embeddings)
    coach = opened(embeddings=Plain())
    coach.add(id="c-1", intent="a refund", behavior=Reply("r"))
    assert ask(coach, "a refund").considered[0].coaching_id == "c-1"


def test_the_coach_says_which_embeddings_it_uses(folder):
    embeddings = DeterministicFakeEmbedding(size=8)
    assert Coach(folder, embeddings=embeddings).embeddings is embeddings
