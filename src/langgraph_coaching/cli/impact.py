"""The command that says where a coaching would have fired: `impact`."""

from __future__ import annotations

from typing import Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.behavior_options import (
    Action,
    Example,
    Handoff,
    Instruction,
    Intent,
    Never,
    Playbook,
    Process,
    Reply,
    SearchKnowledge,
    Subject,
)
from langgraph_coaching.cli.command_words import say_commands
from langgraph_coaching.cli.draft_options import DraftOptions
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


def impact(
    name: Subject,
    intent: Intent = None,
    reply: Reply = None,
    search_knowledge: SearchKnowledge = None,
    action: Action = None,
    process: Process = None,
    playbook: Playbook = None,
    handoff: Handoff = None,
    instruction: Instruction = "",
    example: Example = None,
    never: Never = None,
    within: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="Embed no further situation after so long; 0 for no end.")
    ] = 60.0,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Say at which recorded steps a coaching would fire.

    Of a saved coaching by its id, also an archived one as if it were restored; or of one that is not saved, by the
    step it would be written from and the options of `add`. What is new against today, what it would displace, and
    where it would stay silent though its examples say yes. Nothing is written.

    Example: langgraph-coaching impact t-9f2c41d07be3:7 --reply "Offer an exchange, not a refund."
    """
    behaviors = {
        "reply": reply,
        "search_knowledge": search_knowledge,
        "action": action,
        "process": process,
        "playbook": playbook,
        "handoff": handoff,
    }
    options = DraftOptions(intent, behaviors, instruction, tuple(example or ()), tuple(never or ()))
    with open_coach(store, namespace, embeddings) as coach:
        draft = options.draft_named(coach, name, needs_behavior=False)
        with render.errors.status("looking at what was recorded") as status:
            found = coach.impact(
                draft,
                within=within or None,
                progress=lambda count: status.update(f"looking at what was recorded: {count:,} model calls"),
            )
    if as_json:
        render.print_json(found.to_json())
    elif found.looked_at or found.not_looked_at:
        render.print_line(say_commands(str(found)))
    else:
        render.print_note(f"nothing is recorded in {describe_store(store)}; `import` brings runs in")
    raise typer.Exit(Exit.DONE if found.looked_at or found.not_looked_at else Exit.NOTHING)
