"""What takes long is made behind a page, which says so, and fills itself in."""

import re
from types import SimpleNamespace

import pytest

from langgraph_coaching import Reply
from langgraph_coaching.errors import StoreError
from langgraph_coaching.studio import made_behind, questions
from langgraph_coaching.studio.behind import begin_behind, is_made_soon
from langgraph_coaching.studio.made_behind import MOST

PART = {"hx-request": "true"}


def again(html):
    """The address that a page asks by itself."""
    return re.search(r'hx-get="([^"]+)" hx-trigger="load delay', html)[1].replace("&amp;", "&")


@pytest.fixture
def shipping(coach):
    for said in ("what does shipping cost?", "what does shipping to Kyiv cost?", "can I pay by invoice?"):
        coach.advise(said)
    one = coach.add(intent="a customer asks what shipping costs", behavior=Reply("Ask for the country."), id="c-ship")
    coach.advise("what does shipping to Oslo cost?")
    coach.flush()
    return one


def test_the_report_comes_by_itself(client, shipping, made_later):
    page = client.get("/report?days=all").text
    assert "Counting what became of coaching" in page
    assert shipping.intent in page  # its form stands there at once
    address = again(page.partition('id="report"')[2])
    assert address == "/report?days=all"
    assert "Counting" in client.get(address, headers=PART).text
    assert len(made_later) == 1
    made_later.pop()()
    told = client.get(address, headers=PART).text
    assert "<dt>Model calls</dt>" in told
    assert again(client.get("/report?days=7").text) == "/report?days=7"


def test_a_report_as_a_file_waits(client, shipping, made_later):
    assert client.get("/report.json").json()["overall"]["calls"] == 1


def test_a_fault_is_said_once_it_is_known_and_then_it_is_tried_again(client, coach, shipping, made_later, monkeypatch):
    def fail(**_):
        raise StoreError("the disk is gone")

    with monkeypatch.context() as broken:
        broken.setattr(type(coach), "report", lambda self, **asked: fail(**asked))
        assert client.get("/report").status_code == 200
        made_later.pop()()
        told = client.get("/report")
        assert (told.status_code, "the disk is gone" in told.text) == (503, True)
    client.get("/report")
    made_later.pop()()
    assert "<dt>Model calls</dt>" in client.get("/report").text


def test_the_list_of_coachings_stands_there_before_its_figures(client, shipping, made_later):
    page = client.get("/coachings?text=shipping").text
    assert shipping.intent in page
    assert "counting how they are doing" in page
    address = again(page.partition('id="rows"')[2])
    assert address == "/coachings?text=shipping"
    assert shipping.intent not in client.get("/coachings?only=review").text
    made_later.pop()()
    told = client.get(address, headers=PART).text
    assert shipping.intent in told
    assert "counting" not in told


def test_a_coaching_stands_there_before_its_figures(client, shipping, made_later):
    page = client.get("/coaching/c-ship").text
    address = again(page)
    assert "Considered" not in page
    assert "Counting" in client.get(address, headers=PART).text
    assert '<a href="/coaching/c-ship">Look again</a>' in page
    made_later.pop()()
    assert "<dt>Considered</dt><dd>1</dd>" in client.get(address, headers=PART).text


def test_the_inbox_and_its_counter_come_by_themselves(client, coach, shipping, made_later):
    page = client.get("/inbox?skip=r-none").text
    assert "Looking at what was undecided" in page
    assert again(page.partition("<main")[2]) == "/inbox?skip=r-none"
    counter = client.get("/inbox/count", headers=PART).text
    assert "hidden" in counter
    assert again(counter) == "/inbox/count"
    assert len(made_later) == 1
    made_later.pop()()
    assert "hidden" not in client.get("/inbox/count", headers=PART).text
    told = client.get("/inbox?skip=r-none", headers=PART).text
    assert "Looking" not in told
    assert "<html" not in told


def test_an_empty_inbox_of_a_large_store_is_not_looked_through_at_every_page(client, coach, made_later, monkeypatch):
    monkeypatch.setattr(questions, "QUICK", 0.0)
    client.get("/inbox/count")
    made_later.pop()()
    assert [client.get("/inbox/count").text.strip() for _ in range(3)] == ["", "", ""]
    assert made_later == []
    monkeypatch.setattr(questions, "FRESH", -1e9)
    client.get("/inbox/count")
    assert len(made_later) == 1  # and later on it is


