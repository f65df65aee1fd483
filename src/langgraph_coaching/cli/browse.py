"""Commands that list and show: `traces`, `show`, `list`, `advise`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, cast

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.conversation import DEFAULT_FLOOR, Agent, Conversation, Floor, Node, Tag, messages_of
from langgraph_coaching.cli.options import (
    DEFAULT_STORE,
    Embeddings,
    Exit,
    Json,
    Namespace,
    Store,
    describe_store,
    open_coach,
)
from langgraph_coaching.errors import NotFoundError
from langgraph_coaching.recall.limits import Limits

if TYPE_CHECKING:
    from langgraph_coaching.coaching.fields import Filters


def traces(
    text: Annotated[str | None, typer.Option(metavar="WORDS", help="Somewhere in what was said, in any case.")] = None,
    coaching: Annotated[str | None, typer.Option(metavar="ID", help="Only runs in which this was applied.")] = None,
    label: Annotated[
        str | None, typer.Option(metavar="WORD", help="Only runs with this label, such as `failure`.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(metavar="TIME", help="Only runs from then on (UTC), such as 2030-01-31.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="NUMBER", help="Most to show, newest first.")] = 20,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    as_json: Json = False,
) -> None:
    """List recorded runs, newest first.

    Example: langgraph-coaching traces --text refund --label failure
    """
    with open_coach(store, namespace, "minilm") as coach:
        found = coach.traces.list(text=text, coaching_id=coaching, label=label, since=since, limit=limit)
    if as_json:
        render.print_json(
            [trace.model_dump(mode="json", exclude={"steps"}) | {"steps": len(trace.steps)} for trace in found]
        )
    elif found:
        render.print_traces(found)
    else:
        where = describe_store(store)
        render.print_note(f"no traces in {where} that fit; `langgraph-coaching import` brings in recordings")
    raise typer.Exit(Exit.DONE if found else Exit.NOTHING)


def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="A trace or a coaching.")],
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    as_json: Json = False,
) -> None:
    """Show a trace step by step, or a coaching with its history.

    Steps marked * can be coached: langgraph-coaching add --step TRACE:NUMBER …

    Example: langgraph-coaching show t-9f2c41d07be3
    """
    with open_coach(store, namespace, "minilm") as coach:
        try:
            history = coach.history(name)
        except NotFoundError:
            pass
        else:
            if as_json:
                render.print_json([revision.model_dump(mode="json") for revision in history])
            else:
                render.print_coaching(history)
            return
        try:
            trace = coach.traces.get(name)
        except NotFoundError:
            raise NotFoundError(
                f"no trace and no coaching {name!r} in {describe_store(store)}; see `traces` and `list`"
            ) from None
    if as_json:
        render.print_json(trace.model_dump(mode="json"))
    else:
        render.print_trace(trace)


def list_(
    text: Annotated[
        str | None, typer.Option(metavar="WORDS", help="Somewhere in intent, behavior, examples or notes.")
    ] = None,
    status: Annotated[str | None, typer.Option(metavar="WORD", help="draft, active or archived.")] = None,
    behavior: Annotated[
        str | None, typer.Option(metavar="TYPE", help="Only this type, such as reply or handoff.")
    ] = None,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    as_json: Json = False,
) -> None:
    """List coachings, oldest first.

    Example: langgraph-coaching list --text refund --status active
    """
    with open_coach(store, namespace, "minilm") as coach:
        filters = {"text": text, "status": status, "behavior": behavior}
        found = coach.list(**cast("Filters", filters))  # one that there is none of is refused there
    if as_json:
        render.print_json([coaching.model_dump(mode="json") for coaching in found])
    elif found:
        render.print_coachings(found)
    else:
        render.print_note(f"no coachings in {describe_store(store)} that fit; `langgraph-coaching add` makes one")
    raise typer.Exit(Exit.DONE if found else Exit.NOTHING)


def advise(
    conversation: Conversation,
    agent: Agent = None,
    node: Node = None,
    tag: Tag = None,
    floor: Floor = DEFAULT_FLOOR,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the receipts, and show their ids: `verdict` can judge them.")
    ] = False,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Say what coaching would apply to a conversation, and why.

    What was looked at and does not apply is listed with the reason; `why` says more. Leaves no receipts, unless they
    are to be kept for a verdict.

    Example: langgraph-coaching advise "can I still change an order that was delivered?" --keep
    """
    messages = messages_of(conversation)
    with open_coach(store, namespace, embeddings, limits=Limits(floor=floor)) as coach:
        (advice,) = coach.advise_batch([messages], agent=agent, node=node, tags=tag or (), keep=keep)
    if as_json:
        render.print_json(advice.to_json())
    else:
        render.print_advice(advice, kept=keep)
    raise typer.Exit(Exit.DONE if advice.applied else Exit.NOTHING)
