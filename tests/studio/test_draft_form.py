"""The form: from a step to saved coaching, with what the library says of it while one types."""

import re

import pytest
from studio_client import client_of, form_token, recorded

from langgraph_coaching import Reply
from langgraph_coaching.errors import EmbedderError
from langgraph_coaching.studio import studio_app

FORMS = {
    "reply": ({"reply.text": "Ask for the country first."}, {"text": "Ask for the country first."}),
    "search_knowledge": ({"search_knowledge.article": "Postage"}, {"article": "Postage"}),
    "action": (
        {"action.tool": "quote", "action.arguments": '{"weight": 2}', "action.instruction": "Once."},
        {"tool": "quote", "arguments": {"weight": 2}, "instruction": "Once."},
    ),
    "process": ({"process.name": "quoting"}, {"name": "quoting"}),
    "playbook": ({"playbook.name": "calm"}, {"name": "calm"}),
    "handoff": ({"handoff.target": "billing"}, {"target": "billing"}),
}
STEP = {"step": "t-1:1", "id": "c-form", "intent": "a customer asks what shipping costs"}


@pytest.fixture(autouse=True)
def conversation(coach):
    coach.traces.add(recorded("How much is shipping for a pair of boots?", "It is free.", id="t-1"))


def test_it_begins_with_what_is_suggested(client):
    html = client.get("/draft?step=t-1:1", headers={"hx-request": "true"}).text
    assert "<html" not in html
    assert "how much is shipping" in re.search(r'name="intent"[^>]*>([^<]*)<', html)[1]
    assert len(re.findall(r'name="behavior"', html)) == 6
    assert "<html" in client.get("/draft?step=t-1:1").text


@pytest.mark.parametrize("kind", FORMS)
def test_each_behavior_is_saved_as_it_was_typed(coach, change, kind):
    typed, said = FORMS[kind]
    answer = change("/draft/save", **STEP, behavior=kind, **typed, examples="what is the postage?\n\nshipping fee?")
    assert answer.status_code == 303
    saved = coach.get("c-form")
    assert saved.behavior.model_dump(include=set(said)) == said
    assert (saved.behavior.type, saved.intent, saved.status) == (kind, STEP["intent"], "active")
    assert saved.author
    assert (saved.source.trace_id, saved.source.step) == ("t-1", 1)
    assert {"what is the postage?", "shipping fee?"} <= {one.text for one in saved.examples if one.applies}


def test_pressed_twice_it_is_saved_once(coach, change):
    for _ in range(2):
        change("/draft/save", **STEP, behavior="reply", **FORMS["reply"][0])
    assert [one.revision for one in coach.list()] == [1]