def test_it_is_made_in_a_thread_and_its_fault_is_raised_where_it_is_asked_for():
    assert begin_behind(lambda: 7).result(30) == 7
    broken = begin_behind(lambda: 1 // 0)
    assert is_made_soon(broken, 30)
    with pytest.raises(ZeroDivisionError):
        broken.result()


def test_a_check_of_all_is_made_behind_the_page_and_once_for_all_who_ask(client, coach, shipping, made_later):
    coach.add(intent="a customer asks what shipping costs", behavior=Reply("Name the price."))
    address = again(client.get("/coachings/findings", headers=PART).text)
    assert address == "/coachings/findings"
    assert "Checking all" in client.get(address, headers=PART).text
    (look,) = made_later
    look()
    for _ in range(2):
        assert 'class="finding' in client.get(address, headers=PART).text
    assert len(made_later) == 1


def test_a_check_that_fails_says_so_once_and_is_made_anew(client, coach, shipping, made_later, monkeypatch):
    def fail(*_, **__):
        raise StoreError("the disk is gone")

    with monkeypatch.context() as broken:
        broken.setattr(type(coach), "lint", fail)
        client.get("/coachings/findings", headers=PART)
        made_later.pop()()
    assert "the disk is gone" in client.get("/coachings/findings", headers=PART).text
    client.get("/coachings/findings", headers=PART)
    made_later.pop()()
    assert "Nothing is the matter" in client.get("/coachings/findings", headers=PART).text


def test_an_answer_taken_back_is_asked_about_again_though_others_were_looked_for_meanwhile(
    client, change, coach, shipping, made_later, monkeypatch
):
    client.get("/inbox")
    made_later.pop()()
    first = re.search(r'name="receipt" value="([^"]+)"', client.get("/inbox").text)[1]
    change("/inbox", receipt=first, correct="yes")
    monkeypatch.setattr(questions, "FRESH", -1e9)  # another look is due
    client.get("/inbox")
    made_later.pop()()
    monkeypatch.setattr(questions, "FRESH", 30.0)
    made_later.clear()
    told = change("/inbox/undo", receipt=first).text
    assert re.search(r'name="receipt" value="([^"]+)"', told)[1] == first
    assert made_later == []


@pytest.mark.parametrize(
    ("path", "waiting", "told"),
    [
        ("/coaching/c-ship/impact", "Looking where it fires", "Would fire at"),
        ("/coaching/c-ship/lint", "Looking", 'class="finding'),
        ("/coaching/c-ship/outlook", "Looking up what to expect", "Known by 1 text"),
    ],
)
def test_what_is_known_of_one_coaching_comes_by_itself(path, waiting, told, client, coach, shipping, made_later):
    coach.add(intent="a customer asks what shipping costs", behavior=Reply("Name the price."))
    first = client.get(path, headers=PART).text
    assert waiting in first
    assert again(first) == path
    (look,) = made_later
    look()
    assert told in client.get(path, headers=PART).text
    assert len(made_later) == 1
    client.get(path, headers=PART)  # whoever asks anew is told of the store as it is now
    assert len(made_later) == 2


def test_no_more_is_made_at_once_than_there_is_room_for(client, coach, shipping, made_later):
    for number in range(MOST + 3):
        coach.add(intent=f"a customer asks about case {number}", behavior=Reply("Answer."), id=f"c-{number}")
        assert "Looking" in client.get(f"/coaching/c-{number}/impact", headers=PART).text
    assert len(made_later) == MOST
    made_later.pop(0)()
    assert "Looking" in client.get(f"/coaching/c-{MOST}/impact", headers=PART).text
    assert len(made_later) == MOST


def test_a_saved_coaching_is_there_before_its_outlook_and_none_is_said_where_it_fails(
    client, coach, shipping, made_later, monkeypatch
):
    def fail(*_):
        raise StoreError("the disk is gone")

    monkeypatch.setattr(type(coach), "outlook", fail)
    assert "Looking up what to expect" in client.get("/coaching/c-ship/outlook", headers=PART).text
    made_later.pop()()
    told = client.get("/coaching/c-ship/outlook", headers=PART)
    assert (told.status_code, "could not be looked up" in told.text) == (200, True)


@pytest.mark.parametrize(("later", "looks"), [(1.0, 1), (30.0, 2)])
def test_what_took_long_is_there_for_whoever_waits_and_of_now_for_whoever_comes_much_later(
    later, looks, client, coach, shipping, made_later, monkeypatch
):
    now = [0.0]
    monkeypatch.setattr(made_behind, "time", SimpleNamespace(monotonic=lambda: now[0]))
    client.get("/coachings/findings", headers=PART)
    now[0] = 600.0  # so long it took
    made_later[0]()
    now[0] += later
    client.get("/coachings/findings", headers=PART)
    assert len(made_later) == looks
