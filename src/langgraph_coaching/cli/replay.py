"""The command that replays a recorded run: `replay`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.chat_model import METAVAR, chat_model, load_object
from langgraph_coaching.cli.command_words import say_commands
from langgraph_coaching.cli.ids import coaching_id, trace_id
from langgraph_coaching.cli.options import DEFAULT_STORE, Embeddings, Exit, Json, Namespace, Store, open_coach
from langgraph_coaching.cli.using import supposed_coachings
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.replay.as_of import RECORDED

_AS_OF = f"The coaching as it was then (UTC), such as 2030-01-31T12:00; `{RECORDED}` for what the receipts name."


def replay(
    name: Annotated[str, typer.Argument(metavar="TRACE", help="A recorded run.")],
    without: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Leave this coaching out; may be given several times.")
    ] = None,
    using: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="Suppose this coaching is active: an id, ID:REVISION, or a .jsonl file; may be given several times.",
        ),
    ] = None,
    as_of: Annotated[str | None, typer.Option(metavar="TIME", help=_AS_OF)] = None,
    ablate: Annotated[
        bool, typer.Option("--ablate", help="Rank the applied coachings by what changes without.")
    ] = False,
    model: Annotated[
        str | None, typer.Option(metavar=METAVAR, help="A chat model that answers the calls whose prompt has changed.")
    ] = None,
    graph: Annotated[
        str | None,
        typer.Option(metavar="MODULE:NAME", help="Your compiled graph: it runs on from there, tools and all."),
    ] = None,
    agent: Annotated[str | None, typer.Option(metavar="NAME", help="Label of the calling agent.")] = None,
    node: Annotated[str | None, typer.Option(metavar="NAME", help="Label of the calling node.")] = None,
    tag: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Further label; may be given several times.")
    ] = None,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Run a recorded run again with other coaching.

    Says what differs, call by call. Every model call is looked at anew and answered from the recording; no model is
    called, unless with --model or --graph, and nothing is written.

    Example: langgraph-coaching replay t-9f2c41d07be3 --without c-k3v9q2m7x4ab
    """
    asked = None if model is None else chat_model(model)
    compiled = None if graph is None else load_object(graph, "--graph")
    with open_coach(store, namespace, embeddings) as coach:
        found = coach.replay(
            coach.traces.get(trace_id(coach, name)),
            without=[coaching_id(coach, one) for one in without or ()],
            using=supposed_coachings(coach, using or []),
            as_of=_read_as_of(as_of),
            model=asked,
            graph=compiled,
            agent=agent,
            node=node,
            tags=tag or (),
        )
        ranked = found.ablate() if ablate else []
    if as_json:
        render.print_json(found.to_json() | ({"ablation": [render.as_dict(one) for one in ranked]} if ablate else {}))
        return
    render.print_line(say_commands(str(found.diff())))
    for one in ranked:
        render.print_line(f"without {one.coaching_id} ({one.intent}): {one.calls} of {len(found.steps)} prompts differ")
    if ablate and not ranked:
        render.print_note("no coaching is applied in it, so there is nothing to leave out")
        raise typer.Exit(Exit.NOTHING)


def _read_as_of(given: str | None) -> datetime | str | None:
    if given is None or given == RECORDED:
        return given
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        raise InvalidCoachingError(
            f"--as-of is a time such as 2030-01-31T12:00, or {RECORDED!r}, not {given!r}"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
