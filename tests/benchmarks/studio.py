"""Server time of each page and interaction of the studio, over many conversations and coachings.

    python tests/benchmarks/studio.py --traces 10000 --coachings 1000
    python tests/benchmarks/studio.py --listed FOLDER        # only the list, of a store that is there

Makes up a shop's store: runs of some turns with receipts, a long one, coachings with examples, and verdicts; then asks
for each page and sends each form as a browser does, with other words each time. Prints milliseconds at p50, at p95 and
at most; and the processor's, at p95, which tell the truth where a machine is shared. What a page has made behind it is
waited for in between, and said apart: how long it took until there was something to show.
"""

from __future__ import annotations

import json
import random
import re
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from data import options
from langchain_core.language_models import FakeMessagesListChatModel
from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph
from starlette.testclient import TestClient

from langgraph_coaching import Advice, Coach, Receipt, Reply, Step, Trace
from langgraph_coaching.recall.receipts import Entry, Receipts
from langgraph_coaching.storage.database import Database
from langgraph_coaching.studio import behind, studio_app

if TYPE_CHECKING:
    from collections.abc import Sequence

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

    def ask(self, name: str, addresses, *, form=None, part: bool = False, times: int | None = None) -> str:
        """Asks for each address, after one that is not counted; prints the times, and returns the last answer.

        Args:
            name: What it is called.
            addresses: One, or for the number of each question.
            form: What is sent, for the number of each.
            part: Whether htmx asks.
            times: How often; as often as every other when None.
        """
        walls, cpus, text = [], [], ""
        for number in range((times or self._times) + 1):
            headers = {"x-form-token": self._token} | ({"hx-request": "true"} if part else {})
            address = addresses(number) if callable(addresses) else addresses
            data = None if form is None else form(number)
            wait_for_what_is_behind()
            began, used = time.perf_counter(), time.process_time()
            if form is None:
                answer = self._client.get(address, headers=headers, follow_redirects=False)
            else:
                answer = self._client.post(address, data=data, headers=headers, follow_redirects=False)
            walls.append(1000 * (time.perf_counter() - began))
            cpus.append(1000 * (time.process_time() - used))
            assert answer.status_code < 400, (name, answer.status_code, answer.text[:400])
            text = answer.text
        first, wall, cpu = walls[0], sorted(walls[1:]), sorted(cpus[1:])
        at = int(0.95 * (len(wall) - 1) + 0.5)
        if cpu[at] > BAR:
            self.over.append(name)
        print(
            f"{name:34} {wall[len(wall) // 2]:7.0f} {wall[at]:7.0f} {wall[-1]:7.0f} {cpu[at]:7.0f}"
            f" {first:7.0f} {len(text):9,}",
            flush=True,
        )
        return text

    def ask_cold(self, name: str, address: str, waiting: str) -> None:
        """Asks for what has to be made first: how long the first paint takes, and until it is there.

        Args:
            name: What it is called.
            address: Of the page.
            waiting: What stands there meanwhile.
        """
        began = time.perf_counter()
        paint, polls = 0.0, 0
        while waiting in self._client.get(address, headers={"hx-request": "true"} if polls else {}).text or not polls:
            paint = paint or 1000 * (time.perf_counter() - began)
            polls += 1
            time.sleep(0.1)
        whole = 1000 * (time.perf_counter() - began)
        print(f"{name:34} first paint {paint:7.0f}, all there {whole:7.0f}", flush=True)


def wait_for_what_is_behind() -> None:
    """Waits until nothing is made behind a page, so that a page is not charged with it."""
    for thread in threading.enumerate():
        if thread.name == behind.NAME:
            thread.join()


