"""Receipts and verdicts for tracers, and the corrections that tracers hold."""

import json
import uuid

import pytest
from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from langgraph_coaching import Action, import_traces
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError

FORMATS = ("langsmith", "langfuse", "openinference", "otel")


class Model(GenericFakeChatModel):
    def bind_tools(self, tools, **_):
        return self


def judge_one(coach):
    coach.add(intent="an order arrived broken", behavior=Action("refund"))
    agent = create_agent(Model(messages=iter([AIMessage("sorry")])), [], middleware=[coach.middleware()])
    agent.invoke({"messages": [("user", "my order arrived broken")]}, {"callbacks": [coach.callback()]})
    coach.flush()
    (receipt,) = [receipt for receipt in coach.receipts() if receipt.applied]
    coach.verdict(receipt, correct=True, comment="well spotted", author="dana")


@pytest.fixture
def coach(coach, written_once):
    written_once(judge_one, coach.uri)
    return coach


def told(rows, name, score):
    return [(row[name], row[score]) for row in rows]


def test_langsmith_is_told_in_the_arguments_of_its_client(coach):
    import inspect

    from langsmith import Client

    rows = coach.feedback("langsmith")
    accepted = inspect.signature(Client.create_feedback).parameters
    assert {name for row in rows for name in row} <= set(accepted)
    (trace,) = coach.traces.list()
    (step,) = [step for step in trace.steps if step.receipts]
    assert {row["run_id"] for row in rows} == {step.run_id}
    assert all(uuid.UUID(row["run_id"]) and uuid.UUID(row["feedback_id"]) for row in rows)
    scores = dict(told(rows, "key", "score"))
    assert (scores["coaching.followed"], scores["coaching.correct"]) == (0, 1)
    assert 0 < scores["coaching.applied"] < 1
    assert [row["comment"] for row in rows if row["key"] == "coaching.correct"] == ["well spotted"]


def test_each_tracer_hears_the_same(coach):
    (trace,) = coach.traces.list()
    langsmith = told(coach.feedback("langsmith"), "key", "score")
    assert told(coach.feedback("langfuse"), "name", "value") == langsmith
    annotations = coach.feedback("openinference")
    assert [(row["name"], row["result"]["score"]) for row in annotations] == langsmith
    assert {row["annotator_kind"] for row in annotations if row["name"] == "coaching.correct"} == {"HUMAN"}
    events = [row["attributes"] for row in coach.feedback("otel")]
    assert told(events, "gen_ai.evaluation.name", "gen_ai.evaluation.score.value") == langsmith
    assert {row["traceId"] for row in coach.feedback("langfuse")} == {trace.id.removeprefix("t-")}


@pytest.mark.parametrize("name", FORMATS)
def test_telling_it_again_changes_nothing(coach, name):
    assert coach.feedback(name) == coach.feedback(name) == json.loads(json.dumps(coach.feedback(name)))


def test_only_what_is_asked_for(coach):
    (trace,) = coach.traces.list()
    assert coach.feedback("otel", trace_id=trace.id) == coach.feedback("otel")
    assert coach.feedback("otel", since=trace.ended_at.replace(year=2100)) == []
    with pytest.raises(NotFoundError, match="t-none"):
        coach.feedback("otel", trace_id="t-none")
    with pytest.raises(InvalidCoachingError, match="langsmith, langfuse"):
        coach.feedback("datadog")


MESSAGES = {"inputs": {"messages": [{"role": "user", "content": "do you ship to Norway?"}]}}
ANSWER = {"outputs": {"messages": [{"role": "assistant", "content": "No."}]}}


@pytest.mark.parametrize(
    "correction", ["Yes, for 9 EUR.", {"output": "Yes, for 9 EUR."}, {"messages": [{"content": "Yes, for 9 EUR."}]}]
)
def test_a_correction_in_langsmith_becomes_a_draft(coach, correction):
    run = {"id": str(uuid.uuid4()), "run_type": "llm", "start_time": "2030-01-01T12:00:00", **MESSAGES, **ANSWER}
    run["feedback"] = [{"key": "note", "score": 1}, {"key": "fix", "correction": correction}]
    (trace,) = import_traces([run], format="langsmith")
    (draft,) = coach.corrections(trace)
    assert draft.behavior.text == "Answer like this: Yes, for 9 EUR."
    assert "Norway" in draft.intent or "ship" in draft.intent
    coach.traces.add(trace)
    assert coach.save(draft).source.trace_id == trace.id


@pytest.mark.parametrize(
    ("place", "item"),
    [
        ("corrections", {"name": "output", "longStringValue": "Yes, for 9 EUR."}),
        ("scores", {"name": "output", "source": "ANNOTATION", "stringValue": "Yes, for 9 EUR."}),
        ("scores", {"name": "fix", "dataType": "CORRECTION", "longStringValue": "Yes, for 9 EUR."}),
    ],
)
def test_a_correction_in_langfuse_becomes_a_draft(coach, place, item):
    one = {"id": "o-1", "type": "GENERATION", "startTime": "2030-01-01T12:00:00"}
    one |= {"input": "do you ship to Norway?", "output": "No."}
    evaluated = {"name": "output", "source": "EVAL", "value": 0.2, "stringValue": "not so good"}
    row = {"id": "lf-1", "timestamp": "2030-01-01T12:00:00", "observations": [one], "scores": [evaluated]}
    row[place] = [*row.get(place, ()), item]
    (trace,) = import_traces([row], format="langfuse")
    assert [draft.behavior.text for draft in coach.corrections(trace)] == ["Answer like this: Yes, for 9 EUR."]


def test_a_trace_without_corrections_has_no_drafts(coach):
    assert coach.corrections(coach.traces.list()[0]) == []


def test_langsmith_s_own_client_sends_the_rows(coach):
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    from langsmith import Client

    posted = []

    class Sink(BaseHTTPRequestHandler):
        def do_POST(self):
            posted.append((self.path, json.loads(self.rfile.read(int(self.headers["content-length"])))))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Sink)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        client = Client(api_url=f"http://127.0.0.1:{server.server_port}", api_key="none", auto_batch_tracing=False)
        rows = coach.feedback("langsmith")
        for row in rows:
            client.create_feedback(**row)
    finally:
        server.shutdown()
        server.server_close()
    assert {path for path, _ in posted} == {"/feedback"}
    assert [(body["id"], body["run_id"], body["key"], body["score"]) for _, body in posted] == [
        (row["feedback_id"], row["run_id"], row["key"], row["score"]) for row in rows
    ]
