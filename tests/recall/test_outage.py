"""A failure is said in the log, but not at every call; and when it is over."""

import logging

import pytest

from langgraph_coaching.recall.outage import EVERY, Outage


@pytest.fixture
def time():
    return [1_000.0]


@pytest.fixture
def outage(time, caplog):
    caplog.set_level(logging.DEBUG, "langgraph_coaching")
    return Outage("acme", lambda: time[0])


def said(caplog):
    return [record.getMessage() for record in caplog.records]


def test_the_first_is_said_with_its_reason(outage, caplog):
    outage.note("StoreError", "no coaching was looked up: the disk is gone")
    (line,) = said(caplog)
    assert line == (
        "coaching of the namespace 'acme': no coaching was looked up: the disk is gone; the model is called without"
    )
    assert caplog.records[0].levelno == logging.WARNING


def test_of_a_thousand_in_a_minute_one_is_said(outage, caplog):
    for _ in range(1_000):
        outage.note("StoreError", "gone")
    assert len(said(caplog)) == 1


def test_after_a_minute_it_is_said_again_with_their_number(outage, caplog, time):
    for _ in range(5):
        outage.note("StoreError", "gone")
    time[0] += EVERY
    outage.note("StoreError", "gone")
    assert said(caplog)[1:] == ["coaching of the namespace 'acme': gone; the model is called without (6 calls so far)"]


def test_another_kind_is_said_at_once(outage, caplog):
    outage.note("StoreError", "gone")
    outage.note("EmbedderError", "429")
    assert len(said(caplog)) == 2


def test_the_end_of_it_is_said_once(outage, caplog):
    outage.end()
    assert said(caplog) == []
    for _ in range(3):
        outage.note("StoreError", "gone")
    for _ in range(3):
        outage.end()
    assert said(caplog)[1:] == ["coaching of the namespace 'acme' is looked up again; calls that went without: 3"]


def test_what_comes_and_goes_does_not_fill_the_log(outage, caplog, time):
    for _ in range(100):
        outage.note("StoreError", "gone")
        outage.end()
        time[0] += 1
    assert len(said(caplog)) == 4  # two a minute