def ask_lists(clock: Clock) -> None:
    """The list of conversations, in every way."""
    first = clock.ask("conversations", "/")
    more = re.search(r'hx-get="([^"]+)" hx-trigger="click, revealed"', first)[1].replace("&amp;", "&")
    clock.ask("conversations: page 2", more, part=True)
    words = ("jacket", "refund", "track", "order 17", "nobody said this", "late")
    searched = clock.ask("conversations: search", lambda n: f"/?text={words[n % len(words)]}", part=True)
    rare = clock.ask("conversations: search, rare", "/?text=nobody said this", part=True)
    more = re.search(r'hx-get="([^"]+)" hx-trigger="click, revealed"', rare or searched)
    if more:
        clock.ask("conversations: search, further back", more[1].replace("&amp;", "&"), part=True)
    clock.ask("conversations: label", lambda n: f"/?label={('failure', 'success')[n % 2]}", part=True)
    clock.ask("conversations: coached", "/?coached=yes", part=True)
    clock.ask("conversations: last 7 days", "/?days=7", part=True)
    clock.ask("conversations: from", "/?origin=live", part=True)
    clock.ask("conversations: agent", lambda n: f"/?agent={('shop', 'clerk', 'nobody')[n % 3]}", part=True)
    clock.ask("conversations: not judged", "/?unreviewed=1", part=True)


def ask_conversations(clock: Clock, runs: list[str]) -> None:
    """One of them, and its replay."""
    run = lambda n: runs[n % len(runs)]  # noqa: E731 - as below
    clock.ask("a conversation", lambda n: f"/conversation?trace={run(n)}")
    clock.ask("a conversation of 5,000 steps", f"/conversation?trace={LONG}")
    clock.ask("one step of it, by a link", lambda n: f"/conversation?trace={LONG}&step={(977 * n) % 5_000}")
    clock.ask("its next 150 steps", lambda n: f"/conversation/steps?trace={LONG}&start={150 * n}", part=True)
    clock.ask("the whole text of a step", lambda n: f"/conversation/text?trace={LONG}&step={n}", part=True)
    clock.ask("replay", lambda n: f"/replay?trace={run(n)}")
    clock.ask("replay by a model", "/replay", form=lambda n: {"trace": run(n), "answer": "model"})


def ask_draft(clock: Clock, runs: list[str], rng: random.Random) -> None:
    """The form on which coaching is written."""
    run = lambda n: runs[n % len(runs)]  # noqa: E731 - as below
    clock.ask("the form", lambda n: f"/draft?step={run(n)}:2", part=True)
    clock.ask("the form, without a script", lambda n: f"/draft?step={run(n)}:2")

    def typed(n: int) -> dict[str, str]:
        intent = f"a customer wants {situation_of(rng)}, typed {n}"
        return {"step": f"{run(n)}:2", "intent": intent, "behavior": "reply", "reply.text": f"Say {n}."}

    clock.ask("the form: checks", "/draft/checks", form=typed, part=True)
    clock.ask("the form: impact", "/draft/impact", form=typed, part=True)
    clock.ask("the form: similar", "/draft/similar", form=typed, part=True)
    clock.ask("the form: preview", "/draft/preview", form=typed, part=True)
    clock.ask("the form: proposals", "/draft/proposals", form=typed, part=True)
    clock.ask("the form: save", "/draft/save", form=lambda n: typed(n) | {"status": "active"}, part=True)


def ask_verdicts(clock: Clock, coach: Coach, runs: list[str], known: list[str]) -> None:
    """What is judged, where coaching stands and in the inbox."""
    run, one = (lambda n: runs[n % len(runs)]), (lambda n: known[(41 * n) % len(known)])
    clock.ask("should have applied", lambda n: f"/should?trace={run(n)}&step=4", part=True)
    should = lambda n: {"trace": run(n), "step": "4", "coaching": one(n)}  # noqa: E731 - beside the others
    clock.ask("should have applied: this one", "/should", form=should, part=True)
    # Those of made-up runs: a store that is kept has turns of the test page too.
    made_up = re.compile(r"t-\d{8}")
    receipts = [one for one in coach.receipts(limit=2_000) if one.applied and made_up.fullmatch(one.trace_id or "")]
    place = lambda n: receipts[n % len(receipts)]  # noqa: E731 - beside the others
    clock.ask("why", lambda n: f"/why?trace={place(n).trace_id}&step=2&coaching={place(n).coaching_id}", part=True)
    said = lambda n: {"receipt": place(n).id, "trace": place(n).trace_id, "step": "2", "correct": "yes"}  # noqa: E731
    clock.ask("a verdict", "/verdict", form=said, part=True)
    clock.ask("the inbox", "/inbox")
    clock.ask("the inbox's counter", "/inbox/count", part=True)
    asked = [receipt.id for receipt in coach.review(limit=50)] or [receipt.id for receipt in receipts[:50]]
    answers = lambda n: {"receipt": asked[n % len(asked)], "correct": "yes"}  # noqa: E731 - beside the others
    clock.ask("the inbox: an answer", "/inbox", form=answers, part=True)
    clock.ask("the inbox: undo", "/inbox/undo", form=answers, part=True, times=min(8, len(asked) - 1))
    clock.ask("the inbox after an answer", "/inbox")


