"""`create_react_agent`, LangGraph's prebuilt agent: give it a coached model.

    python examples/ways/react_agent.py

New agents are built with LangChain's `create_agent`: that takes a coached model too, or `coach.middleware()`.
"""

from langgraph.prebuilt import create_react_agent
from offline import QUESTION, OfflineModel, calls, show, teach

from langgraph_coaching import Coach


def find_order(day: str) -> str:
    """Finds the order that arrived on a day."""
    return f"order 41, which arrived {day}"


def main(coach: Coach) -> str:
    """Answers one question, after a tool has been called."""
    teach(coach)
    model = coach.model(OfflineModel(answers=[calls("find_order", day="yesterday"), "It is order 41. {coaching}"]))

    agent = create_react_agent(model, [find_order], prompt="You work for a shoe shop.")
    state = agent.invoke({"messages": [("user", QUESTION)]}, {"callbacks": [coach.callback()]})
    return state["messages"][-1].text


if __name__ == "__main__":
    show(main)
