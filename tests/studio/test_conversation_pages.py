"""Conversations are listed by thread, found again, paged, and shown as they were, whatever was said in them."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from studio_client import recorded

from langgraph_coaching import Reply, Step, Trace
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.studio import conversations

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def keep(coach, count, **fields):
    coach.traces.add(
        recorded(f"question {n}", f"answer {n}", id=f"t-{n:03}", started_at=NOON + timedelta(hours=n), **fields)
        for n in range(count)
    )


def shown(html):
    return re.findall(r'class="run" href="/conversation\?trace=([\w-]+)"', html)


def test_nothing_recorded_says_how_to_begin(client):
    assert "coach.callback()" in client.get("/").text


def test_threads_stand_together_where_their_newest_run_is(coach, client):
    for number, thread in enumerate(["a", "b", "a", None, "b", None]):
        coach.traces.add(
            recorded(f"q {number}", "a", id=f"t-{number}", thread_id=thread, started_at=NOON + timedelta(hours=number))
        )
    assert shown(client.get("/").text) == ["t-5", "t-4", "t-1", "t-3", "t-2", "t-0"]


def test_every_thread_is_on_one_page_and_none_is_missing(coach):
    for number in range(40):
        thread = f"th-{number % 7}" if number % 3 else None
        at = NOON + timedelta(hours=number // 2)  # two at a time
        coach.traces.add(recorded(f"q {number}", "a", id=f"t-{number}", thread_id=thread, started_at=at))
    found, after = [], None
    while True:
        page = coach.traces.threads(after=after, limit=5)
        found += page.threads
        after = page.after
        if after is None:
            break
    names = [thread.thread_id for thread in found if thread.thread_id]
    assert len(names) == len(set(names)) == 7
    assert sorted(run.id for thread in found for run in thread.runs) == sorted(f"t-{n}" for n in range(40))
    newest = [thread.runs[0].started_at for thread in found]
    assert newest == sorted(newest, reverse=True)


def test_a_page_leads_to_the_next(coach, client):
    keep(coach, 60)
    first = client.get("/").text
    assert len(shown(first)) == 50
    more = re.search(r'hx-get="([^"]+)" hx-trigger="click, revealed"', first)[1].replace("&amp;", "&")
    second = client.get(more, headers={"hx-request": "true"}).text
    assert "<html" not in second
    assert shown(second) == [f"t-{n:03}" for n in range(9, -1, -1)]
    assert "Older ones" not in second


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("text=QUESTION 2", ["t-2"]),
        ("label=failure", ["t-1"]),
        ("origin=live", []),
        ("name=shop", ["t-2"]),
        ("agent=SHOP", ["t-2"]),
        ("thread_id=b", ["t-2", "t-1"]),
        ("since=2026-01-01T14:00:00", ["t-2"]),
        ("days=1", []),
        ("coached=no", ["t-2", "t-1", "t-0"]),
        ("coached=yes", []),
        ("text=nobody+said+this", []),
    ],
)
def test_filters(coach, client, query, ids):
    fields = [{}, {"label": "failure", "thread_id": "b"}, {"name": "shop", "thread_id": "b"}]
    for number, one in enumerate(fields):
        at = NOON + timedelta(hours=number)
        coach.traces.add(recorded(f"question {number}", "a", id=f"t-{number}", started_at=at, **one))
    assert shown(client.get(f"/?{query}").text) == ids


def test_an_agent_is_found_by_whatever_it_is_called(coach, client):
    def run(run_id, step=None, **fields):
        told = recorded("where is it?", "On its way.", id=run_id, **fields)
        steps = [one.model_copy(update=step or {}) if one.index else one for one in told.steps]
        return told.model_copy(update={"steps": tuple(steps)})

    coach.traces.add(
        [
            run("t-graph", name="Shop"),
            run("t-node", {"node": "Billing", "call": 0}),
            run("t-other-node", {"node": "billing", "call": None}),  # no model was called there
            run("t-handed", {"type": "handoff", "name": "billing"}),
            run("t-known", metadata={"lc_agent_name": "billing", "graph_id": "shop"}),
            run("t-none"),
        ]
    )
    assert sorted(shown(client.get("/?agent=billing").text)) == ["t-handed", "t-known", "t-node"]
    assert sorted(shown(client.get("/?agent=shop").text)) == ["t-graph", "t-known"]
    assert shown(client.get("/?agent=bill").text) == []
    assert [one.id for one in coach.traces.list(agent="Billing")] == ["t-node"]
    page = client.get("/?agent=billing").text
    offered = re.findall(r'<option value="([^"]+)"></option>', page)
    assert sorted(offered) == ["Billing", "Shop", "billing", "shop"]
    assert 'name="agent" value="billing"' in page
    assert '<input type="hidden" name="name" value="Shop">' in client.get("/?name=Shop").text  # an address of before


def test_an_agent_is_found_by_its_name_in_a_store_of_before(coach, client):
    keep(coach, 2, name="shop")
    coach.traces._table.opened().drop_columns(["agents"])
    coach.close()
    assert len(shown(client.get("/?agent=Shop").text)) == 2
    assert shown(client.get("/?agent=billing").text) == []
    coach.traces.add(recorded("q", "a", id="t-new", name="shop", metadata={"graph_id": "billing"}))
    assert shown(client.get("/?agent=billing").text) == ["t-new"]
    assert len(shown(client.get("/?agent=shop").text)) == 3


def test_a_search_that_takes_long_goes_on_by_itself(coach, client, monkeypatch):
    monkeypatch.setattr(conversations, "WITHIN", 0.0)
    keep(coach, 120)
    address, found, texts = "/?text=question+3", [], []
    while address:
        texts.append(client.get(address, headers={"hx-request": "true"}).text)
        found += shown(texts[-1])
        more = re.search(r'hx-get="([^"]+)" hx-trigger="click, revealed"', texts[-1])
        address = more and more[1].replace("&amp;", "&")
    assert found == [*(f"t-{n:03}" for n in range(39, 29, -1)), "t-003"]
    assert "Nothing so far" in texts[0]
    assert "nothing=1" in texts[0]
    assert "No conversation fits" not in "".join(texts)
    last = client.get("/?text=question+3&after=" + quote('["2026-01-01T12:00:00+00:00", "t-000"]')).text
    assert "No older one fits" in last
    begun = client.get("/?text=nobody", headers={"hx-request": "true"}).text
    for _ in range(2):
        begun = client.get(re.search(r'hx-get="([^"]+)"', begun)[1].replace("&amp;", "&")).text
        begun = begun.partition('id="rows"')[2]
    assert "No conversation fits" in begun


def test_what_nobody_has_judged(coach, client, scripted):
    made = coach.add(intent="a customer asks what shipping costs", behavior=Reply("Ask for the country."))
    asked = coach.model(scripted("Which country?", "Which country?"))
    for thread in ("a", "b"):
        config = {
            "callbacks": [coach.callback()],
            "configurable": {"thread_id": thread},
            "metadata": {"thread_id": thread},
        }
        asked.invoke([("user", "what does shipping cost?")], config)
    coach.flush()
    assert len(shown(client.get("/?unreviewed=1").text)) == 2
    receipt = next(one for one in coach.receipts(coaching_id=made.id) if one.applied and one.trace_id)
    coach.verdict(receipt, correct=True)
    left = shown(client.get("/?unreviewed=1").text)
    assert (len(left), receipt.trace_id in left) == (1, False)
    assert shown(client.get(f"/?coaching_id={made.id}").text) == shown(client.get("/").text)


def test_what_cannot_be_asked_is_said(client, coach):
    keep(coach, 1)
    assert client.get("/?days=never").status_code == 422
    assert client.get("/?after=nonsense").status_code == 422
    with pytest.raises(InvalidCoachingError, match="1 or more"):
        coach.traces.threads(limit=0)


HOSTILE = (
    '<script>alert(1)</script> <img src=x onerror=alert(2)> "quoted" {{ 7*7 }}'
    " \u202eevil\u2069 a\u200bb \U000e0041 \x1b[31m"
)


def test_recorded_text_is_never_markup_and_nothing_in_it_is_unseen(coach, client):
    coach.traces.add(recorded(HOSTILE, HOSTILE, id="t-h", label=HOSTILE, name=HOSTILE, thread_id=HOSTILE))
    for html in (client.get("/").text, client.get("/conversation?trace=t-h").text):
        assert "<script>alert" not in html
        assert "<img" not in html
        assert "{{ 7*7 }}" in html
        assert not set("\u202e\u200b\U000e0041\x1b") & set(html)
    whole = client.get("/conversation?trace=t-h").text
    for mark in ("U+202E", "U+2069", "U+200B", "U+E0041", "U+001B"):
        assert mark in whole


def test_a_long_conversation_comes_in_parts_and_a_long_text_when_asked_for(coach, client):
    steps = [
        Step(
            index=n,
            trace_id="t-long",
            type=("user", "message")[n % 2],
            author=("user", "agent")[n % 2],
            text=f"line {n}.",
        )
        for n in range(5_000)
    ]
    steps[1] = steps[1].model_copy(update={"text": "word " * 100_000 + "end"})
    coach.traces.add(Trace(id="t-long", steps=tuple(steps)))
    first = client.get("/conversation?trace=t-long").text
    assert (first.count('class="step '), len(first) < 400_000) == (150, True)
    assert "end" not in client.get("/conversation?trace=t-long").text.partition("more characters")[0][-200:]
    assert client.get("/conversation/text?trace=t-long&step=1").text.endswith("end</bdi>")
    assert client.get("/conversation/text?trace=t-long&step=9999").status_code == 404
    more = client.get("/conversation/steps?trace=t-long&start=150").text
    assert "line 150." in more
    assert "line 149." not in more
    linked = client.get("/conversation?trace=t-long&step=3000").text
    assert 'id="step-3000"' in linked
    assert "From the beginning" in linked


def test_a_step_says_whether_it_can_be_coached_and_why_not(coach, client):
    coach.traces.add(recorded("where is it?", "On its way.", id="t-1"))
    html = client.get("/conversation?trace=t-1").text
    assert "a user said it; coach the agent&#39;s answer to it" in html
    assert re.search(r'class="step message coachable" id="step-1"', html)
