"""`coach.report` on a store: counts by hand, windows, costs, comparisons; as text, JSON and a page."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import fromstring

import pytest

from langgraph_coaching import Advice, Coach, Receipt, Reply, Step, Trace
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError
from langgraph_coaching.recall.prompt import block, count_tokens, entry
from langgraph_coaching.recall.receipts import Entry, Receipts
from langgraph_coaching.refining import prompt_tokens
from langgraph_coaching.refining.markup import Markup, element
from langgraph_coaching.storage.table import Table
from langgraph_coaching.traces.archive_row import archive_schema
from parts import database_of

NOW = datetime.now(UTC)
HOSTILE = "<script>alert(\"1\")</script> & '<b>' \u2028 ]]> <!--"


def fill(coach):
    coach.add(id="c-ship", intent="a customer asks what shipping costs", behavior=Reply("Ask for the country."))
    coach.add(id="c-swap", intent=f"a customer wants to swap {HOSTILE}", behavior=Reply("Offer a swap, politely."))
    coach.add(id="c-quiet", intent="a guest asks about pets", behavior=Reply("Yes."), status="draft")


@pytest.fixture
def shop(coach, written_once):
    written_once(fill, coach.uri)
    return coach


def receipt(coach, name, outcome, days=0.0, **fields):
    at = NOW - timedelta(days=days)
    return Receipt.of(
        coach.get(name), probability=0.5, outcome=outcome, reason="r", situation="how much is it?", at=at, **fields
    )


def keep(coach, *calls, seconds=0.01):
    """Writes the receipts of calls, each a list, as if they had been given."""
    entries = [Entry(some[0].id, Advice(considered=some, seconds=seconds)) for some in calls]
    Receipts(database_of(coach), coach.namespace).write(entries)
    return calls


def runs_with(coach, count, *, good, thread="{}", **outcomes):
    """Runs of threads of their own, the first `good` of them successes, with these outcomes by coaching."""
    traces = []
    for number in range(count):
        name = f"t-{thread.format(number)}"
        receipts = tuple(receipt(coach, f"c-{key}", outcome) for key, outcome in outcomes.items())
        step = Step(index=0, trace_id=name, type="message", author="agent", text="x", receipts=receipts)
        label, scores = ("success" if number < good else "failure"), {"tone": 3 + number % 3}
        fields = {"label": label, "thread_id": name, "steps": (step,), "metadata": {"scores": scores}}
        traces.append(Trace(id=name, started_at=NOW - timedelta(minutes=number), **fields))
    coach.traces.add(traces)


def test_an_empty_store_has_an_empty_report(coach):
    report = coach.report()
    assert (len(report), report.overall.calls, report.overall.time, report.overall.precision) == (0, 0, None, None)
    assert report == []
    assert "no model call asked for coaching" in str(report)
    assert "There is no coaching here yet" in report.to_html()
    assert json.loads(json.dumps(report.to_json()))["coachings"] == []


def test_everything_is_counted(shop):
    left_out = ("below_floor", "over_limit", "over_limit", "over_budget", "shadow", "held_back", "of a later version")
    keep(shop, *([receipt(shop, "c-ship", outcome)] for outcome in left_out))
    keep(
        shop,
        [receipt(shop, "c-ship", "applied", followed="yes"), receipt(shop, "c-swap", "not seen by the model")],
        [receipt(shop, "c-ship", "applied", followed="no"), receipt(shop, "c-swap", "applied")],
        [receipt(shop, "c-ship", "applied", followed="unknown")],
        *([replace(receipt(shop, "c-ship", why), coaching_id=None, revision=None)] for why in ("failed", "paused")),
        seconds=0.03,
    )
    report = shop.report()
    ship, swap, quiet = report
    assert (ship.considered, ship.applied, ship.followed, ship.not_followed, ship.decided) == (10, 3, 1, 1, 2)
    assert (ship.over_limit, ship.over_budget, ship.shadow, ship.held_back, ship.not_seen) == (2, 1, 1, 1, 0)
    assert (swap.considered, swap.applied, swap.not_seen) == (2, 1, 1)
    assert (quiet.considered, quiet.status, quiet.tokens) == (0, "draft", 0)
    overall = report.overall
    assert (overall.calls, overall.coached, overall.considered, overall.applied) == (12, 3, 12, 4)
    assert (overall.failed, overall.paused) == (1, 1)
    assert (overall.time.calls, overall.time.most_ms) == (12, pytest.approx(30))
    assert overall.time.median_ms == pytest.approx(10)
    assert "1 at which none could be looked up, 1 while it was paused" in str(report)


def test_tokens_are_those_of_the_revisions_that_were_applied(shop):
    first = receipt(shop, "c-ship", "applied")
    shop.edit("c-ship", behavior=Reply("Ask for the country. " * 30))
    keep(shop, [first], [receipt(shop, "c-ship", "applied")])
    old, new = (entry(one) for one in shop.history("c-ship"))
    report = shop.report(price_per_million_tokens=2.5)
    assert report[0].tokens == count_tokens(old + "\n") + count_tokens(new + "\n")
    prompts = sum(count_tokens("\n\n" + block([one])) for one in (old, new))
    assert report.overall.tokens == pytest.approx(prompts, abs=2 * 2)  # each part is rounded up
    assert report.overall.cost == pytest.approx(report.overall.tokens * 2.5e-6)
    assert report.overall.tokens_per_call == report.overall.tokens / 2
    shop.delete("c-ship", purge=True)
    assert shop.report().overall.tokens is None


def test_the_tokens_of_a_revision_are_counted_once_however_many_reports_there_are(shop, monkeypatch):
    counted = []
    monkeypatch.setattr(prompt_tokens, "_AT_ONCE", 2)
    monkeypatch.setattr(prompt_tokens, "tokens_of", lambda one: counted.append((one.id, one.revision)) or 10)
    for number in range(4):
        keep(shop, [receipt(shop, "c-ship", "applied")])
        shop.edit("c-ship", notes=f"{number}")
    assert shop.report()[0].tokens == 40
    keep(shop, [receipt(shop, "c-ship", "applied")])
    assert shop.report()[0].tokens == 50
    assert sorted(counted) == [("c-ship", number) for number in range(1, 6)]
    monkeypatch.setattr(prompt_tokens, "MOST", 2)
    shop.edit("c-ship", notes="seen")
    keep(shop, [receipt(shop, "c-ship", "applied")])
    assert [shop.report()[0].tokens, shop.report(since="1d")[0].tokens] == [60, 60]


def test_tokens_are_of_the_revision_that_stands_now_under_an_id_that_was_erased(shop):
    keep(shop, [receipt(shop, "c-ship", "applied")])
    before = shop.report()[0].tokens
    shop.delete("c-ship", purge=True)
    shop.add(id="c-ship", intent="another question", behavior=Reply("Ask for the country. " * 30))
    assert shop.report()[0].tokens == count_tokens(entry(shop.get("c-ship")) + "\n") != before


def test_a_window_counts_receipts_and_the_verdicts_on_them(shop):
    old, new = keep(shop, [receipt(shop, "c-ship", "applied", days=5)], [receipt(shop, "c-ship", "applied", days=1)])
    shop.verdict(old[0].id, correct=False)
    shop.verdict(new[0].id, correct=True)
    whole, early, late = shop.report(), shop.report(until=NOW - timedelta(days=3)), shop.report(since="3d")
    assert [(one[0].applied, one[0].judged, one[0].right) for one in (whole, early, late)] == [
        (2, 2, 1), (1, 1, 0), (1, 1, 1)
    ]  # fmt: skip
    edge = NOW - timedelta(days=1)
    assert shop.report(since=edge)[0].applied == 1
    assert shop.report(until=edge)[0].applied == 1
    assert shop.report(since=edge, until=edge + timedelta(microseconds=1))[0].applied == 1
    assert [(one.applied, one.judged) for one in late[0].periods] == [(0, 0), (1, 1), (0, 0)]
    (one,) = shop.report(coaching_id="c-swap")
    assert (one.coaching_id, shop.report(coaching_id="c-swap").overall.applied) == ("c-swap", 2)
    with pytest.raises(NotFoundError, match="c-none"):
        shop.report(coaching_id="c-none")
    with pytest.raises(InvalidCoachingError, match="price_per_million_tokens"):
        shop.report(price_per_million_tokens=-1)


def test_being_applied_more_is_a_rise(shop):
    calls = [
        [receipt(shop, "c-ship", "applied" if days < 3 and call % 2 else "below_floor", days=days)]
        for days in range(6)
        for call in range(20)
    ]
    keep(shop, *calls)
    report = shop.report()
    assert report[0].applied_trend.word == report.overall.applied_trend.word == "rising"
    assert [one.calls for one in report[0].periods if one.calls] == [20] * 6
    assert str(report[1].applied_trend) == "too few to say"


def test_runs_with_and_without_and_a_canary(shop):
    runs_with(shop, 20, good=15, thread="with-{}", ship="applied", swap="applied")
    runs_with(shop, 20, good=5, thread="without-{}", ship="below_floor", swap="held_back")
    report = shop.report()
    ship, swap = ({one.measure: one for one in standing.outcomes} for standing in report[1:])
    assert (ship["label"].value, ship["label"].count, ship["label"].other_value) == (0.75, 20, 0.25)
    assert (ship["label"].design, ship["label"].finding) == ("not applied", "higher with it")
    assert (swap["label"].design, swap["label"].fair) == ("held back", True)
    # 15 and 5 of 20: Wilson 0.5313..0.8881 and 0.1119..0.4687, put together by Newcombe
    assert swap["label"].difference.low == pytest.approx(0.5 - (0.2187**2 + 0.2187**2) ** 0.5, abs=1e-3)
    assert (ship["tone"].value, ship["tone"].finding) == (pytest.approx(3.95), "no difference seen")
    assert not shop.report(since=NOW + timedelta(hours=1))[1].outcomes
    assert any("not a fair comparison" in note for note in report.notes)
    assert "c-ship" in str(report)
    assert "ended well: with it 75% of 20 threads, without (held back) 25% of 20: +50 points" in str(report)
    assert shop.report(good=["failure"], bad=["success"])[1].outcomes[0].value == 0.25


def test_scores_of_runs_that_an_earlier_version_wrote_are_read_from_their_records(shop):
    runs_with(shop, 10, good=5, thread="with-{}", ship="applied")
    runs_with(shop, 10, good=5, thread="without-{}", ship="below_floor")
    before = shop.report()[1].outcomes
    table = Table(database_of(shop), "traces", archive_schema, "default")
    earlier = dict.fromkeys(("scores", "held_back", "shadow"))
    table.update([{"key": row["key"]} | earlier for row in table.rows(["key"])])
    assert [row["scores"] for row in table.rows(["scores"])] == [None] * 20
    assert shop.report()[1].outcomes == before
    assert [one.measure for one in before] == ["label", "tone"]


def test_what_needs_review_says_why_and_what_to_do(shop):
    calls = keep(shop, *([receipt(shop, "c-swap", "applied")] for _ in range(3)))
    calls += keep(shop, *([receipt(shop, "c-ship", "below_floor")] for _ in range(3)))
    for (one,) in calls:
        shop.verdict(one.id, correct=False)
    report = shop.report()
    swap, ship = report.needs_review
    assert (swap.review_reasons, swap.precision) == (("3 of 3 judged applications were wrong",), 0.0)
    assert swap.review_calls == ("coach.edit('c-swap', add_never=[…])",)
    assert ship.review_calls == ("coach.edit('c-ship', add_examples=[…])",)
    assert repr(swap) == "Standing(c-swap: 3 of 3 applied, 0 of 3 right, needs review)"
    assert repr(report).startswith("Report(3 coachings, 2 to review; 3 applied at 6 calls, 0 of 3 right; all that")


def test_the_page_is_whole_says_no_text_as_markup_and_names_its_plots(shop, tmp_path):
    calls = keep(shop, *([receipt(shop, "c-swap", "applied")] for _ in range(3)))
    runs_with(shop, 12, good=9, thread="with-{}", swap="applied")
    runs_with(shop, 12, good=5, thread="without-{}", swap="below_floor")
    for (one,) in calls:
        shop.verdict(one.id, correct=False)
    report = shop.report()
    page = report.to_html(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == page
    assert "<script" not in page
    assert "<b>" not in page
    assert page.count("&lt;script&gt;") >= 3
    assert not re.search(r"(src|href)=|url\(|@import|https?://", page)
    # It is well-formed, so that no text closes what it stands in.
    root = fromstring(page.removeprefix("<!doctype html>\n"))  # noqa: S314 - our own
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids)) > 0
    plots = [*root.iter("svg")]
    assert len(plots) >= 5
    for plot in plots:
        assert [plot[0].tag, plot[1].tag, plot.get("role")] == ["title", "desc", "img"]
        assert plot.get("aria-labelledby").split() == [plot[0].get("id"), plot[1].get("id")]
    for table in root.iter("table"):
        assert table.find("caption") is not None
        assert {head.get("scope") for head in table.iter("th")} == {"col", "row"}
    assert report._repr_html_().startswith('<div class="coaching-report">')
    with pytest.raises(InvalidCoachingError, match="cannot write the report"):
        report.to_html(tmp_path / "nowhere" / "report.html")


def test_markup_escapes_whatever_is_no_markup():
    made = element("p", HOSTILE + "\ud800\x00", title=HOSTILE, class_=None)
    assert isinstance(made, Markup)
    read = fromstring(made)  # noqa: S314 - our own
    seen = HOSTILE.replace("\u2028", "[U+2028]")
    assert (read.text, read.get("title"), read.get("class")) == (f"{seen}[U+D800][U+0000]", seen, None)


def test_the_json_is_json_and_whole(shop):
    keep(shop, [receipt(shop, "c-ship", "applied")])
    runs_with(shop, 11, good=3, ship="applied")
    said = json.loads(json.dumps(shop.report(since="1d").to_json(), allow_nan=False))
    assert said["window"]["until"] is None
    assert said["overall"]["calls"] == 1
    (ship,) = [one for one in said["coachings"] if one["coaching_id"] == "c-ship"]
    assert (ship["applied"], ship["needs_review"], ship["outcomes"][0]["with"]["threads"]) == (1, False, 11)
    assert ship["outcomes"][0]["finding"].startswith("too few to say")


def test_recall_in_use_is_timed_and_two_namespaces_never_mix(shop, tmp_path):
    shop.advise("what does shipping cost?")
    assert shop.report().overall.time.calls == 1
    with Coach(shop.uri, embeddings=shop.embeddings, namespace="other") as other:
        assert other.report().overall.calls == 0
