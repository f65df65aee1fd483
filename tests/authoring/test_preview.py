"""The source step answered again: without a coaching and with it."""

import json
from dataclasses import replace

import pytest
from conversations import rows
from langchain_core.messages import AIMessage
from langgraph.graph import StateGraph
from langgraph.prebuilt import ToolNode

from langgraph_coaching import (
    Action,
    CoachingState,
    Handoff,
    Playbook,
    Process,
    Reply,
    SearchKnowledge,
    coached,
    import_traces,
)
from langgraph_coaching.authoring.draft import Draft
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError

SAID = "can I still change an order that was delivered?"
WHEN = "a customer wants to change a delivered order"
SIX = [
    (Reply("Offer an exchange."), "only the words"),
    (SearchKnowledge("Returns policy"), "asked for the article 'Returns policy'"),
    (Action("get_order", {"id": "theirs"}), 'the tool get_order must be called with {"id": "theirs"}'),
    (Process("exchange"), "the run goes on at the process exchange"),
    (Playbook("angry customer"), "the run goes on with the playbook angry customer"),
    (Handoff("billing"), "the conversation goes over to billing"),
]


@pytest.fixture
def step(coach):
    coach.traces.add(import_traces(rows(SAID), format="openai"))
    return coach.traces.list()[0].steps[1]


def drafted(coach, step, behavior=SIX[0][0]):
    saved = coach.add(intent=WHEN, behavior=behavior, status="draft", examples=[SAID], source={
        "trace_id": step.trace_id, "step": step.index,
    })  # fmt: skip
    return saved.id


@pytest.mark.parametrize(("behavior", "effect"), SIX, ids=[one.type for one, _ in SIX])
def test_every_behavior_shows_both_prompts_and_its_effect(coach, step, behavior, effect):
    found = coach.preview(drafted(coach, step, behavior))
    assert (found.behavior, found.fires, found.step) == (behavior.type, True, 1)
    assert effect in found.effect
    assert (found.before.block, found.before.answered_by, found.before.text) == ("", "recording", "One moment, please.")
    assert behavior.render() in found.after.block
    assert found.after.block in found.after.prompt
    assert (found.after.answered_by, found.after.text, found.after.recorded) == ("nobody", "", False)
    assert f"+   Do this: {behavior.render()}" in str(found)
    assert "after: not asked" in str(found)
    assert json.loads(json.dumps(found.to_json()))["after"]["block"] == found.after.block


def test_the_model_is_asked_only_for_what_is_not_recorded(coach, step, scripted):
    model = scripted("Shall I exchange it?")
    draft = coach.draft(step).when(WHEN).reply("Offer an exchange.")
    found = draft.preview(model)
    assert (found.after.answered_by, found.after.text) == ("model", "Shall I exchange it?")
    assert model.blocks == [1]
    assert "before (as recorded):\n  One moment, please." in str(found)
    assert "after (the model now):\n  Shall I exchange it?" in str(found)
    assert coach.list() == []


def test_with_other_coaching_there_today_the_model_answers_both(coach, step, scripted):
    other = coach.add(intent=WHEN, behavior=Reply("Say hello."), examples=[SAID])
    model = scripted("One.", "Two.")
    found = coach.draft(step).when(WHEN).reply("Offer an exchange.").preview(model)
    assert other.behavior.render() in found.before.block
    assert [found.before.answered_by, found.before.text, found.after.text] == ["model", "One.", "Two."]
    assert model.blocks == [1, 1]


CALL = {"name": "get_order", "args": {"id": "42"}, "id": "c1"}


@pytest.mark.parametrize(
    ("behavior", "answer", "followed"),
    [
        (Action("get_order"), AIMessage("", tool_calls=[CALL]), "yes"),
        (Action("get_order", {"id": "43"}), AIMessage("", tool_calls=[CALL]), "unknown"),  # the turn goes on
        (Action("get_order"), AIMessage("No."), "no"),
        (Handoff("billing"), AIMessage("", tool_calls=[CALL | {"name": "transfer_to_billing"}]), "yes"),
        (Handoff("billing"), AIMessage("I am billing."), "no"),
        (Process("exchange"), AIMessage("", tool_calls=[CALL | {"name": "exchange"}]), "yes"),
        (Process("exchange"), AIMessage("Sure."), "unknown"),
        (SearchKnowledge("Returns"), AIMessage("", tool_calls=[CALL | {"args": {"q": "returns"}}]), "yes"),
        (Reply("Be kind."), AIMessage("Kindly."), "unknown"),
    ],
)
def test_whether_the_answer_follows_is_read_off_it(coach, step, scripted, behavior, answer, followed):
    found = coach.preview(drafted(coach, step, behavior), scripted(answer))
    assert found.after.followed == followed
    assert [one["name"] for one in found.after.tool_calls] == [one["name"] for one in answer.tool_calls]


def test_a_model_that_fails_leaves_its_error(coach, step, scripted):
    found = coach.draft(step).when(WHEN).reply("x").preview(scripted(RuntimeError("no\nquota")))
    assert found.after.failure == "RuntimeError: no quota"
    assert found.before.text == "One moment, please."
    assert "after: the model failed: RuntimeError: no quota" in str(found)


