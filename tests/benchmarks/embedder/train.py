"""Trains the embedded embedder: all-MiniLM-L6-v2 on what people say to agents, all-mpnet-base-v2 as its teacher.

    pip install -e ".[embedder]"
    python tests/benchmarks/embedder/train.py --data ../shared/data --out FOLDER      # within an hour on two cores
    python tests/benchmarks/embedder/export.py FOLDER                                 # into the package

Texts of one family, or of one labelled intent, come together, and part from near misses and from each other: each from
its own (supervised contrast), and all at one level, since a floor is one for all coachings. Everything else keeps the
likeness that the teacher sees, also where the student reads it with slips, chat speak and without punctuation.
Texts are read as the package reads them: without specifics, their slips mended. What comes out is the mean of the
weights after both stages: as good as the first on natural phrasings, better than either on utterances of data sets that
were never read. CLINC150 is never trained on; `--without` leaves out
others, for figures that are reported on them.
"""

from __future__ import annotations

import json
import math
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from corpus import LABELLED, Batch, Corpus
from data import first_day, options
from models import CACHE, Model, fetch
from noise import noisy
from safetensors.torch import load_file, save_file

from langgraph_coaching.recall.normalization.spelling import mended

if TYPE_CHECKING:
    from numpy.typing import NDArray

GROUPS, EACH, FREE = 26, 3, 36
TEMPERATURE = 0.06
"""Of the contrast."""
TAUGHT = 12.0
"""Weight of the teacher's likeness beside the contrast."""
SHARP, ORDER = 16.0, 0.15
"""Sharpness and weight of the order over all pairs."""
TOO_ALIKE = 0.72
"""Teacher's cosine from which two written families may well mean the same, and are not parted."""
STAGES = ((1_100, 8e-5), (250, 5e-5))
"""Steps and highest rate of the stages: what was written for this project alone, then labelled utterances besides."""
WARM = 0.08
"""Share of the steps in which the rate rises."""


def teach(corpus: Corpus, folder: Path) -> dict[str, NDArray[np.float32]]:
    """The teacher's vectors of all texts; kept in the folder."""
    path, texts = folder / "taught.npz", corpus.texts()
    known: dict[str, NDArray[np.float32]] = {}
    if path.exists():
        with np.load(path) as kept:
            known = dict(zip(json.loads(str(kept["texts"])), kept["vectors"].astype(np.float32), strict=True))
    missing = [text for text in texts if text not in known]
    if missing:
        print(f"the teacher reads {len(missing)} texts", flush=True)
        known |= dict(zip(missing, Model.teacher(fetch(folder)[1]).vectors(missing), strict=True))
        np.savez(path, texts=json.dumps(list(known)), vectors=np.stack(list(known.values())).astype(np.float16))
    return {text: known[text] for text in texts}


def loss(vectors: torch.Tensor, taught: torch.Tensor, batch: Batch) -> tuple[torch.Tensor, ...]:
    """Contrast within the labelled, one order over all pairs, and distance to the teacher's likeness between others."""
    labels, near = torch.tensor(batch.labels), torch.tensor(batch.near)
    similar, wanted = vectors @ vectors.T, taught @ taught.T
    itself = torch.eye(len(labels), dtype=torch.bool)
    same = (labels[:, None] == labels[None, :]) & ~itself
    miss = (near[:, None] >= 0) & (near[:, None] == labels[None, :])
    miss = miss | miss.T
    unsure = ~same & ~miss & (wanted > TOO_ALIKE)
    logits = (similar / TEMPERATURE).masked_fill(itself | unsure, -math.inf)
    rows = same.any(1)
    likely = logits[rows] - logits[rows].logsumexp(1, keepdim=True)
    parted = -(likely.masked_fill(~same[rows], 0.0).sum(1) / same[rows].sum(1)).mean()
    apart = ~same & ~unsure & ~itself & rows[:, None]
    # log(1 + sum of exp(what is apart - what is the same)), over all pairs of both: one threshold has to do for all.
    level = torch.logsumexp(SHARP * similar[apart], 0) + torch.logsumexp(-SHARP * similar[same], 0)
    ordered = torch.nn.functional.softplus(level)
    free = ~same & ~miss & ~itself
    return parted, ORDER * ordered, TAUGHT * ((similar - wanted)[free] ** 2).mean()


