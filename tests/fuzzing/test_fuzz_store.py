"""A store against a model of it: whatever is done in whatever order, by two handles, both show what was done."""

import shutil
import tempfile

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from odd_values import TEXTS, fuzzed

from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.errors import CoachingError, InvalidCoachingError, NotFoundError

_HANDLES = st.integers(0, 1)
_IDS = st.sampled_from(["a", "b", "c"])


class Store(RuleBasedStateMachine):
    """Two coaches of one folder, and for each id what its revisions should be."""

    embeddings = None

    def __init__(self):
        super().__init__()
        self.folder = tempfile.mkdtemp()
        self.coaches = [Coach(self.folder, embeddings=self.embeddings, limits=Limits(deadline=30)) for _ in range(2)]
        self.revisions = {}
        """(intent, status, deleted) of every revision, by id."""
        self.verdicts = {}

    def teardown(self):
        for coach in self.coaches:
            coach.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def attempt(self, work, known, then):
        """Does it; where the model says that there is none, so must the store."""
        try:
            done = work()
        except NotFoundError:
            assert not known
            return
        except InvalidCoachingError as error:
            str(error).encode()
            return
        assert known
        then(done)

    def is_there(self, name):
        return name in self.revisions and not self.revisions[name][-1][2]

    def note(self, coaching):
        self.revisions.setdefault(coaching.id, []).append((coaching.intent, coaching.status, coaching.deleted))

    @rule(which=_HANDLES, name=_IDS, intent=st.one_of(st.sampled_from(["a refund", "a parcel"]), TEXTS))
    def add(self, which, name, intent):
        try:
            made = self.coaches[which].add(id=name, intent=intent, behavior=Reply("r"))
        except CoachingError as error:
            str(error).encode()
            return
        if name not in self.revisions:
            self.note(made)
        else:
            assert made.intent == self.revisions[name][-1][0]

    @rule(which=_HANDLES, name=_IDS, intent=TEXTS)
    def edit(self, which, name, intent):
        self.attempt(lambda: self.coaches[which].edit(name, intent=intent), self.is_there(name), self.note)

    @rule(which=_HANDLES, name=_IDS)
    def archive(self, which, name):
        self.attempt(lambda: self.coaches[which].archive(name), self.is_there(name), self.note)

    @rule(which=_HANDLES, name=_IDS)
    def restore(self, which, name):
        self.attempt(lambda: self.coaches[which].restore(name), name in self.revisions, self.note)

    @rule(which=_HANDLES, name=_IDS)
    def delete(self, which, name):
        self.attempt(
            lambda: self.coaches[which].delete(name),
            self.is_there(name),
            lambda _: self.note(self.coaches[which].history(name)[-1]),
        )

    @rule(which=_HANDLES, name=_IDS)
    def purge(self, which, name):
        self.attempt(
            lambda: self.coaches[which].delete(name, purge=True),
            name in self.revisions,
            lambda _: self.revisions.pop(name),
        )

    @rule(which=_HANDLES, said=st.sampled_from(["a refund", "a parcel"]))
    def advise(self, which, said):
        advice = self.coaches[which].advise(said)
        assert advice.failure is None
        active = {name for name, known in self.revisions.items() if known[-1][1:] == ("active", False)}
        assert {receipt.coaching_id for receipt in advice.considered} <= active

    @invariant()
    def both_show_what_was_done(self):
        for coach in self.coaches:
            shown = {one.id: (one.intent, one.status) for one in coach.list()}
            there = {name: known[-1][:2] for name, known in self.revisions.items() if not known[-1][2]}
            assert shown == there

    @invariant()
    def every_revision_is_in_the_history(self):
        for name in ("a", "b", "c"):
            known = self.revisions.get(name)
            if known is None:
                with pytest.raises(NotFoundError):
                    self.coaches[1].history(name)
            else:
                history = self.coaches[1].history(name)
                assert [one.revision for one in history] == [*range(1, len(known) + 1)]
                assert (history[-1].intent, history[-1].status, history[-1].deleted) == known[-1]


def test_whatever_is_done_in_whatever_order_both_handles_show_it(embeddings):
    Store.embeddings = embeddings
    run_state_machine_as_test(Store, settings=fuzzed(1, stateful_step_count=10))
