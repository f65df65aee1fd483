"""What saving tells: what is known of a coaching, and what to expect of it."""

import pytest
from conversations import rows

from langgraph_coaching import Reply, import_traces
from langgraph_coaching.errors import NotFoundError

SOURCE = "how much is shipping to Norway"
WHEN = "a customer asks what shipping costs"


@pytest.fixture
def recorded(coach):
    near = ["what would delivery to France cost", "price of postage abroad"]
    coach.traces.add(import_traces(rows(SOURCE, *near, "the moon was bright last night"), format="openai"))
    return coach


def drafted(coach, said=SOURCE):
    (trace,) = coach.traces.list(text=said)
    return coach.draft(trace.steps[1]).when(WHEN).reply("Ask for the country.")


def test_it_fires_at_its_source_and_says_what_it_would_meet(recorded):
    saved = recorded.save(drafted(recorded).having(examples=["shipping fee?"], never=["who pays for a lost parcel"]))
    found = recorded.outlook(saved)
    assert (found.coaching_id, found.revision, found.known, found.never) == (saved.id, 1, 3, 1)
    assert found.fires_at_source
    assert found.source_probability >= found.floor == recorded.limits.floor
    assert found.looked_at == 3  # without the source
    assert 0 <= found.met <= 2
    assert all(one.probability < found.floor for one in found.silent)
    assert recorded.outlook(saved.id) == found
    assert saved == recorded.get(saved.id)


def test_its_source_is_looked_at_beside_all_other_coaching(recorded):
    recorded.add(intent=WHEN, behavior=Reply("Ask for the country."), examples=[SOURCE], priority=50)
    saved = recorded.save(drafted(recorded))
    found = recorded.outlook(saved)
    assert found.source_probability >= found.floor
    assert found.fires_at_source is False
    assert "at its source another one goes first" in found.hint
    assert "already says the same" in found.hint


def test_what_is_silent_at_its_source_is_told_so(recorded):
    saved = recorded.save(drafted(recorded))
    learned = recorded.edit(saved.id, intent="the piano needs tuning", remove=[SOURCE])
    found = recorded.outlook(learned)
    assert found.fires_at_source is False
    assert found.hint.startswith("it stays silent even at its source")
    assert "stays silent at its source" in str(found)


def test_the_nearest_that_stay_silent_are_quoted_and_can_be_answered(recorded):
    saved = recorded.add(intent="a customer wants to know about customs for a parcel abroad", behavior=Reply("x"))
    found = recorded.outlook(saved)
    assert found.silent
    assert found.source_probability is found.fires_at_source is None
    assert found.silent[0].text in str(found)
    assert f"would meet {found.met} of 4 recorded situations" in str(found)
    assert f"`langgraph-coaching similar {saved.id}`" in found.hint


def test_what_meets_nearly_everything_is_told_so(coach):
    near = ("Oslo", "Bonn", "Rome", "Bern", "Wien", "Graz", "Kiel", "Lyon", "Metz", "Nice")
    far = ("Cork", "Bath", "York", "Hull", "Turku", "Lund", "Gent", "Pisa", "Faro")
    asked = [f"how much is shipping to {place}" for place in near]
    asked += [f"what does shipping to {place} cost" for place in far]
    asked += ["how much do you take for shipping", "shipping costs to Peru"]
    coach.traces.add(import_traces(rows(*asked), format="openai"))
    saved = coach.add(intent=WHEN, behavior=Reply("x"), examples=asked[:3] + asked[10:13])
    found = coach.outlook(saved)
    assert found.met > found.looked_at / 2
    assert "it would meet most of what is said" in found.hint


def test_with_nothing_recorded_it_says_what_to_add(coach):
    saved = coach.add(intent=WHEN, behavior=Reply("x"))
    found = coach.outlook(saved)
    assert (found.known, found.met, found.looked_at, found.silent) == (1, 0, 0, ())
    assert str(found) == f"known by 1 text\nnext: {found.hint}"
    assert f"coach.edit('{saved.id}', add_examples=['…'])" in found.hint
    assert coach.outlook(coach.edit(saved.id, add_examples=["shipping fee?"])).hint.startswith("nothing")


def test_a_trace_that_is_gone_is_no_fault(coach):
    saved = coach.add(intent=WHEN, behavior=Reply("x"), source={"trace_id": "t-gone", "step": 3})
    assert coach.outlook(saved).fires_at_source is None


def test_an_archived_one_is_told_that_it_is_silent(recorded):
    saved = recorded.save(drafted(recorded))
    found = recorded.outlook(recorded.archive(saved.id))
    assert "it is archived and stays silent everywhere; coach.restore" in found.hint
    assert found.fires_at_source is False


def test_what_is_not_there_has_no_outlook(coach):
    with pytest.raises(NotFoundError, match="c-none"):
        coach.outlook("c-none")


def test_of_a_draft_nothing_is_said_of_its_source(recorded):
    saved = recorded.save(drafted(recorded), status="draft")
    found = recorded.outlook(saved)
    assert found.fires_at_source is None
    assert "source" not in str(found)
