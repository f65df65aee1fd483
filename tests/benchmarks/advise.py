"""How long `advise` takes, next to the embedding alone and to LangGraph's `InMemoryStore.search`, in one run.

    python tests/benchmarks/advise.py [--sizes 100 1000 10000] [--queries 300] [--traffic] [--json FILE]

All three answer the same queries with the same embedder, interleaved query by query, so that a busy machine slows them
alike; every query is a new text, so nothing is answered from a cache. With `--traffic` the store has met 2,000
situations before.
"""

from __future__ import annotations

import itertools
import json
import tempfile
import time
from pathlib import Path

import numpy as np
from data import options
from langgraph.store.memory import InMemoryStore
from rich.console import Console
from rich.table import Table

from langgraph_coaching import Coach, Reply, import_traces
from langgraph_coaching.recall.scoring.background.texts import texts as texts_of_the_background
from langgraph_coaching.recall.scoring.traffic import MOST

WHO = [
    "a customer",
    "a new customer",
    "a member",
    "a business client",
    "a student",
    "a traveller",
    "a reseller",
    "a parent",
]
WANTS = [
    "asks to change",
    "asks to cancel",
    "complains about",
    "asks for a refund of",
    "asks where to find",
    "wants to insure",
    "asks for an invoice for",
    "wants to give away",
    "asks about the warranty of",
    "wants to compare offers for",
]
WHAT = [
    "a delivered order",
    "a gift card",
    "a broken screen",
    "a hotel booking",
    "a phone contract",
    "a train ticket",
    "a garden chair",
    "a loyalty account",
    "a parking permit",
    "a wedding dress",
    "a gym membership",
    "a used car",
]
WHEN = [
    "after the deadline",
    "on a holiday",
    "before paying",
    "for the second time",
    "by phone",
    "from abroad",
    "without a receipt",
    "on behalf of someone else",
    "in a hurry",
    "for a company",
    "after moving house",
]


def situations(count: int, offset: int = 0) -> list[str]:
    """Distinct texts, `count` of them, from the `offset`th on."""
    combined = itertools.islice(itertools.cycle(itertools.product(WHAT, WANTS, WHEN, WHO)), offset, offset + count)
    return [f"{who} {wants} {what} {when} (case {offset + n})" for n, (what, wants, when, who) in enumerate(combined)]


def timed(work) -> float:
    """Milliseconds of one call."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1_000


def measure(size: int, queries: int, *, traffic: bool = False) -> dict:
    """p50 and p95 of the three, in milliseconds, at one number of coachings."""
    texts = situations(size)
    with tempfile.TemporaryDirectory() as folder, Coach(folder) as coach:
        coach.add_many({"intent": text, "behavior": Reply(f"Answer number {n}.")} for n, text in enumerate(texts))
        if traffic:
            met = [[{"role": "user", "content": text}] for text in texts_of_the_background()[0][:MOST]]
            coach.traces.add(import_traces([{"messages": messages} for messages in met], format="openai"))
            print(coach.calibrate())
        embed = coach.embeddings.embed_query
        memory = InMemoryStore(index={"dims": 384, "embed": coach.embeddings, "fields": ["text"]})
        for n, text in enumerate(texts):
            memory.put(("coaching",), str(n), {"text": text})
        asked = iter(situations(queries * 3 + 30, offset=size))
        first = timed(lambda: coach.advise(next(asked)))
        taken = {"embedding": [], "advise": [], "InMemoryStore": []}
        for _ in range(queries):
            taken["embedding"].append(timed(lambda: embed(next(asked))))
            taken["advise"].append(timed(lambda: coach.advise(next(asked))))
            taken["InMemoryStore"].append(timed(lambda: memory.search(("coaching",), query=next(asked), limit=10)))
        coach.flush()
    found = {
        name: {"p50": float(np.percentile(ms, 50)), "p95": float(np.percentile(ms, 95))} for name, ms in taken.items()
    }
    alone = found["embedding"]["p50"]
    beyond = {name: found[name]["p50"] - alone for name in ("advise", "InMemoryStore")}
    return {
        "coachings": size,
        "first_advise": first,
        **found,
        "advise_over_embedding": found["advise"]["p50"] / alone,
        "store_beyond_over_advise_beyond": beyond["InMemoryStore"] / max(beyond["advise"], 1e-9),
    }


def main() -> None:
    """Prints the table."""
    asked = options(__doc__)
    asked.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000, 10_000])
    asked.add_argument("--queries", type=int, default=300)
    asked.add_argument("--traffic", action="store_true", help="in a store that has met 2,000 situations")
    asked.add_argument("--json", type=Path)
    given = asked.parse_args()
    rows = [measure(size, given.queries, traffic=given.traffic) for size in given.sizes]
    table = Table(
        "coachings",
        "embedding p50/p95",
        "advise p50/p95",
        "InMemoryStore p50/p95",
        "advise / embedding",
        "beyond the embedding: InMemoryStore / advise",
        title="milliseconds a call",
    )
    for row in rows:
        figures = (
            f"{row[name]['p50']:.2f} / {row[name]['p95']:.2f}" for name in ("embedding", "advise", "InMemoryStore")
        )
        table.add_row(
            f"{row['coachings']:,}",
            *figures,
            f"{row['advise_over_embedding']:.2f}",
            f"{row['store_beyond_over_advise_beyond']:.1f}",
        )
    Console(width=120).print(table)
    if given.json:
        given.json.write_text(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
