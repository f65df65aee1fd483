"""Events put together: runs at once, runs that never end, receipts, and what cannot be read."""

import asyncio
import gc
import itertools
import uuid
import weakref

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, LLMResult
from langgraph.types import Command

from langgraph_coaching.recall.advice import Advice
from langgraph_coaching.recall.prompt import block
from langgraph_coaching.recall.receipt import Receipt
from langgraph_coaching.traces.capture import assembler as module
from langgraph_coaching.traces.capture.assembler import Assembler
from langgraph_coaching.traces.capture.event import FLUSH, Event

BLOCK = block(["- When replying to: hi\n  Do this: greet back"])
NODE = {"langgraph_checkpoint_ns": "agent:1", "langgraph_node": "agent", "langgraph_step": 1}


class Story:
    """Writes down the events of a run, a second apart."""

    def __init__(self):
        self.clock = itertools.count(1_700_000_000)
        self.events = []

    def starts(self, kind, data=None, parent=None, **fields):
        run = uuid.uuid4()
        self.events.append(Event(f"{kind}_start", run, parent, float(next(self.clock)), data, **fields))
        return run

    def ends(self, run, kind, data=None, **fields):
        self.events.append(Event(kind, run, None, float(next(self.clock)), data, **fields))

    def model(self, parent=None, answer="Hello.", prompt=(), **metadata):
        run = self.starts("chat_model", [list(prompt)], parent, metadata=metadata)
        self.ends(run, "llm_end", LLMResult(generations=[[ChatGeneration(message=AIMessage(answer))]]))
        return run

    def told(self, receipt_of=lambda _: None):
        return Assembler(receipt_of).consume(self.events)


@pytest.fixture
def story():
    return Story()


def receipt(**fields):
    known = {"coaching_id": "c-1", "revision": 3, "probability": 0.9, "outcome": "applied", "reason": "it fits"}
    return Receipt(**known | fields)


# ── which runs are one trace ──


def test_runs_at_the_same_time_are_kept_apart(story):
    runs = [story.starts("chain", {"messages": [HumanMessage(f"question {n}")]}) for n in range(5)]
    for number, run in enumerate(runs):
        story.model(run, f"answer {number}")
    for run in reversed(runs):
        story.ends(run, "chain_end")
    traces = story.told()
    assert [trace.id for trace in traces] == [f"t-{run.hex}" for run in reversed(runs)]
    assert [[step.text for step in trace.steps] for trace in traces] == [
        [f"question {n}", f"answer {n}"] for n in reversed(range(5))
    ]


def test_events_may_come_in_any_portions(story):
    for _ in range(3):
        run = story.starts("chain", {"messages": [HumanMessage("hi")]})
        story.model(run)
        story.ends(run, "chain_end")
    assembler = Assembler()
    one_by_one = [trace for event in story.events for trace in assembler.consume([event])]
    assert one_by_one == story.told()
    assert len(one_by_one) == 3


def test_flush_returns_runs_that_go_on_and_they_come_again_when_they_are_done(story):
    assembler = Assembler()
    run = story.starts("chain", {"messages": [HumanMessage("hi")]})
    (partial,) = assembler.consume([*story.events, FLUSH])
    assert (partial.status, partial.ended_at, [step.text for step in partial.steps]) == ("running", None, ["hi"])

    story.events.clear()
    story.model(run)
    story.ends(run, "chain_end")
    (done,) = assembler.consume(story.events)
    assert (done.id, done.status, [step.text for step in done.steps]) == (partial.id, "done", ["hi", "Hello."])
    assert done.ended_at > done.started_at == partial.started_at
    assert assembler.consume([FLUSH]) == []


def test_a_run_that_never_ends_is_given_up_when_there_are_too_many(story, monkeypatch):
    monkeypatch.setattr(module, "MOST_OPEN", 3)
    assembler = Assembler()
    oldest = story.starts("chain", {})
    tool = story.starts("tool", {}, oldest)
    silent, _ = [story.starts("chain", {"messages": [HumanMessage(str(n))]}) for n in (1, 2)]
    story.ends(tool, "tool_end", "it is still busy")
    story.starts("chain", {})
    (given_up,) = assembler.consume(story.events)
    assert (given_up.id, given_up.status, given_up.steps[0].text) == (f"t-{silent.hex}", "running", "1")

    story.events.clear()
    story.ends(silent, "chain_end")
    assert assembler.consume(story.events) == []
    assert len(assembler.consume([FLUSH])) == 3


