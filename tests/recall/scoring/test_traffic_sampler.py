"""The sample of a namespace's situations: bounded, the same for everybody, without a text, and never in the way."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langgraph_coaching import Reply, import_traces
from langgraph_coaching.errors import EmbedderError
from langgraph_coaching.recall.embedder import Embedder
from langgraph_coaching.recall.minilm import MiniLM
from langgraph_coaching.recall.scoring import traffic as sample_module
from langgraph_coaching.recall.scoring import traffic_sampler as survey_module
from langgraph_coaching.recall.scoring.traffic import LEAST, TrafficTable
from langgraph_coaching.recall.scoring.traffic_sampler import TOGETHER
from langgraph_coaching.recall.situation import Situation
from parts import database_of, sampler_of

SAID = [
    f"{how} {what}"
    for what in (
        "a lamp",
        "my order",
        "the shoes",
        "a parcel",
        "coffee",
        "a coat",
        "the desk",
        "a bill",
        "tea",
        "a car",
    )
    for how in ("where is", "who sells", "I broke", "please cancel", "how heavy is", "I love", "insure", "what about")
]


def heard(*texts):
    return [Situation(((text, True),)) for text in texts]


def row_count(coach):
    table = database_of(coach).table("traffic")
    return 0 if table is None else table.count_rows()


def lots_of(coach):
    """The sample as it stands in the store, in order."""
    return [*TrafficTable(database_of(coach), coach.namespace, Embedder(coach.embeddings).id).read()]


@pytest.fixture
def warm(coach):
    """A coach with a coaching, whose agents have met enough to count."""
    coach.add(intent="where an order is", behavior=Reply("Look it up."))
    sampler_of(coach).note(heard(*SAID))
    return coach


words = st.text(st.characters(codec="utf-8"), min_size=1).map(str.strip).filter(bool)


@given(st.lists(st.tuples(words, st.booleans()), max_size=5))
def test_a_situation_is_read_as_it_was_written(turns):
    said = Situation(tuple(turns))
    read = Situation.read(said.text)
    if not any(f"\n{who}: " in f"\n{text}" for text, _ in turns for who in ("user", "agent")):
        assert read == said
    assert all(text for text, _ in read.turns)


def test_what_one_process_has_noted_another_uses(warm, opened):
    other = opened()
    assert sampler_of(other).traffic(384) is not None
    asked = "is my order with the courier"
    assert other.advise(asked).considered[0].probability == warm.advise(asked).considered[0].probability


def test_one_call_and_a_batch_and_both_call_styles_use_it(warm, opened, ask):
    asked = "is my order with the courier"
    (together,) = warm.advise_batch([asked])
    assert ask(warm, asked).considered[0].probability == pytest.approx(together.considered[0].probability, abs=1e-6)
    alone = opened(namespace="cold")
    alone.add(intent="where an order is", behavior=Reply("Look it up."))
    assert ask(alone, asked).considered[0].probability != pytest.approx(together.considered[0].probability, abs=1e-6)


def test_the_sample_is_bounded_and_the_same_in_any_order(opened, monkeypatch):
    monkeypatch.setattr(survey_module, "MOST", 30)
    monkeypatch.setattr(sample_module, "MOST", 30)
    shuffled = sorted(SAID, key=lambda text: text[::-1])
    one, other = opened(namespace="one"), opened(namespace="other")
    sampler_of(one).note(heard(*SAID))
    for start in range(0, len(shuffled), 7):
        sampler_of(other).note(heard(*shuffled[start : start + 7]))
    lots = [lots_of(coach) for coach in (one, other)]
    assert lots[0] == lots[1]
    assert len(lots[0]) == 30


def test_namespaces_and_embedders_do_not_mix(warm, opened):
    assert sampler_of(opened(namespace="other")).traffic(384) is None

    class Other(MiniLM):
        model = "another"

    assert sampler_of(opened(embeddings=Other())).traffic(384) is None
    assert sampler_of(warm).traffic(384) is not None
    assert sampler_of(warm).traffic(1_024) is None


def test_it_keeps_no_text(warm):
    table = database_of(warm).table("traffic")
    assert "order" not in json.dumps(table.to_arrow().drop(["vector"]).to_pylist())
    assert row_count(warm) == len(SAID)


def test_noted_again_nothing_is_written(warm):
    version = database_of(warm).table("traffic").version
    assert sampler_of(warm).note(heard(*SAID)) == len(SAID)
    assert database_of(warm).table("traffic").version == version


@pytest.fixture
def asked(coach, monkeypatch):
    """Every text whose vector was computed since the first coaching was saved."""
    coach.add(intent="where an order is", behavior=Reply("Look it up."))
    texts, embed = [], coach.embeddings.embed_query

    def listened(text):
        texts.append(text)
        return embed(text)

    monkeypatch.setattr(coach.embeddings, "embed_query", listened)
    return texts


def test_running_agents_fill_it_without_embedding_anything_twice(coach, asked):
    for text in SAID[:TOGETHER]:
        coach.advise(text)
    coach.flush()
    assert row_count(coach) == TOGETHER
    assert len(asked) == TOGETHER


def test_a_few_wait_for_others_and_are_in_the_receipts_meanwhile(opened):
    coach = opened()
    coach.add(intent="where an order is", behavior=Reply("Look it up."))
    for text in SAID[: TOGETHER - 1]:
        coach.advise(text)
    coach.flush()
    assert row_count(coach) == 0
    assert coach.calibrate().situations == TOGETHER - 1


def test_an_agent_meets_its_own_traffic_at_once(opened):
    coach = opened()
    coach.add(intent="where an order is", behavior=Reply("Look it up."))
    cold = coach.advise("is my order with the courier").considered[0].probability
    for text in SAID:
        coach.advise(text)
    coach.flush()
    assert len(SAID) // TOGETHER * TOGETHER >= LEAST
    assert coach.advise("is my order with the courier").considered[0].probability != cold


def test_what_was_said_goes_in_as_redacted(coach, asked, opened):
    hidden = opened(embeddings=coach.embeddings, redact=lambda text: text.replace("4711", "####"))
    for text in SAID[:TOGETHER]:
        hidden.advise(f"{text} 4711")
    hidden.flush()
    assert sorted(asked[TOGETHER:]) == sorted(f"{text} ####" for text in SAID[:TOGETHER])


def test_imported_runs_count_after_calibrate(coach):
    coach.add(intent="where an order is", behavior=Reply("Look it up."))
    rows = [
        {"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": "One moment."}]}
        for text in SAID
    ]
    coach.traces.add(import_traces(rows, format="openai"))
    cold = coach.advise("is my order with the courier").considered[0].probability
    found = coach.calibrate()
    assert (found.coachings, found.situations) == (1, len(SAID) + 1)  # and what was asked just now
    assert coach.advise("is my order with the courier").considered[0].probability != cold
    assert coach.calibrate() == found


def test_a_damaged_sample_is_not_in_the_way(warm, opened, caplog):
    for file in Path(warm.uri, "traffic.lance").rglob("*"):
        if file.is_file():
            file.write_bytes(b"damaged")
    coach = opened()
    assert coach.advise("where is my order").applied
    assert "without the store's own traffic" in caplog.text
    shutil.rmtree(Path(warm.uri, "traffic.lance"))
    assert opened().advise("where is my order").applied


@pytest.fixture
def dislike(coach, monkeypatch):
    """Makes the coach's embedder have no vector for some texts."""
    known = MiniLM()

    def none_for(disliked):
        def embed(text):
            return [0.0] * 384 if disliked in text else known.embed_query(text)

        monkeypatch.setattr(coach.embeddings, "embed_query", embed)
        monkeypatch.setattr(coach.embeddings, "embed_documents", lambda texts: [embed(text) for text in texts])

    return none_for


