"""What `coach.impact` costs over many recorded steps: the first time in a process, and again.

    python tests/benchmarks/impact.py --steps 10000
    python tests/benchmarks/impact.py --steps 100000 --drawn

Makes up runs of five user turns of four steps each (a question, a tool call, its result, an answer) out of some
hundred subjects, saves `--coachings` of them, fills the traffic sample, and asks for the impact of one more coaching:
where nothing is known yet, and in another process, in which the vectors are; each for a draft that fires seldom and
for one that fires on half of all calls, once more, with other words, and after another run has come in. What embedding
costs is most of the first time; with `--drawn` the embedder is made up too.
"""

import resource
import sys
import tempfile
import time
import zlib
from datetime import UTC, datetime, timedelta

import numpy as np
from data import options
from langchain_core.embeddings import Embeddings

from langgraph_coaching import Coach, Reply, Step, Trace

TURNS = 5
WORDS = """
order refund shipping card address flight seat booking jacket parcel store price invoice account login password points
hotel bag delay gate meal upgrade voucher child ticket date return size colour warranty battery charger screen printer
"""
SUBJECTS = WORDS.split()
DEEDS = (
    "cancelled",
    "lost",
    "broken",
    "late",
    "wrong",
    "missing",
    "double",
    "expensive",
    "stolen",
    "too small",
    "urgent",
)
ASKED = (
    "can you help me with my {} that is {}, it was {}",
    "what happens to the {} when it is {} and {}",
    "I have a question about a {}: {} or {}?",
    "my {} is {}, and now it says {}",
)


class Drawn(Embeddings):
    """A made-up embedder: the sum of a random vector for each word."""

    model = "drawn-384"

    def __init__(self):
        self._words = {}

    def _word(self, word):
        if word not in self._words:
            self._words[word] = np.random.default_rng(zlib.crc32(word.encode())).standard_normal(384)
        return self._words[word]

    def embed_query(self, text):
        return np.sum([self._word(word) for word in text.lower().split()] or [self._word("")], axis=0).tolist()

    def embed_documents(self, texts):
        return [self.embed_query(text) for text in texts]


def pick(rng, some):
    return some[int(rng.integers(len(some)))]


def question(rng):
    return pick(rng, ASKED).format(pick(rng, SUBJECTS), pick(rng, DEEDS), pick(rng, DEEDS))


def made_up(number, rng):
    steps = []
    trace_id = f"t-{number}"

    def add(**fields):
        steps.append(Step(index=len(steps), trace_id=trace_id, **fields))

    for turn in range(TURNS):
        call = f"c{turn}"
        add(type="user", author="user", text=question(rng))
        add(type="tool_call", author="agent", name="find", arguments={"q": "x"}, text='{"q": "x"}', tool_call_id=call)
        add(type="tool_result", author="tool", name="find", text=f"found {pick(rng, SUBJECTS)}", tool_call_id=call)
        add(type="message", author="agent", text=f"Here is what I know about your {pick(rng, SUBJECTS)}.")
    at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    return Trace(id=trace_id, origin="imported", thread_id=f"th-{number}", steps=tuple(steps), started_at=at)


def timed(name, ask):
    began, worked = time.perf_counter(), time.process_time()
    found = ask()
    worked = time.process_time() - worked
    print(
        f"{name:28} {time.perf_counter() - began:7.2f} s, {worked:7.2f} s of a core  {str(found).splitlines()[1]}",
        flush=True,
    )
    return found


def main():
    parser = options(__doc__)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--coachings", type=int, default=20)
    parser.add_argument("--drawn", action="store_true", help="a made-up embedder, which takes no time")
    arguments = parser.parse_args()
    embeddings = Drawn() if arguments.drawn else None
    rng = np.random.default_rng(7)
    with tempfile.TemporaryDirectory() as folder:
        with Coach(folder, embeddings=embeddings) as coach:
            for start in range(0, arguments.steps // (4 * TURNS), 500):
                some = range(start, min(start + 500, arguments.steps // (4 * TURNS)))
                coach.traces.add([made_up(number, rng) for number in some])
            for number in range(arguments.coachings):
                asked = [question(rng) for _ in range(3)]
                coach.add(intent=f"a customer asks: {asked[0]}", behavior=Reply(f"Answer {number}."), examples=asked)
            coach.calibrate()
            some = [step.text for trace in coach.traces.list(limit=40) for step in trace.steps if step.type == "user"]
            rare = coach.add(
                intent="a customer says that a voucher is late",
                behavior=Reply("x"),
                status="draft",
                examples=["my voucher is late", *some[:2]],
            )
            common = coach.add(
                intent="a customer says that something is wrong", behavior=Reply("y"), status="draft", examples=some
            )
        with Coach(folder, embeddings=embeddings) as coach:
            timed("the first time", lambda: coach.impact(rare.id, within=None))
        with Coach(folder, embeddings=embeddings) as coach:  # which knows no more than another process
            timed("in another process", lambda: coach.impact(rare.id))
            timed("again", lambda: coach.impact(rare.id))
            timed("one that fires often", lambda: coach.impact(common.id))
            timed("again", lambda: coach.impact(common.id))
            coach.edit(common.id, intent="a customer says that something is amiss")
            timed("in other words", lambda: coach.impact(common.id))
            coach.traces.add(made_up(10**6, rng))
            timed("after a run has come in", lambda: coach.impact(rare.id))
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform != "darwin" else 1024)
    print(f"{kilobytes / 1024:,.0f} MB of memory at most")


if __name__ == "__main__":
    main()
