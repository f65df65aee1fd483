"""Whatever was recorded or typed shows as text, and nothing that one may ask for is a fault of ours."""

import re
from html import unescape

import pytest
from every_page import addresses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from studio_browser import CHROMIUM, Served, is_complaint, needs_browser
from studio_client import client_of, form_token

from langgraph_coaching import Coach, Reply, Step, Trace
from langgraph_coaching.refining.markup import UNSEEN
from langgraph_coaching.studio import studio_app
from langgraph_coaching.studio.text import show_text, tell_unseen

EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg/onload=alert(3)></textarea></title></option>"
    "{{ 7*7 }} {% raw %} javascript:alert(4) </script><!-- \u202eright to left\u2066 zero\u200bwidth \x1b[31m \x00"
)
"""Markup, a template, marks that turn the direction and controls."""

ODD_ID = "t-\"'<b>/../../?x=1&y=#f\né語 \u202e"

TAG = re.compile(r"<(script|img|svg/|iframe|textarea></textarea>)[^>]*(alert|onerror|onload)|<b>/", re.IGNORECASE)
HUGE = 5_000_000

HELD = re.compile(r'<textarea[^>]*>[^<]*|(?:value|data-text)="[^"]*"')
"""What a form holds, which stays just as it was typed."""


def step(index, kind, author, text, **fields):
    return Step(index=index, trace_id=ODD_ID, type=kind, author=author, text=text, **fields)


def hostile_trace():
    deep = "leaf"
    for _ in range(150):
        deep = [deep]
    steps = [
        step(0, "system", "system", EVIL),
        step(1, "user", "user", EVIL, name=EVIL),
        step(2, "reasoning", "agent", EVIL),
        step(3, "tool_call", "agent", "", name=EVIL, arguments={EVIL: [EVIL], "deep": deep}, tool_call_id=EVIL),
        step(4, "tool_result", "tool", "[" * 100_000, name=EVIL, tool_call_id=EVIL, error=EVIL),
        step(5, "handoff", "agent", EVIL, name=EVIL),
        step(6, "message", "agent", EVIL + "x" * HUGE, branch=EVIL),
    ]
    fields = {"label": EVIL[:60], "name": EVIL, "thread_id": ODD_ID, "error": EVIL, "models": (EVIL,)}
    return Trace(id=ODD_ID, steps=tuple(steps), **fields)


def long_trace():
    steps = [  # of few different texts, since each is embedded
        Step(
            index=n,
            trace_id="t-long",
            type="message" if n % 2 else "user",
            author="agent",
            text=f"line {n % (200 if n % 2 else 20)}",
        )
        for n in range(5_000)
    ]
    calls = [
        Step(index=5_000 + n, trace_id="t-long", type="tool_call", author="agent", name=f"tool_{n}", arguments={"n": n})
        for n in range(500)
    ]
    return Trace(id="t-long", steps=(*steps, *calls))


@pytest.fixture(scope="module")
def coach(tmp_path_factory):
    with Coach(tmp_path_factory.mktemp("store")) as coach:
        coach.traces.add([hostile_trace(), long_trace()])
        intent = EVIL.replace("\x00", "").replace("\x1b", "")
        coach.add(intent=f"asks {intent}", behavior=Reply(intent), examples=[intent], notes=intent, author=intent)
        yield coach


@pytest.fixture(scope="module")
def client(coach):
    client = client_of(studio_app(coach))
    client.form_token = form_token(client, "/coachings")
    return client


def test_what_was_said_is_text_on_every_page(coach, client):
    trace = coach.traces.list(text="alert")[0]
    for index in (3, 6):
        pages = addresses(client.app, trace=trace.id, step=index, coaching=coach.list()[0].id)
        for name, address in pages.items():
            answer = client.get(address)
            assert answer.status_code in ((404,) if name == "report_file" else (200, 303, 422)), (
                name,
                answer.status_code,
            )
            assert not TAG.search(answer.text), (name, TAG.search(answer.text))
            assert not UNSEEN.search(HELD.sub("", answer.text)), name
            assert len(answer.content) < 400_000 or name == "step_text", (name, len(answer.content))


def test_what_a_field_holds_stays_as_typed_and_is_told(coach, client):
    one = coach.list()[0]
    form = client.get(f"/coaching/{one.id}/edit", headers={"hx-request": "true"}).text
    held = unescape(re.search(r'<textarea id="intent"[^>]*>\n([^<]*)</textarea>', form)[1])
    assert held == one.intent
    assert "Holds what cannot be seen: U+202E right-to-left override, U+2066 left-to-right isolate, U+200B" in form


def test_what_cannot_be_seen_is_named_once():
    assert tell_unseen("plain\r\ntext\twith \u00e9 and \U0001f600") == ""
    assert tell_unseen("a\u200bb\u200b") == "Holds what cannot be seen: U+200B zero width space"
    assert tell_unseen("\x00\x01\x02\x03\x04").endswith("U+0002 control character and 2 others")


