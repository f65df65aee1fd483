"""A draft: from a recorded step, by steps of its own, to a saved coaching."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langgraph_coaching import Action, Example, Handoff, Playbook, Process, Reply, SearchKnowledge, Step, Trace
from langgraph_coaching.authoring.draft import EXCERPT
from langgraph_coaching.authoring.draft_source import draft_of
from langgraph_coaching.errors import ConflictError, InvalidCoachingError, NotCoachableError, NotFoundError

SAID = [
    ("user", "user", "I want my money back for the blue lamp"),
    ("system", "system", "the order was found"),
    ("reasoning", "agent", "They want a refund."),
    ("tool_call", "agent", '{"order": 1}'),
    ("tool_result", "tool", "shipped"),
    ("message", "canned", "Please hold the line."),
    ("message", "agent", "No refunds.\x00 \ud83d Ever. " + "x" * 400),
    ("message", "agent", "   "),
    ("handoff", "agent", "billing"),
]
TRACE = Trace(
    id="t-1",
    steps=tuple(
        Step(index=n, trace_id="t-1", type=kind, author=author, text=text, name="find" if "tool" in kind else None)
        for n, (kind, author, text) in enumerate(SAID)
    ),
)
COACHABLE = [2, 3, 6, 8]


def drafted(index, **changes):
    return draft_of(TRACE, TRACE.steps[index].model_copy(update=changes), lambda messages: ["a refund", "money back"])


def test_it_begins_with_the_suggestions():
    draft = drafted(6)
    assert (draft.intent, draft.suggestions, draft.behavior) == ("a refund", ("money back",), None)
    assert draft.conversation[0].content == SAID[0][2]


def test_only_what_the_agent_itself_did_can_be_coached():
    assert [step.index for step in TRACE.coachable_steps()] == COACHABLE


@pytest.mark.parametrize(
    ("index", "reason"),
    [
        (0, "a user said it; coach the agent's answer"),
        (1, "it is a system event"),
        (4, "a tool returned it"),
        (5, "it is canned text that no model wrote"),
        (7, "it is empty"),
    ],
)
def test_any_other_step_is_refused_with_the_reason_and_where_to_go(index, reason):
    with pytest.raises(NotCoachableError, match=reason) as caught:
        drafted(index)
    assert f"step {index} ({SAID[index][0]}) cannot be coached" in str(caught.value)
    assert "Coachable steps of this trace: 2, 3, 6, 8" in str(caught.value)


def test_a_trace_without_any_coachable_step_says_so():
    trace = Trace(id="t-2", steps=(TRACE.steps[0],))
    with pytest.raises(NotCoachableError, match="This trace has no coachable step"):
        draft_of(trace, trace.steps[0], lambda messages: [])


@pytest.mark.parametrize(
    ("chosen", "behavior"),
    [
        (lambda d: d.reply("Refund it."), Reply("Refund it.")),
        (lambda d: d.search_knowledge("Returns", "days", instruction="i"),
         SearchKnowledge("Returns", "days", instruction="i")),
        (lambda d: d.action("refund", {"order": 1}, instruction="i"), Action("refund", {"order": 1}, instruction="i")),
        (lambda d: d.process("returns", instruction="i"), Process("returns", instruction="i")),
        (lambda d: d.playbook("angry", instruction="i"), Playbook("angry", instruction="i")),
        (lambda d: d.handoff("billing", instruction="i"), Handoff("billing", instruction="i")),
    ],
)  # fmt: skip
def test_each_of_the_six_can_be_chosen(chosen, behavior):
    assert chosen(drafted(6)).coaching("default").behavior == behavior


def test_a_change_makes_another_draft_and_leaves_the_first():
    first = drafted(6)
    second = first.reply("Refund it.").when("something else").having(priority=5, never=["thanks"]).having(notes="n")
    assert (first.behavior, first.intent, first.fields) == (None, "a refund", {})
    made = second.coaching("acme")
    assert (made.intent, made.priority, made.notes, made.namespace) == ("something else", 5, "n", "acme")


def test_it_remembers_where_it_comes_from_in_text_that_may_be_kept():
    made = drafted(6).reply("Refund it.").having(examples=["cash back"]).coaching("default")
    assert (made.source.trace_id, made.source.step) == ("t-1", 6)
    assert made.source.excerpt.startswith("No refunds.  Ever. xxx")
    assert len(made.source.excerpt) == EXCERPT
    assert made.examples == (
        Example(text=SAID[0][2], origin="source", reference="t-1"), Example(text="cash back"),
    )  # fmt: skip


@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=50))
def test_whatever_was_said_there_it_can_be_saved(text):
    user, answer = (
        TRACE.steps[n].model_copy(update={"index": i, "text": text}) for i, n in enumerate((0, 6))
    )  # fmt: skip
    if text.strip():
        trace = Trace(id="t-1", steps=(user, answer))
        made = draft_of(trace, answer, lambda messages: ["a refund"]).reply("Refund it.").coaching("default")
        assert made.source.step == 1


def test_without_a_behavior_it_is_not_yet_a_coaching():
    with pytest.raises(InvalidCoachingError, match=r"says when but not what: choose a behavior, e.g. draft.reply"):
        drafted(6).coaching("default")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"typo": 1}, "typo cannot be given"),
        ({"examples": "one"}, "examples is a list of texts"),
        ({"namespace": "x"}, "namespace"),
    ],
)
def test_further_fields_are_those_of_add(fields, said):
    with pytest.raises(InvalidCoachingError, match=said):
        drafted(6).reply("r").having(**fields).coaching("default")


@pytest.fixture
def kept(coach):
    clean = [step.model_copy(update={"text": step.text.replace("\ud83d", "")}) for step in TRACE.steps]
    coach.traces.add(TRACE.model_copy(update={"steps": tuple(clean)}))
    return coach.traces.get("t-1")


def test_saving_one_draft_twice_saves_one_coaching(coach, kept):
    draft = coach.draft(kept.steps[6]).reply("Refund it.")
    assert coach.save(draft) == coach.save(draft)
    assert len(coach.list()) == 1
    coach.save(draft.reply("Ask first."))
    assert len(coach.list()) == 2
    with pytest.raises(ConflictError):
        coach.save(draft.having(id=draft.id, notes="n").when("another"))


def test_a_step_of_a_trace_that_is_not_here_is_refused(coach, kept):
    with pytest.raises(NotFoundError, match="no trace 't-9'"):
        coach.draft(kept.steps[6].model_copy(update={"trace_id": "t-9"}))


def test_what_was_saved_from_a_step_is_recalled_in_a_like_conversation(coach, kept):
    saved = coach.save(coach.draft(kept.steps[6]).reply("Refund it.").when("a customer wants a refund"))
    assert coach.list(trace_id="t-1") == [saved]
    assert [r.coaching_id for r in coach.advise("could I get my money back for a lamp?").applied] == [saved.id]


def test_what_is_no_draft_is_refused_and_it_is_said_what_does_it(coach, kept):
    saved = coach.add(id="swap", intent="a customer asks for a swap", behavior=Reply("Offer it."))
    with pytest.raises(InvalidCoachingError, match=r"is the coaching swap: .* coach\.edit\('swap', …\)"):
        coach.save(saved)
    with pytest.raises(InvalidCoachingError, match=r"a step: .*coach\.draft\(step\)\.reply"):
        coach.save(kept.steps[1])
    for odd in ("swap", None, {"intent": "x"}):
        with pytest.raises(InvalidCoachingError, match=rf"{type(odd).__name__}: begin one with coach\.draft\(step\)"):
            coach.save(odd)
    assert coach.list() == [saved]
