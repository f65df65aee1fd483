"""What advice costs in a store of any size: a store of synthetic vectors is made, and asked.

    python tests/benchmarks/scale.py 100000 [--folder FOLDER] [--asked 200]

It prints bytes a coaching, how long the index takes, how many of the nearest are found in `--parts` partitions, the
time of an advice without its embedding (p50, p95), cold and with its heads in memory, the embedding alone, resident
memory, and the first advice of a new process. Without LanceDB's index for comparison: `--whole`, which holds all of it
in memory. Vectors are of 384 dimensions, near those of packaged wishes; texts are made up. What a real embedder would
cost for so many is not in it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).parents[1]))

from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.coaching import nearest
from langgraph_coaching.coaching.coachings import TABLE
from langgraph_coaching.coaching.model import labels_of
from langgraph_coaching.coaching.row import row_of, schema_of
from langgraph_coaching.recall import large_store
from langgraph_coaching.recall.minilm import MiniLM
from langgraph_coaching.recall.scoring.phrasings import phrasing_texts
from parts import adviser_of, database_of

BATCH = 10_000
SPREAD = 0.035


def vectors_near(centres, count, random):
    found = centres[random.integers(len(centres), size=count)]
    found = found + SPREAD * random.standard_normal(found.shape, dtype=np.float32)
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def build(folder, size, centres):
    """Writes the rows as the coach would, without embedding; returns seconds a thousand."""
    with Coach(folder) as coach:
        coach.add(intent="a customer asks what shipping costs", behavior=Reply("Ask for the country."))
        table, random = database_of(coach).table(TABLE), np.random.default_rng(7)
        made = (table.schema.metadata or {})[b"embedder"].decode()
        schema = schema_of(made, 384).with_metadata(table.schema.metadata)
        (pattern,) = coach.list()
        one = row_of(pattern, centres[:1])
        started = time.perf_counter()
        for start in range(0, size, BATCH):
            vectors = vectors_near(centres, BATCH, random)
            rows = []
            for index, vector in enumerate(vectors, start):
                told = {"id": f"s-{index}", "intent": f"a customer asks about case {index}"}
                record = json.dumps(json.loads(one["record"]) | told)
                key = json.dumps(["default", told["id"], 1])
                told |= {"key": key, "record": record, "content_hash": hashlib.sha256(record.encode()).hexdigest()}
                rows.append(one | told | {"vector": vector, "prototype": vector})
            table.add(pa.Table.from_pylist(rows, schema=schema))
        return (time.perf_counter() - started) / size * 1000


def bytes_of(folder):
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())


def rss():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def ask(folder, asked, *, whole):
    if whole:
        large_store.LARGE = 10**9
    model, random = MiniLM(), np.random.default_rng(11)
    texts = [*phrasing_texts()]
    centres = np.array(model.embed_documents(texts), dtype=np.float32)
    questions = vectors_near(centres, asked, random)
    before = rss()
    with Coach(folder, limits=Limits(deadline=600)) as coach:
        adviser = adviser_of(coach)
        remember = adviser._embedder._known
        words = [
            f"what about case {chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}?" for n in range(asked)
        ]
        for word, vector in zip(words, questions, strict=True):
            remember[word] = vector
        started = time.perf_counter()
        coach.advise_batch(["hello there"])
        first = time.perf_counter() - started
        if not whole:
            started = time.perf_counter()
            adviser._snapshots._large.wait()
            print(f"index made in {time.perf_counter() - started:.1f} s", flush=True)
            print(
                f"of the {large_store.NEAR} nearest places {found_share(adviser, questions):.1%} are found", flush=True
            )
        cold, cpu = timed(adviser, words)
        known = words[: large_store.KEPT // large_store.NEAR // 2]
        timed(adviser, known)
        warm, cpu_warm = timed(adviser, known)
        embedding = []
        for text in texts[:asked]:
            started = time.perf_counter()
            model.embed_query(text)
            embedding.append(time.perf_counter() - started)
        for name, found, used in (("cold", cold, cpu), ("warm", warm, cpu_warm)):
            p50, p95 = np.percentile(found, (50, 95)) * 1000
            print(f"advice, {name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, {used * 1000:.1f} ms of a core", flush=True)
        print(f"embedding alone: p50 {np.median(embedding) * 1000:.1f} ms")
        print(f"first advice {first:.1f} s; memory {before} MB before, {rss()} MB after")


def found_share(adviser, questions):
    """How many of the nearest places are in the partitions that are looked into."""
    large = adviser._snapshots._large
    nearby = large.look(-1).asked
    everywhere = nearby._replace(parts=nearest._EVERY)
    found = [
        [
            set(large._nearest.search(one, vector, ("active",), labels_of(), large_store.NEAR))
            for one in (nearby, everywhere)
        ]
        for vector in questions[:40]
    ]
    return sum(len(some & all_) for some, all_ in found) / sum(len(all_) for _, all_ in found)


def timed(adviser, words):
    found, started = [], time.process_time()
    for word in words:
        begun = time.perf_counter()
        adviser._advise([("user", word)], labels_of())
        found.append(time.perf_counter() - begun)
    return found, (time.process_time() - started) / len(words)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("size", type=int)
    parser.add_argument("--folder")
    parser.add_argument("--asked", type=int, default=200)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--parts", type=int, default=nearest.PARTS)
    given = parser.parse_args()
    nearest.PARTS = given.parts
    folder = Path(given.folder or tempfile.mkdtemp()) / str(given.size)
    if not folder.exists():
        centres = np.array(MiniLM().embed_documents([*phrasing_texts()]), dtype=np.float32)
        seconds = build(folder, given.size, centres)
        print(f"{given.size} coachings: {seconds:.2f} s a thousand, {bytes_of(folder) / given.size:.0f} bytes each")
    ask(folder, given.asked, whole=given.whole)
    if not given.whole:
        print(f"with the index {bytes_of(folder) / given.size:.0f} bytes each")
        code = f"import time; t = time.perf_counter(); from langgraph_coaching import Coach; Coach({str(folder)!r})"
        code += ".advise('where is it?'); print(f'a new process: {time.perf_counter() - t:.1f} s')"
        subprocess.run([sys.executable, "-c", code], check=True)


if __name__ == "__main__":
    main()
