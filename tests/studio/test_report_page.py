"""The report page: the library's report of a window, with ways on, in a form that its own policy lets pass."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from studio_client import client_of

from langgraph_coaching import Coach, Reply
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.studio import Person, latest_reports, studio_app
from langgraph_coaching.studio.latest_reports import LatestReports

NASTY = 'a customer asks about <script>alert("x")</script>'


def add_judged(coach):
    """A coaching that was wrong three times out of three, and one that nobody asked for."""
    coach.add(intent="a customer asks what shipping costs", behavior=Reply("Ask for the country."), id="c-ship")
    coach.add(intent=NASTY, behavior=Reply("Say no."), id="c-nasty", status="draft")
    for place in ("Oslo", "Rome", "Bonn"):
        given = coach.advise(f"what does shipping to {place} cost?")
        assert given.applied
        coach.verdict(given.considered[0].id, correct=False)


@pytest.fixture
def judged(coach, written_once):
    written_once(add_judged, coach.uri)


def test_nothing_yet_says_how_to_begin(client):
    assert "Nothing to report yet" in client.get("/report").text


def test_it_says_what_needs_review_and_leads_there(client, judged):
    html = client.get("/report").text
    review = html.partition("To review")[2].partition("<h2>")[0]
    assert "3 of 3 judged applications were wrong" in review
    assert 'href="/coaching/c-ship"' in review
    assert 'href="/inbox"' in review
    assert "shipping" in html.partition("To review")[2]


def test_nothing_in_it_is_markup_of_others_nor_a_style_that_is_forbidden(client, judged):
    html = client.get("/report").text
    assert "<script>alert" not in html
    assert " style=" not in html
    assert "<style" not in html
    style = client.get(re.search(r'href="(/report/style.css[^"]*)"', html)[1])
    assert style.headers["content-type"].startswith("text/css")
    assert ".coaching-report" in style.text


@pytest.mark.parametrize(
    ("query", "calls"),
    [("", 3), ("?days=7", 3), ("?days=90", 3), ("?days=all", 3), ("?until=2020-01-01", 0), ("?since=2020-01-01", 3)],
)
def test_of_a_window(client, judged, query, calls):
    html = client.get(f"/report{query}").text
    assert re.search(r"<dt>Model calls</dt><dd>(\d+)</dd>", html)[1] == str(calls)


def test_the_last_day_of_a_window_is_in_it(client, judged):
    today = datetime.now(UTC)
    before, after = (f"{today + timedelta(days=days):%Y-%m-%d}" for days in (-1, 1))
    html = client.get(f"/report?since={before}&until={after}").text
    assert "<dt>Model calls</dt><dd>3</dd>" in html
    assert f'name="until" value="{after}"' in html


def test_days_that_another_window_does_not_have_are_left_out(client, judged):
    html = client.get("/report?days=7&since=2020-01-01&until=2020-01-02").text
    assert "<dt>Model calls</dt><dd>3</dd>" in html
    assert 'name="until" value=""' in html


@pytest.mark.parametrize("query", ["days=8", "days=x", "since=yesterday", "since=2030-02-01&until=2030-01-01"])
def test_a_window_that_is_none_is_said_in_words(client, judged, query):
    assert client.get(f"/report?{query}").status_code == 422


def test_the_last_day_that_there_is(client, judged):
    assert client.get("/report?since=2020-01-01&until=9999-12-31").status_code == 200


def test_of_one_coaching(client, judged):
    html = client.get("/report?coaching_id=c-ship", headers={"hx-request": "true"}).text
    assert "<html" not in html
    assert "/coaching/c-ship" in html
    assert "c-nasty" not in html
    assert client.get("/report?coaching_id=c-none").status_code == 404


def test_it_can_be_taken_along(client, coach, judged):
    told = client.get("/report.json?coaching_id=c-ship")
    assert "attachment" in told.headers["content-disposition"]
    values = json.loads(told.content)
    assert [one["coaching_id"] for one in values["coachings"]] == ["c-ship"]
    assert values["overall"]["calls"] == 3
    page = client.get("/report.html")
    assert "attachment" in page.headers["content-disposition"]
    assert page.text == coach.report().to_html()
    assert client.get("/report.pdf").status_code == 404


def test_a_reader_may_read_it(coach, judged):
    browser = client_of(studio_app(coach, who=lambda request: Person(name="Rea")))
    html = browser.get("/report").text
    assert "To review" in html
    assert "Judge more in the inbox" not in html


def test_a_comparison_that_is_not_fair_says_so(client, coach, judged, monkeypatch):
    from langgraph_coaching.refining.comparison import compare

    found = compare("label", "not applied", [1, 0] * 8, [1, 1, 0, 0] * 4)
    real = Coach.report

    def report(self, **asked):
        from dataclasses import replace

        made = real(self, **asked)
        made.overall = replace(made.overall, outcomes=(found,))
        return made

    monkeypatch.setattr(Coach, "report", report)
    html = client.get("/report").text
    assert "not a fair comparison" in html.partition("Runs with and without")[2].partition("<table")[0]


def test_what_was_written_since_is_in_it(client, coach, judged):
    client.get("/report")
    coach.advise("what does shipping to Kyiv cost?")
    assert "<dt>Model calls</dt><dd>4</dd>" in client.get("/report").text


def test_a_large_report_is_shown_as_it_was_and_made_anew_behind_the_page(coach, judged, monkeypatch, made_later):
    monkeypatch.setattr(latest_reports, "LARGE", 5)
    reports = LatestReports(coach)
    assert [reports.take(), reports.take()] == [None, None]
    assert len(made_later) == 1  # one is enough
    made_later.pop()()
    assert reports.take().overall.calls == 3
    made_later.clear()
    reports = LatestReports(coach)
    assert reports.wait_for().overall.calls == 3
    made_later.pop()()
    coach.advise("what does shipping to Kyiv cost?")
    assert [reports.take().overall.calls for _ in range(3)] == [3, 3, 3]
    assert len(made_later) == 1
    made_later.pop()()
    assert reports.take().overall.calls == 4


def test_windows_are_kept_in_a_bounded_number(coach):
    reports = LatestReports(coach)
    for day in range(20):
        reports.take(datetime(2030, 1, day + 1, tzinfo=UTC))
    assert len(reports._known) == latest_reports.KEPT
    with pytest.raises(InvalidCoachingError):
        reports.take(datetime(2030, 2, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
