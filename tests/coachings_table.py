"""A store in a temporary folder, and vectors that need no model."""

import hashlib

import numpy as np
import pytest

from langgraph_coaching.coaching.behavior import Reply
from langgraph_coaching.coaching.coachings import Coachings
from langgraph_coaching.coaching.model import Coaching
from langgraph_coaching.recall.scoring.coaching_vectors import texts_of
from langgraph_coaching.storage.database import Database


def hashed(texts, dimension=4):
    """Unit vectors that are a function of the text alone."""
    seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) for text in texts]
    rows = np.stack([np.random.default_rng(seed).normal(size=dimension) for seed in seeds])
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


class Shelf(Coachings):
    """A store that embeds by itself."""

    dimension = 4

    def save(self, *coachings):
        self.insert(coachings, [hashed(texts_of(coaching), self.dimension) for coaching in coachings])


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def shelf(folder):
    """Opens the store of the test's folder, anew at every call."""

    def opened(namespace="default", embedder="hash", dimension=4, folder=folder):
        found = Shelf(Database(folder), namespace, embedder)
        found.dimension = dimension
        return found

    return opened


@pytest.fixture
def coaching():
    def made(name="c-1", **fields):
        return Coaching(**{"id": name, "intent": "a customer asks", "behavior": Reply("Answer."), **fields})

    return made


@pytest.fixture
def embed():
    return hashed
