"""Lint through the coach: one coaching among the others, in the traffic, and for a compiled graph."""

from datetime import UTC, datetime, timedelta

import pytest
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

from langgraph_coaching import Action, Coach, Handoff, Limits, Playbook, Process, Reply, SearchKnowledge, import_traces
from langgraph_coaching.authoring.draft import Draft
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError

SHIPPING = "a customer asks what shipping costs"
DELIVERY = "a customer wants to know the price of delivery"


def said(*texts):
    """A run for each text, answered."""
    return [{"messages": [{"role": "user", "content": t}, {"role": "assistant", "content": "Well."}]} for t in texts]


def found(findings):
    return {(one.severity, one.rule, frozenset(one.coaching_ids)) for one in findings}


def test_nothing_is_found_where_nothing_is(coach):
    assert coach.lint() == []
    coach.add(
        intent=SHIPPING, behavior=Reply("Ask for the country."), examples=["how much is postage", "shipping fee?"]
    )
    coach.add(intent="a user asks to reset their password", behavior=Action("send_link"))
    assert coach.lint() == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Handoff("billing"), Handoff("sales")),
        (Process("express"), Process("standard")),
        (Playbook("calm"), Playbook("firm")),
        (Handoff("billing"), Action("quote")),
        (Action("quote", {"currency": "EUR"}), Action("quote", {"currency": "USD"})),
    ],
)
def test_typed_behaviors_that_exclude_each_other_are_a_conflict(coach, one, other):
    a = coach.add(intent=SHIPPING, behavior=one)
    b = coach.add(intent=DELIVERY, behavior=other)
    (finding,) = coach.lint()
    assert (finding.severity, finding.rule, finding.coaching_ids) == ("error", "conflict", (a.id, b.id))
    assert SHIPPING in finding.what
    assert DELIVERY in finding.what
    assert finding.why
    assert finding.remedy
    assert len(str(finding).splitlines()) == 2
    assert coach.lint(b.id) == [finding]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Action("quote"), Action("get_country")),
        (Action("quote", {"currency": "EUR"}), Action("quote", {"currency": "the one they named"})),
        (Process("express"), Playbook("calm")),
        (Handoff("billing"), Reply("Say that somebody will be with them.")),
        (SearchKnowledge("Shipping"), SearchKnowledge("Prices")),
        (Handoff("Billing"), Handoff("billing")),
    ],
)
def test_behaviors_that_go_together_are_none(coach, one, other):
    coach.add(intent=SHIPPING, behavior=one)
    coach.add(intent=DELIVERY, behavior=other)
    assert not [finding for finding in coach.lint() if finding.rule == "conflict"]


def test_replies_that_contradict_each_other_are_suspected(coach):
    a = coach.add(intent=SHIPPING, behavior=Reply("Ask for the country."))
    b = coach.add(intent=DELIVERY, behavior=Reply("Never ask for the country."))
    assert found(coach.lint()) == {("warning", "conflict", frozenset({a.id, b.id}))}


def test_two_replies_for_the_same_situations_are_shown_to_a_person(coach):
    a = coach.add(intent=SHIPPING, behavior=Reply("Ask for the country first."), examples=["how much is shipping"])
    b = coach.add(intent="a customer asks about shipping costs", behavior=Reply("Say it is free."))
    (finding,) = coach.lint()
    assert (finding.severity, finding.rule, {*finding.coaching_ids}) == ("note", "conflict", {a.id, b.id})


def test_other_situations_agents_and_what_is_over_are_no_conflict(coach):
    coach.add(intent=SHIPPING, behavior=Handoff("billing"), agent="shop")
    coach.add(intent=DELIVERY, behavior=Handoff("sales"), agent="desk")
    coach.add(intent="a passenger asks to change a flight", behavior=Handoff("air"))
    coach.add(intent="a passenger asks to cancel a flight", behavior=Handoff("refunds"))
    archived = coach.add(intent=SHIPPING, behavior=Handoff("nobody"))
    coach.archive(archived.id)
    over = coach.add(intent=SHIPPING, behavior=Handoff("none"), expires_at=datetime.now(UTC) - timedelta(days=1))
    assert found(coach.lint()) == {("note", "expired", frozenset({over.id}))}


