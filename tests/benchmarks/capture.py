"""What capturing costs a running graph, and what it leaves on disk.

    python tests/benchmarks/capture.py [--runs 40] [--messages 10000] [--turns 20] [--json FILE]

First the cost per event on the graph's path, and as a share of a run with a 50 ms model. Then a thread with a long
history that goes on for some turns: events on the path, seconds to put a trace together, to write and to read it, and
bytes of data against one history as JSON and against the JSON of all turns. Last a run of a thousand tool calls with
50 KB results.

The same graph (a node, a model, a tool loop of two turns) runs bare, with a handler that does nothing, and with
`coach.callback()`, interleaved, sync and async. The handler that does nothing shows what LangChain itself takes for
having any handler at all. Times on the path are measured inside the handler's own methods.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path

from data import options
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, messages_to_dict
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from rich.console import Console
from rich.table import Table

from langgraph_coaching import Coach
from langgraph_coaching.traces.capture.assembler import Assembler
from langgraph_coaching.traces.capture.callback import Capture

PAYLOAD = 50_000
"""Characters of one tool result in the long run."""

AIM_MS, AIM_PERCENT = 0.2, 2.0


@tool
def order_status(order: str) -> str:
    """Looks up an order."""
    return f"{order} was delivered."


class Model(BaseChatModel):
    """Answers after a fixed time: first with a tool call, then with words."""

    seconds: float = 0.05

    @property
    def _llm_type(self) -> str:
        return "timed"

    def _answer(self, messages) -> ChatResult:
        if messages[-1].type == "tool":
            message = AIMessage("It was delivered.")
        else:
            message = AIMessage("", tool_calls=[{"name": "order_status", "args": {"order": "A1"}, "id": "c1"}])
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _generate(self, messages, stop=None, run_manager=None, **kwargs) -> ChatResult:
        time.sleep(self.seconds)
        return self._answer(messages)

    async def _agenerate(self, messages, stop=None, run_manager=None, **kwargs) -> ChatResult:
        await asyncio.sleep(self.seconds)
        return self._answer(messages)


class Nothing(BaseCallbackHandler):
    """A handler that does nothing, inline."""

    run_inline = True


class Looping(Model):
    """Calls a tool so many times, then answers."""

    calls: int

    def _answer(self, messages) -> ChatResult:
        done = sum(message.type == "tool" for message in messages)
        call = {"name": "report", "args": {"number": done}, "id": f"c{done}"}
        message = AIMessage("Done.") if done >= self.calls else AIMessage("", tool_calls=[call])
        return ChatResult(generations=[ChatGeneration(message=message)])


@tool
def report(number: int) -> str:
    """Fetches a long report."""
    lines = (f"{number}-{line}: {line * 7919 * (number + 1) % 100_003}" for line in range(PAYLOAD // 12))
    return "\n".join(lines)[:PAYLOAD].ljust(PAYLOAD, ".")


def graph_of(model: Model, tools=(order_status,), **compiling):
    """The agent."""
    builder = StateGraph(MessagesState)

    async def acall(state):
        return {"messages": [await model.ainvoke(state["messages"])]}

    from langchain_core.runnables import RunnableLambda

    builder.add_node("agent", RunnableLambda(lambda state: {"messages": [model.invoke(state["messages"])]}, acall))
    builder.add_node("tools", ToolNode(list(tools)))
    builder.add_edge(START, "agent")
    builder.add_conditional_edges("agent", tools_condition)
    builder.add_edge("tools", "agent")
    return builder.compile(**compiling)


def on_path(handler: BaseCallbackHandler) -> list[float]:
    """Wraps the handler's methods; returns the list its milliseconds go into."""
    taken: list[float] = []
    for name in [name for name in dir(handler) if name.startswith("on_")]:
        method = getattr(handler, name)

        def timed(*args, method=method, **kwargs):
            started = time.perf_counter()
            try:
                return method(*args, **kwargs)
            finally:
                taken.append((time.perf_counter() - started) * 1_000)

        setattr(handler, name, timed)
    return taken


def stored(folder: str) -> int:
    """Bytes of data; LanceDB's lists of files, some 30 KB a commit until it tidies up, are not counted."""
    return sum(path.stat().st_size for path in Path(folder).glob("*/data/*"))


def as_json(messages) -> int:
    """Bytes of messages as JSON."""
    return len(json.dumps(messages_to_dict(messages), ensure_ascii=False).encode())


