"""A state without messages: a question goes in, an answer comes out.

    python examples/ways/state_without_messages.py

A coached model needs no messages in the state: it reads its own request. A node of your own that is wrapped, or a coach
node, is told where the user's words are: `coach.node(answer, messages_key="question")`.
"""

from langgraph.graph import START, StateGraph
from offline import QUESTION, OfflineModel, show, teach
from typing_extensions import TypedDict

from langgraph_coaching import Coach


class State(TypedDict, total=False):
    """What goes in and what comes out."""

    question: str
    answer: str
    short: str


def main(coach: Coach) -> str:
    """Answers one question, and says it in short."""
    teach(coach)
    model = OfflineModel()
    own = coach.model(model)

    def answer(state: State) -> State:
        return {"answer": own.invoke([("system", "You work for a shoe shop."), ("user", state["question"])]).text}

    def shorten(state: State) -> State:
        return {"short": model.invoke(f"Say it in short: {state['answer']}").text}  # this one is not coached

    builder = StateGraph(State).add_node("answer", answer).add_node("shorten", shorten)
    graph = builder.add_edge(START, "answer").add_edge("answer", "shorten").compile()
    return graph.invoke({"question": QUESTION}, {"callbacks": [coach.callback()]})["answer"]


if __name__ == "__main__":
    show(main)
