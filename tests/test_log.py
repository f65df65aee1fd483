"""A handler or a filter of somebody else that raises ends no model call and loses nothing."""

import logging

import pytest

from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.recall.minilm import MiniLM

ASKED = "I want to change my order"
LOG = logging.getLogger("langgraph_coaching")


class Handler(logging.Handler):
    """As of a service that is down."""

    def handle(self, record):
        raise ConnectionError("no route")


class Filter(logging.Filter):
    """One that expects what is not there."""

    def filter(self, record):
        raise KeyError("user")


@pytest.fixture(params=[Handler, Filter])
def hostile(request):
    made, kind = request.param(), "Handler" if request.param is Handler else "Filter"
    before = LOG.level
    LOG.setLevel(1)
    getattr(LOG, f"add{kind}")(made)
    yield made
    getattr(LOG, f"remove{kind}")(made)
    LOG.setLevel(before)


def test_what_is_said_breaks_no_model_call(hostile, tmp_path, monkeypatch, capsys):
    with Coach(tmp_path, limits=Limits(deadline=60)) as coach:
        coach.add(intent="a customer asks to change an order", behavior=Reply("r"), examples=[ASKED])
        with monkeypatch.context() as patch:
            patch.setattr(MiniLM, "embed_query", lambda *_: 1 / 0)
            (failed,) = coach.advise(ASKED).considered
        assert "ZeroDivisionError" in failed.reason
        assert coach.advise(ASKED).applied  # which says that it is over
        coach.flush()
        assert {one.outcome for one in coach.receipts()} == {"failed", "applied"}
    LOG.warning("once more")
    assert capsys.readouterr().err.count("a handler or filter of the log has raised") <= 1
