"""Of a revision only what is new is embedded, and its vectors are those of all its texts all the same."""

import numpy as np
import pytest

from langgraph_coaching import Coach, Example, Reply
from langgraph_coaching.authoring import revision_vectors
from langgraph_coaching.authoring.repository import Repository
from langgraph_coaching.coaching.coachings import Coachings
from langgraph_coaching.recall.scoring.coaching_vectors import vectors_of

WORDS = ("once", "twice", "thrice", "early", "late", "again", "never", "often")
ASKED = [f"a customer asks {word} about the parcel" for word in WORDS]
TURNS = (("where is it", True), ("On its way.", False), ("and when does it come", True))


@pytest.fixture
def embedded(coach, monkeypatch):
    """The texts that were embedded since they were last looked at."""
    texts, embed = [], coach.embeddings.embed_documents

    def counted(asked):
        texts.extend(asked)
        return embed(asked)

    monkeypatch.setattr(coach.embeddings, "embed_documents", counted)
    coach.add(id="c-1", intent="a parcel is late", behavior=Reply("Say sorry."), examples=ASKED, never=["a letter"])
    texts.clear()
    return texts


def stored_as_embedded(coach: Coach) -> bool:
    """Whether the vectors of the latest revision are those of its texts."""
    repository = coach._parts[Repository.__name__]
    latest = coach.history("c-1")[-1]
    stored = repository._store.vectors("c-1", latest.revision)
    (expected,) = vectors_of([latest], repository._embedder, repository._background)
    return len(stored) == len(expected) and np.array_equal(np.stack(stored), np.stack(expected))


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({"notes": "seen"}, 1),
        ({"intent": "a parcel is lost"}, 1),
        ({"add_examples": ["it never came"]}, 2),
        ({"add_examples": [Example(text="and when", turns=TURNS)]}, 1 + len(TURNS)),
        ({"add_never": ["a letter is late"], "remove": [ASKED[0]]}, 2),
        ({"never": []}, 1),
        ({"examples": ASKED[::-1]}, 1),
        ({"examples": ["another"]}, 3),
    ],
)
def test_only_what_is_new_is_embedded(coach, embedded, changes, count):
    coach.edit("c-1", **changes)
    assert len(embedded) == count
    assert stored_as_embedded(coach)
    coach.edit("c-1", priority=3)
    assert stored_as_embedded(coach)


def test_conversations_stay_as_they_are(coach, embedded):
    coach.edit("c-1", add_examples=[Example(text="and when", turns=TURNS)])
    embedded.clear()
    coach.delete("c-1")
    coach.restore("c-1")
    assert len(embedded) == 2
    assert stored_as_embedded(coach)


@pytest.mark.parametrize("stored", [None, [np.zeros(3)]])
def test_without_stored_vectors_all_are_embedded(coach, embedded, monkeypatch, stored):
    with monkeypatch.context() as gone:
        gone.setattr(Coachings, "vectors", lambda *_: stored)
        coach.edit("c-1", notes="seen")
    assert len(embedded) == 1 + len(ASKED) + 1
    assert stored_as_embedded(coach)


def test_of_few_examples_all_are_embedded(coach, embedded, monkeypatch):
    monkeypatch.setattr(revision_vectors, "LEAST", 10)
    coach.edit("c-1", notes="seen")
    assert len(embedded) == 1 + len(ASKED) + 1


def test_there_are_none_of_a_revision_that_is_not_there(coach, embedded):
    store = coach._parts[Repository.__name__]._store
    assert (store.vectors("c-1", 7), store.vectors("none", 1)) == (None, None)
    coach.add(id="c-2", intent="a letter is late", behavior=Reply("Say sorry."))
    assert len(store.vectors("c-2", 1)) == 1
