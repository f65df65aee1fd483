"""A supervisor that hands over to agents (`langgraph-supervisor`): coach each of them under a name of its own.

    python examples/ways/supervisor.py

`agent=` is matched against the scope of a coaching: what is for the order desk only is never told to the supervisor.
"""

from langchain.agents import create_agent
from langgraph_supervisor import create_supervisor
from offline import QUESTION, OfflineModel, calls, show, teach

from langgraph_coaching import Coach


def main(coach: Coach) -> str:
    """Answers one question; the order desk does, and the supervisor passes it on."""
    teach(coach)
    boss = OfflineModel(answers=[calls("transfer_to_orders"), "Our order desk will help you."])

    orders = create_agent(OfflineModel(), tools=[], name="orders", middleware=[coach.middleware(agent="orders")])
    team = create_supervisor([orders], model=coach.model(boss, agent="boss")).compile()
    state = team.invoke({"messages": [("user", QUESTION)]}, {"callbacks": [coach.callback()]})
    return next(message.text for message in state["messages"] if message.name == "orders")


if __name__ == "__main__":
    show(main)
