"""Stages: promoted together, taken back together, with the name of whoever did; conflicts in words; the kill switch."""

import re

import pytest
from studio_client import client_of, form_token

from langgraph_coaching import Action, Handoff, Reply
from langgraph_coaching.studio import Person, studio_app


def add_two(coach):
    for name in ("c-one", "c-two"):
        coach.add(
            intent=f"a customer asks for {name}", behavior=Reply("Say yes."), id=name, status="draft", author="Anna"
        )
    return ["c-one", "c-two"]


@pytest.fixture
def two(coach, written_once):
    return written_once(add_two, coach.uri)


@pytest.fixture
def ben(coach):
    """Posts as Ben, a coach."""
    browser = client_of(studio_app(coach, who=lambda request: Person(name="Ben", role="coach")))
    token = form_token(browser)
    return lambda path, **fields: browser.post(path, data=fields, headers={"x-form-token": token})


def test_no_change_set_yet_says_what_one_is(client):
    assert "No change sets yet" in client.get("/changes").text


def test_several_are_promoted_as_one_set_and_taken_back(coach, client, ben, two):
    answer = ben("/changes/promote", coaching=two, to="canary", share="12.5", note="new policy")
    (made,) = coach.change_sets()
    assert answer.headers["location"] == f"/changes?set={made.id}"
    assert (made.author, made.note) == ("Ben", "new policy")
    assert [(one.status, one.share) for one in coach.list()] == [("canary", 0.125)] * 2

    html = client.get("/changes").text
    assert all(words in html for words in ("by <bdi>Ben</bdi>", "new policy", "canary 12.5 %", "/coaching/c-two"))
    ben("/changes/roll-back", set=made.id, note="too early")
    assert [one.status for one in coach.list()] == ["draft", "draft"]
    undone, first = coach.change_sets()
    assert (undone.undoes, first.undone_by, undone.author) == (made.id, undone.id, "Ben")
    html = client.get("/changes").text
    assert html.count('action="/changes/roll-back"') == 1  # what is taken back is not offered again
    assert "Roll" not in client.get(f"/changes?set={made.id}").text.partition("<ol")[2].partition("rolled back by")[0]


def test_a_conflict_is_said_in_words_and_changes_nothing(coach, change, two):
    made = coach.promote(two, to="shadow")
    coach.archive("c-two")
    answer = change("/changes/roll-back", set=made.id)
    assert answer.status_code == 422
    assert "c-two" in answer.text
    assert "Roll back the later change first" in answer.text
    assert "coach.edit" not in answer.text
    assert coach.get("c-one").status == "shadow"
    assert change("/changes/roll-back", set="s-none").status_code == 404


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"to": "shadow"}, "tick the coachings first"),
        ({"coaching": "c-one", "to": "canary", "share": "0"}, "more than 0 and up to 100 percent"),
        ({"coaching": "c-one", "to": "canary", "share": "nan"}, "more than 0 and up to 100 percent"),
        ({"coaching": "c-one", "to": "canary", "share": ""}, "more than 0 and up to 100 percent"),
        ({"coaching": "c-one", "to": "draft"}, "to is one of shadow, canary, active"),
        ({"coaching": "c-one", "to": "shadow", "until": "2020-01-01"}, "has expired"),
        ({"coaching": "c-one", "to": "shadow", "until": "soon"}, "until"),
    ],
)
def test_what_cannot_be_is_said(coach, change, two, fields, words):
    answer = change("/changes/promote", **fields)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert coach.get("c-one").revision == 1


def test_one_is_promoted_from_its_page_and_takes_the_place_of_another(coach, client, change, two):
    coach.add(intent="a customer asks for anything", behavior=Reply("Say no."), id="c-old")
    html = client.get("/coaching/c-one").text
    assert '<option value="c-old">' in html
    assert '<option value="c-two">' not in html  # a draft has no place to take
    answer = change(
        "/changes/promote", coaching="c-one", back="coaching", to="active", replaces="c-old", until="2099-01-31"
    )
    assert answer.headers["location"] == "/coaching/c-one"
    assert (coach.get("c-one").status, coach.get("c-old").status) == ("active", "archived")
    assert "until 2099-01-31" in client.get("/coaching/c-one").text
    made = coach.change_sets()[0]
    history = client.get("/coaching/c-old").text.partition(">History<")[2]
    assert f"/changes?set={made.id}" in history


def test_several_are_archived(coach, ben, two):
    coach.promote(two, to="active")
    assert ben("/changes/promote", coaching=two, to="archived").status_code == 303
    assert {(one.status, one.changed_by, one.author) for one in coach.list()} == {("archived", "Ben", "Anna")}