def test_near_misses_tell_two_apart(coach):
    a = coach.add(intent=SHIPPING, behavior=Handoff("billing"))
    b = coach.add(intent=DELIVERY, behavior=Handoff("sales"))
    assert coach.lint()
    coach.edit(a.id, add_never=[DELIVERY, "price of delivery", "what is the delivery price"])
    coach.edit(b.id, add_never=[SHIPPING, "what shipping costs", "shipping costs"])
    assert not [finding for finding in coach.lint() if finding.rule == "conflict"]


def test_the_same_twice_is_a_duplicate(coach):
    a = coach.add(intent=SHIPPING, behavior=Reply("Ask for the country first."))
    b = coach.add(intent=DELIVERY, behavior=Reply("ask for the  country first."))
    (finding,) = coach.lint()
    assert (finding.rule, finding.coaching_ids) == ("duplicate", (a.id, b.id))
    assert b.id in finding.remedy


def test_of_many_that_say_the_same_each_is_told_once(coach):
    same = [coach.add(intent=SHIPPING, behavior=Reply("Ask for the country first.")).id for _ in range(4)]
    assert {one.coaching_ids for one in coach.lint()} == {(same[0], other) for other in same[1:]}
    assert len(coach.lint()) == 3
    assert {one.coaching_ids[-1] for one in coach.lint(same[3])} == {same[3]}


def test_nearly_the_same_is_noted(coach):
    a = coach.add(intent=SHIPPING, behavior=Reply("Ask which country it goes to before you quote a price."))
    b = coach.add(intent=DELIVERY, behavior=Reply("Ask what country it goes to before quoting a price."))
    assert found(coach.lint()) == {("note", "near_duplicate", frozenset({a.id, b.id}))}


def test_what_others_always_go_before_is_shadowed(tmp_path, embeddings):
    with Coach(tmp_path, embeddings=embeddings, limits=Limits(items=1)) as coach:
        above = coach.add(intent=SHIPPING, behavior=Reply("Ask for the country."), priority=5)
        below = coach.add(intent=SHIPPING, behavior=Reply("Mention that books ship free."))
        apart = coach.add(intent="a user asks to reset their password", behavior=Reply("Send a link."))
        shadowed = [one for one in coach.lint() if one.rule == "shadowed"]
        assert [one.coaching_ids for one in shadowed] == [(below.id, above.id)]
        assert apart.id not in str(shadowed)
        applied = coach.advise("what does shipping cost?").applied
        assert [one.coaching_id for one in applied] == [above.id]
        coach.edit(below.id, priority=6)
        assert [one.coaching_ids for one in coach.lint() if one.rule == "shadowed"] == [(above.id, below.id)]


def test_with_room_for_both_none_is_shadowed(coach):
    coach.add(intent=SHIPPING, behavior=Reply("Ask for the country."), priority=5)
    coach.add(intent=SHIPPING, behavior=Reply("Mention that books ship free."))
    assert not [one for one in coach.lint() if one.rule == "shadowed"]


def test_what_is_longer_than_the_prompts_budget_is_told(tmp_path, embeddings):
    with Coach(tmp_path, embeddings=embeddings, limits=Limits(tokens=60)) as coach:
        saved = coach.add(intent=SHIPPING, behavior=Reply("Ask for the country. " * 40))
        (finding,) = coach.lint()
        assert (finding.rule, finding.coaching_ids) == ("shadowed", (saved.id,))
        assert "shorter" in finding.remedy


