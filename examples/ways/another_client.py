"""A client that LangChain does not know, such as a provider's own: ask for the advice, and put it where you want it.

    python examples/ways/another_client.py

In a running graph the receipts of `coach.advise` say the thread and the node, and stand in the captured trace.
"""

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from offline import DO_THIS, QUESTION, show, teach

from langgraph_coaching import Coach


def complete(system: str, prompt: str) -> str:
    """Stands for a provider's client, such as `OpenAI().responses.create(instructions=system, input=prompt)`."""
    return f"You said: {prompt}. {' '.join(DO_THIS.findall(system))}"


def main(coach: Coach) -> str:
    """Answers one question."""
    teach(coach)

    def answer(state: MessagesState) -> MessagesState:
        advice = coach.advise(state["messages"])  # in an async node: await coach.aadvise(…)
        system = f"You work for a shoe shop.\n\n{advice.prompt}"
        return {"messages": [("ai", complete(system, state["messages"][-1].text))]}

    graph = StateGraph(MessagesState).add_node("answer", answer).add_edge(START, "answer")
    config = {"configurable": {"thread_id": "1"}, "callbacks": [coach.callback()]}
    state = graph.compile(checkpointer=InMemorySaver()).invoke({"messages": [("user", QUESTION)]}, config)
    return state["messages"][-1].text


if __name__ == "__main__":
    show(main)