@pytest.mark.parametrize("disliked", SAID[:3])
def test_a_text_without_a_vector_keeps_no_other_out(coach, dislike, disliked):
    dislike(disliked)
    assert sampler_of(coach).note(heard(*SAID[:3])) == 2
    assert sampler_of(coach).note(heard(*SAID)) == len(SAID) - 1


def test_an_embedder_that_is_down_is_said(coach, dislike):
    dislike("")
    with pytest.raises(EmbedderError):
        sampler_of(coach).note(heard(*SAID))


def test_an_embedder_that_is_down_is_no_fault_of_a_running_agent(coach, dislike):
    dislike("")
    sampler_of(coach).met(heard(*SAID))
    assert row_count(coach) == 0


def test_where_situations_are_is_known_from_the_sample_or_embedded_once(warm, opened, dislike):
    other = sampler_of(opened())
    new = heard("my cat has learned to play the piano")
    known = other.places([*heard(*SAID[:3]), *new], 384)
    assert all(place is not None for place in known)
    dislike("")  # from now on nothing can be embedded, and nothing has to be
    assert other.places([*new, *heard(*SAID[:3])], 384) == [known[3], *known[:3]]
    assert row_count(warm) == len(SAID)  # looking adds nothing to the traffic


def test_where_there_is_no_vector_or_no_time_there_is_no_place(coach, dislike):
    assert sampler_of(coach).places(heard(*SAID[:3]), 384, within=0.0) == [None] * 3
    dislike(SAID[1])
    found = sampler_of(coach).places(heard(*SAID[:3]), 384)
    assert [place is None for place in found] == [False, True, False]
