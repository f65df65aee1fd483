"""Spans in which something else stands than should: what can be read is, and no row costs another or raises."""

import json

import pytest

from langgraph_coaching import import_traces

SAID = json.dumps([{"role": "user", "content": "where is A-1?"}])
HUGE = 9**600


def span(trace="t", **fields):
    attributes = [
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
        {"key": "gen_ai.input.messages", "value": {"stringValue": SAID}},
    ]
    given = {"traceId": trace, "spanId": "s", "name": "chat", "startTimeUnixNano": "1893456000000000000"}
    return given | {"attributes": [*attributes, *fields.pop("attributes", [])]} | fields


def nested(kind, depth):
    value = {"stringValue": "x"}
    for _ in range(depth):
        value = {kind: {"values": [value if kind == "arrayValue" else {"key": "a", "value": value}]}}
    return value


ODD = [
    {"key": [], "value": {"stringValue": "x"}},
    {"key": {"a": 1}, "value": "x"},
    {"value": None},
    "no pair",
    {"key": "n", "value": {"intValue": "many"}},
    {"key": "n", "value": {"intValue": {}}},
    {"key": "n", "value": {"intValue": "9" * 5_000}},
    {"key": "n", "value": {"intValue": float("inf")}},
    {"key": "n", "value": {"arrayValue": {"values": 5}}},
    {"key": "n", "value": {"arrayValue": {"values": "text"}}},
    {"key": "n", "value": {"kvlistValue": {"values": ["no pair", 3]}}},
    {"key": "n", "value": {"kvlistValue": {"values": [{"key": [], "value": {"intValue": "1"}}]}}},
    {"key": "n", "value": {1: 2}},
]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("name", ["otel", "openinference"])
def test_an_odd_attribute_costs_no_other(name, odd):
    (trace,) = import_traces([span(attributes=[odd])], format=name)
    assert [step.text for step in trace.steps if step.type == "user"] == ["where is A-1?"]


@pytest.mark.parametrize("when", ["9" * 5_000, "9" * 400, HUGE, -HUGE, float("inf"), float("nan"), [], "²"])
@pytest.mark.parametrize("name", ["startTimeUnixNano", "endTimeUnixNano", "start_time"])
def test_an_impossible_time_is_none(name, when):
    (trace,) = import_traces([span(**{name: when})], format="otel")
    assert trace.steps[0].text == "where is A-1?"
    assert trace.ended_at is None or trace.ended_at.year in (1970, 2030)


@pytest.mark.parametrize("kind", ["arrayValue", "kvlistValue"])
def test_a_value_that_is_too_deep_costs_its_row_and_is_said(kind):
    deep = span("deep", attributes=[{"key": "n", "value": nested(kind, 5_000)}])
    imported = import_traces([deep, span("good")], format="otel")
    assert [trace.id for trace in imported] == ["good"]
    (finding,) = (one for one in imported.findings if one.kind == "unreadable")
    assert finding.row == 1
    assert "RecursionError" in str(finding)


@pytest.fixture
def too_deep():
    deep = []
    for _ in range(5_000):
        deep = [deep]
    return deep


def asked_in(imported):
    return [step.text for trace in imported for step in trace.steps if step.type == "user"]


@pytest.mark.parametrize("where", ["trace_id", "parent_run_id", "id"])
def test_an_id_that_is_too_deep_costs_its_run(too_deep, where):
    good = {"id": "r", "run_type": "llm", "inputs": {"messages": [{"role": "user", "content": "hi"}]}}
    assert asked_in(import_traces([good | {where: too_deep}, good], format="langsmith")) == ["hi"]


def test_pages_in_pages_without_end_cost_their_row(too_deep):
    good = {"id": "o", "type": "GENERATION", "traceId": "t", "input": [{"role": "user", "content": "hi"}]}
    assert asked_in(import_traces([too_deep, good], format="langfuse")) == ["hi"]


def test_pairs_and_numbers_are_still_read():
    pairs = {"kvlistValue": {"values": [{"key": "a", "value": {"intValue": "3"}}, {"key": "b", "value": {}}]}}
    many = {"arrayValue": {"values": [{"intValue": 4}, {"doubleValue": 0.5}]}}
    given = [{"key": "pairs", "value": pairs}, {"key": "many", "value": many}]
    (trace,) = import_traces([span(attributes=given)], format="otel")
    assert '"pairs.a": 3' in json.dumps(trace.model_dump(mode="json"))
    assert '"many": [4, 0.5]' in json.dumps(trace.model_dump(mode="json"))