def test_a_trace_that_was_returned_is_forgotten(story):
    question = HumanMessage("hi")
    watched = weakref.ref(question)
    run = story.starts("chain", {"messages": [question]})
    story.starts("chain", {"messages": [question]}, run)  # never ends
    story.ends(run, "chain_end", {"messages": [question]})
    assembler = Assembler()
    assert len(assembler.consume(story.events)) == 1
    del question
    story.events.clear()
    gc.collect()
    assert watched() is None


def test_a_handler_that_was_given_twice_makes_no_second_trace(story):
    run = story.starts("chain", {"messages": [HumanMessage("hi")]})
    story.model(run)
    story.ends(run, "chain_end")
    story.events = [event for event in story.events for _ in range(2)]
    (trace,) = story.told()
    assert [step.text for step in trace.steps] == ["hi", "Hello."]


def test_an_end_without_a_start_is_no_trace(story):
    story.ends(uuid.uuid4(), "chain_end", {"messages": [HumanMessage("hi")]})
    story.ends(uuid.uuid4(), "interrupt", None)
    assert story.told() == []


def test_a_child_whose_parent_is_another_tracers_joins_its_node(story):
    graph = story.starts("chain", {"messages": [HumanMessage("hi")]})
    node = story.starts("chain", {}, graph, metadata=NODE)
    story.model(uuid.uuid4(), **NODE)
    story.model(None, "Bye.", **NODE)
    story.ends(node, "chain_end")
    story.ends(graph, "chain_end")
    (trace,) = story.told()
    assert [(step.text, step.node) for step in trace.steps] == [("hi", None), ("Hello.", "agent"), ("Bye.", "agent")]


def test_a_search_by_itself_is_no_trace_but_a_model_it_asks_is_part_of_the_run(story):
    alone = story.starts("retriever")
    story.ends(alone, "retriever_end")
    graph = story.starts("chain", {"messages": [HumanMessage("hi")]})
    search = story.starts("retriever", None, graph)
    story.model(search, "other words for hi")
    story.ends(search, "retriever_end")
    story.ends(graph, "chain_end")
    (trace,) = story.told()
    assert [step.text for step in trace.steps] == ["hi", "other words for hi"]


def test_a_model_called_by_itself_is_a_trace(story):
    story.model(prompt=[SystemMessage("Be brief."), HumanMessage("hi")], ls_model_name="m-1")
    (trace,) = story.told()
    assert [(step.type, step.text) for step in trace.steps] == [
        ("system", "Be brief."),
        ("user", "hi"),
        ("message", "Hello."),
    ]
    assert trace.models == ("m-1",)
    assert trace.steps[2].duration_ms == 1000


def test_the_models_name_comes_from_where_it_is_told(story):
    run = story.starts("chat_model", [[]], more={"model": "m-asked"})
    story.ends(run, "llm_end", LLMResult(generations=[[ChatGeneration(message=AIMessage("a"))]]))
    run = story.starts("chat_model", [[]])
    answer = AIMessage("a", response_metadata={"model_name": "m-answered"})
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    output = LLMResult(generations=[[ChatGeneration(message=answer)]], llm_output={"token_usage": usage})
    story.ends(run, "llm_end", output)
    asked, answered = story.told()
    assert (asked.models, answered.models) == (("m-asked",), ("m-answered",))
    assert answered.steps[0].usage == {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}


# ── receipts ──


def test_receipts_of_a_call_are_found_by_the_ids_in_its_metadata(story):
    applied = receipt(situation="hi", thread_id="t")
    left_out = receipt(coaching_id="c-2", outcome="below_floor", probability=0.1)
    known = {r.id: r for r in (applied, left_out)}
    briefs = [applied.brief(), left_out.brief()]
    run = story.starts("chain", {"messages": [HumanMessage("hi")]})
    story.model(run, prompt=[SystemMessage(f"Be brief.\n\n{BLOCK}")], coaching=briefs)
    story.ends(run, "chain_end")
    (trace,) = story.told(known.get)
    answer = trace.steps[-1]
    assert answer.coaching == BLOCK
    assert [(r.id, r.outcome, r.situation, r.trace_id, r.step) for r in answer.receipts] == [
        (applied.id, "applied", "hi", trace.id, answer.index),
        (left_out.id, "below_floor", "", trace.id, answer.index),
    ]
    assert trace.receipts == list(answer.receipts)


def test_a_receipt_nobody_remembers_is_made_of_what_the_metadata_says(story):
    given = receipt(probability=0.8125)
    story.model(prompt=[SystemMessage(BLOCK)], coaching=[given.brief()])
    (trace,) = story.told()
    (made,) = trace.receipts
    assert made.brief() == given.brief()


