"""What capturing costs a running graph: per event on its path, and as a share of a run with a 50 ms model.

    python tests/benchmarks/capture.py [--runs 40] [--json FILE]

The same graph (a node, a model, a tool loop of two turns) runs bare, with a handler that does nothing, and with
`coach.callback()`, interleaved, sync and async. The handler that does nothing shows what LangChain itself takes for
having any handler at all. Times on the path are measured inside the handler's own methods.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from rich.console import Console
from rich.table import Table

from langgraph_coaching import Coach


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


def graph_of(model: Model):
    """The agent."""
    builder = StateGraph(MessagesState)

    async def acall(state):
        return {"messages": [await model.ainvoke(state["messages"])]}

    from langchain_core.runnables import RunnableLambda

    builder.add_node("agent", RunnableLambda(lambda state: {"messages": [model.invoke(state["messages"])]}, acall))
    builder.add_node("tools", ToolNode([order_status]))
    builder.add_edge(START, "agent")
    builder.add_conditional_edges("agent", tools_condition)
    builder.add_edge("tools", "agent")
    return builder.compile()


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


def main() -> None:
    """Prints the tables."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--runs", type=int, default=40)
    asked.add_argument("--json", type=Path)
    given = asked.parse_args()
    graph, inputs = graph_of(Model()), {"messages": [("user", "Where is my order A1?")]}
    report: dict = {}
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
            report[style] = {
                "milliseconds": {name: value * 1_000 for name, value in medians.items()},
                "capture_percent": (medians["coach.callback()"] / medians["bare"] - 1) * 100,
                "over_nothing_percent": (medians["coach.callback()"] / medians["a handler that does nothing"] - 1)
                * 100,
            }
        times = on_path(coach.callback())
        quick = graph_of(Model(seconds=0.0))
        for _ in range(given.runs):
            quick.invoke(inputs, {"callbacks": [coach.callback()]})
        report["event"] = {
            "events": len(times),
            "p50_ms": statistics.median(times),
            "p95_ms": statistics.quantiles(times, n=20)[-1],
            "mean_ms": statistics.fmean(times),
        }
        coach.flush()
        assert len(coach.traces.list(limit=None)) == 3 * given.runs + 2, "a run was lost"
    table = Table("a run of two 50 ms model calls", *configs, "capture costs", "… beyond any handler")
    for style in ("invoke", "ainvoke"):
        row = report[style]
        table.add_row(
            style,
            *(f"{row['milliseconds'][name]:.1f} ms" for name in configs),
            f"{row['capture_percent']:+.1f} %",
            f"{row['over_nothing_percent']:+.1f} %",
        )
    console = Console(width=130)
    console.print(table)
    event = report["event"]
    console.print(
        f"on the path, {event['events']} events: p50 {event['p50_ms']:.3f} ms, p95 {event['p95_ms']:.3f} ms, "
        f"mean {event['mean_ms']:.3f} ms"
    )
    if given.json:
        given.json.write_text(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
