"""Commands that list, and ask: `traces`, `list`, `advise`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, cast

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.conversation import DEFAULT_FLOOR, Agent, Conversation, Floor, Node, Tag, messages_of
from langgraph_coaching.cli.ids import coaching_id
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
from langgraph_coaching.cli.tables import print_coachings, print_traces
from langgraph_coaching.recall.limits import Limits

if TYPE_CHECKING:
    from langgraph_coaching.coaching.fields import Filters


class Origin(StrEnum):
    """Where a recorded run comes from."""

    LIVE = "live"
    SIMULATED = "simulated"
    IMPORTED = "imported"


def traces(
    text: Annotated[str | None, typer.Option(metavar="WORDS", help="Somewhere in what was said, in any case.")] = None,
    coaching: Annotated[str | None, typer.Option(metavar="ID", help="Only runs in which this was applied.")] = None,
    label: Annotated[
        str | None, typer.Option(metavar="WORD", help="Only runs with this label, such as `failure`.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(metavar="TIME", help="Only runs from then on (UTC), such as 2030-01-31.")
    ] = None,
    thread: Annotated[str | None, typer.Option(metavar="ID", help="Only runs of this thread.")] = None,
    origin: Annotated[Origin | None, typer.Option(help="Only runs that come from there.")] = None,
    agent: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only runs of this agent, or handed over to it.")
    ] = None,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="Only runs in which this model answered.")] = None,
    tool: Annotated[str | None, typer.Option(metavar="NAME", help="Only runs in which this tool was called.")] = None,
    coached: Annotated[
        bool | None,
        typer.Option(
            "--coached/--uncoached", help="Only runs in which any coaching was applied; or none.", show_default=False
        ),
    ] = None,
    simulated: Annotated[
        bool | None,
        typer.Option(
            "--simulated/--no-simulated",
            help="Only runs without a real user, such as of `chat`; or none.",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="NUMBER", help="Most to show, newest first.")] = 20,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    as_json: Json = False,
) -> None:
    """List recorded runs, newest first.

    Every option narrows it down further.

    Example: langgraph-coaching traces --text refund --label failure --tool issue_refund --coached
    """
    with open_coach(store, namespace, "minilm") as coach:
        found = coach.traces.list(
            text=text,
            coaching_id=None if coaching is None else coaching_id(coach, coaching),
            label=label,
            origin=None if origin is None else origin.value,
            thread_id=thread,
            since=since,
            agent=agent,
            model=model,
            tool=tool,
            coached=coached,
            simulated=simulated,
            limit=limit,
        )
    if as_json:
        render.print_json(
            [trace.model_dump(mode="json", exclude={"steps"}) | {"steps": len(trace.steps)} for trace in found]
        )
    elif found:
        print_traces(found)
    else:
        where = describe_store(store)
        render.print_note(f"no traces in {where} that fit; `langgraph-coaching import` brings in recordings")
    raise typer.Exit(Exit.DONE if found else Exit.NOTHING)


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
        print_coachings(found)
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
