"""Writes a store with a little of everything into a folder, with whatever version of the package is imported.

The stores beside this file were made by `PYTHONPATH=<checkout>/src python write_store.py <commit>`, each with the
version of its commit; `test_earlier_stores.py` opens them with today's. Only public names are used that every version
has had since commit 1b7cd40, and what is said here is what the tests expect.
"""

import re
import sys
import tarfile
import tempfile
import zlib
from pathlib import Path

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import FakeListChatModel
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph

from langgraph_coaching import Coach, CoachingState, Reply, coached, import_traces

STORES = Path(__file__).parent / "stores"

DAMAGED, ADDRESS, DISCOUNT, GIFT, ERASED, ELSEWHERE = "damaged", "address", "discount", "gift", "erased", "elsewhere"
INTENTS = {
    DAMAGED: "a customer reports that an order arrived broken",
    ADDRESS: "a customer wants to change the delivery address",
    DISCOUNT: "a customer asks for a discount",
    GIFT: "a customer asks for gift wrapping",
    ERASED: "a customer asks for a printed catalogue",
    ELSEWHERE: "a customer asks about the warranty of a watch",
}
EXAMPLES = {
    DAMAGED: ["my mug came in pieces", "the vase I ordered is shattered"],
    ADDRESS: ["please send it to my new flat instead"],
    DISCOUNT: ["how much is it with the student discount"],
    GIFT: ["can you wrap it as a present"],
    ERASED: ["do you have a paper catalogue"],
    ELSEWHERE: ["how long is the warranty on my watch"],
}
FIRST_WORDING = "Apologize."
REPLIES = {
    DAMAGED: "Apologize and send a replacement at once, without asking for a photo.",
    ADDRESS: "Confirm the new address word by word.",
    DISCOUNT: "Offer five percent.",
    GIFT: "Offer the free gift box.",
    ERASED: "Send the catalogue.",
    ELSEWHERE: "Two years.",
}
OTHER_NAMESPACE = "watches"

THREAD, RUN_NAME = "thread-1", "shop"
LONG = "The vase I ordered is shattered too! " + "It was wrapped in thin paper only. " * 40
TURNS = {
    "Hello, my mug came in pieces.": "I am sorry, a new mug is on its way.",
    LONG: "A new vase as well, of course.",
    "Thank you. What are your opening hours?": "We open at nine.",
}
"""What is said in the captured runs; the second is long, so that it is kept as a part of its own."""

IMPORTED_ID = "imported-1"
IMPORTED = {
    "id": IMPORTED_ID,
    "messages": [
        {"role": "user", "content": "Please send it to my new flat instead."},
        {"role": "assistant", "content": "To which address?"},
        {"role": "user", "content": "12 Mill Lane, Ely."},
        {"role": "assistant", "content": "Done: 12 Mill Lane, Ely."},
    ],
}

ASKED = {DAMAGED: "my mug came in pieces", ADDRESS: "please send it to my new flat instead"}
"""What `advise` is asked, and what has to apply; both are said to be right."""

ASKED_WRONGLY = "how much is it with the student discount"
"""Asked as well: `DISCOUNT` applies, and is said to be wrong there."""

COMMENTS = {DAMAGED: "just so", ADDRESS: "", DISCOUNT: "a question about the price, no wish"}
"""Of the verdict on each."""

AUTHOR = "Ada"


class WordCounts(Embeddings):
    """Embeddings of another maker: hashed word counts, so that the store has to keep a background of its own."""

    model = "word-counts"

    def embed_query(self, text):
        """The text's vector: `float[16]`."""
        counts = [0.01] * 16
        for word in re.findall(r"\w+", text.lower()):
            counts[zlib.crc32(word.encode()) % 16] += 1.0
        return counts

    def embed_documents(self, texts):
        """A vector for each text."""
        return [self.embed_query(text) for text in texts]


def graph_with(coach, answers):
    """A graph with a coach node and an agent node that gives these answers, in order."""
    model = FakeListChatModel(responses=answers)
    builder = StateGraph(CoachingState)
    builder.add_node("coach", coach.node())
    builder.add_node("agent", lambda state: {"messages": [model.invoke(coached(state))]})
    builder.add_edge(START, "coach")
    builder.add_edge("coach", "agent")
    return builder.compile(checkpointer=InMemorySaver(), name=RUN_NAME)


def write(folder, embeddings=None):
    """Writes a store: coachings with a past, captured and imported traces, receipts, verdicts, all of it calibrated."""
    with Coach(folder, namespace=OTHER_NAMESPACE, embeddings=embeddings) as other:
        add(other, ELSEWHERE)
    with Coach(folder, embeddings=embeddings) as coach:
        add(coach, DAMAGED, behavior=Reply(FIRST_WORDING), author=AUTHOR)
        for name in (ADDRESS, DISCOUNT, GIFT, ERASED):
            add(coach, name)
        coach.edit(DAMAGED, behavior=Reply(REPLIES[DAMAGED]))
        coach.archive(GIFT)
        coach.delete(ERASED)
        graph = graph_with(coach, list(TURNS.values()))
        config = {"configurable": {"thread_id": THREAD}, "callbacks": [coach.callback()]}
        for turn in TURNS:
            graph.invoke({"messages": [("user", turn)]}, config)
        coach.traces.add(import_traces([IMPORTED], format="openai"))
        for name, asked in {**ASKED, DISCOUNT: ASKED_WRONGLY}.items():
            (receipt,) = [one for one in coach.advise(asked).applied if one.coaching_id == name]
            coach.flush()
            coach.verdict(receipt, correct=name != DISCOUNT, comment=COMMENTS[name], author=AUTHOR)
        coach.calibrate()


def add(coach, name, **fields):
    """Adds one of the coachings."""
    made = {"id": name, "intent": INTENTS[name], "behavior": Reply(REPLIES[name]), "examples": EXAMPLES[name]}
    coach.add(**made | fields)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        write(Path(made, "shipped"))
        write(Path(made, "own"), WordCounts())
        with tarfile.open(STORES / f"{sys.argv[1]}.tar.xz", "w:xz") as archive:
            archive.add(made, ".")