def test_the_page_s_own_script_knows_the_same_of_what_is_typed(client):
    script = client.get("/static/studio.js").text
    told = re.search(r"const UNSEEN = /(\[.*?\])/gu;", script)[1].replace(
        "\\u{e0000}-\\u{e0fff}", "\\U000e0000-\\U000e0fff"
    )
    theirs = re.compile(told)
    for code in (*range(0x3400), *range(0xD7F0, 0x10000), *range(0xDFFF0, 0xE1010)):
        assert bool(theirs.search(chr(code))) == bool(UNSEEN.search(chr(code))), hex(code)


def test_it_is_all_there_when_asked_for(coach, client):
    trace = coach.traces.list(text="alert")[0]
    whole = client.get("/conversation/text", params={"trace": trace.id, "step": 6})
    assert whole.text.count("x" * 1_000) == HUGE // 1_000


def test_a_long_run_comes_in_parts(client):
    first = client.get("/conversation?trace=t-long").text
    assert first.count('class="step ') == 150
    assert "line 149<" in first
    last = client.get("/conversation?trace=t-long&step=5499").text
    assert "tool_499" in last
    assert last.count('class="step ') <= 150


@pytest.mark.slow  # every text of 2,750 calls is embedded
def test_a_run_of_thousands_of_calls_is_replayed_by_a_page(client):
    answer = client.get("/replay?trace=t-long")
    assert answer.status_code == 200
    changed, calls = re.search(r"<b>(\d+) of (\d+) model calls", answer.text).groups()
    assert int(calls) > 2_000
    assert int(changed) == 0  # nothing is coached
    assert answer.text.count("replayed same") == 100


@pytest.mark.parametrize("path", ["/draft/checks", "/draft/save", "/draft/impact"])
def test_hostile_words_in_a_form_are_said_back_as_text(client, path):
    fields = {"step": "t-long:1", "intent": EVIL.encode("utf-8", "replace").decode(), "behavior": "reply"}
    fields |= {
        "reply.text": "<img src=x onerror=alert(1)>",
        "tags": "<b>",
        "agent": "<b>",
        "form_token": form_token(client),
    }
    answer = client.post(path, data=fields, headers={"hx-request": "true"})
    assert answer.status_code in (200, 422)
    assert not TAG.search(answer.text)


@given(text=st.text(st.characters()))
@settings(max_examples=300, deadline=None)
def test_any_text_is_shown_without_markup_of_its_own(text):
    shown = str(show_text(text))
    bare = re.sub(r'</?bdi>|<span class="unseen" title="[a-z0-9 -]+">U\+[0-9A-F]{4,6}</span>', "", shown)
    assert not set("<>\"'") & set(bare)
    shown.encode()


FIELDS = (
    "text",
    "coaching_id",
    "label",
    "origin",
    "name",
    "thread_id",
    "coached",
    "days",
    "since",
    "unreviewed",
    "after",
)
FIELDS += ("start", "step", "trace", "coaching", "status", "behavior", "without", "using", "as_of", "skip", "receipt")


@given(
    page=st.integers(0, 60),
    asked=st.dictionaries(st.sampled_from(FIELDS), st.one_of(st.text(max_size=40), st.integers().map(str)), max_size=4),
    part=st.booleans(),
)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_is_asked_is_a_fault(client, page, asked, part):
    pages = list(addresses(client.app, trace="t-long", step=1, coaching="c-none").values())
    known = {"trace": "t-long"} if page % 2 else {}
    path = pages[page % len(pages)].partition("?")[0]
    sent = {name: value.encode("utf-8", "replace").decode() for name, value in (known | asked).items()}
    answer = client.get(path, params=sent, headers={"hx-request": "true"} if part else {})
    assert answer.status_code in (200, 303, 404, 422), (path, sent, answer.text[:300])


SENT = (
    "step",
    "intent",
    "behavior",
    "reply.text",
    "action.tool",
    "action.arguments",
    "also",
    "never",
    "tags",
    "priority",
)
SENT += ("expires_at", "status", "receipt", "correct", "skip", "coaching", "revision", "id")
ODD = (
    "t-long:1",
    "reply",
    "action",
    "[1]",
    "[[]]",
    "{}",
    "9" * 5_000,
    "[1, 2, 3, 4, 5]",
    '["a", [[1]], null, null, null]',
)


@given(fields=st.dictionaries(st.sampled_from(SENT), st.one_of(st.text(max_size=30), st.sampled_from(ODD))))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("path", ["/draft/checks", "/draft/save", "/verdict", "/inbox", "/coaching/c-none/save"])
def test_nothing_that_is_sent_is_a_fault(client, path, fields):
    sent = {name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}
    answer = client.post(path, data=sent, headers={"x-form-token": client.form_token, "hx-request": "true"})
    assert answer.status_code in (200, 204, 404, 422), answer.text[:300]


@pytest.mark.slow
@needs_browser
def test_a_browser_runs_nothing_of_it(coach):
    sync_api = pytest.importorskip("playwright.sync_api")
    complaints = []
    app = studio_app(coach)
    trace = coach.traces.list(text="alert")[0].id
    pages = addresses(app, trace=trace, step=2, coaching=coach.list()[0].id)
    with Served(app) as served, sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        tab.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        for address in pages.values():
            tab.goto(served.address + address)
            tab.wait_for_load_state("networkidle")
        browser.close()
    assert complaints == []