@pytest.mark.parametrize("foreign", ["yes", 3, {"a": 1}, [1, "two", {"id": 7}, {"id": "r-1", "outcome": "great"}]])
def test_somebody_elses_metadata_under_the_same_key_makes_no_receipts(story, foreign):
    story.model(coaching=foreign)
    (trace,) = story.told()
    assert [step.text for step in trace.steps] == ["Hello."]
    assert trace.receipts == []


def test_a_call_without_the_block_has_not_been_coached_whatever_it_inherits(story):
    inherited = [receipt().brief()]
    run = story.starts("chain", {})
    story.model(run, "class B", [HumanMessage("classify")], coaching=inherited)
    story.model(run, "Hi!", [SystemMessage(BLOCK), HumanMessage("hi")], coaching=inherited)
    story.ends(run, "chain_end")
    (trace,) = story.told()
    assert [(step.text, len(step.receipts)) for step in trace.steps if step.call is not None] == [
        ("class B", 0),
        ("Hi!", 1),
    ]


def test_a_call_that_was_considered_and_left_alone_has_its_receipts(story):
    story.model(coaching=[receipt(outcome="below_floor").brief()])
    (trace,) = story.told()
    assert [r.outcome for r in trace.receipts] == ["below_floor"]
    assert trace.steps[0].coaching == ""


@pytest.mark.parametrize("where", ["output", "command", "state"])
def test_without_metadata_the_block_tells_which_advice_it_was(story, where):
    given = receipt(intent="half \ud83d")
    channel = {"coaching": [Advice(considered=[given], prompt=BLOCK).to_json()]}
    graph = story.starts("chain", {"messages": [HumanMessage("hi")]})
    if where != "state":
        coach = story.starts("chain", {}, graph, metadata=NODE | {"langgraph_checkpoint_ns": "coach:0"})
        story.ends(coach, "chain_end", channel if where == "output" else Command(update=channel))
    state = channel if where == "state" else {}
    node = story.starts("chain", {"messages": [HumanMessage("hi")], **state}, graph, metadata=NODE)
    story.model(node, prompt=[SystemMessage(BLOCK), HumanMessage("hi")])
    story.ends(node, "chain_end")
    story.ends(graph, "chain_end")
    (trace,) = story.told()
    assert [r.id for r in trace.steps[-1].receipts] == [given.id]
    assert trace.receipts[0].intent == "half \ufffd"
    trace.model_dump_json()


def test_advice_that_left_everything_out_belongs_to_the_first_call_of_its_node(story):
    left_out = receipt(outcome="below_floor")
    state = {"coaching": [Advice(considered=[left_out]).to_json()], "messages": [HumanMessage("hi")]}
    graph = story.starts("chain", {"messages": [HumanMessage("hi")]})
    node = story.starts("chain", state, graph, metadata=NODE)
    story.model(node, "one")
    story.model(node, "two")
    story.ends(node, "chain_end")
    story.ends(graph, "chain_end")
    (trace,) = story.told()
    assert [(step.text, [r.id for r in step.receipts]) for step in trace.steps[1:]] == [
        ("one", [left_out.id]),
        ("two", []),
    ]


def test_a_block_left_in_a_state_is_not_taken_for_the_prompt(story):
    run = story.starts("chain", {"messages": [SystemMessage(f"Be brief.\n\n{BLOCK}"), SystemMessage(BLOCK)]})
    story.ends(run, "chain_end")
    (trace,) = story.told()
    assert [(step.type, step.text) for step in trace.steps] == [("system", "Be brief.")]


def test_a_block_nobody_knows_is_recorded_without_receipts(story):
    story.model(prompt=[SystemMessage(BLOCK)])
    (trace,) = story.told()
    assert (trace.steps[0].coaching, trace.receipts) == (BLOCK, [])


def test_a_failed_call_keeps_its_receipts(story):
    run = story.starts("chat_model", [[SystemMessage(BLOCK)]], metadata={"coaching": [receipt().brief()]})
    half = LLMResult(generations=[[ChatGeneration(message=AIMessage("Hel"))]])
    story.ends(run, "llm_error", TimeoutError("too slow"), more=half)
    (trace,) = story.told()
    (step,) = trace.steps
    assert (step.type, step.name, step.text, step.error) == ("system", "model_error", "Hel", "TimeoutError: too slow")
    assert (len(step.receipts), step.coaching, step.call) == (1, BLOCK, 0)
    assert (trace.status, trace.error) == ("error", "TimeoutError: too slow")


def test_a_call_that_was_cancelled_keeps_its_receipts(story):
    graph = story.starts("chain", {})
    run = story.starts("chat_model", [[SystemMessage(BLOCK)]], graph, metadata={"coaching": [receipt().brief()]})
    story.ends(run, "llm_error", asyncio.CancelledError())
    story.ends(graph, "chain_end")
    (trace,) = story.told()
    assert [(step.name, step.error, len(step.receipts)) for step in trace.steps] == [
        ("model_error", "CancelledError", 1)
    ]
    assert trace.status == "done"


