"""Puts a trained student into the package: ONNX with pooling inside, int8, its tokenizer, and the background's vectors.

    python tests/benchmarks/embedder/export.py FOLDER

FOLDER holds the `model.safetensors` of `train.py`. What is in the package is replaced; name a new id in
`recall/minilm/__init__.py` where vectors change, so that no store mixes both.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import tempfile
from pathlib import Path

import torch
from models import CACHE, Model, fetch, pooled
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file

PACKAGE = Path(__file__).parents[3] / "src" / "langgraph_coaching" / "recall"
OPSET = 17


class Whole(torch.nn.Module):
    """Transformer, mean pooling and unit length as one graph."""

    def __init__(self, transformer: torch.nn.Module) -> None:
        super().__init__()
        self.transformer = transformer

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """`float32[batch, 384]`."""
        hidden = self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return pooled(hidden, attention_mask)


def export(folder: Path, student: Path, target: Path) -> None:
    """Writes `model_int8.onnx` and `tokenizer.json`.

    Args:
        folder: With the trained `model.safetensors`; the untrained one where it has none.
        student: Where the tokenizer is.
        target: The folder of the embedder in the package.
    """
    model = Model.student(student)
    if (folder / "model.safetensors").exists():
        model.transformer.load_state_dict(load_file(folder / "model.safetensors"))
    whole = Whole(model.transformer).eval()
    ids = torch.tensor([[101, 7592, 2088, 102], [101, 2054, 102, 0]])
    mask = (ids > 0).long()
    with tempfile.TemporaryDirectory() as work:
        plain = Path(work) / "model.onnx"
        axes = {0: "batch", 1: "sequence"}
        torch.onnx.export(
            whole,
            (ids, mask),
            str(plain),
            input_names=["input_ids", "attention_mask"],
            output_names=["emb"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "emb": {0: "batch"}},
            opset_version=OPSET,
            dynamo=False,
        )
        target.mkdir(parents=True, exist_ok=True)
        quantize_dynamic(plain, target / "model_int8.onnx", weight_type=QuantType.QInt8)
    shutil.copy(student / "tokenizer.json", target / "tokenizer.json")
    for name in ("model_int8.onnx", "tokenizer.json"):
        print(name, (target / name).stat().st_size, hashlib.sha256((target / name).read_bytes()).hexdigest())


def main() -> None:
    """Exports, and measures the background where it goes into the package."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--into", type=Path, help="another folder than the package, without a background")
    parser.add_argument("--work", type=Path, default=CACHE)
    given = parser.parse_args()
    export(given.folder, fetch(given.work)[0], given.into or PACKAGE / "minilm")
    if given.into is None:
        from langgraph_coaching.recall.embedder import Embedder
        from langgraph_coaching.recall.minilm import MiniLM
        from langgraph_coaching.recall.scoring.background.cache import PACKAGED, measure, pack

        background = measure(Embedder(MiniLM()))
        PACKAGED.write_bytes(pack(background))
        print(PACKAGED.name, PACKAGED.stat().st_size, background.weights.round(2).tolist())


if __name__ == "__main__":
    main()
