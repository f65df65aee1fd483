"""The command that saves coaching: `add`."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Annotated, Any

import typer

from langgraph_coaching.cli import behavior_options as given_as
from langgraph_coaching.cli import render
from langgraph_coaching.cli.behavior_options import author_of, enforcement_of, read_behavior
from langgraph_coaching.cli.chat_model import METAVAR, chat_model
from langgraph_coaching.cli.check import print_findings_of
from langgraph_coaching.cli.command_words import say_commands
from langgraph_coaching.cli.draft import choose_intent
from langgraph_coaching.cli.draft_options import draft_from_step
from langgraph_coaching.cli.edit import read_expiry
from langgraph_coaching.cli.options import DEFAULT_STORE, Embeddings, Json, Namespace, Store, open_coach
from langgraph_coaching.cli.propose import Drop, Languages, ask_for_proposals, choose_proposals, split_languages
from langgraph_coaching.cli.rows import read_rows
from langgraph_coaching.cli.tables import print_coachings
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from langgraph_coaching.coach import Coach
    from langgraph_coaching.coaching.model import Coaching

_FEW = 3
"""Up to so many coachings are told apart what to expect of them; a file of hundreds is not."""

_SHOWN = 20


def add(
    intent: given_as.Intent = None,
    reply: given_as.Reply = None,
    search_knowledge: given_as.SearchKnowledge = None,
    action: given_as.Action = None,
    process: given_as.Process = None,
    playbook: given_as.Playbook = None,
    handoff: given_as.Handoff = None,
    instruction: given_as.Instruction = "",
    enforce: given_as.Enforce = False,
    approval: given_as.Approval = False,
    example: given_as.Example = None,
    never: given_as.Never = None,
    agent: given_as.Agent = None,
    node: given_as.Node = None,
    tag: given_as.Tag = None,
    priority: given_as.Priority = 0,
    status: given_as.Status = None,
    share: given_as.Share = None,
    expires: Annotated[
        str | None, typer.Option(metavar="TIME", help="From then on it is silent (UTC), such as 2030-01-31T12:00.")
    ] = None,
    step: Annotated[
        str | None,
        typer.Option(
            metavar="TRACE:NUMBER",
            help="The step it is written from; an intent is suggested, and asked about, where --intent is left out.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar=METAVAR, help="With --step: a chat model that proposes the intent, phrasings and near misses."
        ),
    ] = None,
    languages: Languages = "",
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Take the suggested intent and every proposal, without asking.")
    ] = False,
    drop: Drop = None,
    file: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="A .jsonl file, one coaching a line, instead of the rest."),
    ] = None,
    notes: given_as.Notes = "",
    author: given_as.Author = None,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Save coaching: by options, from a step, or many from a file.

    By options: --intent and one of the six behaviors (--reply to --handoff). From a step: --step and a behavior; on a
    terminal you are asked which of the suggested intents it is for, with --yes or piped input it is the first. With
    --model also what a chat model proposes, of which --yes, --drop or your answer says what is kept. From a file:
    --from; every line is a JSON object such as {"intent": "…", "behavior": {"type": "reply", "text": "…"}}, and
    either all of them are saved or none.

    Example: langgraph-coaching add --intent "a customer asks about shipping" --reply "Ask for the country first."
    """
    chosen = {
        "reply": reply,
        "search_knowledge": search_knowledge,
        "action": action,
        "process": process,
        "playbook": playbook,
        "handoff": handoff,
    }
    if file is not None and (intent or step or any(value is not None for value in chosen.values())):
        raise InvalidCoachingError("--from brings whole coachings; leave the other options out")
    if model is not None and step is None:
        raise InvalidCoachingError("--model proposes from --step; for what is saved there is `propose ID --model NAME`")
    asked = None if model is None else chat_model(model)
    with open_coach(store, namespace, embeddings) as coach:
        if file is not None:
            saved = _add_rows(coach, read_rows(file), author_of(author))
        else:
            behavior = read_behavior(chosen, instruction, enforcement_of(enforce, approval))
            fields = {
                "examples": example or [],
                "never": never or [],
                "agent": agent,
                "node": node,
                "tags": tag or [],
                "priority": priority,
                "notes": notes,
                "author": author_of(author),
                "expires_at": None if expires is None else read_expiry(expires),
            } | {name: value for name, value in (("status", status), ("share", share)) if value is not None}
            draft = None if step is None else draft_from_step(coach, intent, step, behavior, fields)
            if draft is not None and asked is not None:
                begun = draft
                draft = ask_for_proposals(lambda: begun.propose(asked, languages=split_languages(languages)))
            if draft is not None and not (intent or yes or as_json or drop is not None) and sys.stdin.isatty():
                draft = choose_intent(draft)
            if draft is not None and asked is not None:
                draft = choose_proposals(draft, yes=yes, drop=drop, quiet=as_json)
            saved = [_add_by_options(coach, intent, behavior, fields) if draft is None else coach.save(draft)]
        if as_json:
            render.print_json([coaching.model_dump(mode="json") for coaching in saved])
        else:
            print_coachings(saved[-_SHOWN:])
            render.print_line(f"{len(saved)} saved in {store}")
            if len(saved) <= _FEW:
                _print_outlook(coach, saved)
                print_findings_of(coach, saved)


def _print_outlook(coach: Coach, saved: list[Coaching]) -> None:
    """Says what is known of each now, and what to expect."""
    for coaching in saved:
        try:
            outlook = say_commands(str(coach.outlook(coaching)))
        except Exception as error:  # noqa: BLE001 - it is saved, whatever is the matter with what was recorded
            render.print_note(f"what to expect of {coaching.id} could not be looked up: {error}")
        else:
            render.print_line(f"{coaching.id}:\n{indent(outlook, '  ')}")


def _add_by_options(coach: Coach, intent: str | None, behavior: dict[str, Any], fields: dict[str, Any]) -> Coaching:
    if intent is None:
        raise InvalidCoachingError("say when it applies with --intent, or name the step it is written from with --step")
    return coach.add(intent=intent, behavior=behavior, **fields)


def _add_rows(coach: Coach, rows: list[Any], author: str | None) -> list[Coaching]:
    with render.progress_bar() as progress:
        task = progress.add_task("saving", total=len(rows))
        return coach.add_many(
            [_authored(row, author) for row in rows], progress=lambda done: progress.update(task, completed=done)
        )


def _authored(row: Any, author: str | None) -> Any:
    return {"author": author, **row} if isinstance(row, dict) else row
