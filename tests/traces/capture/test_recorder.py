"""What running graphs leave behind is stored in few commits, and all of it by the end of the process."""

import pytest
from langgraph.graph import START, MessagesState, StateGraph

from langgraph_coaching import Coach, Reply
from langgraph_coaching.storage import writer
from parts import database_of

RUNS = 12
ASKED = "my order arrived broken"


@pytest.fixture
def shop(tmp_path, embeddings):
    with Coach(tmp_path / "coaching", embeddings=embeddings) as coach:
        coach.add(id="broken", intent=ASKED, behavior=Reply("Ask for a photo."), examples=[ASKED])
        yield coach


def graph_of(coach, model):
    node = coach.node(lambda state: {"messages": [model.invoke(state["messages"])]})
    return StateGraph(MessagesState).add_node("agent", node).add_edge(START, "agent").compile()


def test_many_runs_are_one_commit_of_each_table(shop, model, monkeypatch):
    monkeypatch.setattr(writer, "PAUSE", 600.0)  # a batch begins with the flush
    graph, config = graph_of(shop, model), {"callbacks": [shop.callback()]}

    def asked(count):
        for number in range(count):
            graph.invoke({"messages": [("user", f"{ASKED}, number {number}. {'Long. ' * 300}")]}, config)
        shop.flush()
        return {table: database_of(shop).version(table) for table in ("receipts", "traces", "histories")}

    before = asked(1)
    after = asked(RUNS)
    assert {table: after[table] - before[table] for table in before} == dict.fromkeys(before, 1)
    traces = shop.traces.list(limit=None)
    assert len(traces) == RUNS + 1
    assert {receipt.trace_id for receipt in shop.receipts()} == {trace.id for trace in traces}


COMMON = """
import sys, threading
from langchain_core.messages import AIMessage
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langgraph.graph import START, MessagesState, StateGraph
from langgraph_coaching import Coach, Limits, Reply

coach = Coach(sys.argv[1], limits=Limits(deadline=30))
model = GenericFakeChatModel(messages=iter(AIMessage(f"answer {n}") for n in range(1_000)))
started, never = threading.Event(), threading.Event()

def answer(state):
    if "wait" in state["messages"][-1].content:
        started.set()
        never.wait()
    return {"messages": [model.invoke(state["messages"])]}

graph = StateGraph(MessagesState).add_node("agent", coach.node(answer)).add_edge(START, "agent").compile()

def ask(text):
    graph.invoke({"messages": [("user", text)]}, {"callbacks": [coach.callback()]})
"""


@pytest.fixture
def ended(run_python):
    """A process that has run a script on a store, and ended."""
    return lambda script, folder: run_python("-c", COMMON + script, folder)


@pytest.mark.slow
def test_a_process_that_ends_without_a_flush_has_stored_everything(ended, shop):
    done = ended("for number in range(60):\n    ask(f'my order arrived broken, number {number}')", shop.uri)
    assert (done.returncode, done.stderr) == (0, "")
    traces = shop.traces.list(limit=None)
    assert sorted(trace.steps[-1].text for trace in traces) == sorted(f"answer {number}" for number in range(60))
    assert {receipt.trace_id for receipt in shop.receipts()} == {trace.id for trace in traces}


@pytest.mark.slow
def test_a_run_that_goes_on_in_a_daemon_thread_is_stored_as_far_as_it_came(ended, shop):
    script = "threading.Thread(target=ask, args=['wait for it'], daemon=True).start()\nstarted.wait(120)"
    done = ended(script, shop.uri)
    assert (done.returncode, done.stderr) == (0, "")
    (trace,) = shop.traces.list()
    assert (trace.status, [step.text for step in trace.steps]) == ("running", ["wait for it"])


@pytest.mark.slow
def test_a_process_whose_store_cannot_be_written_says_how_many_records_are_lost(ended, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    done = ended("ask('hello')", tmp_path / "file")
    assert done.returncode == 0
    # The run, and the receipt that says why it had no coaching.
    assert "langgraph-coaching: 2 records were not written: at exit: the coaching store at" in done.stderr
