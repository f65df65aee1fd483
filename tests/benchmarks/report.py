"""What `coach.report` costs over many receipts and runs: the first time in a process, again, and of a week.

    python tests/benchmarks/report.py --receipts 200000 --traces 10000

Makes up `--coachings` coachings, runs of `--traces` threads over a quarter of a year with labels and rewards, and
receipts, ten a model call, and reports on them. Prints seconds, what the report says, and the memory at most.
"""

import random
import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from data import options

from langgraph_coaching import Advice, Coach, Receipt, Reply, Step, Trace
from langgraph_coaching.recall.receipts import Entry, Receipts
from langgraph_coaching.storage.database import Database

A_CALL = 10
"""Receipts of a model call."""

DAYS = 90

AT_ONCE = 2_000
"""Model calls written in one commit."""

LEFT_OUT = ("below_floor", "below_floor", "below_floor", "less_probable", "over_limit", "over_budget")


def made_up_call(number, calls, coachings, traces, rng):
    at = datetime.now(UTC) - timedelta(days=DAYS * (1 - number / calls))
    trace = f"t-{number * traces // calls}"
    some = rng.sample(coachings, A_CALL)
    applied = sum(rng.random() < 0.3 for _ in range(2))
    receipts = [
        Receipt.of(
            coaching,
            probability=0.9 - place / A_CALL,
            outcome="applied" if place < applied else rng.choice(LEFT_OUT),
            reason="probability 0.90 reaches the floor of 0.20",
            followed=rng.choice(("yes", "no", "unknown")) if place < applied else "unknown",
            situation="a customer asks how much shipping to Norway is, and when it will arrive " * 2,
            at=at,
            trace_id=trace,
            step=3,
        )
        for place, coaching in enumerate(some)
    ]
    advice = Advice(considered=receipts, prompt="<coaching>" * applied, seconds=rng.lognormvariate(-5, 0.6))
    return Entry(f"moment {number}", advice)


def made_up_run(number, traces, receipts, rng):
    steps = (
        Step(index=0, trace_id=f"t-{number}", type="user", author="user", text="how much is shipping to Norway?"),
        Step(index=1, trace_id=f"t-{number}", type="message", author="agent", text="It is 9.", receipts=receipts),
    )
    at = datetime.now(UTC) - timedelta(days=DAYS * (1 - number / traces))
    label = rng.choice(("success", "failure", None))
    fields = {"thread_id": f"th-{number // 2}", "label": label, "metadata": {"reward": rng.random()}}
    return Trace(id=f"t-{number}", started_at=at, steps=steps, **fields)


def timed(name, ask):
    began = time.perf_counter()
    found = ask()
    print(f"{name:28} {time.perf_counter() - began:6.2f} s  {found!r}", flush=True)
    return found


def main():
    parser = options(__doc__)
    parser.add_argument("--receipts", type=int, default=200_000)
    parser.add_argument("--traces", type=int, default=10_000)
    parser.add_argument("--coachings", type=int, default=50)
    arguments = parser.parse_args()
    rng = random.Random(7)  # noqa: S311 - made-up data
    calls = arguments.receipts // A_CALL
    with tempfile.TemporaryDirectory() as folder:
        with Coach(folder) as coach:
            rows = [
                {"intent": f"a customer asks about case {n} of shipping", "behavior": Reply(f"Say that {n} is so.")}
                for n in range(arguments.coachings)
            ]
            coachings = coach.add_many(rows)
            table = Receipts(Database(folder), "default")
            for start in range(0, calls, AT_ONCE):
                some = range(start, min(start + AT_ONCE, calls))
                made = [made_up_call(number, calls, coachings, arguments.traces, rng) for number in some]
                table.write(made)
                last = made[-1].advice.considered
            for start in range(0, arguments.traces, 1000):
                some = range(start, min(start + 1000, arguments.traces))
                given = [tuple(replace(r, outcome=rng.choice((r.outcome, "below_floor"))) for r in last) for _ in some]
                coach.traces.add(
                    [made_up_run(n, arguments.traces, receipts, rng) for n, receipts in zip(some, given, strict=True)]
                )
            print(f"{calls * A_CALL:,} receipts of {calls:,} calls, {arguments.traces:,} runs", flush=True)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with Coach(folder) as coach:
            timed("the first time", coach.report)
            report = timed("again", coach.report)
            timed("of a week", lambda: coach.report(since="7d"))
            timed("as a page", lambda: f"{len(report.to_html()):,} characters")
            print(report.overall.time, *report.notes, sep="\n")
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    scale = 1024 if sys.platform != "darwin" else 1024 * 1024
    print(f"{before / scale:,.0f} MB of memory at most before the reports, {after / scale:,.0f} MB with them")


if __name__ == "__main__":
    main()
