"""The embedded default: all-MiniLM-L6-v2, trained on what people say to agents, int8, on onnxruntime.

384 dimensions, English, 256 tokens. `tests/benchmarks/embedder` in the source repository makes it.
"""

from __future__ import annotations

import os
import threading
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings

__all__ = ["MiniLM"]

FOLDER = Path(__file__).parent
DIMENSION = 384
TOKENS = 256
"""The model was trained on texts of at most 256 tokens; what comes after is cut off."""


_lock = threading.Lock()


@cache
def _model() -> tuple[Any, Any]:
    # Its official builds report to their maker by default. Only this, before the import, stops all of it:
    # the reports, a file in the temporary folder and a database in the home folder.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
    tokenizer.no_padding()  # the file pads to 128 tokens: ten times slower, and the vector moves
    tokenizer.enable_truncation(TOKENS)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # more threads spin on a busy machine
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(FOLDER / "model_int8.onnx"), options, providers=["CPUExecutionProvider"])
    return tokenizer, session


class MiniLM(Embeddings):
    """LangChain embeddings without a network, a key or torch; about 1 ms a short text on one thread.

    Texts are embedded one at a time: dynamic quantisation scales activations over the whole batch, so only then is a
    vector a function of its text alone. The model loads at the first text (0.1 s, about 100 MB), once in a process.
    """

    model = "coaching-minilm-2"

    def load(self) -> tuple[Any, Any]:
        """The tokenizer and the session; loaded by the first call in the process."""
        with _lock:
            return _model()

    def embed_query(self, text: str) -> list[float]:
        """The text's vector, `float32[384]` of unit length, as a list."""
        tokenizer, session = self.load()
        encoding = tokenizer.encode(text)
        inputs = {
            "input_ids": np.array([encoding.ids], dtype=np.int64),
            "attention_mask": np.array([encoding.attention_mask], dtype=np.int64),
        }
        vector: list[float] = session.run(["emb"], inputs)[0][0].tolist()
        return vector

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """The texts' vectors, one after the other."""
        return [self.embed_query(text) for text in texts]
