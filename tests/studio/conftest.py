"""A studio over a store with some conversations, asked without a server."""

from concurrent.futures import Future

import pytest
from studio_client import client_of, form_token

from langgraph_coaching.errors import CoachingError
from langgraph_coaching.studio import (
    agent_choices,
    behind,
    latest_reports,
    made_behind,
    questions,
    rest_of_impact,
    studio_app,
)


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """What a page says does not depend on how busy this machine is: it waits for what is made behind it."""
    monkeypatch.setattr(behind, "PATIENCE", 60.0)


@pytest.fixture
def client(coach):
    """A browser of whoever sits here."""
    return client_of(studio_app(coach))


@pytest.fixture
def change(client):
    """Posts a form as a page does."""
    return lambda path, **fields: client.post(path, data=fields | {"form_token": form_token(client)})


@pytest.fixture
def made_later(monkeypatch):
    """What pages have made behind them is made when the test says so: each is a call that makes it."""
    begun = []

    def begin(make):
        future = Future()

        def run():
            try:
                future.set_result(make())
            except CoachingError as error:
                future.set_exception(error)

        begun.append(run)
        return future

    monkeypatch.setattr(behind, "PATIENCE", 0.0)
    for module in (latest_reports, questions, agent_choices, rest_of_impact, made_behind):
        monkeypatch.setattr(module, "begin_behind", begin)
    return begun
