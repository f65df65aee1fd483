"""The command that checks: `check`, for people before coaching goes live, and for CI."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from langgraph_coaching.authoring.lint.finding import sort_findings
from langgraph_coaching.cli import render
from langgraph_coaching.cli.chat_model import load_object
from langgraph_coaching.cli.command_words import say_commands
from langgraph_coaching.cli.ids import coaching_id
from langgraph_coaching.cli.options import DEFAULT_STORE, Embeddings, Json, Namespace, Store, describe_store, open_coach

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from langgraph_coaching.authoring.lint.finding import Finding
    from langgraph_coaching.coach import Coach
    from langgraph_coaching.coaching.model import Coaching

_FEW = 3

ERRORS = 1
"""The exit code where an error was found, or nothing to look at: a check of the wrong folder must not pass."""


def check(
    coaching: Annotated[
        str,
        typer.Argument(metavar="ID", show_default=False, help="Only this one, among the others; all when left out."),
    ] = "",
    graph: Annotated[
        str | None,
        typer.Option(
            metavar="MODULE:GRAPH",
            help="Your compiled graph: does it have the tools, nodes and targets that coachings name?",
        ),
    ] = None,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Find what is the matter with saved coachings.

    Conflicts, duplicates, what others always go before, what fires nearly everywhere or not even where it was written,
    several scenarios in one intent, what belongs into the system prompt, names and numbers of one person, marks that
    could close the fence, what is expired; with --graph also what names tools and nodes that are gone. Each finding is
    an error, a warning or a note, and says why and what to do. What is archived is left out. Drafts and what is in
    shadow or a canary are looked at as if they were active, and named as what they are.

    Exit codes: 1 there is an error, or no active coaching at all; 0 there is none, whatever else was found; 2 the
    graph cannot be loaded; 3 the store or the embedder failed. An error of a draft counts where its ID is given.

    Example: langgraph-coaching check --graph shop.agent:graph
    """
    compiled = None if graph is None else load_object(graph, "--graph")
    with open_coach(store, namespace, embeddings) as coach:
        found = coach.lint(coaching_id(coach, coaching) or None, graph=compiled)
        counts = Counter(one.status for one in coach.list())
    if as_json:
        render.print_json([render.as_dict(one) for one in found])
    else:
        for one in found:
            render.print_line(say_commands(str(one)))
        if not counts["active"]:
            render.print_note(f"there is no active coaching in {describe_store(store)}")
        render.print_line(f"{_summary(found)} in {_say_counts(counts)}")
    harmful = [one for one in found if one.severity == "error" and (coaching or "draft" not in one.stages)]
    if harmful or not counts["active"]:
        raise typer.Exit(ERRORS)


def print_findings_of(coach: Coach, saved: Sequence[Coaching]) -> None:
    """Says what is the matter with what was just saved: one line each, the worst few of them."""
    try:
        found = sort_findings(one for coaching in saved for one in coach.lint(coaching.id))
    except Exception as error:  # noqa: BLE001 - it is saved, whatever is the matter with what was recorded
        render.print_note(f"what is the matter with it could not be looked up: {error}")
        return
    for one in found[:_FEW]:
        render.print_line(say_commands(one.short()))
    if len(found) > _FEW:
        render.print_line(f"… and {len(found) - _FEW} more; `langgraph-coaching check` has them all")


def _say_counts(counts: Mapping[str, int]) -> str:
    """How many of each status were looked at."""
    words = {"canary": ("canary", "canaries"), "shadow": ("in shadow", "in shadow"), "draft": ("draft", "drafts")}
    active = counts["active"]
    said = [f"{active} active coaching{'' if active == 1 else 's'}"]
    said += [
        f"{counts[name]} {one if counts[name] == 1 else many}" for name, (one, many) in words.items() if counts[name]
    ]
    return ", ".join(said)


def _summary(found: Sequence[Finding]) -> str:
    counts = [(name, sum(one.severity == name for one in found)) for name in ("error", "warning", "note")]
    return ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts if count) or "nothing found"
