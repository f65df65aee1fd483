"""What the tests of conversations share: an agent that asks for the country as soon as it is told to."""

from typing import Annotated, TypedDict

from langgraph.graph import START, MessagesState, StateGraph
from langgraph.graph.message import add_messages

ASKED = "How much is shipping for a pair of boots?"
UNTOLD, TOLD = "It is 4.90 to anywhere.", "To which country does it go?"
WISH = "Ask which country it goes to."


def answer(prompt):
    """What the agent says: the right thing as soon as a prompt tells it."""
    return TOLD if any("which country" in str(message.content) for message in prompt[:1]) else UNTOLD


class History(TypedDict):
    history: Annotated[list, add_messages]
    seen: int


class Ask(TypedDict):
    question: str
    answer: str


def graph_of(node, state=MessagesState, **options):
    builder = StateGraph(state)
    builder.add_node("agent", node)
    builder.add_edge(START, "agent")
    return builder.compile(**options)


def kinds(events):
    """The kinds of events in order, tokens of a message once."""
    found = [event.kind for event in events]
    return [kind for place, kind in enumerate(found) if place == 0 or (kind, found[place - 1]) != ("token", "token")]


def notes(events):
    return [event.text for event in events if event.kind == "note"]
