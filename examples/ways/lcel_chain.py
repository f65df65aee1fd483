"""A chain: `prompt | model | parser`, with no graph at all.

    python examples/ways/lcel_chain.py

The coaching goes behind the system message of your prompt, in this one request.
"""

from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from offline import QUESTION, OfflineModel, show, teach

from langgraph_coaching import Coach


def main(coach: Coach) -> str:
    """Answers one question."""
    teach(coach)
    prompt = ChatPromptTemplate([("system", "You work for a shoe shop."), ("user", "{question}")])
    model = coach.model(OfflineModel())  # coach.model(ChatOpenAI(model="…"))

    chain = prompt | model | StrOutputParser()
    return chain.invoke({"question": QUESTION}, {"callbacks": [coach.callback()]})


if __name__ == "__main__":
    show(main)
