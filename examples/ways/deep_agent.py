"""A deep agent (`deepagents`): a coached model, also in its sub-agents.

    python examples/ways/deep_agent.py

The task that the agent writes for a sub-agent is not what the user said: it is looked up as that sub-agent's own.
"""

from deepagents import create_deep_agent
from offline import QUESTION, OfflineModel, show, teach

from langgraph_coaching import Coach


def main(coach: Coach) -> str:
    """Answers one question."""
    teach(coach)
    model = coach.model(OfflineModel())  # coach.model(init_chat_model("…")); its sub-agents are given the same one

    agent = create_deep_agent(model=model, system_prompt="You work for a shoe shop.")
    state = agent.invoke({"messages": [("user", QUESTION)]}, {"callbacks": [coach.callback()]})
    return state["messages"][-1].text


if __name__ == "__main__":
    show(main)