def ask_coachings(clock: Clock, coach: Coach, known: list[str]) -> None:
    """The list of coachings, one of them, and every change of it."""
    one = lambda n: known[(37 * n) % len(known)]  # noqa: E731 - as below
    clock.ask("coachings", "/coachings")
    clock.ask("coachings: search", lambda n: f"/coachings?text={THINGS[n % len(THINGS)]}", part=True)
    clock.ask("coachings: status", lambda n: f"/coachings?status={('active', 'draft')[n % 2]}", part=True)
    clock.ask("coachings: does", "/coachings?behavior=reply", part=True)
    clock.ask("coachings: needs review", "/coachings?only=review", part=True)
    clock.ask("coachings: page 2", "/coachings?start=100", part=True)
    clock.ask("a coaching", lambda n: f"/coaching/{one(n)}")
    clock.ask("a coaching: figures", lambda n: f"/coaching/{one(n)}/figures", part=True)
    clock.ask("a coaching: its form", lambda n: f"/coaching/{one(n)}/edit", part=True)
    clock.ask("a coaching: its form, no script", lambda n: f"/coaching/{one(n)}/edit")

    def edited(n: int) -> dict[str, str]:
        now = coach.get(one(n))
        said = {"intent": f"{now.intent} by now", "behavior": "reply", "reply.text": f"Say {n}."}
        return said | {"revision": str(now.revision), "priority": "0"}

    clock.ask("a coaching: saved", lambda n: f"/coaching/{one(n)}/save", form=edited, part=True)
    taught = lambda n: {"also": json.dumps([f"where is {n}?", [[f"where is {n}?", True]], None, None, None])}  # noqa: E731 - beside the others
    clock.ask("a coaching: taught", lambda n: f"/coaching/{one(n)}/teach", form=taught, part=True)
    promoted = lambda n: {"coaching": [one(n), one(n + 1)], "to": "shadow"}  # noqa: E731 - beside the others
    clock.ask("coachings: promoted together", "/changes/promote", form=promoted, part=True)
    clock.ask("changes", "/changes")
    sets = [made.id for made in coach.change_sets(limit=None)]
    clock.ask("changes: one", lambda n: f"/changes?set={sets[n % len(sets)]}")
    rolled = lambda n: {"set": sets[n]}  # noqa: E731 - beside the others
    clock.ask("changes: rolled back", "/changes/roll-back", form=rolled, part=True, times=min(6, len(sets) - 1))
    nothing = lambda n: {}  # noqa: E731 - beside the others
    clock.ask("a coaching: archived", lambda n: f"/coaching/{one(n)}/archive", form=nothing, part=True)
    clock.ask("a coaching: restored", lambda n: f"/coaching/{one(n)}/restore", form=nothing, part=True)
    clock.ask("a coaching: deleted", lambda n: f"/coaching/{one(n + 500)}/delete", form=nothing, part=True)


