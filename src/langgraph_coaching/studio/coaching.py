"""One coaching: what it says, where it was used, what became of it; and every change that can be made of it."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.changes import changer_of, changes_between
from langgraph_coaching.coaching.stage import STAGES
from langgraph_coaching.errors import ChangedMeanwhileError, InvalidCoachingError, NotFoundError
from langgraph_coaching.studio.ask import Ask, page
from langgraph_coaching.studio.draft_form import graph_names
from langgraph_coaching.studio.form_fields import (
    BEHAVIORS,
    ENFORCE,
    ENFORCEABLE,
    behavior_in,
    fields_in,
    lines_in,
    situations_in,
    write_situation,
)

if TYPE_CHECKING:
    from starlette.responses import Response

    from langgraph_coaching.coaching.model import Coaching

USED = 10
"""Threads in which it was used that are shown."""

SIMILAR = 8


def coaching(ask: Ask) -> Response:
    """The page of one coaching."""
    ask.coach.flush()
    history = ask.coach.history(ask.request.path_params["id"])
    latest = history[-1]
    return ask.render(
        "coaching.html",
        **_figures_of(ask, latest),
        revisions=_revisions(history),
        used=ask.coach.traces.threads(coaching_id=latest.id, limit=USED),
        intents={latest.id: latest.intent},
        asked={"coaching_id": latest.id},
        source=_source_of(ask, latest),
        stages=STAGES,
        others=[one for one in _by_intent(ask) if one.id != latest.id and one.status in STAGES],
        now=datetime.now(UTC),
        section="coachings",
    )


def figures(ask: Ask) -> Response:
    """How it is doing."""
    return ask.render("coaching_figures.html", **_figures_of(ask, ask.coach.get(ask.request.path_params["id"])))


def _figures_of(ask: Ask, one: Coaching) -> dict[str, Any]:
    report = ask.studio.reports.take()
    standing = next((other for other in report or () if other.coaching_id == one.id), None)
    return {"one": one, "standing": standing, "counting": report is None}


def _by_intent(ask: Ask) -> list[Coaching]:
    return sorted(ask.coach.list(), key=lambda one: one.intent.casefold())


def edit_form(ask: Ask) -> Response:
    """The form with what it says now."""
    one = ask.coach.get(ask.request.path_params["id"])
    said = one.behavior.model_dump(mode="json")
    held = {f"{one.behavior.type}.{name}": value for name, value in said.items()}
    enforced = said.get("enforce", "")
    held[f"{one.behavior.type}.enforce"] = "yes" if enforced is True else enforced
    arguments = f"{one.behavior.type}.arguments"
    if held.get(arguments):
        from langgraph_coaching.studio.templating import show_json

        held[arguments] = show_json(held[arguments])
    elif arguments in held:
        held[arguments] = ""
    scope = {
        "agent": one.scope.agent or "",
        "node": one.scope.node or "",
        "tags": ", ".join(one.scope.tags),
        "priority": str(one.priority),
        "expires_at": f"{one.expires_at:%Y-%m-%d}" if one.expires_at else "",
        "notes": one.notes,
    }
    return ask.render(
        "edit.html" if ask.is_fragment else "edit_page.html",
        one=one,
        held=held,
        held_type=one.behavior.type,
        scope=scope,
        behaviors=BEHAVIORS,
        enforceable=ENFORCEABLE,
        enforce=ENFORCE,
        names=graph_names(ask, None),
        section="coachings",
    )


def edit(ask: Ask) -> Response:
    """Makes the next revision; of two who change the same, the second is told."""
    name, fields = ask.request.path_params["id"], fields_in(ask)
    revision = ask.whole("revision")
    if revision is None:
        raise InvalidCoachingError("this form does not say which revision it changes; load the page again")
    began = ask.coach.get(name, revision=revision)
    if fields["expires_at"] and began.expires_at and fields["expires_at"].date() == began.expires_at.date():
        fields["expires_at"] = began.expires_at  # the form holds the day only
    changes: dict[str, Any] = {"intent": ask.given("intent").strip(), "behavior": behavior_in(ask), **fields}
    if "examples" in (ask.form or ()):
        changes |= {"examples": lines_in(ask, "examples"), "never": lines_in(ask, "never_examples")}
    removed = set(ask.given_all("remove"))
    if removed:
        changes["remove"] = [one for index, one in enumerate(began.examples) if str(index) in removed]
    try:
        ask.coach.edit(name, revision=revision, changed_by=ask.person.name, **changes)
    except ChangedMeanwhileError as error:
        return _tell_conflict(ask, error)
    return ask.go("coaching", id=name)


def _tell_conflict(ask: Ask, error: ChangedMeanwhileError) -> Response:
    """What somebody else has changed; the form stays as it is, and saved once more it is put on top of that."""
    changed = str(error).partition("\nNothing was saved.")[0]
    if not ask.is_fragment:
        return ask.tell(f"{changed}\nNothing was saved. Go back to what you typed, or begin anew.", status=422)
    headers = {"HX-Retarget": "#notice", "HX-Reswap": "innerHTML"}
    latest = ask.coach.get(ask.request.path_params["id"])
    return ask.render("conflict.html", status=422, headers=headers, message=changed, latest=latest, kind="error")


def similar(ask: Ask) -> Response:
    """Recorded situations that would teach it most."""
    found = ask.coach.similar(ask.request.path_params["id"], limit=SIMILAR)
    return ask.render("similar_form.html", found=found, write=write_situation, id=ask.request.path_params["id"])


def teach(ask: Ask) -> Response:
    """Keeps what was ticked among recorded situations."""
    name = ask.request.path_params["id"]
    also, never = situations_in(ask, "also"), situations_in(ask, "never")
    if also or never:
        ask.coach.edit(name, add_examples=also, add_never=never, changed_by=ask.person.name)
    return ask.go("coaching", id=name)


def lint(ask: Ask) -> Response:
    """What is the matter with it; looked for behind the page where that takes long."""
    name = ask.request.path_params["id"]
    found = ask.studio.made_behind.take(("check", name), lambda: [*ask.coach.lint(name, graph=ask.studio.graph)])
    coachings = {} if found is None else {one.id: one for one in ask.coach.list()}
    return ask.render("findings.html", findings=found, coachings=coachings, of=name)


def impact(ask: Ask) -> Response:
    """Where it fires on what is recorded; looked up behind the page where that takes long."""
    name = ask.request.path_params["id"]
    found = ask.studio.made_behind.take(("impact", name), lambda: ask.coach.impact(name))
    return ask.render("impact.html", impact=found, of=name)


def archive(ask: Ask) -> Response:
    """Makes it silent."""
    ask.coach.archive(ask.request.path_params["id"], changed_by=ask.person.name)
    return ask.go("coaching", id=ask.request.path_params["id"])


def restore(ask: Ask) -> Response:
    """Makes it active again, as it last was or as it was at a revision."""
    name, revision = ask.request.path_params["id"], ask.whole("revision")
    if revision is None and ask.given("revision"):
        raise NotFoundError(f"{name} has no such revision")
    ask.coach.restore(name, revision=revision, changed_by=ask.person.name)
    return ask.go("coaching", id=name)


def delete(ask: Ask) -> Response:
    """Takes it out of every list; its history stays."""
    ask.coach.delete(ask.request.path_params["id"], changed_by=ask.person.name)
    return ask.go("coachings")


def _revisions(history: list[Coaching]) -> list[tuple[Coaching, str | None, list[Any]]]:
    """Each revision with who made it and what it changed, newest first."""
    pairs = pairwise(history)
    changed = [(after, changer_of(before, after), changes_between(before, after)) for before, after in pairs]
    return [*reversed(changed), (history[0], changer_of(None, history[0]), [])]


def _source_of(ask: Ask, one: Coaching) -> str | None:
    """The address of the step it was written from, if that is still there."""
    if one.source is None:
        return None
    try:
        ask.coach.traces.get(one.source.trace_id)
    except NotFoundError:
        return None
    return ask.url("conversation", trace=one.source.trace_id, step=one.source.step)


PAGES = [
    page("/coaching/{id}", coaching, "coaching"),
    page("/coaching/{id}/figures", figures, "coaching_figures"),
    page("/coaching/{id}/edit", edit_form, "coaching_edit", role="coach"),
    page("/coaching/{id}/save", edit, "coaching_save", role="coach", method="POST"),
    page("/coaching/{id}/similar", similar, "coaching_similar", role="coach"),
    page("/coaching/{id}/teach", teach, "coaching_teach", role="coach", method="POST"),
    page("/coaching/{id}/lint", lint, "coaching_lint"),
    page("/coaching/{id}/impact", impact, "coaching_impact"),
    page("/coaching/{id}/archive", archive, "coaching_archive", role="coach", method="POST"),
    page("/coaching/{id}/restore", restore, "coaching_restore", role="coach", method="POST"),
    page("/coaching/{id}/delete", delete, "coaching_delete", role="admin", method="POST"),
]
