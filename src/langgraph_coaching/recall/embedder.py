"""Embedder: any LangChain `Embeddings`, its vectors checked, of unit length, and known by an id."""

from __future__ import annotations

import threading
import warnings
from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from langgraph_coaching.errors import EmbedderError, InvalidCoachingError, extra, is_stop, say_error
from langgraph_coaching.recall.normalization.negation import drop_unwanted
from langgraph_coaching.recall.normalization.pasted_text import drop_pasted
from langgraph_coaching.recall.normalization.specifics import drop_specifics
from langgraph_coaching.recall.normalization.spelling import correct_spelling
from langgraph_coaching.recall.normalization.words import vocabulary
from langgraph_coaching.recall.own_loop import own_loop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from langchain_core.embeddings import Embeddings
    from numpy.typing import NDArray

CACHE = 2_048
"""Texts whose vectors are remembered: the earlier turns of running conversations, about 3 MB at 384 dimensions."""


def embedder_id(embeddings: Embeddings) -> str:
    """Names an embedder so that vectors of two of them never mix: its model's name, or else its class."""
    for attribute in ("model", "model_name", "model_id", "deployment"):
        value = getattr(embeddings, attribute, None)
        if isinstance(value, str) and value:
            return value
    return type(embeddings).__name__


def _has_async_call(embeddings: Embeddings, name: str = "aembed_query") -> bool:
    from langchain_core.embeddings import Embeddings as Inherited

    own = getattr(type(embeddings), name, None)
    return own not in (None, getattr(Inherited, name))


def embeddings_of(choice: Embeddings | str | None) -> Embeddings:
    """The embeddings a user chose.

    Args:
        choice: LangChain embeddings; the name of a class in `langchain_community.embeddings`, made without arguments;
            or None or `minilm` for the embedded default.

    Raises:
        InvalidCoachingError: There is no such class, or it cannot be made without arguments.
        MissingExtraError: `langchain-community` is not installed.
    """
    if choice is None or choice == "minilm":
        from langgraph_coaching.recall.minilm import MiniLM

        return MiniLM()
    if not isinstance(choice, str):
        return choice
    with extra("community", "langchain-community"), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the package announces its sunset on import
        from langchain_community import embeddings
    try:
        made: Embeddings = getattr(embeddings, choice)()
    except Exception as error:
        raise InvalidCoachingError(
            f"cannot make the embeddings {choice!r}: {error}; name a class of langchain_community.embeddings that "
            "needs no arguments, or give Coach the embeddings themselves"
        ) from error
    return made


