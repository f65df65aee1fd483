"""A node with a timeout, tried again when its time is up: it is coached the same both times.

    python examples/ways/node_with_timeout.py

A wrapped node is as good with a timeout as one that calls a coached model, or one behind `coach.node()`.
"""

import asyncio

from langgraph.errors import NodeTimeoutError
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import RetryPolicy
from offline import QUESTION, OfflineModel, show, teach

from langgraph_coaching import Coach


def main(coach: Coach) -> str:
    """Answers one question."""
    teach(coach)
    model = OfflineModel()

    async def answer(state: MessagesState) -> MessagesState:
        return {"messages": [await model.ainvoke(state["messages"])]}

    again = RetryPolicy(retry_on=NodeTimeoutError)
    builder = StateGraph(MessagesState)
    builder.add_node("answer", coach.node(answer), timeout=60, retry_policy=again)  # seconds; only of async nodes
    graph = builder.add_edge(START, "answer").compile()
    state = asyncio.run(graph.ainvoke({"messages": [("user", QUESTION)]}, {"callbacks": [coach.callback()]}))
    return state["messages"][-1].text


if __name__ == "__main__":
    show(main)
