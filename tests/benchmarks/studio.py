"""Server time of each page and interaction of the studio, over many conversations and coachings.

    python tests/benchmarks/studio.py --traces 10000 --coachings 1000
    python tests/benchmarks/studio.py --listed FOLDER        # only the list, of a store that is there

Makes up a shop's store: runs of some turns with receipts, a long one, coachings with examples, and verdicts; then asks
for each page as a browser does, with other words each time. Prints milliseconds at p50, at p95 and at most; and the
processor's, at p95, which tell the truth where a machine is shared.
"""

from __future__ import annotations

import random
import re
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from data import options
from starlette.testclient import TestClient

from langgraph_coaching import Advice, Coach, Receipt, Reply, Step, Trace
from langgraph_coaching.recall.receipts import Entry, Receipts
from langgraph_coaching.storage.database import Database
from langgraph_coaching.studio import studio_app

WISHES = ("to return", "to exchange", "to know the price of", "to cancel", "a refund for", "to track", "advice about")
THINGS = (
    "tent",
    "stove",
    "jacket",
    "rope",
    "helmet",
    "sleeping bag",
    "lamp",
    "backpack",
    "boots",
    "map",
    "ski",
    "sled",
)
CASES = ("that came late", "bought as a gift", "that is broken", "in another size", "without a receipt", "on sale")
A_CALL, AT_ONCE = 5, 1_000
LONG = "t-long"
BAR = 200.0


def situation_of(rng: random.Random) -> str:
    """What a customer wants: a few thousand are possible."""
    wish, thing, case = rng.choice(WISHES), rng.choice(THINGS), rng.choice(CASES)
    return f"{wish} a {thing} {case} from order {rng.randrange(30)}"


def made_up_run(number: int, traces: int, coachings: list, rng: random.Random) -> tuple[Trace, Advice]:
    """A run with three model calls, one of which looked at coaching."""
    at = datetime.now(UTC) - timedelta(days=90 * (1 - number / traces))
    name, said = f"t-{number:08}", f"I would like {situation_of(rng)}, please"
    applied = rng.random() < 0.4
    receipts = tuple(
        Receipt.of(
            one,
            probability=max(0.01, (0.9 if applied else 0.25) - place / 6),
            outcome="applied" if applied and not place else "below_floor",
            reason="probability 0.90 reaches the floor of 0.20",
            followed="yes" if applied and not place else "unknown",
            situation=said,
            at=at,
            trace_id=name,
            step=2,
        )
        for place, one in enumerate(rng.sample(coachings, A_CALL))
    )
    told = (
        ("system", "system", "You are a clerk.", ()),
        ("user", "user", said, ()),
        ("tool_call", "agent", "", receipts),
        ("tool_result", "tool", f'{{"status": "sent", "days": {number % 9}}}', ()),
        ("message", "agent", f"It takes {number % 9} days. Anything else?", ()),
        ("user", "user", "No, thanks.", ()),
        ("message", "agent", "You are welcome.", ()),
    )
    steps = tuple(
        Step(
            index=index,
            trace_id=name,
            type=kind,
            author=author,
            text=text,
            receipts=own,
            name="get_order" if kind.startswith("tool") else None,
            arguments={"order": number} if kind == "tool_call" else None,
        )
        for index, (kind, author, text, own) in enumerate(told)
    )
    label = rng.choice(("success", "failure", None))
    trace = Trace(id=name, started_at=at, steps=steps, thread_id=f"th-{number // 2}", label=label, name="shop")
    return trace, Advice(considered=list(receipts), prompt="<coaching>" * applied)