class Embedder:
    """Turns texts into unit vectors and remembers the latest ones.

    Args:
        embeddings: Whatever LangChain embeddings the user chose.
    """

    def __init__(self, embeddings: Embeddings) -> None:
        self.embeddings = embeddings
        self.id = embedder_id(embeddings)
        self.asynchronous = _has_async_call(embeddings)
        """Whether it is awaited by who awaits: it has an asynchronous call of its own, and not that alone."""
        self._only_awaited = False
        self._lock = threading.Lock()
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    @property
    def is_default(self) -> bool:
        """Whether it is the default that the package brings."""
        from langgraph_coaching.recall.minilm import MiniLM

        return type(self.embeddings) is MiniLM

    def load(self) -> None:
        """Loads the words that slips are mended by, and the embedded model; others load when they are first asked."""
        vocabulary()
        if self.is_default:
            self.embeddings.load()  # type: ignore[attr-defined]

    def forget(self) -> None:
        """Remembers no vector any more: what was embedded may have been by another model."""
        with self._lock:
            self._known.clear()

    def cached_vectors(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Unit vectors of those texts that were embedded lately, by text."""
        with self._lock:
            return {text: self._known[text] for text in texts if text in self._known}

    def _remember(self, texts: Sequence[str], vectors: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        if len({vector.size for vector in vectors.values()}) > 1:
            self.forget()
            raise EmbedderError(f"the embedder {self.id} returned something unusable: vectors of different lengths")
        with self._lock:
            for text in texts:
                self._known[text] = vectors[text]
                self._known.move_to_end(text)
            while len(self._known) > CACHE:
                self._known.popitem(last=False)
        return np.stack([vectors[text] for text in texts])

    def query(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of the texts of one situation, `float32[len(texts), dimension]`.

        Raises:
            EmbedderError: The embeddings raised, or returned something that is no vector.
        """
        vectors = self.cached_vectors(texts)
        for text in texts:
            if text not in vectors:
                with embedder_faults(self.id):
                    vectors[text] = unit_vectors([self._embed("embed_query", normalize_text(text))], 1)[0]
        return self._remember(texts, vectors)

    def _embed(self, name: str, given: Any) -> Any:
        """The answer of one of its sync calls; where it has none, and says so, that of the one that is awaited."""
        if not self._only_awaited:
            try:
                return getattr(self.embeddings, name)(given)
            except NotImplementedError:
                if not _has_async_call(self.embeddings):
                    raise
            self._only_awaited, self.asynchronous = True, False
        if name == "embed_query" or _has_async_call(self.embeddings, "aembed_documents"):
            return own_loop.run(getattr(self.embeddings, f"a{name}")(given))
        return [own_loop.run(self.embeddings.aembed_query(text)) for text in given]

    async def aquery(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Like `query`, awaiting the embeddings' own asynchronous call."""
        vectors = self.cached_vectors(texts)
        for text in texts:
            if text not in vectors:
                with embedder_faults(self.id):
                    vectors[text] = unit_vectors([await self.embeddings.aembed_query(normalize_text(text))], 1)[0]
        return self._remember(texts, vectors)

    def known_documents(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Like `documents`, by text, without those it has only a zero vector for."""
        with embedder_faults(self.id):
            made = self._embed("embed_documents", [normalize_text(text) for text in texts])
            vectors = np.asarray(made, dtype=np.float64)
            if vectors.ndim != 2 or len(vectors) != len(texts):  # noqa: PLR2004 - rows and columns
                raise EmbedderError(f"expected {len(texts)} vectors of equal length, got the shape {vectors.shape}")
            known = np.flatnonzero(vectors.any(axis=1))
            units = unit_vectors(vectors[known], len(known))
            return dict(zip((texts[int(index)] for index in known), units, strict=True))

    def documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of many texts in one call, `float32[len(texts), dimension]`.

        Raises:
            EmbedderError: The embeddings raised, or returned something that is no vector.
        """
        asked = list(dict.fromkeys(texts))
        with embedder_faults(self.id):
            made = self._embed("embed_documents", [normalize_text(text) for text in asked])
            vectors = unit_vectors(made, len(asked))
        row = {text: index for index, text in enumerate(asked)}
        return vectors[[row[text] for text in texts]]


def normalize_text(text: str) -> str:
    """What of a text the embeddings are given: what was typed and is wanted, without slips and without specifics.

    And "?" for half characters, which no tokenizer takes.
    """
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return drop_specifics(drop_unwanted(correct_spelling(drop_pasted(whole))))


def unit_vectors(vectors: Any, count: int) -> NDArray[np.float32]:
    """Checks vectors and scales them to unit length.

    Args:
        vectors: `count` sequences of equally many numbers.
        count: How many are expected.

    Returns:
        `float32[count, dimension]`.

    Raises:
        EmbedderError: The shape is wrong, a number is not finite, or a vector is zero.
    """
    try:
        array = np.asarray(vectors, dtype=np.float64)
    except (TypeError, ValueError):
        raise EmbedderError(f"expected {count} vectors of equal length, got something else") from None
    if array.ndim != 2 or array.shape[0] != count or array.shape[1] == 0:  # noqa: PLR2004 - rows and columns
        raise EmbedderError(f"expected {count} vectors of equal length, got the shape {array.shape}")
    largest = np.abs(array).max(axis=1, keepdims=True)
    if not np.isfinite(largest).all() or not largest.all():
        raise EmbedderError("a vector holds NaN or infinity, or is zero")
    array /= largest  # so that no square of a huge or tiny number is infinite or zero
    scaled: NDArray[np.float32] = (array / np.linalg.norm(array, axis=1, keepdims=True)).astype(np.float32)
    return scaled


@contextmanager
def embedder_faults(name: str) -> Iterator[None]:
    """Turns whatever an embedder raises into an `EmbedderError`."""
    try:
        yield
    except EmbedderError as error:
        raise EmbedderError(f"the embedder {name} returned something unusable: {error}") from error
    except BaseException as error:
        if is_stop(error):
            raise
        said = f"{type(error).__name__}: {say_error(error)}"
        raise EmbedderError(f"the embedder {name} failed: {said}; check its key, address and quota") from error
