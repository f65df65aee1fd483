"""The pipeline: from messages to advice by pure calls, without the store, the clock or a model."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from langchain_core.messages import AIMessage

from langgraph_coaching import Coaching, Example, Limits, Reply
from langgraph_coaching.coaching.model import Labels
from langgraph_coaching.recall.embedder import Embedder
from langgraph_coaching.recall.minilm import MiniLM
from langgraph_coaching.recall.pipeline import NothingToRecall, Pipeline, read_situation
from langgraph_coaching.recall.scoring.background.cache import PACKAGED, unpack
from langgraph_coaching.recall.scoring.coaching_vectors import vectors_of
from langgraph_coaching.recall.scoring.head import Head, fit_heads
from langgraph_coaching.recall.snapshot import Snapshot

NOW = datetime(2030, 1, 1, tzinfo=UTC)
LATER = datetime(2031, 1, 1, tzinfo=UTC)
ASKED = ["I want my money back please", "how late are you open today?", "the weather is nice"]
COACHINGS = [
    Coaching(
        id="hours",
        intent="the opening hours",
        behavior=Reply("Nine to five."),
        examples=(Example(text="when are you open"),),
        expires_at=LATER,
    ),
    Coaching(
        id="refund",
        intent="a refund",
        behavior=Reply("Offer a voucher."),
        examples=(Example(text="I want my money back"),),
    ),
]


@pytest.fixture(scope="module")
def embedder():
    return Embedder(MiniLM())


@pytest.fixture(scope="module")
def pipeline(embedder):
    background = unpack(PACKAGED.read_bytes())
    vectors = vectors_of(COACHINGS, embedder, lambda _: background)
    heads = [Head(coaching, np.stack(rows)) for coaching, rows in zip(COACHINGS, vectors, strict=True)]
    snapshot = Snapshot.of(1, heads, fit_heads(heads, background), background)
    return Pipeline(snapshot, Labels(), Limits(), "shop", english=True)


def advised(pipeline, embedder, text, now=NOW, judged=None):
    situation = read_situation(text)
    located = pipeline.locate(situation, embedder.query(situation.texts))
    (candidates,) = pipeline.rank([located], now)
    return pipeline.choose(situation, located, candidates, judged)


def told(advice):
    return [(one.coaching_id, one.outcome, one.probability, one.reason, one.namespace) for one in advice.considered]


def test_equal_arguments_give_equal_advice(pipeline, embedder):
    first, second = (advised(pipeline, embedder, ASKED[0]) for _ in range(2))
    assert told(first) == told(second)
    assert first.prompt == second.prompt
    assert [one.coaching_id for one in first.applied] == ["refund"]


def test_many_situations_are_advised_as_each_alone(pipeline, embedder):
    situations = [None, *map(read_situation, ASKED)]
    texts = [text for one in situations if one for text in one.texts]
    vectors = dict(zip(texts, embedder.documents(texts), strict=True))
    nothing, *found = pipeline.advise_all(situations, vectors, NOW)
    assert nothing.considered == []
    assert [told(one) for one in found] == [told(advised(pipeline, embedder, text)) for text in ASKED]


def test_the_time_is_the_callers(pipeline, embedder):
    assert {one.coaching_id for one in advised(pipeline, embedder, ASKED[1]).considered} == {"hours", "refund"}
    assert {one.coaching_id for one in advised(pipeline, embedder, ASKED[1], LATER).considered} == {"refund"}


def test_what_the_judge_denies_is_not_chosen(pipeline, embedder):
    assert advised(pipeline, embedder, ASKED[0], judged={"refund": False}).applied == []


def test_there_is_nothing_to_recall_before_a_user_has_spoken_or_while_nothing_is_active(pipeline, embedder):
    with pytest.raises(NothingToRecall) as silent:
        read_situation([AIMessage("Hello")])
    assert silent.value.situation is None
    with pytest.raises(NothingToRecall) as empty:
        advised(replace(pipeline, snapshot=Snapshot.empty()), embedder, ASKED[0])
    assert empty.value.situation.text == f"user: {ASKED[0]}"
