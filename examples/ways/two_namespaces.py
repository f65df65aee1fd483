"""Two coaches in one agent: what holds for every shop, and what holds for this one.

    python examples/ways/two_namespaces.py

Namespaces never mix: each coach has its own coachings, receipts and traces. In a request both may speak.
"""

from langchain.agents import create_agent
from offline import QUESTION, OfflineModel, show, teach

from langgraph_coaching import Coach


def main(coach: Coach) -> str:
    """Answers one question, coached by both."""
    teach(coach)
    with Coach(coach.uri, namespace="acme", limits=coach.limits) as acme:
        teach(acme, "Mention that shoes of the winter sale are not exchanged.")

        agent = create_agent(OfflineModel(), tools=[], middleware=[coach.middleware(), acme.middleware()])
        state = agent.invoke({"messages": [("user", QUESTION)]}, {"callbacks": [coach.callback(), acme.callback()]})
        return state["messages"][-1].text


if __name__ == "__main__":
    show(main)
