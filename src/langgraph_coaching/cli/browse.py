"""Commands that look: `traces`, `show`, `list`, `advise`."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.options import DEFAULT_STORE, Embeddings, Exit, Json, Namespace, Store, opened
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError
from langgraph_coaching.recall.limits import Limits

_CONVERSATION = 'What a user says; or a JSON list of messages; or a file with either; "-" reads standard input.'


def traces(
    text: Annotated[str | None, typer.Option(help="Somewhere in what was said, in any case.")] = None,
    coaching: Annotated[str | None, typer.Option(help="Only runs in which this coaching was applied.")] = None,
    label: Annotated[str | None, typer.Option(help="Only runs with exactly this label, such as `failure`.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only runs started at or after this time (UTC).")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most to show, newest first.")] = 20,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    as_json: Json = False,
) -> None:
    """List recorded runs, newest first.

    Example: langgraph-coaching traces --text refund --label failure
    """
    with opened(store, namespace, "minilm") as coach:
        found = coach.traces.list(text=text, coaching_id=coaching, label=label, since=since, limit=limit)
    if as_json:
        render.as_json(
            [trace.model_dump(mode="json", exclude={"steps"}) | {"steps": len(trace.steps)} for trace in found]
        )
    elif found:
        render.traces(found)
    else:
        render.errors.print(f"no traces in {store} that fit; `langgraph-coaching import` brings in recordings")
    raise typer.Exit(Exit.DONE if found else Exit.NOTHING)


def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="A trace or a coaching.")],
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    as_json: Json = False,
) -> None:
    """Show one trace step by step, or one coaching with its history.

    Steps marked * can be coached. Example: langgraph-coaching show t-9f2c41d07be3
    """
    with opened(store, namespace, "minilm") as coach:
        try:
            history = coach.history(name)
        except NotFoundError:
            pass
        else:
            found = history[-1]
            if as_json:
                render.as_json([revision.model_dump(mode="json") for revision in history])
            else:
                render.coaching(found, history)
            return
        try:
            trace = coach.traces.get(name)
        except NotFoundError:
            raise NotFoundError(f"no trace and no coaching {name!r} in {store}; see `traces` and `list`") from None
    if as_json:
        render.as_json(trace.model_dump(mode="json"))
    else:
        render.trace(trace)


def list_(
    text: Annotated[str | None, typer.Option(help="Somewhere in intent, behavior, examples or notes.")] = None,
    status: Annotated[str | None, typer.Option(help="draft, active or archived.")] = None,
    behavior: Annotated[str | None, typer.Option(help="Only this type, such as reply or handoff.")] = None,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    as_json: Json = False,
) -> None:
    """List coachings, oldest first."""
    with opened(store, namespace, "minilm") as coach:
        found = coach.list(text=text, status=status, behavior=behavior)
    if as_json:
        render.as_json([coaching.model_dump(mode="json") for coaching in found])
    elif found:
        render.coachings(found)
    else:
        render.errors.print(f"no coachings in {store} that fit; `langgraph-coaching add` makes one")
    raise typer.Exit(Exit.DONE if found else Exit.NOTHING)


def advise(
    conversation: Annotated[str, typer.Argument(help=_CONVERSATION)],
    agent: Annotated[str | None, typer.Option(help="Label of the calling agent.")] = None,
    node: Annotated[str | None, typer.Option(help="Label of the calling node.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Further label; may be given several times.")] = None,
    floor: Annotated[
        float, typer.Option(min=0, max=1, help="Below this probability nothing applies.")
    ] = Limits().floor,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Say what coaching would apply, what else was looked at, and why it would not.

    Leaves no receipts. Example: langgraph-coaching advise "can I still change an order that was delivered?"
    """
    with opened(store, namespace, embeddings, limits=Limits(floor=floor)) as coach:
        (advice,) = coach.advise_batch([_messages(conversation)], agent=agent, node=node, tags=tag or ())
    if as_json:
        render.as_json(advice.to_json())
    else:
        render.receipts(advice.considered)
        render.console.print(advice.prompt or "nothing applies", markup=False)
    raise typer.Exit(Exit.DONE if advice.applied else Exit.NOTHING)


def _messages(given: str) -> Any:
    if given == "-":
        given = sys.stdin.read()
    elif len(given) < 1_000 and "\n" not in given and Path(given).is_file():  # noqa: PLR2004 - longer is no file name
        given = Path(given).read_text(encoding="utf-8")
    if not given.strip():
        raise InvalidCoachingError("the conversation is empty; give what a user says, or a JSON list of messages")
    if not given.lstrip().startswith("["):
        return given
    try:
        return json.loads(given)
    except json.JSONDecodeError as error:
        raise InvalidCoachingError(f"the conversation begins like a JSON list but is none: {error}") from None
