"""A page of threads is what its definition says, however little is read for it and however it is cut."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from langgraph_coaching import Coach, Step, Trace
from langgraph_coaching.errors import InvalidCoachingError

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
WORDS = ("shipping", "an \u0130nvoice", "Straße", "a tent", "50 % off", 'a "quote"', "\u039f\u0394\u039f\u03a3")
TEXTS = (None, "SHIPPING", "\u0130NVOICE", "straße", "50 %", 'A "QUOTE"', WORDS[-1], "case 1", "nobody says")


def run_of(number, rng):
    said, name = f"I ask about {rng.choice(WORDS)} in case {number}", f"t-{number}"
    earlier = Step(index=0, trace_id=name, type="user", author="user", text="hello from before " * 80, history=True)
    user = Step(index=1, trace_id=name, type="user", author="user", text=said)
    return Trace(
        id=name,
        thread_id=rng.choice((None, "", "a", "b", "c", "t-3")),
        started_at=NOON + timedelta(hours=rng.randrange(25)),
        label=rng.choice((None, "failure")),
        steps=(earlier, user) if number % 10 == 4 else (user.model_copy(update={"index": 0}),),
    )


@pytest.fixture(scope="module")
def runs():
    rng = random.Random(7)  # noqa: S311 - made-up data
    return [run_of(number, rng) for number in range(70)]


@pytest.fixture(scope="module")
def kept(tmp_path_factory, runs):
    with Coach(tmp_path_factory.mktemp("threads")) as coach:
        for start in range(0, len(runs), 10):
            coach.traces.add(runs[start : start + 10])
        yield coach


def in_order(runs):
    return sorted(runs, key=lambda run: (-run.started_at.timestamp(), run.id))


def threads_in(runs):
    """The definition: a thread stands where its newest fitting run does, with all of them."""
    grouped = defaultdict(list)
    for run in in_order(runs):
        grouped[("thread", run.thread_id) if run.thread_id else ("run", run.id)].append(run.id)
    return [*grouped.values()]


def all_pages(coach, **asked):
    found, after, pages = [], None, 0
    while True:
        page = coach.traces.threads(after=after, **asked)
        found += [[run.id for run in thread.runs] for thread in page.threads]
        after, pages = page.after, pages + 1
        if after is None:
            return found, pages


def holds(run, text):
    own = "\n".join(step.text for step in run.steps if not step.history)
    return text.lower() in own.lower()


@pytest.mark.parametrize("limit", [11, 50])
@pytest.mark.parametrize("text", TEXTS)
def test_pages_are_all_of_them_in_order(kept, runs, limit, text):
    fitting = [run for run in runs if text is None or holds(run, text)]
    for within in (None, 0.0):
        found, _ = all_pages(kept, limit=limit, within=within, text=text)
        assert found == threads_in(fitting)


def test_what_no_column_says_is_asked_of_each_run_once_a_page(kept, runs):
    asked = []

    def keep(shown):
        asked.append([run.id for run in shown])
        return {run.id for run in shown if int(run.id[2:]) % 5 == 0}

    fitting = [run for run in runs if int(run.id[2:]) % 5 == 0 and holds(run, "about") and run.label == "failure"]
    for within in (None, 0.0):
        found, _ = all_pages(kept, limit=4, within=within, keep=keep, text="about", label="failure")
        assert found == threads_in(fitting)
    asked.clear()
    kept.traces.threads(limit=50, keep=keep)
    names = [name for some in asked for name in some]
    assert len(names) == len(set(names))


def test_what_was_said_before_is_found_in_the_first_run_that_tells_it(kept):
    (found,), _ = all_pages(kept, text="HELLO from before", limit=50)
    assert found == [run.id for run in kept.traces.list(text="hello FROM before")]
    assert len(found) == 1


def test_a_search_that_has_no_time_left_leads_on_with_nothing_found(kept):
    page = kept.traces.threads(text="nobody says", limit=10, within=0.0)
    assert (page.threads, page.after is None) == ((), False)
    assert all_pages(kept, text="nobody says", limit=10, within=0.0) == ([], 7)
    assert all_pages(kept, text="nobody says", limit=10) == ([], 1)


def test_runs_that_come_meanwhile_are_no_matter_and_those_that_go_are_left_out(tmp_path, runs):
    with Coach(tmp_path) as coach:
        coach.traces.add(runs)
        first = coach.traces.threads(limit=20)
        coach.traces.add(Trace(id="t-new", started_at=NOON + timedelta(days=9)))
        second = coach.traces.threads(limit=20, after=first.after)
        shown = [[run.id for run in thread.runs] for page in (first, second) for thread in page.threads]
        assert shown == threads_in(runs)[: len(shown)]
        gone = second.threads[0].runs[0].id
        coach.traces.delete(gone)
        assert gone not in {run.id for thread in coach.traces.threads(limit=70).threads for run in thread.runs}


@pytest.mark.parametrize("after", ["nonsense", "[1, 2]", "[]", '["never", "t-1"]', "{}", "null"])
def test_what_no_page_gave_is_refused(kept, after):
    with pytest.raises(InvalidCoachingError, match="after"):
        kept.traces.threads(after=after)


def test_a_mark_says_where_it_goes_on(kept, runs):
    newest = {group[0] for group in threads_in(runs)}
    for one, following in [*pairwise(in_order(runs))][::9]:
        page = kept.traces.threads(after=f'["{one.started_at.isoformat()}", "{one.id}"]', limit=1)
        assert following.id not in newest or page.threads[0].runs[0].id == following.id
