"""Coachings are listed, looked at and changed; each change bears the name of whoever made it."""

import re

import pytest
from studio_client import client_of, form_token, recorded

from langgraph_coaching import Action, Example, Reply
from langgraph_coaching.studio import Person, studio_app


@pytest.fixture
def shipping(coach):
    return coach.add(
        intent="a customer asks what shipping costs",
        behavior=Reply("Ask for the country."),
        examples=["postage?"],
        never=["ship it"],
        notes="of May",
        priority=3,
        tags=["web"],
        id="c-ship",
    )


def form_of(html):
    """What a browser would send of the page's form as it is."""
    fields = dict(re.findall(r'<input[^>]*type="hidden" name="([\w.]+)" value="([^"]*)"', html))
    fields |= dict(re.findall(r'<input class="wide" name="([\w.]+)"(?: type="\w+"[^>]*?)? value="([^"]*)"', html))
    fields |= dict(re.findall(r'<textarea[^>]*name="([\w.]+)"[^>]*>\n?([^<]*)</textarea>', html))
    fields["behavior"] = re.search(r'name="behavior" value="(\w+)" id="[\w-]+" checked', html)[1]
    fields["priority"] = re.search(r'name="priority" type="number"[^>]* value="([^"]*)"', html)[1]
    return {name: value.replace("&#34;", '"').replace("&#39;", "'") for name, value in fields.items()}


def test_none_yet_says_how_to_begin(client):
    assert "No coaching yet" in client.get("/coachings").text


@pytest.mark.parametrize(
    ("query", "found"), [("", 2), ("?text=postage", 1), ("?status=archived", 1), ("?behavior=action", 1)]
)
def test_the_list(coach, client, shipping, query, found):
    other = coach.add(intent="a refund", behavior=Action("refund"))
    coach.archive(other.id)
    assert len(re.findall(r'href="/coaching/c-[\w-]+" data-item', client.get(f"/coachings{query}").text)) == found


def test_a_form_sent_as_it_is_changes_nothing_but_the_revision(coach, client, change, shipping):
    before = coach.get("c-ship")
    typed = form_of(client.get("/coaching/c-ship/edit").text)
    assert change("/coaching/c-ship/save", **typed).status_code == 303
    after = coach.get("c-ship")
    changing = {"revision", "updated_at", "changed_by"}
    assert after.model_dump(exclude=changing) == before.model_dump(exclude=changing)


def test_an_edit_is_the_next_revision_and_a_later_one_conflicts(coach, client, change, shipping):
    typed = form_of(client.get("/coaching/c-ship/edit").text)
    change(
        "/coaching/c-ship/save",
        **typed | {"reply.text": "Ask for the country and the weight.", "examples": "postage?\nfees?"},
    )
    saved = coach.get("c-ship")
    assert saved.behavior.text == "Ask for the country and the weight."
    assert [one.text for one in saved.examples if one.applies] == ["postage?", "fees?"]
    answer = change("/coaching/c-ship/save", **typed | {"reply.text": "Say that it is free."})
    assert answer.status_code == 422
    assert coach.get("c-ship").behavior.text == "Ask for the country and the weight."


def test_what_it_has_learned_can_go(coach, client, change, shipping):
    coach.edit("c-ship", add_examples=[Example(text="what is the fee?", origin="recorded")])
    typed = form_of(client.get("/coaching/c-ship/edit").text)
    index = [one.text for one in coach.get("c-ship").examples].index("what is the fee?")
    change("/coaching/c-ship/save", **typed, remove=str(index))
    assert sorted(one.text for one in coach.get("c-ship").examples) == ["postage?", "ship it"]


def test_archive_restore_delete_and_an_earlier_revision(coach, client, change, shipping):
    coach.edit("c-ship", behavior=Reply("Say that it is free."))
    change("/coaching/c-ship/archive")
    assert coach.get("c-ship").status == "archived"
    change("/coaching/c-ship/restore")
    assert coach.get("c-ship").status == "active"
    change("/coaching/c-ship/restore", revision="1")
    assert coach.get("c-ship").behavior.text == "Ask for the country."
    assert change("/coaching/c-ship/delete").headers["location"] == "/coachings"
    assert coach.list() == []
    page = client.get("/coaching/c-ship").text
    assert ("deleted" in page, "Say that it is free." in page) == (True, True)
    change("/coaching/c-ship/restore")
    assert coach.get("c-ship").status == "active"


def test_changes_bear_the_name_of_whoever_made_them(coach, shipping):
    browser = client_of(studio_app(coach, who=lambda request: Person(name="Ben", role="coach")))
    browser.post("/coaching/c-ship/archive", headers={"x-form-token": form_token(browser)})
    assert (coach.get("c-ship").author, coach.get("c-ship").changed_by) == (None, "Ben")
    assert "by <bdi>Ben</bdi>" in browser.get("/coaching/c-ship").text
    assert browser.post("/coaching/c-ship/delete", headers={"x-form-token": form_token(browser)}).status_code == 403


def test_recorded_situations_teach_it(coach, client, change, shipping):
    coach.traces.add(recorded("What does delivery to France cost?", "Nothing.", id="t-2"))
    html = client.get("/coaching/c-ship/similar").text
    value = re.search(r'name="never" value="([^"]+)"', html)[1].replace("&#34;", '"')
    change("/coaching/c-ship/teach", never=value)
    assert [one.text for one in coach.get("c-ship").examples if not one.applies] == [
        "ship it",
        "What does delivery to France cost?",
    ]


def test_its_checks_are_the_librarys(coach, client, shipping):
    twin = coach.add(intent="a customer asks what shipping costs", behavior=Reply("Say that it is free."))
    for path in ("/coachings/findings", f"/coaching/{twin.id}/lint"):
        assert "conflict" in client.get(path).text or "duplicate" in client.get(path).text
    assert client.get("/coaching/c-ship/impact").status_code == 200
    assert client.get("/coaching/c-none").status_code == 404


def test_hostile_text_is_text(coach, client):
    nasty = "<script>alert(1)</script>\u202e"
    coach.add(intent=nasty, behavior=Reply(nasty), notes=nasty, examples=[nasty], id="c-x")
    for path in ("/coachings", "/coaching/c-x", "/coaching/c-x/edit"):
        html = client.get(path).text
        assert "<script>alert" not in html
