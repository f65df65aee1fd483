"""Nothing that the redaction hook takes out is ever on disk."""

import re
import threading
from pathlib import Path

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver

from langgraph_coaching import Coach, Reply, Step, Trace
from langgraph_coaching.traces.prompt import answer_of, prompt_of
from parts import database_of

CARD = "4929-1234"


def redact(text):
    return re.sub(r"\d{4}-\d{4}", "[card]", text)


@tool
def charge(card: str, name: str) -> str:
    """Charges a card such as 4929-1234."""
    if name == "nobody":
        raise ConnectionError(f"no such card {card}")
    return f"charged {card}"


@pytest.fixture
def coach(tmp_path, embeddings):
    with Coach(tmp_path / "store", embeddings=embeddings, redact=redact) as coach:
        coach.add(intent="A customer gives a card", behavior=Reply("Say thanks."), examples=["my card is 1 please"])
        yield coach


def on_disk(folder):
    return b"".join(path.read_bytes() for path in Path(folder).rglob("*") if path.is_file())


def everything(coach):
    """All that is stored, read back, as one text."""
    names = ("traces", "histories", "receipts")
    tables = [table for name in names if (table := database_of(coach).table(name)) is not None]
    return "\n".join(str(table.to_arrow().to_pylist()) for table in tables)


def asks(text="", name="ann"):
    return AIMessage(text, tool_calls=[{"name": "charge", "args": {"card": CARD, "name": name}, "id": f"c-{name}"}])


def test_a_secret_is_nowhere_in_the_store(run, coach, scripted, tmp_path):
    answers = [asks(f" {CARD} "), f"<think>{CARD}</think>Charged {CARD}. "]
    agent = create_agent(
        scripted(*answers, *answers),
        [charge],
        system_prompt=f"Cards look like {CARD}. " * 100,
        middleware=[coach.middleware()],
        checkpointer=InMemorySaver(),
    )
    image = {"type": "image_url", "image_url": {"url": f"https://example.org/{CARD}"}}
    config = {
        "callbacks": [coach.callback()],
        "configurable": {"thread_id": "t"},
        "metadata": {"note": f"has {CARD}", "name": CARD},
    }
    given = [{"type": "text", "text": f"my card is {CARD} please"}, image]
    for _ in range(2):
        run(agent, {"messages": [HumanMessage(given, name="ann")]}, config)
    coach.flush()
    assert [receipt.applied for receipt in coach.receipts() if "card" in receipt.situation]
    stored = everything(coach)
    assert CARD not in stored
    assert stored.count("[card]") > 20
    assert CARD.encode() not in on_disk(tmp_path)
    trace = coach.traces.list()[0]
    answer = next(step for step in trace.steps if step.call == 0)
    assert prompt_of(trace, answer)[0] == SystemMessage("Cards look like [card]. " * 100)
    assert answer_of(trace, answer).tool_calls[0]["args"] == {"card": "[card]", "name": "ann"}
    assert "has [card]" in trace.metadata["note"]


def test_errors_are_redacted(run, coach, scripted):
    agent = create_agent(scripted(asks(name="nobody")), [charge])
    with pytest.raises(ConnectionError, match=CARD):
        run(agent, {"messages": ["hi"]}, {"callbacks": [coach.callback()]})
    coach.flush()
    (trace,) = coach.traces.list()
    assert trace.error == "ConnectionError: no such card [card]"
    assert CARD not in everything(coach)


def test_imported_traces_are_redacted(coach):
    step = Step(index=0, trace_id="t", type="user", author="user", text=f"it is {CARD}")
    coach.traces.add(Trace(id="t", steps=(step,)))
    assert coach.traces.get("t").steps[0].text == "it is [card]"


@pytest.mark.parametrize("wrong", [lambda text: 1 / 0, lambda text: None, lambda text: text.encode()])
def test_where_the_hook_fails_the_text_is_withheld_and_the_trace_says_so(run, tmp_path, embeddings, model, wrong):
    def hook(text):
        return wrong(text) if CARD in text else text

    with Coach(tmp_path / "store", embeddings=embeddings, redact=hook) as coach:
        agent = create_agent(model, [])
        messages = [f"it is {CARD}", "thanks"]
        assert (
            run(agent, {"messages": messages}, {"callbacks": [coach.callback()]})["messages"][-1].text == "All right."
        )
        coach.advise(f"it is {CARD}")
        coach.flush()
        (trace,) = coach.traces.list()
        assert [step.text for step in trace.steps] == [
            "[withheld: the redaction hook failed]",
            "thanks",
            "All right.",
        ]
        assert trace.metadata["redaction_failed"] == 1
        assert CARD not in everything(coach)


def test_the_hook_runs_off_the_graphs_path(run, tmp_path, embeddings, model):
    threads = set()

    def hook(text):
        threads.add(threading.current_thread())
        return text

    with Coach(tmp_path / "store", embeddings=embeddings, redact=hook) as coach:
        run(create_agent(model, []), {"messages": ["hi"]}, {"callbacks": [coach.callback()]})
        coach.advise("hi")
        coach.flush()
    assert threads
    assert threading.current_thread() not in threads


@pytest.mark.parametrize("given", ["the receipt at hand", "its id"])
def test_a_verdict_teaches_only_what_may_be_written(tmp_path, given):
    with Coach(tmp_path, redact=lambda text: text.replace("4929-1234", "[card]")) as coach:
        coaching = coach.add(intent="an order arrived broken", behavior=Reply("Ask for a photo."))
        (receipt,) = coach.advise("my order, paid with 4929-1234, arrived broken").considered
        coach.verdict(receipt.id if given == "its id" else receipt, correct=not receipt.applied)
        coach.verdict(receipt.id if given == "its id" else receipt, correct=receipt.applied)
        coach.verdict(receipt.id if given == "its id" else receipt, correct=not receipt.applied)
        kept = coach.get(coaching.id).model_dump_json()
    assert "[card]" in kept
    assert "4929" not in kept


class Ending(BaseException):
    """Ends a thread, where nobody holds it up."""


@pytest.mark.parametrize("fault", [SystemExit, Ending, RecursionError, MemoryError])
def test_a_hook_that_would_end_the_thread_withholds_the_text(tmp_path, embeddings, fault):
    def hook(text):
        raise fault

    with Coach(tmp_path / "store", embeddings=embeddings, redact=hook) as coach:
        coach.add(intent="an order arrived broken", behavior=Reply("Ask for a photo."))
        coach.advise("my order arrived broken")
        coach.flush()
        (receipt,) = coach.receipts()
    assert receipt.situation == "[withheld: the redaction hook failed]"