def rate(step: int, steps: int) -> float:
    """Rises, then falls to nothing."""
    warm = max(1, round(WARM * steps))
    return (
        min(1.0, (step + 1) / warm) * max(0.0, (steps - step) / max(1, steps - warm))
        if step >= warm
        else (step + 1) / warm
    )


def train(student: Model, corpus: Corpus, folder: Path, steps: int, most: float, seed: int) -> None:
    """One stage.

    Args:
        student: Is changed.
        corpus: What it reads.
        folder: Where the teacher is.
        steps: How many batches.
        most: The highest rate.
        seed: Of the batches.
    """
    torch.manual_seed(seed)
    rng = random.Random(seed)  # noqa: S311 - the same batches each time
    taught = teach(corpus, folder)
    student.transformer.train()
    for part in student.transformer.modules():
        if isinstance(part, torch.nn.Dropout):
            part.p = 0.0
    # Word pieces stay as they are: those that are never trained on must not drift apart from those that are.
    student.transformer.embeddings.word_embeddings.weight.requires_grad_(False)
    moved = [one for one in student.transformer.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(moved, lr=most, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate(step, steps))
    began, sums = time.monotonic(), np.zeros(3)
    for step in range(steps):
        batch = corpus.batch(rng, GROUPS, EACH, FREE)
        wanted = torch.from_numpy(np.stack([taught[text] for text in batch.texts]))
        parts = loss(student([mended(noisy(text, rng)) for text in batch.texts]), wanted, batch)
        sum(parts).backward()
        torch.nn.utils.clip_grad_norm_(moved, 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        sums += [part.item() for part in parts]
        if step % 20 == 19:
            print(f"{step + 1}/{steps}  {np.round(sums / 20, 3)}  {time.monotonic() - began:.0f} s", flush=True)
            sums[:] = 0
    student.transformer.eval()


def reported() -> list[str]:
    """Texts of the first day, of either half."""
    intents, silent = first_day()
    said = [text for one in intents for text in (one["intent"], one["source"], *one["examples"])]
    phrasings = [phrasing["text"] for one in intents for phrasing in one["phrasings"]]
    return [*said, *phrasings, *(one["text"] for one in silent)]


def main() -> None:
    """Trains in two stages, and writes `model.safetensors` and `how.json` after each."""
    parser = options(__doc__, data=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=CACHE)
    parser.add_argument("--without", nargs="*", default=[], choices=LABELLED)
    parser.add_argument(
        "--after", type=Path, help="a folder with the model after the first stage, which is then left out"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    student = Model.student(fetch(given.work)[0])
    stages = [Corpus(given.data, without, reported()) for without in (LABELLED, given.without)]
    if given.after:
        student.transformer.load_state_dict(load_file(given.after / "model.safetensors"))
    else:
        train(student, stages[0], given.work, *STAGES[0], given.seed)
        save(student, given.out / "first")
    print({name: (len(found), sum(len(one.said) for one in found)) for name, found in stages[1].families.items()})
    first = {name: value.clone() for name, value in student.transformer.state_dict().items()}
    train(student, stages[1], given.work, *STAGES[1], given.seed + 1)
    for name, value in student.transformer.state_dict().items():
        if value.is_floating_point():
            value.copy_((first[name] + value) / 2)
    save(student, given.out)


def save(student: Model, folder: Path) -> None:
    """Writes the weights, and how they were made."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: value.contiguous() for name, value in student.transformer.state_dict().items()}
    save_file(weights, folder / "model.safetensors")
    how = {"argv": sys.argv[1:], "torch": torch.__version__, "stages": STAGES}
    (folder / "how.json").write_text(json.dumps(how, indent=1))


if __name__ == "__main__":
    main()