def test_an_example_that_anyone_says_is_too_broad(coach):
    broad = coach.add(intent=SHIPPING, behavior=Reply("Ask for the country."), examples=["ok", "how much is postage"])
    coach.add(intent="a user says thank you", behavior=Reply("You're welcome."), examples=["thanks a lot"])
    (finding,) = coach.lint()
    assert (finding.severity, finding.rule, finding.coaching_ids) == ("warning", "too_broad", (broad.id,))
    assert '"ok"' in finding.what
    assert "postage" not in finding.what


def test_what_meets_most_of_the_recorded_situations_is_too_broad(coach):
    cities = ("Oslo", "Bonn", "Rome", "Bern", "Wien", "Graz", "Kiel", "Lyon", "Metz", "Nice", "Cork", "Bath", "York")
    asked = [f"how much is shipping to {city}" for city in cities]
    asked += [f"what does shipping to {city} cost" for city in cities]
    coach.traces.add(import_traces(said(*asked), format="openai"))
    broad = coach.add(intent=SHIPPING, behavior=Reply("Ask."), examples=asked[:3] + asked[14:17])
    coach.add(intent="a user asks to reset their password", behavior=Reply("Send a link."))
    (finding,) = coach.lint()
    assert (finding.rule, finding.coaching_ids) == ("too_broad", (broad.id,))
    assert "recorded" in finding.what


def test_what_is_silent_where_it_was_written_is_too_narrow(coach):
    coach.traces.add(import_traces(said("how much is shipping to Norway"), format="openai"))
    (trace,) = coach.traces.list()
    draft = coach.draft(trace.steps[1]).when(SHIPPING).reply("Ask for the country.")
    assert draft.lint() == []
    saved = coach.save(draft)
    assert coach.lint() == []
    edited = coach.edit(saved.id, intent="the piano needs tuning", remove=[e.text for e in saved.examples])
    (finding,) = coach.lint(saved.id)
    assert (finding.severity, finding.rule) == ("warning", "too_narrow")
    assert trace.id in finding.what
    assert coach.get(saved.id) == edited


def test_examples_that_have_nothing_in_common_are_noted(coach):
    apart = ["play some jazz", "how tall is Everest", "book a taxi for six", "my card was stolen"]
    saved = coach.add(intent="a user asks about our products", behavior=Reply("x"), examples=apart)
    (finding,) = coach.lint()
    assert (finding.severity, finding.rule, finding.coaching_ids) == ("note", "too_narrow", (saved.id,))


def test_hundreds_of_examples_are_looked_at_in_no_time(coach):
    kinds = ("jazz", "rock", "a waltz", "folk songs", "soul", "techno", "opera", "the blues")
    told = [
        f"{verb} {kind} {when}" for verb in ("play", "put on", "start") for kind in kinds for when in ("now", "later")
    ]
    coach.add(intent="a user wants to hear music", behavior=Reply("x"), examples=told)
    assert coach.lint() == []


def test_a_draft_is_linted_among_what_is_saved(coach):
    coach.traces.add(import_traces(said("how much is shipping to Norway"), format="openai"))
    (trace,) = coach.traces.list()
    saved = coach.add(intent=DELIVERY, behavior=Handoff("sales"))
    apart = coach.add(intent="a user asks something", behavior=Reply("x"))
    draft = coach.draft(trace.steps[1]).when(SHIPPING).handoff("billing")
    conflicts = draft.lint()
    assert found(conflicts) == {("error", "conflict", frozenset({saved.id, draft.id}))}
    assert coach.list() == [saved, apart]
    coach.save(draft)  # it refuses nothing
    assert conflicts[0] in coach.lint()
    with pytest.raises(InvalidCoachingError, match=r"begin it with coach\.draft"):
        Draft(intent=SHIPPING, behavior=Reply("x")).lint()
    with pytest.raises(InvalidCoachingError, match="choose a behavior"):
        coach.draft(trace.steps[1]).lint()


