"""The functional API: tasks and an entrypoint that call a model.

    python examples/ways/functional_api.py

Wrap the model once, and call it wherever you like. Its receipts say the thread, the task and the trace.
"""

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint, task
from offline import QUESTION, OfflineModel, show, teach

from langgraph_coaching import Coach


def main(coach: Coach) -> str:
    """Answers one question."""
    teach(coach)
    model = coach.model(OfflineModel())  # coach.model(ChatOpenAI(model="…"))

    @task
    def answer(question: str) -> str:
        return model.invoke(question).text

    @entrypoint(checkpointer=InMemorySaver())
    def support(question: str) -> str:
        return answer(question).result()

    config = {"configurable": {"thread_id": "1"}, "callbacks": [coach.callback()]}
    return support.invoke(QUESTION, config)


if __name__ == "__main__":
    show(main)
