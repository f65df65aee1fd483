"""The replay page shows what the library's replay says, side by side."""

import pytest
from studio_client import client_of, form_token

from langgraph_coaching import Reply
from langgraph_coaching.studio import studio_app


@pytest.fixture
def trace(coach, scripted):
    coach.add(intent="a customer asks what shipping costs", behavior=Reply("Ask for the country."), id="c-ship")
    asked = coach.model(scripted("Which country?"))
    asked.invoke([("user", "what does shipping cost?")], {"callbacks": [coach.callback()]})
    coach.flush()
    return coach.traces.list()[0]


def test_as_it_was(client, trace):
    html = client.get(f"/replay?trace={trace.id}").text
    assert "0 of 1 model call</b>" in html
    assert html.count("Which country?") == 2


def test_without_one(client, coach, trace):
    html = client.get(f"/replay?trace={trace.id}&without=c-ship").text
    expected = coach.replay(trace, without=["c-ship"]).diff()
    assert f"{len(expected.changes)} of 1 model call</b>" in html
    assert ("not recorded" in html, '<span class="chip bad">gone</span>' in html) == (True, True)
    assert "<del><bdi>" in html


def test_supposing_one_that_is_not_active(client, coach, trace):
    coach.archive("c-ship")
    assert "1 of 1 model call</b>" in client.get(f"/replay?trace={trace.id}").text
    assert "0 of 1 model call</b>" in client.get(f"/replay?trace={trace.id}&using=c-ship").text
    assert "0 of 1 model call</b>" in client.get(f"/replay?trace={trace.id}&as_of=recorded").text


def test_a_model_answers_what_is_not_recorded(coach, trace, scripted):
    browser = client_of(studio_app(coach, model=scripted("It is free.")))
    headers = {"x-form-token": form_token(browser)}
    asked = {"trace": trace.id, "without": "c-ship", "answer": "model"}
    html = browser.post("/replay", data=asked, headers=headers).text
    assert "It is free." in html
    assert browser.post("/replay", data=asked | {"answer": "graph"}, headers=headers).status_code == 422


def test_what_cannot_be_replayed_is_said(client, trace):
    assert client.get("/replay?trace=t-none").status_code == 404
    assert client.get(f"/replay?trace={trace.id}&without=c-none").status_code == 404
    assert client.get(f"/replay?trace={trace.id}&as_of=yesterday").status_code == 422
