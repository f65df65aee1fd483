"""The command that answers a step again, before and after a coaching: `preview`."""

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
from langgraph_coaching.cli.chat_model import METAVAR, chat_model
from langgraph_coaching.cli.command_words import say_commands
from langgraph_coaching.cli.draft_options import DraftOptions
from langgraph_coaching.cli.options import DEFAULT_STORE, Embeddings, Json, Namespace, Store, open_coach


def preview(
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
    model: Annotated[
        str | None,
        typer.Option(metavar=METAVAR, help="A chat model that answers; without one only the prompts are shown."),
    ] = None,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Answer the step a coaching is written from again, with it.

    Of a saved coaching by its id, or of one that is not saved, by the step and the options of `add`. Shows how the
    prompt changes, what its behavior asks of the graph, and with --model what is answered then, beside the recorded
    answer. No tool is called and nothing is written.

    Example: langgraph-coaching preview t-9f2c41d07be3:7 --handoff billing --model openai:gpt-4o-mini
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
    asked = None if model is None else chat_model(model)
    with open_coach(store, namespace, embeddings) as coach:
        found = coach.preview(options.draft_named(coach, name, needs_behavior=True), asked)
    if as_json:
        render.print_json(found.to_json())
    else:
        render.print_line(say_commands(str(found)))
