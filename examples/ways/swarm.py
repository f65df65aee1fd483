"""A swarm (`langgraph-swarm`): agents that hand over to one another, each of them coached.

    python examples/ways/swarm.py

Each agent is given a model of its own with the name under which it is coached.
"""

from langchain.agents import create_agent
from langgraph_swarm import create_handoff_tool, create_swarm
from offline import QUESTION, OfflineModel, calls, show, teach

from langgraph_coaching import Coach


def main(coach: Coach) -> str:
    """Answers one question, after it was handed from the front desk to the order desk."""
    teach(coach)
    hand_over = create_handoff_tool(agent_name="orders")

    front_model = coach.model(OfflineModel(answers=[calls("transfer_to_orders")]), agent="front")
    front = create_agent(front_model, tools=[hand_over], name="front")
    orders = create_agent(coach.model(OfflineModel(), agent="orders"), tools=[], name="orders")

    swarm = create_swarm([front, orders], default_active_agent="front").compile()
    state = swarm.invoke({"messages": [("user", QUESTION)]}, {"callbacks": [coach.callback()]})
    return state["messages"][-1].text


if __name__ == "__main__":
    show(main)