def ask_rest(clock: Clock) -> None:
    """The report, the test page, and the kill switch."""
    clock.ask("report", "/report")
    clock.ask("report: 30 days", "/report?days=30", part=True)
    clock.ask("report: as a file, JSON", "/report.json", times=4)
    clock.ask("report: as a file, a page", "/report.html", times=4)
    clock.ask("report: style", "/report/style.css")
    clock.ask("test", "/test")
    said = lambda n: {"text": f"where is order {n}?"}  # noqa: E731 - beside the others
    clock.ask("test: a turn, to its end", "/test/send", form=said)
    clock.ask("pause", "/pause", form=lambda n: {"reason": f"{n}"}, part=True, times=4)
    clock.ask("conversations, paused", "/")
    clock.ask("resume", "/resume", form=lambda n: {}, part=True, times=4)


def ask_checks(clock: Clock, known: list[str]) -> None:
    """What is the matter with coachings, and where they fire."""
    one = lambda n: known[(37 * n) % len(known)]  # noqa: E731 - beside the others
    clock.ask("a coaching: check", lambda n: f"/coaching/{one(n)}/lint", part=True)
    clock.ask("a coaching: impact", lambda n: f"/coaching/{one(n)}/impact", part=True)
    clock.ask("a coaching: similar", lambda n: f"/coaching/{one(n)}/similar", part=True)
    clock.ask("coachings: check all", "/coachings/findings", part=True, times=1)


PARTS = ("cold", "lists", "conversations", "draft", "verdicts", "coachings", "rest", "checks")


def ask_all(clock: Clock, coach: Coach, traces: int, parts: Sequence[str]) -> None:
    """Every page and every form, or some parts of them."""
    rng = random.Random(5)  # noqa: S311 - made-up data
    known = [one.id for one in coach.list()]
    runs = [f"t-{rng.randrange(traces):08}" for _ in range(64)]
    if "cold" in parts:
        clock.ask_cold("report, cold", "/report?days=all", "Counting what became")
        clock.ask_cold("inbox, cold", "/inbox", "Looking at what was")
    if "lists" in parts:
        ask_lists(clock)
        clock.ask("conversations: one coaching", lambda n: f"/?coaching_id={known[(37 * n) % len(known)]}", part=True)
    if "conversations" in parts:
        ask_conversations(clock, runs)
    if "draft" in parts:
        ask_draft(clock, runs, rng)
    if "verdicts" in parts:
        ask_verdicts(clock, coach, runs, known)
    if "coachings" in parts:
        ask_coachings(clock, coach, known)
    if "rest" in parts:
        ask_rest(clock)
    if "checks" in parts:
        ask_checks(clock, known)


def shop_graph(coach: Coach, model):
    """A graph to talk with."""
    graph = StateGraph(MessagesState)
    graph.add_node("clerk", lambda state: {"messages": [coach.model(model).invoke(state["messages"])]})
    graph.add_edge(START, "clerk")
    return graph.compile()


def main() -> None:
    """Makes the store and asks."""
    parser = options(__doc__)
    parser.add_argument("--traces", type=int, default=10_000)
    parser.add_argument("--coachings", type=int, default=1_000)
    parser.add_argument("--times", type=int, default=20, help="how often each is asked")
    parser.add_argument("--only", default=",".join(PARTS), help="parts of it, with commas between them")
    parser.add_argument("--listed", help="a store of conversations, of which only the list is asked")
    parser.add_argument("--store", help="where the made-up store is kept for the next run")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = arguments.listed or arguments.store or folder
        if not arguments.listed and not (Path(store) / "traces.lance").exists():
            make_store(store, arguments.traces, arguments.coachings)
        with Coach(store) as coach:
            here = {"base_url": "http://127.0.0.1", "client": ("127.0.0.1", 50_000)}
            model = FakeMessagesListChatModel(responses=[AIMessage("It takes two days.")])
            app = studio_app(coach, model=model, graph=shop_graph(coach, model))
            clock = Clock(TestClient(app, **here), arguments.times)
            print(f"{'milliseconds':34} {'p50':>7} {'p95':>7} {'most':>7} {'cpu p95':>7} {'first':>7} {'bytes':>9}")
            if arguments.listed:
                ask_lists(clock)
            else:
                ask_all(clock, coach, arguments.traces, arguments.only.split(","))
    print(f"over {BAR:.0f} ms of the processor at p95: {', '.join(clock.over) or 'nothing'}")


if __name__ == "__main__":
    main()
