"""Every way in which a running agent asks for coaching, each in both call styles, behind one coach."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from langchain.agents import create_agent
from langchain_core.runnables import RunnableLambda
from langgraph.graph import START, MessagesState, StateGraph

from langgraph_coaching import CoachingState, coached
from scripted_model import ScriptedModel

ASKED = "I want to change the order that arrived yesterday"
STYLES = ("sync", "async")


def _caller(model, prompt):
    """A node that calls the model, in either call style."""

    def call(state):
        return {"messages": [model.invoke(prompt(state))]}

    async def acall(state):
        return {"messages": [await model.ainvoke(prompt(state))]}

    return RunnableLambda(call, acall)


def _node(coach, model):
    builder = StateGraph(CoachingState).add_node("coach", coach.node()).add_node("agent", _caller(model, coached))
    return builder.add_edge(START, "coach").add_edge("coach", "agent").compile()


def _wrapped(coach, model):
    node = coach.node(_caller(model, lambda state: state["messages"]))
    return StateGraph(MessagesState).add_node("agent", node).add_edge(START, "agent").compile()


def _middleware(coach, model):
    return create_agent(model, tools=[], middleware=[coach.middleware()])


@dataclass
class Doors:
    """The doors of a coach; each cell of the matrix is one of them in one call style."""

    coach: Any
    runner: Any
    model: ScriptedModel = field(default_factory=ScriptedModel)
    runs: int = 0
    """Captured ones."""

    def __post_init__(self):
        self._graphs = {"coach.node()": _node, "coach.node(call_model)": _wrapped, "coach.middleware()": _middleware}
        self._graphs = {name: make(self.coach, self.model) for name, make in self._graphs.items()}
        self._coached = self.coach.model(self.model)

    def ask(self, asked=ASKED, styles=STYLES):
        """Asks at every door; what became of each model call, by door and call style."""
        return {(door, style): self._cell(door, style, asked) for door in DOORS for style in styles}

    def _cell(self, door, style, asked):
        before = len(self.model.prompts)
        if door == "coach.advise":
            advice = self._do(self.coach, ("advise", "aadvise"), style, asked)
            return Cell(1, advice.prompt.count("<coaching>"), [one.brief() for one in advice.considered])
        if door == "coach.model()":
            answer = self._do(self._coached, ("invoke", "ainvoke"), style, [("user", asked)])
        else:
            self.runs += 1
            given, config = {"messages": [("user", asked)]}, {"callbacks": [self.coach.callback()]}
            answer = self._do(self._graphs[door], ("invoke", "ainvoke"), style, given, config)["messages"][-1]
        called = self.model.blocks[before:]
        return Cell(len(called), sum(called), answer.response_metadata.get("coaching", []))

    def _do(self, target, names, style, *given):
        if style == "sync":
            return getattr(target, names[0])(*given)
        return self.runner.run(getattr(target, names[1])(*given))


DOORS = ("coach.node()", "coach.node(call_model)", "coach.model()", "coach.middleware()", "coach.advise")


@dataclass
class Cell:
    """What became of one model call."""

    calls: int
    """Of the model."""
    blocks: int
    """Of coaching, in its prompt."""
    receipts: list
    """As they are on its answer."""

    @property
    def failure(self):
        """Why there is no coaching."""
        return next((one["reason"] for one in self.receipts if one["outcome"] == "failed"), None)

    @property
    def applied(self):
        """How much of it there is."""
        return sum(one["outcome"] == "applied" for one in self.receipts)