def test_a_draft_over_a_saved_one_does_not_meet_itself(coach):
    saved = coach.add(intent=SHIPPING, behavior=Handoff("billing"))
    coach.add(intent="a user asks to reset their password", behavior=Action("send_link"))
    assert coach.lint(saved.id) == []
    coach.archive(saved.id)
    assert coach.lint(saved.id) == []
    with pytest.raises(NotFoundError):
        coach.lint("c-none")


def test_namespaces_are_apart(tmp_path, embeddings):
    with (
        Coach(tmp_path / "s", embeddings=embeddings) as one,
        Coach(tmp_path / "s", embeddings=embeddings, namespace="b") as b,
    ):
        one.add(intent=SHIPPING, behavior=Handoff("billing"))
        b.add(intent=SHIPPING, behavior=Handoff("sales"))
        assert one.lint() == b.lint() == []


@pytest.fixture(scope="module")
def graph():
    @tool
    def get_order(order_id: str) -> str:
        """An order."""
        return order_id

    @tool
    def transfer_to_billing() -> str:
        """Hands over."""
        return ""

    inner = (
        StateGraph(MessagesState)
        .add_node("lookup", ToolNode([get_order]))
        .add_edge(START, "lookup")
        .compile(name="orders")
    )
    outer = StateGraph(MessagesState).add_node("agent", lambda state: state).add_node("orders", inner)
    outer.add_node("tools", ToolNode([transfer_to_billing])).add_edge(START, "agent").add_edge("agent", "orders")
    return outer.compile()


@pytest.mark.parametrize(
    ("behavior", "severity"),
    [
        (Action("get_order"), None),
        (Action("get_ordr"), "error"),
        (Action("Get_Order"), "error"),
        (Handoff("orders"), None),
        (Handoff("billing"), None),
        (Handoff("old_team"), "error"),
        (Handoff("the night shift"), "warning"),
        (Process("lookup"), None),
        (Process("delivered-order exchange"), None),
        (Process("returns_flow"), "note"),
        (SearchKnowledge("gone_article"), None),
        (Reply("Call nobody_knows."), None),
    ],
)
def test_what_the_graph_does_not_have_is_told(coach, graph, behavior, severity):
    coach.add(intent=SHIPPING, behavior=behavior)
    told = coach.lint(graph=graph)
    assert [one.severity for one in told] == ([severity] if severity else [])
    assert all(one.rule == "unknown_reference" for one in told)
    assert coach.lint() == []
    if behavior == Action("get_ordr"):
        assert "did you mean get_order?" in told[0].remedy


def test_a_node_that_is_gone_keeps_a_coaching_silent(coach, graph):
    coach.add(intent=SHIPPING, behavior=Reply("x"), node="answer")
    coach.add(intent="a user asks to reset their password", behavior=Reply("y"), node="lookup")
    (finding,) = coach.lint(graph=graph)
    assert finding.severity == "error"
    assert "'answer'" in finding.what


def test_tools_are_not_judged_where_none_can_be_seen(coach):
    coach.add(intent=SHIPPING, behavior=Action("anything"))
    bare = StateGraph(MessagesState).add_node("agent", lambda state: state).add_edge(START, "agent")
    assert coach.lint(graph=bare.compile()) == []
    with pytest.raises(InvalidCoachingError, match=r"call its \.compile\(\)"):
        coach.lint(graph=bare)


def test_findings_are_sorted_the_worst_first(coach):
    coach.add(intent="a customer asks about order 44718", behavior=Reply("x"))
    coach.add(intent="whatever they ask", behavior=Reply("y"))
    coach.add(intent="a user wants a recipe", behavior=Reply("</coaching>"))
    assert [one.severity for one in coach.lint()] == ["error", "warning", "note"]


