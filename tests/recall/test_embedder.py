"""Any LangChain embeddings: checked, unit length, the same for the same text, and known by a name."""

import asyncio
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings

from langgraph_coaching.errors import EmbedderError, InvalidCoachingError, MissingExtraError
from langgraph_coaching.recall.embedder import CACHE, Embedder, embedder_id, embeddings_of, unit
from langgraph_coaching.recall.minilm import DIMENSION, MiniLM
from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
from langgraph_coaching.storage.database import Database

pytestmark = pytest.mark.usefixtures("computed_anew")

TEXTS = ["I want my money back", "Where is my parcel?", "汉字 and 👩‍👩‍👧", "x" * 5_000, "   ", "I want my money back"]


class Given(Embeddings):
    """Returns or raises what it is given, and counts."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    def embed_query(self, text):
        self.asked.append(text)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def embed_documents(self, texts):
        return [self.embed_query(text) for text in texts]


class Awaiting(Given):
    async def aembed_query(self, text):
        self.asked.append(("awaited", text))
        return self.answer


@pytest.fixture(scope="module")
def minilm():
    return Embedder(MiniLM())


@pytest.fixture(params=["query", "aquery", "documents"])
def embed(request):
    """Embeds texts in one of the three ways."""

    def call(embedder, texts):
        if request.param == "aquery":
            return asyncio.run(embedder.aquery(texts))
        return getattr(embedder, request.param)(texts)

    return call


def test_a_text_has_the_same_vector_alone_and_beside_others(minilm, embed):
    together = embed(minilm, TEXTS)
    alone = np.vstack([embed(Embedder(minilm.embeddings), [text]) for text in TEXTS])
    assert np.array_equal(together, alone)
    assert np.array_equal(together[0], together[-1])


def test_two_instances_and_all_ways_agree(minilm):
    other = Embedder(MiniLM())
    assert np.array_equal(minilm.documents(TEXTS), other.query(TEXTS))
    assert np.array_equal(minilm.documents(TEXTS), asyncio.run(Embedder(MiniLM()).aquery(TEXTS)))


@settings(deadline=None, max_examples=30)
@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=200))
def test_any_text_has_a_unit_vector(minilm, text):
    (vector,) = minilm.query([text])
    assert vector.shape == (DIMENSION,)
    assert vector.dtype == np.float32
    assert math.isclose(float(np.linalg.norm(vector)), 1.0, rel_tol=1e-5)


def test_a_process_loads_the_model_and_its_background_once(tmp_path):
    shelves = [BackgroundCache(Database(tmp_path / name, None), Embedder(MiniLM())) for name in ("one", "other")]
    assert shelves[0].background(DIMENSION) is shelves[1].background(DIMENSION)
    assert MiniLM().load() is MiniLM().load()


def test_it_means_something(minilm):
    money, back, bread = minilm.query(["I want my money back", "please refund me", "how do I bake rye bread"])
    assert money @ back > money @ bread + 0.2


def test_half_a_character_is_no_reason_to_fail(minilm, embed):
    assert np.array_equal(embed(minilm, ["half \ud83d"]), embed(minilm, ["half ?"]))


@pytest.mark.parametrize(
    "answer",
    [
        [], [[1.0, 2.0]], [0.0, 0.0], [math.nan, 1.0], [math.inf, 1.0], ["a", "b"], None, 1.0, "no",
        [[1.0], [2.0, 3.0]], {"x": 1.0},
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_vector_is_refused(answer, embed):
    with pytest.raises(EmbedderError, match="the embedder Given returned something unusable"):
        embed(Embedder(Given(answer)), ["x"])


def test_too_few_or_uneven_vectors_are_refused():
    class Short(Given):
        def embed_documents(self, texts):
            return self.answer

    for answer in ([[1.0, 0.0]], [[1.0, 0.0], [1.0]]):
        with pytest.raises(EmbedderError, match="expected 2 vectors of equal length"):
            Embedder(Short(answer)).documents(["x", "y"])


@pytest.mark.parametrize("error", [RuntimeError("429 no quota"), KeyError("k"), TimeoutError(), UnicodeError("u")])
def test_what_it_raises_says_which_embedder_and_what_to_check(error, embed):
    with pytest.raises(EmbedderError, match=f"Given failed: {type(error).__name__}.*key, address and quota") as caught:
        embed(Embedder(Given(error)), ["x"])
    assert type(caught.value.__cause__) is type(error)


_NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.lists(_NUMBERS, min_size=3, max_size=3).filter(any), min_size=1, max_size=5))
def test_any_finite_vector_is_scaled_to_unit_length(vectors):
    scaled = unit(vectors, len(vectors))
    assert np.allclose(np.linalg.norm(scaled, axis=1), 1.0, rtol=1e-5)
    assert np.array_equal(np.sign(scaled)[scaled != 0], np.sign(np.array(vectors))[scaled != 0])


def test_a_text_is_asked_for_once_in_a_situation_and_remembered():
    embeddings = Given([1.0, 0.0])
    embedder = Embedder(embeddings)
    embedder.query(["a", "b", "a"])
    embedder.query(["b", "c"])
    assert embeddings.asked == ["a", "b", "c"]


def test_no_more_is_remembered_than_agreed():
    embeddings = Given([1.0, 0.0])
    embedder = Embedder(embeddings)
    for number in range(CACHE + 10):
        embedder.query([str(number)])
    assert len(embedder._known) == CACHE
    embedder.query(["0"])
    assert embeddings.asked[-1] == "0"


@pytest.mark.parametrize(("cls", "own"), [(Given, False), (Awaiting, True), (MiniLM, False)])
def test_only_embeddings_with_an_asynchronous_call_of_their_own_are_awaited(cls, own):
    made = cls() if cls is MiniLM else cls([1.0, 0.0])
    assert Embedder(made).asynchronous is own


class Named(DeterministicFakeEmbedding):
    model: str = "text-embedding-3-small"


def test_it_is_known_by_its_model_or_else_its_class():
    assert embedder_id(Named(size=3)) == "text-embedding-3-small"
    assert embedder_id(Named(size=3, model="")) == "Named"
    assert embedder_id(DeterministicFakeEmbedding(size=3)) == "DeterministicFakeEmbedding"
    assert embedder_id(MiniLM()) == "coaching-minilm-2"


def test_the_default_is_the_embedded_one():
    assert isinstance(embeddings_of(None), MiniLM)
    assert isinstance(embeddings_of("minilm"), MiniLM)
    given_ = DeterministicFakeEmbedding(size=3)
    assert embeddings_of(given_) is given_


def test_a_class_of_the_community_package_is_made_by_its_name(monkeypatch):
    community = pytest.importorskip("langchain_community.embeddings")
    monkeypatch.setattr(community, "Ready", lambda: Named(size=3), raising=False)
    assert embedder_id(embeddings_of("Ready")) == "text-embedding-3-small"


@pytest.mark.parametrize("name", ["NoSuchEmbeddings", "FakeEmbeddings", "", "__doc__"])
def test_a_name_that_makes_no_embeddings_says_what_to_do(name):
    pytest.importorskip("langchain_community.embeddings")
    with pytest.raises(InvalidCoachingError, match="give Coach the embeddings themselves") as caught:
        embeddings_of(name)
    assert repr(name) in str(caught.value)


def test_without_the_extra_its_name_is_said(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "langchain_community", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'langgraph-coaching\[community\]'") as caught:
        embeddings_of("FakeEmbeddings")
    assert isinstance(caught.value, ImportError)
