"""The statistics of the report: intervals of differences, trends, comparisons of threads; against textbook figures."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.refining.comparison import FEWEST, compare
from langgraph_coaching.refining.difference import difference_of_means, difference_of_shares, student_quantile
from langgraph_coaching.refining.evaluated_runs import EvaluatedRun, choose_score, label_values
from langgraph_coaching.refining.outcomes import Outcomes
from langgraph_coaching.refining.trend import trend_of
from langgraph_coaching.refining.wilson import QUANTILE
from langgraph_coaching.refining.window import Window, window_of
from langgraph_coaching.traces.scores import scores_of

NOW = datetime(2030, 3, 31, 12, tzinfo=UTC)

shares = st.integers(1, 10_000).flatmap(lambda count: st.tuples(st.integers(0, count), st.just(count)))


@pytest.mark.parametrize(
    ("first", "second", "interval"),
    [
        # Newcombe 1998, Statistics in Medicine 17:873-890, table II, method 10
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((10, 10), (0, 10), (0.6075, 1.0)),
    ],
)
def test_the_difference_of_shares_is_the_textbook_one(first, second, interval):
    found = difference_of_shares(*first, *second)
    assert (found.low, found.high) == (pytest.approx(interval[0], abs=5e-5), pytest.approx(interval[1], abs=5e-5))
    assert found.certain


@given(shares, shares)
def test_an_interval_of_shares_holds_its_difference_and_nothing_impossible(first, second):
    found, turned = difference_of_shares(*first, *second), difference_of_shares(*second, *first)
    assert -1 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1
    assert (turned.low, turned.high) == (pytest.approx(-found.high), pytest.approx(-found.low))


@pytest.mark.parametrize(("freedom", "quantile"), [(9, 2.2622), (18, 2.1009), (30, 2.0423), (120, 1.9799)])
def test_the_quantile_of_student_s_t_is_the_tabulated_one(freedom, quantile):
    assert student_quantile(freedom) == pytest.approx(quantile, abs=1e-3)
    assert pytest.approx(NormalDist().inv_cdf(0.975), abs=1e-5) == QUANTILE


def test_the_difference_of_means_is_worked_out_by_hand():
    # means 5.5 and 3.5; variances 55/6 and 55/6, errors 11/12 each: sqrt(11/6) = 1.3540; 18 degrees of freedom
    found = difference_of_means(range(1, 11), range(-1, 9))
    assert found.value == pytest.approx(2.0)
    assert (found.low, found.high) == (pytest.approx(2 - 2.1009 * 1.3540, abs=2e-3), pytest.approx(4.8446, abs=2e-3))
    assert not found.certain
    assert difference_of_means([3.0] * 10, [3.0] * 10) is None


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        ([(1, 100), (1, 100), (20, 100), (20, 100)], "rising"),
        ([(20, 100), (1, 100)], "falling"),
        ([(300, 1000), (305, 1000)], "steady"),
        ([(3, 10), (4, 10)], "too few to say"),  # they may well differ by more than a tenth
        ([(0, 0), (5, 5)], "too few to say"),
        ([(50, 100)], "too few to say"),
        ([], "too few to say"),
    ],
)
def test_a_trend_is_said_only_where_it_can_be(counts, word):
    assert str(trend_of(counts, 0.1)) == word


@given(st.lists(shares, max_size=12))
def test_no_trend_leaves_its_shares(counts):
    found = trend_of(counts, 0.1)
    assert all(0 <= share <= 1 for share in (found.earlier, found.later) if share is not None)


def test_too_few_threads_are_no_difference():
    found = compare("label", "not applied", [1.0] * 9, [0.0] * 50)
    assert (found.difference, found.value, found.other_value) == (None, 1.0, 0.0)
    assert found.finding == f"too few to say (under {FEWEST} threads on a side)"
    assert compare("label", "held back", [1.0] * 20, [0.0] * 20).finding == "higher with it"
    assert compare("label", "held back", [], []).value is None


# ── threads and sides ──


def run(thread, hour, value, **ids):
    label = {1: "success", 0: "failure"}.get(value, value)
    sets = {name: frozenset(some.split()) for name, some in ids.items()}
    sets["considered"] = frozenset().union(*sets.values())
    return EvaluatedRun(thread=thread, at=NOW + timedelta(hours=hour), label=label, **sets)


def compared(runs, name="c"):
    return Outcomes(runs).compare("label", label_values(runs, None, None), [name]).get(name)


def test_a_thread_counts_once_as_its_last_evaluated_run_says():
    runs = [run("a", 0, 0, applied="c"), run("a", 1, 1, considered="c"), run("a", 2, None, considered="c")]
    runs += [run("b", 3, 1, considered="c"), run("b", 4, 0, considered="c"), run("d", 5, 1, applied="other")]
    found = compared(runs)
    assert (found.count, found.value, found.other_count, found.other_value) == (1, 1.0, 1, 0.0)
    assert (found.design, found.fair) == ("not applied", False)
    assert "not a fair comparison" in found.caution


def test_how_a_thread_ended_before_it_was_coached_says_nothing():
    runs = [run("a", 0, 1, considered="c"), run("a", 1, None, applied="c"), run("b", 2, 0, considered="c")]
    assert compared(runs) is None  # nobody was evaluated with it


def test_a_canary_is_compared_with_those_held_back_and_in_its_own_time():
    before, after = run("early", 0, 0, applied="c"), run("late", 9, 0, applied="c")
    arms = [run("h1", 1, 0, held_back="c"), run("a1", 2, 1, applied="c"), run("h2", 5, 1, held_back="c")]
    aside = [run("n", 3, 0, considered="c"), run("both", 2, 1, held_back="c"), run("both", 3, 1, applied="c")]
    promoted = run("h1", 8, 1, considered="c")  # after the canary's end: how it ended within counts
    runs = sorted([before, after, *arms, *aside, promoted], key=lambda one: one.at)
    found = compared(runs)
    assert (found.design, found.fair, found.mixed) == ("held back", True, 1)
    assert (found.count, found.value, found.other_count, found.other_value) == (1, 1.0, 2, 0.5)


def test_what_was_watched_before_is_compared_with_that():
    runs = [run(f"s{n}", n, n % 2, shadow="c") for n in range(20)]
    runs += [run(f"a{n}", 30 + n, 1, applied="c") for n in range(20)] + [run("n", 60, 0, considered="c")]
    found = compared(runs)
    assert (found.design, found.other_count, found.other_value) == ("shadow", 20, 0.5)
    assert found.finding == "higher with it"
    assert compared(runs, None).design == "not applied"


def test_labels_are_words_in_any_case_and_one_s_own():
    runs = [run("a", n, word) for n, word in enumerate(["Success", "FAILED", "won", None, "success"])]
    assert label_values(runs, None, None) == [1, 0, None, None, 1]
    assert label_values(runs, ["Won"], ["success"]) == [0, None, 1, None, 0]


def test_the_score_is_the_one_asked_for_or_the_plainest():
    def scored(label=None, **scores):
        return EvaluatedRun(thread="t", at=NOW, label=label, scores=scores)

    assert choose_score([scored(helpful=3.0), scored(helpful=2.0, score=0.3)], None) == "score"
    assert choose_score([scored(b=3.0), scored(a=2.0)], None) == "a"
    assert choose_score([scored("success", reward=1.0)], None) is None  # the label says the same
    assert choose_score([scored("success", reward=0.5)], None) == "reward"
    assert choose_score([], None) is None
    assert choose_score([], "mine") == "mine"


def test_scores_are_found_wherever_an_evaluation_leaves_them():
    metadata = {
        "reward": 0.5,
        "score": "high",
        "feedback": [{"key": "helpful", "score": 4}, {"key": "note", "score": None}, "odd"],
        "scores": [{"name": "tone", "value": 0.2}, {"name": "tone", "value": 0.3}, {"name": 7, "value": 1}],
    }
    assert scores_of(metadata) == {"reward": 0.5, "helpful": 4.0, "tone": 0.3}
    assert scores_of({"reward": float("nan"), "score": 10**400, "scores": {"mine": True, "": 1}}) == {"mine": 1.0}


# ── windows ──


def test_a_window_is_read_and_holds_its_beginning_and_not_its_end():
    window = window_of("7d", "2030-03-31T12:00+02:00", NOW)
    assert (window.since, window.until) == (NOW - timedelta(days=7), NOW - timedelta(hours=2))
    assert window.holds(window.since)
    assert not window.holds(window.until)
    assert window_of(timedelta(hours=1), None, NOW).since == NOW - timedelta(hours=1)
    assert window_of(datetime(2030, 1, 1), None, NOW).since == datetime(2030, 1, 1, tzinfo=UTC)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("since", "until", "told"),
    [
        ("soon", None, "since is a time such as"),
        ("7 years", None, "not '7 years'"),
        ("99999999999999d", None, "since is a time"),
        (timedelta(days=-1), None, "how long ago"),
        (3, None, "not 3"),
        ("1d", "2d", "later than since"),
        (datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC), "later than since"),
    ],
)
def test_what_is_no_window_is_refused(since, until, told):
    with pytest.raises(InvalidCoachingError, match=told):
        window_of(since, until, NOW)


@given(st.timedeltas(timedelta(microseconds=1), timedelta(days=30_000)))
def test_periods_cover_the_window_without_gaps(length):
    window = Window(NOW - length, NOW)
    periods = window.periods(NOW, NOW)
    assert 1 <= len(periods) <= 33
    assert (periods[0].since, periods[-1].until) == (window.since, window.until)
    assert all(one.until == after.since for one, after in pairwise(periods))


def test_an_open_window_goes_from_the_first_midnight_to_the_last_receipt():
    (one,) = Window().periods(NOW, NOW)
    assert (one.since, one.until) == (NOW.replace(hour=0), NOW)
    assert len(Window().periods(NOW - timedelta(days=6), NOW)) == 7