# ── what is recorded of a run that somebody else has begun ──


def test_what_a_resumed_run_learns_late_is_put_in_front(story):
    before = [HumanMessage("one", id="1"), AIMessage("", id="2", tool_calls=[{"name": "look", "args": {}, "id": "c"}])]
    graph = story.starts("chain", Command(resume="go on"))
    tools = story.starts("chain", [], graph, metadata=NODE | {"langgraph_path": ("__pregel_push", 0)})
    look = story.starts("tool", {}, tools, name="look", more="c")
    result = ToolMessage("found", tool_call_id="c", name="look")
    story.ends(look, "tool_end", result)
    story.ends(tools, "chain_end", {"messages": [result]})
    state = {"messages": [*before, ToolMessage("found", tool_call_id="c", name="look", id="3")]}
    agent = story.starts("chain", state, graph, metadata=NODE | {"langgraph_checkpoint_ns": "agent:2"})
    story.model(agent, prompt=state["messages"])
    (trace,) = Assembler().consume([*story.events, FLUSH])
    assert [(step.type, step.history) for step in trace.steps] == [
        ("user", True),
        ("tool_call", True),
        ("system", False),
        ("tool_result", False),
        ("message", False),
    ]
    assert trace.steps[3].message_id == "3"


def test_an_agents_message_without_an_id_stays_together(story):
    answer = AIMessage("Let me look.", tool_calls=[{"name": "look", "args": {}, "id": "c"}])
    run = story.starts("chain", {"messages": [HumanMessage("hi"), answer, HumanMessage("and?")]})
    story.ends(run, "chain_end")
    (trace,) = story.told()
    said, asked = trace.steps[1:3]
    assert said.message_id == asked.message_id is not None
    assert said.history
    assert not trace.steps[3].history


# ── what cannot be read ──


@pytest.mark.parametrize(
    ("kind", "data"),
    [("llm_end", None), ("llm_end", LLMResult(generations=[])), ("llm_end", "text"), ("interrupt", "text")],
)
def test_an_event_that_cannot_be_read_is_a_step_that_says_so(story, kind, data):
    run = story.starts("chain", {"messages": [HumanMessage("hi")]})
    model = story.starts("chat_model", [[]], run)
    story.ends(model, kind, data)
    story.ends(run, "chain_end")
    (trace,) = story.told()
    assert [(step.type, step.name, step.text) for step in trace.steps] == [
        ("user", None, "hi"),
        ("system", "unreadable", kind),
    ]
    assert trace.steps[1].error
    assert trace.status == "done"


class UnprintableError(Exception):
    def __str__(self):
        raise RuntimeError("no")


def test_metadata_that_is_not_as_it_should_be(story):
    run = story.starts(
        "chain", {}, metadata={1: "one", ("a",): {2: UnprintableError}, "langgraph_path": 7}, tags=[None]
    )
    story.ends(run, "chain_end")
    (trace,) = story.told()
    assert trace.metadata["1"] == "one"
    assert trace.metadata["('a',)"].keys() == {"2"}
    assert trace.tags == ("None",)


def test_after_an_event_that_is_no_event_others_are_still_read(story, caplog):
    story.model()
    story.events.insert(0, Event("chain_start", "no uuid", None, "no time", metadata=3, tags=None))
    assert len(story.told()) == 1
    assert "could not be read" in caplog.text


def test_an_error_without_a_readable_message(story):
    run = story.starts("chain", {})
    story.ends(run, "chain_error", UnprintableError())
    (trace,) = story.told()
    assert (trace.status, trace.error) == ("error", "UnprintableError")


def test_the_same_error_again_in_another_attempt_is_another_step(story):
    graph = story.starts("chain", {})
    for _ in range(2):
        node = story.starts("chain", {}, graph, metadata=NODE)
        inner = story.starts("chain", {}, node, metadata=NODE)
        story.ends(inner, "chain_error", OSError("busy"))
        story.ends(node, "chain_error", OSError("busy"))
    story.ends(graph, "chain_error", OSError("busy"))
    (trace,) = story.told()
    assert [(step.name, step.error) for step in trace.steps] == [("node_error", "OSError: busy")] * 2


def test_pictures_are_named_not_kept(story):
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 10_000}}
    run = story.starts("chain", {"messages": [HumanMessage([picture]), HumanMessage(["look ", picture])]})
    story.ends(run, "chain_end")
    (trace,) = story.told()
    assert [step.text for step in trace.steps] == ["[image_url]", "look "]