def test_every_field_is_kept(coach, change):
    fields = {
        "agent": "shop",
        "node": "answer",
        "tags": "a, b",
        "priority": "7",
        "expires_at": "2040-01-31",
        "notes": "of May",
    }
    change(
        "/draft/save",
        **STEP,
        behavior="reply",
        **FORMS["reply"][0],
        **fields,
        status="draft",
        never_examples="ship it to me",
    )
    saved = coach.get("c-form")
    assert (saved.scope.agent, saved.scope.node, saved.scope.tags) == ("shop", "answer", ("a", "b"))
    assert (saved.priority, saved.notes, saved.status) == (7, "of May", "draft")
    assert saved.expires_at.isoformat() == "2040-01-31T00:00:00+00:00"
    assert [one.text for one in saved.examples if not one.applies] == ["ship it to me"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"intent": " "}, "say when it applies"),
        ({"behavior": ""}, "choose what the agent should do"),
        ({"behavior": "bribe"}, "choose what the agent should do"),
        ({"reply.text": ""}, "what to say, or how to say it"),
        ({"behavior": "action", "action.tool": "x", "action.arguments": "{"}, "no JSON"),
        ({"behavior": "action", "action.tool": "x", "action.arguments": "[1]"}, "JSON object"),
        ({"priority": "high"}, "whole number"),
        ({"priority": "1000"}, "priority"),
        ({"expires_at": "soon"}, "2030-01-31"),
        ({"status": "gone"}, "saved as one of"),
        ({"also": "nonsense"}, "load the page again"),
        ({"also": "[1, 2, 3, 4, 5]"}, "load the page again"),
        ({"step": "t-1:0"}, "user said it"),
        ({"step": "t-9:0"}, "t-9"),
        ({"step": "nonsense"}, "nonsense"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(coach, client, change, fields, said):
    typed = STEP | {"behavior": "reply"} | FORMS["reply"][0] | fields
    answer = client.post("/draft/save", data=typed, headers={"hx-request": "true", "x-form-token": form_token(client)})
    assert answer.status_code in (404, 422)
    assert said in answer.text.replace("&#39;", "'")
    assert answer.headers["hx-retarget"] == "#notice"
    assert coach.list() == []


def test_while_one_types_lint_and_impact_are_the_librarys(coach, client):
    coach.add(intent="a customer asks what shipping costs", behavior=Reply("Say that it is free."), id="c-other")
    typed = STEP | {"behavior": "reply"} | FORMS["reply"][0]
    headers = {"hx-request": "true", "x-form-token": form_token(client)}
    draft = coach.draft("t-1:1").when(STEP["intent"]).reply("Ask for the country first.")
    checks = client.post("/draft/checks", data=typed, headers=headers).text
    assert draft.lint()
    assert all(one.severity in checks for one in draft.lint())
    expected = draft.impact()
    impact = client.post("/draft/impact", data=typed, headers=headers).text
    assert f"Would fire at {expected.fires}</b> of {expected.looked_at}" in impact
    assert "choose what" in client.post("/draft/checks", data=STEP, headers=headers).text


def test_what_a_page_has_no_time_to_look_at_is_looked_at_behind_it(client, made_later, monkeypatch):
    monkeypatch.setattr("langgraph_coaching.studio.draft_form.WHILE_TYPING", 0.0)
    typed = STEP | {"behavior": "reply"} | FORMS["reply"][0]
    headers = {"hx-request": "true", "x-form-token": form_token(client)}
    made_later.clear()  # of the first page
    for _ in range(2):
        assert (
            "1 recorded model calls are being looked at"
            in client.post("/draft/impact", data=typed, headers=headers).text
        )
    (look,) = made_later  # once for both
    look()
    assert "of 1 recorded" in client.post("/draft/impact", data=typed, headers=headers).text
    assert len(made_later) == 1


def test_recorded_situations_are_ticked(coach, client, change):
    coach.traces.add(recorded("What does postage to France cost?", "Nothing.", id="t-2"))
    headers = {"hx-request": "true", "x-form-token": form_token(client)}
    html = client.post("/draft/similar", data=STEP, headers=headers).text
    value = re.search(r'name="also" value="([^"]+)"', html)[1].replace("&#34;", '"')
    change("/draft/save", **STEP, behavior="reply", **FORMS["reply"][0], also=value)
    kept = next(one for one in coach.get("c-form").examples if one.origin == "recorded")
    assert (kept.text, kept.applies, kept.reference) == ("What does postage to France cost?", True, "t-2")


def test_what_a_model_proposes_is_ticked(coach, scripted):
    said = '{"intent": "about postage", "phrasings": ["what is the postage?"], "near_misses": ["ship it now"]}'
    browser = client_of(studio_app(coach, model=scripted(said)))
    headers = {"hx-request": "true", "x-form-token": form_token(browser)}
    html = browser.post("/draft/proposals", data=STEP, headers=headers).text
    assert re.findall(r'name="proposed_(\w+)" value="([^"]+)"', html) == [
        ("also", "what is the postage?"),
        ("never", "ship it now"),
    ]
    typed = STEP | {"behavior": "reply", "proposed_also": "what is the postage?"} | FORMS["reply"][0]
    browser.post("/draft/save", data=typed, headers=headers)
    proposed = [(one.text, one.applies) for one in coach.get("c-form").examples if one.origin == "proposed"]
    assert proposed == [("what is the postage?", True)]


def test_a_preview_shows_both_sides(coach, client, scripted):
    typed = STEP | {"behavior": "reply"} | FORMS["reply"][0]
    html = client.post("/draft/preview", data=typed, headers={"x-form-token": form_token(client)}).text
    assert "Fires there" in html
    assert "no chat model" in html
    browser = client_of(studio_app(coach, model=scripted("Which country, please?")))
    html = browser.post("/draft/preview", data=typed, headers={"x-form-token": form_token(browser)}).text
    assert "It is free." in html
    assert "Which country, please?" in html


@pytest.mark.parametrize(("said", "kept"), [("", False), ("yes", True), ("approval", "approval")])
def test_whether_it_is_enforced_is_kept(coach, change, said, kept):
    change("/draft/save", **STEP, behavior="handoff", **{"handoff.target": "billing", "handoff.enforce": said})
    assert coach.get("c-form").behavior.enforce == kept


def test_what_is_no_enforcement_is_refused(coach, change):
    answer = change("/draft/save", **STEP, behavior="action", **{"action.tool": "quote", "action.enforce": "maybe"})
    assert (answer.status_code, coach.list()) == (422, [])


def test_a_canary_is_saved_with_its_share(coach, change):
    change("/draft/save", **STEP, behavior="reply", **FORMS["reply"][0], status="canary", share="25")
    assert (coach.get("c-form").status, coach.get("c-form").share) == ("canary", 0.25)
    answer = change("/draft/save", **STEP | {"id": "c-none"}, behavior="reply", **FORMS["reply"][0], status="canary")
    assert (answer.status_code, "percent" in answer.text) == (422, True)


def test_what_is_saved_is_said_to_be_though_nothing_can_be_told_of_it(coach, client, monkeypatch):
    def fail(*_):
        raise EmbedderError("it is away")

    monkeypatch.setattr(type(coach), "outlook", fail)
    typed = STEP | {"behavior": "reply"} | FORMS["reply"][0]
    headers = {"hx-request": "true", "x-form-token": form_token(client)}
    answer = client.post("/draft/save", data=typed, headers=headers)
    assert (answer.status_code, "Saved" in answer.text, len(coach.list())) == (200, True, 1)


def test_what_an_impact_is_held_against_is_looked_up_behind_the_form_and_after_a_save(client, made_later):
    headers = {"hx-request": "true", "x-form-token": form_token(client)}
    made_later.clear()  # of the first page
    client.get("/draft?step=t-1:1", headers=headers)
    client.get("/draft?step=t-1:1", headers=headers)
    (look,) = made_later  # once for both
    look()
    made_later.clear()
    typed = STEP | {"behavior": "reply"} | FORMS["reply"][0]
    assert client.post("/draft/save", data=typed, headers=headers).status_code == 200
    impact, _outlook = made_later
    impact()
    assert "of 1 recorded" in client.post("/draft/impact", data=typed, headers=headers).text