def test_who_changes_it_is_not_its_author(coach, client, ben, two):
    ben("/coaching/c-one/archive")
    ben("/coaching/c-one/restore")
    ben("/coaching/c-one/teach", also="")
    form = {"revision": "3", "intent": "a customer asks for one", "behavior": "reply", "reply.text": "Say maybe."}
    ben("/coaching/c-one/save", **form)
    assert [(one.author, one.changed_by) for one in coach.history("c-one")[1:]] == [("Anna", "Ben")] * 3
    page = client.get("/coaching/c-one").text
    assert "written by <bdi>Anna</bdi>" in page
    assert page.partition(">History<")[2].count("by <bdi>Ben</bdi>") == 3


def test_a_reader_is_offered_nothing(coach, two):
    coach.promote(two, to="shadow")
    browser = client_of(studio_app(coach, who=lambda request: Person(name="Rea")))
    assert "Roll back" not in browser.get("/changes").text
    assert 'name="coaching"' not in browser.get("/coachings").text
    assert "another stage" not in browser.get("/coaching/c-one").text
    token = form_token(browser)
    for path in ("/changes/promote", "/changes/roll-back", "/pause", "/resume"):
        assert browser.post(path, data={"form_token": token}).status_code == 403


def test_the_list_says_stage_share_and_end_and_filters_what_has_ended(coach, client, two):
    coach.promote("c-one", to="canary", share=0.2)
    coach.add(intent="a refund", behavior=Reply("No."), id="c-over", expires_at="2020-01-01T00:00:00Z")
    html = client.get("/coachings").text
    assert "canary 20 %" in html
    assert ">expired</span>" in html
    assert re.findall(r'href="/coaching/([\w-]+)" data-item', client.get("/coachings?only=expired").text) == ["c-over"]


def test_the_list_filters_what_needs_review(coach, client):
    coach.add(intent="a customer asks what shipping costs", behavior=Reply("Ask."), id="c-ship")
    coach.add(intent="a refund", behavior=Reply("No."), id="c-well")
    for place in ("Oslo", "Rome", "Bonn"):
        coach.verdict(coach.advise(f"what does shipping to {place} cost?").considered[0].id, correct=False)
    html = client.get("/coachings?only=review").text
    assert re.findall(r'href="/coaching/([\w-]+)" data-item', html) == ["c-ship"]
    assert "3 of 3 judged applications were wrong" in client.get("/coaching/c-ship").text


def test_while_all_is_paused_every_page_says_so(coach, client, change):
    assert "Coaching is paused" not in client.get("/").text
    change("/pause", reason="wrong <b>prices</b>")
    for path in ("/", "/coachings", "/report", "/changes", "/inbox", "/conversation?trace=t-none"):
        html = client.get(path).text
        assert "Coaching is paused" in html
        assert "wrong &lt;b&gt;prices" in html
    assert coach.current_pause().author
    answer = client.post("/resume", data={"form_token": form_token(client)}, headers={"hx-request": "true"})
    assert answer.headers["hx-refresh"] == "true"
    assert coach.current_pause() is None


def test_only_an_admin_pauses(coach, ben):
    assert ben("/pause", reason="no").status_code == 403
    coach.pause(reason="yes", author="Anna")
    assert ben("/resume").status_code == 403
    browser = client_of(studio_app(coach, who=lambda request: Person(name="Ben", role="coach")))
    html = browser.get("/").text
    assert "by <bdi>Anna</bdi>" in html
    assert "Resume" not in html


ENFORCED = {
    "c-action": Action("refund", {"amount": 2}, enforce=True),
    "c-hand": Handoff("billing", enforce="approval"),
    "c-plain": Action("refund"),
}


@pytest.mark.parametrize("name", ENFORCED)
def test_the_edit_form_keeps_what_is_enforced(coach, client, change, name):
    coach.add(intent="a customer wants the money back", behavior=ENFORCED[name], id=name)
    html = client.get(f"/coaching/{name}/edit").text
    typed = dict(re.findall(r'<input class="wide" name="([\w.]+)" value="([^"]*)"', html))
    typed |= dict(re.findall(r'<textarea[^>]*name="([\w.]+)"[^>]*>([^<]*)</textarea>', html))
    for field, options in re.findall(r'<select class="wide" name="([\w.]+)">(.*?)</select>', html, re.DOTALL):
        typed[field] = re.search(r'value="(\w*)" selected', options)[1]
    typed["behavior"] = re.search(r'name="behavior" value="(\w+)" id="[\w-]+" checked', html)[1]
    typed = {field: value.replace("&#34;", '"') for field, value in typed.items()}
    assert change(f"/coaching/{name}/save", **typed | {"revision": "1", "priority": "2"}).status_code == 303
    saved = coach.get(name)
    assert (saved.behavior, saved.priority) == (ENFORCED[name], 2)