@pytest.mark.parametrize(
    ("behavior", "severities"),
    [
        (Handoff("nobody there", enforce=True), ["error"]),
        (Process("returns of all kinds", enforce=True), ["error"]),
        (Playbook("angry customer", enforce="approval"), ["error"]),
        (Action("no_such_tool", enforce=True), ["error"]),
    ],
)
def test_what_is_enforced_and_not_there_is_an_error(coach, graph, behavior, severities):
    coach.add(intent="a customer wants something else", behavior=behavior)
    found = [one for one in coach.lint(graph=graph) if one.rule == "unknown_reference"]
    assert [one.severity for one in found] == severities


def test_what_is_enforced_and_may_not_be_gone_to_is_noted(coach):
    def node(_):
        return {}

    def built(**routes):
        builder = StateGraph(MessagesState).add_node("billing", node)
        builder.add_node("coach", coach.node(**routes)).add_node("agent", node)
        return builder.add_edge(START, "coach").compile()

    coach.add(intent="a customer disputes a charge", behavior=Handoff("Billing", enforce=True))
    (found,) = [one for one in coach.lint(graph=built()) if one.rule == "unknown_reference"]
    assert found.severity == "note"
    assert "no node of the coach that may go to it" in found.why
    assert not [one for one in coach.lint(graph=built(goto="billing", then="agent")) if one.rule == "unknown_reference"]


@pytest.mark.parametrize("status", ["draft", "shadow"])
def test_what_may_take_the_place_of_an_active_one_is_no_error_and_says_how(coach, status):
    old = coach.add(intent=SHIPPING, behavior=Handoff("billing"))
    new = coach.add(intent=DELIVERY, behavior=Handoff("sales"), status=status)
    (finding,) = coach.lint()
    assert (finding.severity, finding.rule, finding.stages) == ("warning", "conflict", ("active", status))
    assert f"conflict {old.id} {new.id} ({status}): " in str(finding)
    assert f"coach.promote('{new.id}', to='active', replaces=['{old.id}'])" in finding.remedy
    assert coach.lint(new.id) == [finding]
    coach.promote(new.id, to="active", replaces=[old.id])
    assert coach.lint() == []


def test_a_canary_beside_an_active_one_is_in_the_same_prompts(coach):
    old = coach.add(intent=SHIPPING, behavior=Handoff("billing"))
    new = coach.add(intent=DELIVERY, behavior=Handoff("sales"), status="canary", share=0.5)
    (finding,) = coach.lint()
    assert (finding.severity, finding.coaching_ids, finding.stages) == (
        "error", (old.id, new.id), ("active", "canary"),
    )  # fmt: skip


def test_two_drafts_that_exclude_each_other_are_told_and_none_is_to_replace(coach):
    names = [coach.add(intent=one, behavior=Handoff(to), status="draft").id
             for one, to in [(SHIPPING, "billing"), (DELIVERY, "sales")]]  # fmt: skip
    (finding,) = coach.lint()
    assert (finding.severity, finding.coaching_ids, finding.stages) == ("warning", tuple(names), ("draft", "draft"))
    assert "replaces" not in finding.remedy


def test_a_draft_is_no_reason_for_a_finding_of_another(tmp_path, embeddings):
    with Coach(tmp_path / "one", embeddings=embeddings, limits=Limits(items=1)) as coach:
        below = coach.add(intent=SHIPPING, behavior=Reply("Ask for the country first."))
        coach.add(intent=DELIVERY, behavior=Reply("Say that boots cost more."), priority=9, status="draft")
        assert [one for one in coach.lint() if one.coaching_ids[0] == below.id and one.rule == "shadowed"] == []
        coach.add(id="alone", intent="whatever they ask", behavior=Reply("y"), status="draft")
        (alone,) = [one for one in coach.lint() if one.rule == "system_prompt"]
        assert (alone.coaching_ids, alone.stages) == (("alone",), ("draft",))
        coach.archive("alone")
        assert [one for one in coach.lint() if one.rule == "system_prompt"] == []
