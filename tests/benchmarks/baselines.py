"""What others do, on the same texts: raw cosine, LanceDB's full-text search, and reciprocal rank fusion of both."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import lancedb
import numpy as np
from lancedb.query import MatchQuery

if TYPE_CHECKING:
    from intents import Coached, Said

RANK_CONSTANT = 60
"""Of reciprocal rank fusion, as LanceDB and others have it."""


def cosine(coached: Coached, asked: list[Said]) -> np.ndarray:
    """Cosine to the mean of intent and examples, situations by coachings."""
    return coached.vectors([said.text for said in asked]) @ coached.fits.prototypes.T


def full_text(coached: Coached, asked: list[Said]) -> np.ndarray:
    """BM25 of the situation's words in intent and examples; 0 where no word is shared."""
    result = np.zeros((len(asked), len(coached.heads)))
    texts = [
        "\n".join([head.coaching.intent, *(e.text for e in head.coaching.examples if e.applies)])
        for head in coached.heads
    ]
    with tempfile.TemporaryDirectory() as folder:
        table = lancedb.connect(folder).create_table("texts", [{"at": i, "text": text} for i, text in enumerate(texts)])
        table.create_fts_index("text")
        for row, said in zip(result, asked, strict=True):
            for found in table.search(MatchQuery(said.text, "text")).limit(len(texts)).to_list():
                row[found["at"]] = found["_score"]
    return result


def fused(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Reciprocal rank fusion of two rankings; what one did not find gets nothing from it."""
    return sum(np.where(one > 0, 1 / (RANK_CONSTANT + 1 + _rank(one)), 0.0) for one in (first, second))


def _rank(found: np.ndarray) -> np.ndarray:
    return np.argsort(np.argsort(-found, axis=1), axis=1)