def seconds(work) -> tuple[float, object]:
    """How long it takes, and what it returns."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def long_thread(count: int, turns: int) -> dict:
    """A thread with a long history that goes on."""
    words = ["please", "tell", "me", "more", "about", "the", "delivery", "of", "an", "order", "that", "I", "placed"]
    texts = [f"message {n}: {' '.join(words[(n * k) % len(words)] for k in range(1, 20))}" for n in range(count)]
    history = [HumanMessage(text) if n % 2 == 0 else AIMessage(text) for n, text in enumerate(texts)]
    graph = graph_of(Model(seconds=0.0), checkpointer=InMemorySaver())
    events: list = []
    with tempfile.TemporaryDirectory() as folder, Coach(folder) as coach:
        handlers = [coach.callback(), Capture(events.append)]
        times = on_path(handlers[0])
        config = {"callbacks": handlers, "configurable": {"thread_id": "long"}}
        graph.update_state(config, {"messages": history}, as_node="agent")
        raw = 0
        for number in range(turns):
            graph.invoke({"messages": [("user", f"Where is my order A{number}?")]}, config)
            raw += as_json(graph.get_state(config).values["messages"])
        wrote, _ = seconds(coach.flush)
        once = as_json(graph.get_state(config).values["messages"])
        (newest,) = coach.traces.list(limit=1)
        read, whole = seconds(lambda: coach.traces.get(newest.id))
        assembled, _ = seconds(lambda: Assembler().consume(events))
        assert len([trace for trace in coach.traces.list(limit=None) if trace.calls]) == turns, "a turn was lost"
        return {
            "messages": len(whole.steps),
            "event_p50_ms": statistics.median(times),
            "event_p95_ms": statistics.quantiles(times, n=20)[-1],
            "assemble_s_per_trace": assembled / turns,
            "flush_s": wrote,
            "get_s": read,
            "bytes": stored(folder),
            "of_one_history": stored(folder) / once,
            "of_every_turn": stored(folder) / raw,
        }


def long_run(calls: int) -> dict:
    """One run of many tool calls with long results."""
    graph = graph_of(Looping(seconds=0.0, calls=calls), tools=(report,))
    with tempfile.TemporaryDirectory() as folder, Coach(folder) as coach:
        events: list = []
        config = {"callbacks": [coach.callback(), Capture(events.append)], "recursion_limit": 3 * calls}
        times = on_path(coach.callback())
        result = graph.invoke({"messages": [("user", "Read all reports.")]}, config)
        wrote, _ = seconds(coach.flush)
        assembled, _ = seconds(lambda: Assembler().consume(events))
        (trace,) = coach.traces.list()
        return {
            "steps": len(trace.steps),
            "event_p50_ms": statistics.median(times),
            "event_p95_ms": statistics.quantiles(times, n=20)[-1],
            "assemble_s": assembled,
            "flush_s": wrote,
            "bytes": stored(folder),
            "of_json": stored(folder) / as_json(result["messages"]),
        }


def main() -> None:
    """Prints the tables."""
    asked = options(__doc__)
    asked.add_argument("--runs", type=int, default=40)
    asked.add_argument("--messages", type=int, default=10_000)
    asked.add_argument("--turns", type=int, default=20)
    asked.add_argument("--calls", type=int, default=1_000)
    asked.add_argument("--json", type=Path)
    given = asked.parse_args()
    graph, inputs = graph_of(Model()), {"messages": [("user", "Where is my order A1?")]}
    results: dict = {}
    with tempfile.TemporaryDirectory() as folder, Coach(folder) as coach:
        configs = {
            "bare": {},
            "a handler that does nothing": {"callbacks": [Nothing()]},
            "coach.callback()": {"callbacks": [coach.callback()]},
        }
        for style, call in {
            "invoke": graph.invoke,
            "ainvoke": lambda value, config: asyncio.run(graph.ainvoke(value, config)),
        }.items():
            taken: dict[str, list[float]] = {name: [] for name in configs}
            for _ in range(given.runs + 1):
                for name, config in configs.items():
                    started = time.perf_counter()
                    call(inputs, config)
                    taken[name].append(time.perf_counter() - started)
            medians = {name: statistics.median(seconds[1:]) for name, seconds in taken.items()}
            results[style] = {
                "milliseconds": {name: value * 1_000 for name, value in medians.items()},
                "capture_percent": (medians["coach.callback()"] / medians["bare"] - 1) * 100,
                "over_nothing_percent": (medians["coach.callback()"] / medians["a handler that does nothing"] - 1)
                * 100,
            }
        times = on_path(coach.callback())
        quick = graph_of(Model(seconds=0.0))
        for _ in range(given.runs):
            quick.invoke(inputs, {"callbacks": [coach.callback()]})
        results["event"] = {
            "events": len(times),
            "p50_ms": statistics.median(times),
            "p95_ms": statistics.quantiles(times, n=20)[-1],
            "mean_ms": statistics.fmean(times),
        }
        coach.flush()
        assert len(coach.traces.list(limit=None)) == 3 * given.runs + 2, "a run was lost"
    table = Table("a run of two 50 ms model calls", *configs, "capture costs", "… beyond any handler")
    for style in ("invoke", "ainvoke"):
        row = results[style]
        table.add_row(
            style,
            *(f"{row['milliseconds'][name]:.1f} ms" for name in configs),
            f"{row['capture_percent']:+.1f} %",
            f"{row['over_nothing_percent']:+.1f} %",
        )
    console = Console(width=130)
    console.print(table)
    event = results["event"]
    console.print(
        f"on the path, {event['events']} events: p50 {event['p50_ms']:.3f} ms, p95 {event['p95_ms']:.3f} ms, "
        f"mean {event['mean_ms']:.3f} ms; aim 0.2 ms: {'yes' if event['p95_ms'] <= AIM_MS else 'no'}"
    )
    worst = max(results[style]["capture_percent"] for style in ("invoke", "ainvoke"))
    console.print(f"of a run: at most {worst:+.1f} %; aim {AIM_PERCENT} %: {'yes' if worst <= AIM_PERCENT else 'no'}")
    for title, found in {
        "a quarter of the history": long_thread(given.messages // 4, given.turns),
        "a long history": long_thread(given.messages, given.turns),
        "a long run": long_run(given.calls),
    }.items():
        results[title] = found
        console.print(f"{title}: " + ", ".join(f"{name} {value:.4g}" for name, value in found.items()))
    if given.json:
        given.json.write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
