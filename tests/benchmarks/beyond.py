"""What a store of any size takes and costs, in a folder, in a bucket and behind `db://`.

    python tests/benchmarks/beyond.py [--coachings 10e6] [--steps 1e9] [--json FILE] [--NAME NUMBER …]
    python tests/benchmarks/beyond.py --measure {disk,requests}

The first multiplies: what was measured (bytes a row, requests a call), and named assumptions (prices, how often what is
done), each to be replaced by a number of your own. The second measures: rows are written to a folder and put together,
and requests are counted at an S3 server (moto) and at a server of LanceDB's remote protocol, both on loopback.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import sys
import tempfile
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

sys.path.insert(0, str(Path(__file__).parents[1]))

MONTH = 30 * 24 * 3_600
"""Seconds."""

WIDTH = 118
"""Characters of a line."""

PRICES = {
    "gb_month": (0.023, "dollars for a GB in the bucket for a month"),
    "reads": (0.0004, "dollars for 1,000 reading requests (GET)"),
    "writes": (0.005, "dollars for 1,000 writing or listing requests (PUT, POST, LIST)"),
    "disk_month": (0.08, "dollars for a GB of a network disk for a month, for the folder"),
}
USE = {
    "calls": (10.0, "model calls a second, all processes together"),
    "each": (10.0, "steps a run has"),
    "dimension": (384.0, "numbers of a vector"),
    "processes": (8.0, "processes that ask"),
    "saves": (1_000.0, "coachings saved or edited a day"),
    "round_trip": (10.0, "milliseconds of one request to the bucket or the service, from the agent"),
}
MEASURED = {
    "coaching_bytes": (2_800.0, "bytes of a coaching beside its vectors"),
    "vectors": (3.0, "vectors of a coaching, 4 bytes a number"),
    "step_bytes": (760.0, "bytes of a step in a trace of two"),
    "call_bytes": (5_500.0, "bytes of the receipts of a model call, ten considered"),
    "version_lists": (2.0, "LISTs of a warm advice in a bucket: is it still the latest version?"),
    "reload_reads": (7.0, "GETs that read the coachings anew after somebody saved"),
    "reload_lists": (16.0, "LISTs of the same"),
    "save_reads": (5.0, "GETs of saving a coaching"),
    "save_writes": (26.0, "PUTs and LISTs of the same"),
    "flush_reads": (9.0, "GETs of writing a batch of receipts and traces, about one a second and process"),
    "flush_writes": (35.0, "PUTs and LISTs of the same"),
    "cloud_asks": (2.0, "requests of a warm advice behind db://"),
}


def reckon(coachings: float, steps: float, given: dict[str, float]) -> list[tuple[str, float, str, str]]:
    """What it takes: a name, a number, its unit, and the sum written out."""
    got = given
    gb = 1e9
    vector = 4 * got["dimension"]
    rows = got["coaching_bytes"] + got["vectors"] * vector
    kept = coachings * rows / gb
    runs = steps / got["each"]
    traces = steps * got["step_bytes"] / gb
    receipts = steps / 2 * got["call_bytes"] / gb  # every other step is a model's
    stored = kept + traces + receipts
    calls = got["calls"] * MONTH
    batches = min(got["calls"], got["processes"]) * MONTH
    saves = got["saves"] * 30
    reloads = saves * got["processes"]
    lists = calls * got["version_lists"]
    asks = (lists + reloads * got["reload_lists"] + saves * got["save_writes"] + batches * got["flush_writes"]) / 1e3
    reads = (reloads * got["reload_reads"] + saves * got["save_reads"] + batches * got["flush_reads"]) / 1e3
    return [
        (
            "coachings",
            kept,
            "GB",
            f"{coachings:,.0f} x ({got['coaching_bytes']:,.0f} + {got['vectors']:g} x {vector:,.0f} bytes)",
        ),
        ("traces", traces, "GB", f"{steps:,.0f} steps ({runs:,.0f} runs) x {got['step_bytes']:,.0f} bytes"),
        ("receipts", receipts, "GB", f"{steps / 2:,.0f} model calls x {got['call_bytes']:,.0f} bytes"),
        ("all", stored, "GB", "together"),
        (
            "in memory, if all were of one namespace",
            coachings * got["vectors"] * vector / gb,
            "GB",
            "the vectors; from 50,000 on an index instead, but not behind db://",
        ),
        (
            "folder on a network disk",
            stored * got["disk_month"],
            "$ a month",
            f"{stored:,.0f} GB x {got['disk_month']:g}",
        ),
        ("bucket: storing", stored * got["gb_month"], "$ a month", f"{stored:,.0f} GB x {got['gb_month']:g}"),
        (
            "bucket: asking for the version",
            lists / 1e3 * got["writes"],
            "$ a month",
            f"{calls:,.0f} calls x {got['version_lists']:g} LIST, {got['writes']:g} a 1,000",
        ),
        (
            "bucket: other LISTs and PUTs",
            (asks - lists / 1e3) * got["writes"],
            "$ a month",
            f"{reloads:,.0f} reloads, {saves:,.0f} saves, {batches:,.0f} batches",
        ),
        ("bucket: GETs", reads * got["reads"], "$ a month", f"{reads * 1e3:,.0f}, {got['reads']:g} a 1,000"),
        (
            "bucket: all",
            stored * got["gb_month"] + asks * got["writes"] + reads * got["reads"],
            "$ a month",
            "together",
        ),
        ("bucket: added to a warm call", got["version_lists"] * got["round_trip"], "ms", "LISTs x the round trip"),
        ("db://: added to a warm call", got["cloud_asks"] * got["round_trip"], "ms", "requests x the round trip"),
        (
            "db://: requests",
            calls * got["cloud_asks"],
            "a month",
            f"{calls:,.0f} calls x {got['cloud_asks']:g}; the price is in your contract",
        ),
    ]


def printed(numbers: list[tuple[str, float, str, str]], console: Console) -> None:
    """The reckoning as a table."""
    table = Table("what", "", "", "how it comes about", box=None)
    for name, number, unit, how in numbers:
        table.add_row(name, f"{number:,.0f}" if number >= 10 else f"{number:.2g}", unit, how)
    console.print(table)


def measure_disk(count: int) -> dict[str, float]:
    """Bytes a row in a folder that was put together: of what more rows have added, without what every table has."""
    from disk import asked, graph_of, on_disk

    from langgraph_coaching import Coach, Limits

    sizes: list[dict[str, int]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "store"
        for start, end in ((0, count // 4), (count // 4, count)):
            with Coach(folder, limits=Limits(deadline=30)) as coach:
                coach.add_many([coaching(number) for number in range(start, end)])
                graph, config = graph_of(coach), {"callbacks": [coach.callback()]}
                for number in range(start, end):
                    graph.invoke({"messages": [("user", asked(number))]}, config)
                    if number % 10 == 9:
                        coach.flush()
            sizes.append(
                {table: on_disk(folder / f"{table}.lance")[0] for table in ("coachings", "traces", "receipts")}
            )
    more = {table: (sizes[1][table] - sizes[0][table]) / (count - count // 4) for table in sizes[0]}
    vectors = MEASURED["vectors"][0] * 4 * 384
    return {
        "coaching_bytes": more["coachings"] - vectors,
        "step_bytes": more["traces"] / 2,
        "call_bytes": more["receipts"],
    }


def coaching(number: int) -> dict[str, Any]:
    """One with two examples."""
    from disk import asked

    from langgraph_coaching import Reply

    said = [asked(number), asked(number + 7)]
    reply = Reply(f"Name the day, and say that it is {number}.")
    return {"intent": f"a customer asks about {said[0][:-1]}", "examples": said, "behavior": reply}


def measure_requests() -> dict[str, dict[str, Counter[str]]]:
    """Requests a call: of a server of the remote protocol, by operation and table; of an S3 server, by kind."""
    from cloud_server import cloud_server
    from s3_server import new_bucket, s3_server

    with tempfile.TemporaryDirectory() as name, cloud_server(Path(name)) as (cloud, options):
        found = {"db://": count_requests("db://team", options, cloud.asked)}
    with s3_server() as options, noted() as requests:
        found["s3://"] = count_requests(f"s3://{new_bucket(options)[1]}/coaching", options, requests)
    return found


def count_requests(uri: str, options: dict[str, str], requests: list[str]) -> dict[str, Counter[str]]:
    """What each call asks for."""
    from disk import asked, graph_of

    from langgraph_coaching import Coach, Limits, Reply

    found = {}
    with Coach(uri, storage_options=options, limits=Limits(deadline=60)) as coach:
        coach.load()
        coach.add_many([coaching(number) for number in range(20)])
        graph, config = graph_of(coach), {"callbacks": [coach.callback()]}
        graph.invoke({"messages": [("user", asked(0))]}, config)
        coach.flush()
        coach.advise(asked(4))
        for name, do in {
            "warm advice": lambda: coach.advise(asked(1)),
            "save": lambda: coach.add(intent="a customer returns it", behavior=Reply("Ask why.")),
            "advice after a save": lambda: coach.advise(asked(2)),
            "a run": lambda: graph.invoke({"messages": [("user", asked(3))]}, config),
            "flush": coach.flush,
        }.items():
            requests.clear()
            do()
            found[name] = Counter(requests)
    return found


@contextmanager
def noted() -> Iterator[list[str]]:
    """The kinds of the requests that the S3 server writes into its log."""
    requests: list[str] = []

    class Note(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kind, path = re.sub(r"\x1b\[\d+m", "", record.getMessage()).split('"')[1].split()[:2]
            requests.append("LIST" if kind == "GET" and "list-type" in path else kind)

    logger, note = logging.getLogger("werkzeug"), Note()
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(note)
    try:
        yield requests
    finally:
        logger.removeHandler(note)


def main() -> None:
    """Prints the tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--coachings", type=float, default=10e6)
    options.add_argument("--steps", type=float, default=1e9)
    options.add_argument("--measure", choices=("disk", "requests"))
    options.add_argument("--rows", type=int, default=400, help="for --measure disk")
    options.add_argument("--json", type=Path)
    for title, group in (("price", PRICES), ("use", USE), ("measured", MEASURED)):
        for name, (number, what) in group.items():
            options.add_argument(
                f"--{name.replace('_', '-')}", type=float, default=number, help=f"{title}: {what} ({number:g})"
            )
    given = options.parse_args()
    console = Console(width=WIDTH)
    if given.measure:
        found: Any = measure_disk(given.rows) if given.measure == "disk" else measure_requests()
        console.print_json(json.dumps(found))
    else:
        numbers = reckon(given.coachings, given.steps, {name: getattr(given, name) for name in PRICES | USE | MEASURED})
        found = [{"what": name, "number": number, "unit": unit} for name, number, unit, _ in numbers]
        printed(numbers, console)
    if given.json:
        given.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