def test_where_it_stays_silent_it_says_why_and_shows_it_as_if_it_fired(coach, step):
    saved = coach.add(intent="the piano needs tuning", behavior=Reply("Tune it."), source={
        "trace_id": step.trace_id, "step": step.index,
    })  # fmt: skip
    found = coach.preview(saved.id)
    assert not found.fires
    assert "below the floor" in found.reason
    assert "Tune it." in found.after.block
    assert "shown as if it were in the prompt" in str(found)


def test_of_a_captured_run_the_prompt_is_the_recorded_one(coach, model):
    builder = StateGraph(CoachingState)
    builder.add_node("coach", coach.node(agent="shop"))
    builder.add_node("agent", lambda state: {"messages": [model.invoke([("system", "Be brief."), *coached(state)])]})
    builder.set_entry_point("coach")
    builder.add_edge("coach", "agent")
    saved = coach.add(intent=WHEN, behavior=Reply("Offer an exchange."), examples=[SAID])
    builder.compile().invoke({"messages": [("user", SAID)]}, {"callbacks": [coach.callback()]})
    coach.flush()
    (trace,) = coach.traces.list()
    answer = trace.coachable_steps()[-1]
    found = coach.draft(answer).when(WHEN).reply("Ask for the order number.").having(agent="shop").preview()
    assert saved.behavior.render() in found.before.block  # it was there, and is today
    assert (found.before.recorded, found.before.answered_by, found.before.text) == (True, "recording", "All right.")
    assert "system: Be brief." in found.before.prompt
    assert found.fires


def test_another_agent_than_that_of_the_scope_is_told(coach, model):
    builder = StateGraph(CoachingState)
    builder.add_node("coach", coach.node(agent="shop"))
    builder.add_node("agent", lambda state: {"messages": [model.invoke(coached(state))]})
    builder.set_entry_point("coach")
    builder.add_edge("coach", "agent")
    coach.add(intent=WHEN, behavior=Reply("Hello."))
    builder.compile().invoke({"messages": [("user", SAID)]}, {"callbacks": [coach.callback()]})
    coach.flush()
    answer = coach.traces.list()[0].coachable_steps()[-1]
    found = coach.draft(answer).when(WHEN).reply("x").having(agent="billing").preview()
    assert not found.fires
    assert "outside its scope" in found.reason


def test_without_a_step_a_behavior_or_a_store_there_is_nothing_to_preview(coach, step):
    with pytest.raises(InvalidCoachingError, match="written from no recorded step"):
        coach.preview(coach.add(intent=WHEN, behavior=Reply("x")).id)
    with pytest.raises(InvalidCoachingError, match="choose a behavior"):
        coach.draft(step).preview()
    with pytest.raises(InvalidCoachingError, match=r"coach\.draft"):
        Draft(intent="x").reply("y").preview()
    with pytest.raises(NotFoundError):
        coach.preview("c-none")
    gone = coach.add(intent=WHEN, behavior=Reply("x"), source={"trace_id": "t-gone", "step": 3})
    with pytest.raises(InvalidCoachingError, match="its trace is gone"):
        coach.preview(gone.id)


def enforcing_graph(coach):
    """A graph with a coach that may go to billing, and a tool node."""

    def get_order() -> str:
        """Looks an order up."""
        return ""

    builder = StateGraph(CoachingState).add_node("coach", coach.node(goto="billing", then="agent"))
    builder.add_node("agent", lambda state: {"messages": []}).add_node("billing", lambda state: {"messages": []})
    builder.add_node("tools", ToolNode([get_order])).add_edge("agent", "tools")
    return builder.add_edge("__start__", "coach").compile()


@pytest.mark.parametrize(
    ("behavior", "effect"),
    [
        (Action("get_order"), None),
        (Action("get_order", enforce=True), "enforced: the turn's first model call must choose the tool get_order"),
        (
            Action("refund", enforce=True),
            "and stays advice: the graph has no tool refund, but get_order",
        ),
        (Handoff("Billing", enforce="approval"), "enforced once a person approves: the graph goes on at billing"),
        (Process("agent", enforce=True), "no node of the coach that may go to it"),
        (Playbook("angry", enforce=True), "the graph has no node angry, and no tool of that name"),
    ],
)
def test_it_says_whether_a_graph_can_do_what_is_enforced(coach, step, behavior, effect):
    draft = replace(coach.draft(step), behavior=behavior).when(WHEN)
    found = draft.preview(graph=enforcing_graph(coach)).effect
    assert (effect in found) if effect else ("enforced" not in found)
    assert ("give the graph to know" in draft.preview().effect) is (effect is not None)


def test_a_draft_takes_enforcement(coach, step):
    draft = coach.draft(step)
    assert draft.action("get_order", enforce=True).behavior == Action("get_order", enforce=True)
    assert draft.handoff("billing", enforce="approval").behavior == Handoff("billing", enforce="approval")
    assert draft.process("exchange", enforce=True).behavior.enforce is True
    assert draft.playbook("angry", enforce=True).behavior.enforce is True
