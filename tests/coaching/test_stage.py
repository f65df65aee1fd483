"""What a coaching may do in a call, told by its status and the thread; what a share of the threads is."""

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langgraph_coaching import Coaching, Reply
from langgraph_coaching.coaching.coachings import row_of
from langgraph_coaching.coaching.compose import compose, edit_coaching
from langgraph_coaching.coaching.exchange import digest_of
from langgraph_coaching.coaching.row import coaching_of
from langgraph_coaching.coaching.stage import cohort_of, draw, is_in_share, part_of
from langgraph_coaching.coaching.text_reader import read_coaching
from langgraph_coaching.coaching.text_writer import write_coaching
from langgraph_coaching.errors import InvalidCoachingError

THEN = datetime(2030, 1, 1, tzinfo=UTC)
SHARES = st.floats(min_value=1e-6, max_value=1.0)


def made(**fields):
    fixed = {"id": "c-1", "intent": "a customer asks about shipping", "created_at": THEN, "updated_at": THEN}
    return Coaching(behavior=Reply("Ask for the country."), **fixed | fields)


def test_only_what_is_live_may_be_in_a_prompt():
    assert part_of(made(), None) == "live"
    assert part_of(made(status="shadow"), "t-1") == "shadow"
    assert part_of(made(status="canary", share=1.0), "t-1") == "live"
    assert part_of(made(status="canary", share=1e-9), "t-1") == "held_back"


def test_a_call_without_a_thread_is_outside_of_every_share():
    assert part_of(made(status="canary", share=1.0), None) == "held_back"


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("cohort", ["c-1", "s-0f3a9c", "café 🛒"])
def test_a_share_is_that_share_of_ten_thousand_threads(share, cohort):
    coaching = made(status="canary", share=share, cohort=cohort)
    inside = sum(is_in_share(coaching, f"thread-{number}") for number in range(10_000))
    assert inside / 10_000 == pytest.approx(share, abs=0.02)


def test_shares_of_two_cohorts_are_drawn_apart():
    one, other = (made(status="canary", share=0.5, cohort=name) for name in ("s-1", "s-2"))
    both = sum(is_in_share(one, f"t{n}") and is_in_share(other, f"t{n}") for n in range(10_000))
    assert both / 10_000 == pytest.approx(0.25, abs=0.02)


@given(st.text(min_size=1, max_size=50), SHARES, SHARES)
@settings(max_examples=200, deadline=None)
def test_who_is_in_a_share_stays_in_a_larger_one(thread, first, second):
    small, large = sorted((first, second))
    if is_in_share(made(status="canary", share=small), thread):
        assert is_in_share(made(status="canary", share=large), thread)


@given(st.text(max_size=30), st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_a_lot_is_from_0_to_below_1_and_of_both_names(cohort, thread):
    assert 0 <= draw(cohort, thread) < 1
    assert draw(cohort, thread) == draw(cohort, thread)
    assert draw(cohort, thread + "x") != draw(cohort, thread)
    assert draw(cohort + "x", thread) != draw(cohort, thread)


def test_lots_are_the_same_for_ever():
    """Written down once: whoever changes the rule puts threads that go on into the other arm."""
    assert draw("c-1", "thread-1") == pytest.approx(0.0316216821, abs=1e-9)
    code = "from langgraph_coaching.coaching.stage import draw; print(draw('c-1', 'thread-1'))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(other.stdout) == draw("c-1", "thread-1")


def test_a_surrogate_in_a_thread_is_no_fault():
    assert 0 <= draw("c-1", "\ud800") < 1


def test_it_is_drawn_by_its_id_where_no_set_has_named_a_cohort():
    assert cohort_of(made(status="canary", share=0.5)) == "c-1"
    assert cohort_of(made(status="canary", share=0.5, cohort="s-1")) == "s-1"


@pytest.mark.parametrize("share", [0, -0.1, 1.1, float("nan"), float("inf"), "half"])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(InvalidCoachingError, match="share must be"):
        made(status="canary", share=share)


def test_a_canary_without_a_share_is_refused():
    with pytest.raises(InvalidCoachingError, match=r"needs a `share` of the threads, such as 0\.1"):
        made(status="canary")


@pytest.mark.parametrize("status", ["draft", "shadow", "active", "archived"])
def test_a_person_who_gives_a_share_to_what_is_no_canary_is_told(status):
    with pytest.raises(InvalidCoachingError, match=f"this is {status}: give status='canary' with it"):
        compose("default", intent="i", behavior=Reply("r"), status=status, share=0.5)
    with pytest.raises(InvalidCoachingError, match="give status='canary'"):
        edit_coaching(made(status=status), {"share": 0.5})


def test_a_share_goes_with_the_canary():
    after = made(status="canary", share=0.5, cohort="s-1").revised(status="active")
    assert (after.share, after.cohort) == (None, None)


def test_an_edited_canary_keeps_its_share_and_its_threads():
    after = edit_coaching(made(status="canary", share=0.5, cohort="s-1"), {"intent": "another"})
    assert (after.status, after.share, after.cohort) == ("canary", 0.5, "s-1")


def test_where_nothing_of_it_is_used_records_digests_and_texts_are_what_they_were():
    """Computed with the version before there were stages."""
    coaching = made(created_at=THEN, updated_at=THEN)
    assert coaching.content_hash == "8662797cd7638817"
    assert digest_of(coaching) == "0cad1b334cbe"
    record = json.loads(row_of(coaching, [[0.0]])["record"])
    assert not {"share", "cohort", "changed_in", "lineage"} & record.keys()
    assert "share" not in write_coaching(coaching)
    assert coaching_of(row_of(coaching, [[0.0]])["record"]) == coaching


def test_a_share_changes_what_it_says():
    hashes = {made(status="canary", share=share).content_hash for share in (0.1, 0.2)}
    assert len(hashes | {made().content_hash, made(status="shadow").content_hash}) == 4


@pytest.mark.parametrize(
    "fields",
    [{"status": "shadow"}, {"status": "canary", "share": 0.25}, {"status": "canary", "share": 1 / 3, "cohort": "s-1"}],
)
def test_a_file_says_the_stage_and_is_read_as_it_was_written(fields):
    coaching = made(**fields)
    read = read_coaching(write_coaching(coaching))
    assert {name: getattr(read.coaching, name) for name in ("status", "share", "cohort")} == {
        name: getattr(coaching, name) for name in ("status", "share", "cohort")
    }
    assert not read.edited


@pytest.mark.parametrize(("old", "new"), [("status: canary", "status: active"), ("share: 0.25\n", "")])
def test_a_file_with_a_share_and_no_canary_or_the_other_way_is_told_its_line(old, new):
    text = write_coaching(made(status="canary", share=0.25)).replace(old, new)
    with pytest.raises(InvalidCoachingError, match=r"line \d+: `status: canary` and `share` go together"):
        read_coaching(text)
