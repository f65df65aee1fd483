"""The copy in memory: it is what the table says, and only what changed is read again."""

import pytest

from langgraph_coaching import Reply
from langgraph_coaching.coaching.coachings import Coachings


@pytest.fixture
def read(coach, monkeypatch):
    """What was asked of the store: for each read of whole rows, how many rows came back."""
    counts, read_revisions = [], Coachings.read_revisions

    def counted(store, *asked):
        table = read_revisions(store, *asked)
        if table is not None:
            counts.append(table.num_rows)
        return table

    monkeypatch.setattr(Coachings, "read_revisions", counted)
    return counts


def test_after_one_edit_only_that_coaching_is_read_again(coach, read):
    coach.add_many({"id": f"c-{n}", "intent": f"case number {n}", "behavior": Reply(f"{n}")} for n in range(1_000))
    coach.advise("case number 7")
    assert read == [1_000]
    coach.edit("c-7", notes="seen")
    coach.advise("case number 7")
    assert read == [1_000, 1]  # its latest revision alone
    coach.add(intent="another", behavior=Reply("r"))
    coach.advise("case number 7")
    assert read == [1_000, 1, 1]


def test_nothing_is_read_again_while_nothing_changes(coach, read):
    coach.add(intent="a refund", behavior=Reply("r"))
    for _ in range(3):
        coach.advise("a refund")
    assert read == [1]


def test_a_change_in_another_namespace_reads_nothing(coach, opened, read):
    coach.add(intent="a refund", behavior=Reply("r"))
    coach.advise("a refund")
    opened(namespace="other").add(intent="a parcel", behavior=Reply("r"))
    assert len(coach.advise("a refund").considered) == 1
    assert read == [1]


def test_an_id_that_was_erased_and_begins_again_is_the_new_one(coach):
    coach.add(id="c-1", intent="a refund question", behavior=Reply("Old."))
    assert "Old." in coach.advise("a refund question").prompt
    coach.delete("c-1", purge=True)
    coach.add(id="c-1", intent="a refund question", behavior=Reply("New."))
    assert "New." in coach.advise("a refund question").prompt


def test_what_was_embedded_anew_is_read_anew(coach, opened):
    coach.add(intent="a refund question", behavior=Reply("Refund."))
    before = coach.advise("a refund question")
    assert opened().reembed() == 1
    after = coach.advise("a refund question")
    assert [r.probability for r in after.considered] == [r.probability for r in before.considered]


@pytest.mark.parametrize("change", ["archive", "delete"])
def test_what_is_silent_is_out_and_back_when_restored(coach, change):
    made = coach.add(intent="a refund question", behavior=Reply("Refund."))
    other = coach.add(intent="a parcel question", behavior=Reply("Track."))
    getattr(coach, change)(made.id)
    assert [r.coaching_id for r in coach.advise("a refund question").considered] == [other.id]
    coach.restore(made.id)
    assert coach.advise("a refund question").applied[0].coaching_id == made.id