def make_store(folder: str, traces: int, coachings: int) -> None:
    """Writes all of it."""
    rng = random.Random(11)  # noqa: S311 - made-up data
    with Coach(folder) as coach:
        rows = [
            {
                "intent": f"a customer wants {situation_of(rng)} ({number})",
                "behavior": Reply(f"Say what holds for case {number}, and ask whether that helps."),
                "examples": [f"Can I have {situation_of(rng)}? Case {number}."],
            }
            for number in range(coachings)
        ]
        kept = coach.add_many(rows)
        table = Receipts(Database(folder), "default")
        for start in range(0, traces, AT_ONCE):
            made = [made_up_run(n, traces, kept, rng) for n in range(start, min(start + AT_ONCE, traces))]
            coach.traces.add([trace for trace, _ in made])
            table.write([Entry(trace.id, advice) for trace, advice in made])
            print(f"{start + len(made):,} runs", flush=True)
        steps = [
            Step(index=n, trace_id=LONG, type="message" if n % 2 else "user", author="agent", text=f"line {n} " * 20)
            for n in range(5_000)
        ]
        coach.traces.add(Trace(id=LONG, started_at=datetime.now(UTC) - timedelta(days=100), steps=tuple(steps)))
        for receipt in coach.receipts(limit=2_000)[:: max(1, 2_000 // (traces // 200))]:
            coach.verdict(receipt, correct=rng.random() < 0.8, author="Anna")


class Clock:
    """Times questions to a studio."""

    def __init__(self, client, times: int) -> None:
        self._client, self._times = client, times
        self._token = re.search(r'X-Form-Token": "([0-9a-f]+)"', client.get("/").text)[1]
        self.over: list[str] = []

    def ask(self, name: str, addresses, *, form=None, part: bool = False) -> str:
        """Asks for each address, after one that is not counted; prints the times, and returns the last answer."""
        walls, cpus, text = [], [], ""
        for number in range(self._times + 1):
            headers = {"x-form-token": self._token} | ({"hx-request": "true"} if part else {})
            address = addresses(number) if callable(addresses) else addresses
            began, used = time.perf_counter(), time.process_time()
            if form is None:
                answer = self._client.get(address, headers=headers)
            else:
                answer = self._client.post(address, data=form(number), headers=headers)
            walls.append(1000 * (time.perf_counter() - began))
            cpus.append(1000 * (time.process_time() - used))
            assert answer.status_code < 400, (name, answer.status_code, answer.text[:400])
            text = answer.text
        first, wall, cpu = walls[0], sorted(walls[1:]), sorted(cpus[1:])
        at = int(0.95 * (len(wall) - 1) + 0.5)
        if wall[at] > BAR:
            self.over.append(name)
        print(
            f"{name:34} {wall[len(wall) // 2]:7.0f} {wall[at]:7.0f} {wall[-1]:7.0f} {cpu[at]:7.0f}"
            f" {first:7.0f} {len(text):9,}",
            flush=True,
        )
        return text


def ask_lists(clock: Clock) -> None:
    """The list of conversations, in every way."""
    first = clock.ask("conversations", "/")
    more = re.search(r'hx-get="([^"]+)" hx-trigger="click, revealed"', first)[1].replace("&amp;", "&")
    clock.ask("conversations: page 2", more, part=True)
    words = ("jacket", "refund", "track", "order 17", "nobody said this", "late")
    clock.ask("conversations: search", lambda n: f"/?text={words[n % len(words)]}", part=True)
    clock.ask("conversations: label", lambda n: f"/?label={('failure', 'success')[n % 2]}", part=True)
    clock.ask("conversations: coached", "/?coached=yes", part=True)
    clock.ask("conversations: last 7 days", "/?days=7", part=True)
    clock.ask("conversations: agent", "/?name=shop", part=True)
    clock.ask("conversations: not judged", "/?unreviewed=1", part=True)


def ask_all(clock: Clock, coach: Coach, traces: int) -> None:
    """Every page."""
    rng = random.Random(5)  # noqa: S311 - made-up data
    ask_lists(clock)
    known = [one.id for one in coach.list()]
    some = [f"t-{rng.randrange(traces):08}" for _ in range(64)]
    run, one = (lambda n: some[n % 64]), (lambda n: known[(37 * n) % len(known)])
    clock.ask("conversations: one coaching", lambda n: f"/?coaching_id={one(n)}", part=True)
    clock.ask("a conversation", lambda n: f"/conversation?trace={run(n)}")
    clock.ask("a conversation of 5,000 steps", f"/conversation?trace={LONG}")
    clock.ask("its next 150 steps", lambda n: f"/conversation/steps?trace={LONG}&start={150 * n}", part=True)
    clock.ask("the form", lambda n: f"/draft?step={run(n)}:2", part=True)

    def typed(n: int) -> dict[str, str]:
        intent = f"a customer wants {situation_of(rng)}, typed {n}"
        return {"step": f"{run(n)}:2", "intent": intent, "behavior": "reply", "reply.text": f"Say {n}."}

    clock.ask("the form: checks", "/draft/checks", form=typed, part=True)
    clock.ask("the form: impact", "/draft/impact", form=typed, part=True)
    clock.ask("the form: similar", "/draft/similar", form=typed, part=True)
    clock.ask("the form: save", "/draft/save", form=lambda n: typed(n) | {"status": "active"}, part=True)
    clock.ask("should have applied", lambda n: f"/should?trace={run(n)}&step=4", part=True)
    receipts = [receipt for receipt in coach.receipts(limit=400) if receipt.applied]
    clock.ask(
        "why", lambda n: f"/why?trace={receipts[n].trace_id}&step=2&coaching={receipts[n].coaching_id}", part=True
    )
    clock.ask(
        "a verdict",
        "/verdict",
        form=lambda n: {"receipt": receipts[n].id, "trace": receipts[n].trace_id, "step": "2", "correct": "yes"},
        part=True,
    )
    clock.ask("the inbox", "/inbox")
    clock.ask("the inbox's counter", "/inbox/count", part=True)
    asked = [receipt.id for receipt in coach.review(limit=50)]
    if asked:
        answers = lambda n: {"receipt": asked[n % len(asked)], "correct": "yes"}  # noqa: E731 - beside the others
        clock.ask("the inbox: an answer", "/inbox", form=answers, part=True)
        clock.ask("the inbox after an answer", "/inbox")
    clock.ask("coachings", "/coachings")
    clock.ask("coachings: search", lambda n: f"/coachings?text={THINGS[n % len(THINGS)]}", part=True)
    clock.ask("a coaching", lambda n: f"/coaching/{one(n)}")
    clock.ask("a coaching: its form", lambda n: f"/coaching/{one(n)}/edit", part=True)
    clock.ask("a coaching: check", lambda n: f"/coaching/{one(n)}/lint", part=True)
    clock.ask("a coaching: archived", lambda n: f"/coaching/{one(n)}/archive", form=lambda n: {}, part=True)
    clock.ask("replay", lambda n: f"/replay?trace={run(n)}")


def main() -> None:
    """Makes the store and asks."""
    parser = options(__doc__)
    parser.add_argument("--traces", type=int, default=10_000)
    parser.add_argument("--coachings", type=int, default=1_000)
    parser.add_argument("--times", type=int, default=20, help="how often each is asked")
    parser.add_argument("--listed", help="a store of conversations, of which only the list is asked")
    parser.add_argument("--store", help="where the made-up store is kept for the next run")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = arguments.listed or arguments.store or folder
        if not arguments.listed and not (Path(store) / "traces.lance").exists():
            make_store(store, arguments.traces, arguments.coachings)
        with Coach(store) as coach:
            here = {"base_url": "http://127.0.0.1", "client": ("127.0.0.1", 50_000)}
            clock = Clock(TestClient(studio_app(coach), **here), arguments.times)
            print(f"{'milliseconds':34} {'p50':>7} {'p95':>7} {'most':>7} {'cpu p95':>7} {'first':>7} {'bytes':>9}")
            if arguments.listed:
                ask_lists(clock)
            else:
                ask_all(clock, coach, arguments.traces)
    print(f"over {BAR:.0f} ms at p95: {', '.join(clock.over) or 'nothing'}")


if __name__ == "__main__":
    main()
