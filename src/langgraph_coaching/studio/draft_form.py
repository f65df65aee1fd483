"""The form on which a person says what a step should have been: when, what, where else, and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langgraph_coaching.authoring.lint.graph_names import names_of_graph
from langgraph_coaching.coaching.behavior import behavior_of
from langgraph_coaching.coaching.model import new_id
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.studio.ask import Ask, page
from langgraph_coaching.studio.changes import read_share
from langgraph_coaching.studio.form_fields import (
    BEHAVIORS,
    ENFORCE,
    ENFORCEABLE,
    behavior_in,
    fields_in,
    lines_in,
    proposals_in,
    situations_in,
    write_situation,
)
from langgraph_coaching.studio.outlook import outlook_of

if TYPE_CHECKING:
    from starlette.responses import Response

    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.traces.model import Trace

WHILE_TYPING = 1.0
"""Seconds in which recorded situations are embedded for the impact while one types; what is left is said, and looked at
behind the page."""

SIMILAR = 8

SAVED_AS = {"active": "Save", "draft": "Save as a draft", "shadow": "Save in shadow", "canary": "Save as a canary"}
"""What a draft can be saved as, and what the button says."""


def draft(ask: Ask) -> Response:
    """The form for a step, with what is suggested; where no script runs, on a page of its own."""
    began = ask.coach.draft(ask.given("step"))
    trace = ask.coach.traces.get(began.step.trace_id) if began.step else None
    ask.studio.rest_of_impact.prepare(ask.coach)
    suggestions = [began.intent, *(one for one in began.suggestions if one != began.intent)]
    return ask.render(
        "draft.html" if ask.is_fragment else "draft_page.html",
        began=began,
        id=new_id(),
        suggestions=suggestions,
        behaviors=BEHAVIORS,
        enforceable=ENFORCEABLE,
        enforce=ENFORCE,
        names=graph_names(ask, trace),
        saved_as=SAVED_AS,
        section="conversations",
    )


def similar(ask: Ask) -> Response:
    """Recorded situations that would teach the draft most, to be ticked."""
    found = _with_when(ask, ask.coach.draft(ask.given("step"))).similar(SIMILAR)
    return ask.render("similar.html", found=found, write=write_situation)


def proposals(ask: Ask) -> Response:
    """What a chat model proposes, to be ticked."""
    if ask.studio.model is None:
        raise InvalidCoachingError("this studio has no chat model; start it with --model PROVIDER:NAME")
    asked = _with_when(ask, ask.coach.draft(ask.given("step")))
    if ask.given("behavior") in BEHAVIORS and ask.given(f"{ask.given('behavior')}.{_needed(ask)}").strip():
        asked = replace(asked, behavior=behavior_of(behavior_in(ask)))
    return ask.render("proposals.html", asked=asked.propose(ask.studio.model))


def checks(ask: Ask) -> Response:
    """What is the matter with what was typed so far; nothing, as long as it says too little."""
    try:
        typed = _draft_in(ask)
        findings = typed.lint(graph=ask.studio.graph)
    except InvalidCoachingError as error:
        return ask.render("checks.html", findings=(), unready=str(error))
    return ask.render("checks.html", findings=findings, unready="")


def impact(ask: Ask) -> Response:
    """Where it would have fired on what is recorded."""
    return ask.render("impact.html", impact=ask.studio.rest_of_impact.impact(_draft_in(ask), WHILE_TYPING))


def preview(ask: Ask) -> Response:
    """The step again, before and after."""
    return ask.render("preview.html", preview=_draft_in(ask).preview(ask.studio.model))


def save(ask: Ask) -> Response:
    """Saves it, and says what to expect of it."""
    status = ask.given("status", "active")
    if status not in SAVED_AS:
        raise InvalidCoachingError(f"it is saved as one of {', '.join(SAVED_AS)}")
    fields: dict[str, Any] = {"status": status, "id": ask.given("id") or None, "author": ask.person.name}
    if status == "canary":
        fields["share"] = read_share(ask)
    saved = ask.coach.save(_draft_in(ask).having(**fields))
    ask.studio.rest_of_impact.prepare(ask.coach)
    if ask.is_fragment:
        told: dict[str, Any] = {
            "saved": saved,
            "outlook": outlook_of(ask, saved.id),
            "of": saved.id,
            "step": ask.given("step"),
        }
        return ask.render("saved.html", headers={"HX-Trigger": "saved"}, **told)
    return ask.go("conversation", trace=saved.source.trace_id if saved.source else None, step=ask.given("step"))


def _draft_in(ask: Ask) -> Draft:
    """The draft that the form says.

    Raises:
        CoachingError: It says too little, or what it says is not acceptable.
    """
    if not ask.given("intent").strip():
        raise InvalidCoachingError("say when it applies: when replying to what?")
    typed = replace(_with_when(ask, ask.coach.draft(ask.given("step"))), behavior=behavior_of(behavior_in(ask)))
    typed = replace(typed, proposals=proposals_in(ask))
    typed = typed.also(*situations_in(ask, "also"), *lines_in(ask, "examples"))
    typed = typed.never(*situations_in(ask, "never"), *lines_in(ask, "never_examples"))
    return typed.having(**fields_in(ask))


def _with_when(ask: Ask, began: Draft) -> Draft:
    said = ask.given("intent").strip()
    return began.when(said) if said and said != began.intent else began


def _needed(ask: Ask) -> str:
    return next(iter(BEHAVIORS[ask.given("behavior")][1]))


def graph_names(ask: Ask, trace: Trace | None) -> dict[str, list[str]]:
    """What a behavior may refer to: tools and nodes of the graph, and those that this run has used."""
    tools, nodes = set(), set()
    if ask.studio.graph is not None:
        known = names_of_graph(ask.studio.graph)
        tools, nodes = set(known.tools), set(known.nodes)
    for step in trace.steps if trace else ():
        if step.name and step.type in ("tool_call", "handoff"):
            (tools if step.type == "tool_call" else nodes).add(step.name)
    return {"tool": sorted(tools), "target": sorted(nodes), "name": sorted(nodes)}


PAGES = [
    page("/draft", draft, "draft", role="coach"),
    page("/draft/similar", similar, "draft_similar", role="coach", method="POST"),
    page("/draft/proposals", proposals, "draft_proposals", role="coach", method="POST"),
    page("/draft/checks", checks, "draft_checks", role="coach", method="POST"),
    page("/draft/impact", impact, "draft_impact", role="coach", method="POST"),
    page("/draft/preview", preview, "draft_preview", role="coach", method="POST"),
    page("/draft/save", save, "draft_save", role="coach", method="POST"),
]
