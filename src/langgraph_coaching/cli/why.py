"""The command that explains: `why`."""

from __future__ import annotations

from typing import Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.conversation import (
    DEFAULT_FLOOR,
    Agent,
    Conversation,
    Floor,
    Node,
    Tag,
    Thread,
    messages_of,
)
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
from langgraph_coaching.recall.limits import Limits


def why(
    conversation: Conversation,
    name: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="Only this coaching, whatever became of it.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="NUMBER", help="Most to explain, the likeliest first.")] = 3,
    agent: Agent = None,
    node: Node = None,
    tag: Tag = None,
    thread: Thread = None,
    floor: Floor = DEFAULT_FLOOR,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Say why coaching would apply or not, and what to do.

    The whole reckoning: the turns as they weigh, what they were compared with, what traffic and verdicts make of it,
    and the one thing to do. Without an id, of the likeliest coachings. Leaves no receipts.

    Example: langgraph-coaching why "can I still change an order that was delivered?" c-k3v9q2m7x4ab
    """
    messages = messages_of(conversation)
    with open_coach(store, namespace, embeddings, limits=Limits(floor=floor)) as coach:
        (advice,) = coach.advise_batch([messages], agent=agent, node=node, tags=tag or (), thread_id=thread)
        name = None if name is None else coaching_id(coach, name)
        ids = [one.coaching_id or "" for one in advice.considered[:limit]] if name is None else [name]
        found = [advice.why(one) for one in ids]
    if name is not None and found[0].outcome == "not_found":
        render.print_note(f"{found[0].reason}; see `list`")
        raise typer.Exit(Exit.NOTHING)
    if as_json:
        render.print_json([one.to_json() for one in found])
    elif found:
        render.print_whys(found)
    else:
        where = describe_store(store)
        render.print_note(f"nothing to explain: there is no active coaching in {where}; name one by its id")
    raise typer.Exit(Exit.DONE if found else Exit.NOTHING)
