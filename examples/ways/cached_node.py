"""A cached node: an answer is taken from the cache until other coaching applies to the question.

    python examples/ways/cached_node.py

LangGraph makes the key of the node's input. Behind `coach.node()` the input has the ids of what applies, so LangGraph's
own policy is right. A node that calls a coached model, as here, is given `coach.cache_key()`.
"""

from langgraph.cache.memory import InMemoryCache
from langgraph.graph import START, StateGraph
from langgraph.types import CachePolicy
from offline import QUESTION, OfflineModel, show, teach
from typing_extensions import TypedDict

from langgraph_coaching import Coach, Reply


class State(TypedDict, total=False):
    """What goes in and what comes out."""

    question: str
    answer: str


def main(coach: Coach) -> list[str]:
    """Asks the same three times; before the third time the coaching is edited."""
    coaching = teach(coach)
    model = coach.model(OfflineModel(answers=["First answer. {coaching}", "Second answer. {coaching}"]))

    def answer(state: State) -> State:
        return {"answer": model.invoke(state["question"]).text}

    policy = CachePolicy(key_func=coach.cache_key(messages_key="question"))
    builder = StateGraph(State).add_node("answer", answer, cache_policy=policy).add_edge(START, "answer")
    graph = builder.compile(cache=InMemoryCache())

    def ask() -> str:
        return graph.invoke({"question": QUESTION}, {"callbacks": [coach.callback()]})["answer"]

    answers = [ask(), ask()]  # the second comes from the cache
    coach.edit(coaching.id, behavior=Reply("Hand out a voucher instead."))
    return [*answers, ask()]


if __name__ == "__main__":
    show(main)
