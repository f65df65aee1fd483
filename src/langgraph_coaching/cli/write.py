"""Commands that write: `add`, `import`, `reembed`."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Annotated, Any

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.chat_model import METAVAR, chat_model
from langgraph_coaching.cli.check import print_findings_of
from langgraph_coaching.cli.draft_options import behavior_from_options, draft_from_step
from langgraph_coaching.cli.options import DEFAULT_STORE, Embeddings, Json, Namespace, Store, open_coach
from langgraph_coaching.cli.propose import Drop, Languages, Yes, ask_for_proposals, choose_proposals, split_languages
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from langgraph_coaching.coach import Coach
    from langgraph_coaching.coaching.model import Coaching

_FEW = 3
"""Up to so many coachings are told apart what to expect of them; a file of hundreds is not."""


def add(
    intent: Annotated[
        str | None, typer.Option("--when", metavar="WORDS", help="When replying to what, one scenario.")
    ] = None,
    reply: Annotated[str | None, typer.Option(metavar="WORDS", help="Do this: answer in this way.")] = None,
    search_knowledge: Annotated[
        str | None, typer.Option(metavar="ARTICLE", help="Do this: read this article first.")
    ] = None,
    action: Annotated[str | None, typer.Option(metavar="TOOL", help="Do this: call this tool.")] = None,
    process: Annotated[str | None, typer.Option(metavar="NAME", help="Do this: follow this process.")] = None,
    playbook: Annotated[str | None, typer.Option(metavar="NAME", help="Do this: switch to this playbook.")] = None,
    handoff: Annotated[
        str | None, typer.Option(metavar="NAME", help="Do this: hand over to this agent or team.")
    ] = None,
    instruction: Annotated[str, typer.Option(metavar="WORDS", help="How to do it (not with --reply).")] = "",
    example: Annotated[
        list[str] | None, typer.Option(metavar="WORDS", help="Where it also applies; may be given several times.")
    ] = None,
    never: Annotated[
        list[str] | None, typer.Option(metavar="WORDS", help="Where it never applies; may be given several times.")
    ] = None,
    agent: Annotated[str | None, typer.Option(metavar="NAME", help="Only for this agent.")] = None,
    node: Annotated[str | None, typer.Option(metavar="NAME", help="Only at this node.")] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only for calls with this label; may be given several times."),
    ] = None,
    priority: Annotated[
        int, typer.Option(metavar="NUMBER", help="-100 to 100; the higher goes first where several apply.")
    ] = 0,
    step: Annotated[
        str | None,
        typer.Option(
            metavar="TRACE:NUMBER", help="The step it is written from; words the intent where --when is left out."
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar=METAVAR, help="With --step: a chat model that proposes the intent, phrasings and near misses."
        ),
    ] = None,
    languages: Languages = "",
    yes: Yes = False,
    drop: Drop = None,
    file: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="A .jsonl file, one coaching a line, instead of the rest."),
    ] = None,
    notes: Annotated[str, typer.Option(metavar="WORDS", help="Private; never in a prompt.")] = "",
    author: Annotated[str | None, typer.Option(metavar="NAME", help="Who says so.")] = None,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Save coaching: by options, from a step, or many from a file.

    By options: --when and one of the six behaviors (--reply to --handoff). From a step: --step and a behavior; with
    --model also what a chat model proposes, of which --yes, --drop or your answer says what is kept. From a file:
    --from; every line is a JSON object such as {"intent": "…", "behavior": {"type": "reply", "text": "…"}}, and
    either all of them are saved or none.

    Example: langgraph-coaching add --when "a customer asks about shipping" --reply "Ask for the country first."
    """
    chosen = {
        "reply": reply,
        "search_knowledge": search_knowledge,
        "action": action,
        "process": process,
        "playbook": playbook,
        "handoff": handoff,
    }
    given = {kind: value for kind, value in chosen.items() if value is not None}
    if file is not None and (given or intent or step):
        raise InvalidCoachingError("--from brings whole coachings; leave the other options out")
    if model is not None and step is None:
        raise InvalidCoachingError("--model proposes from --step; for what is saved there is `propose ID --model NAME`")
    asked = None if model is None else chat_model(model)
    with open_coach(store, namespace, embeddings) as coach:
        if file is not None:
            saved = _add_file(coach, file)
        else:
            behavior = behavior_from_options(given, instruction)
            fields = {
                "examples": example or [],
                "never": never or [],
                "agent": agent,
                "node": node,
                "tags": tag or [],
                "priority": priority,
                "notes": notes,
                "author": author,
            }
            draft = None if step is None else draft_from_step(coach, intent, step, behavior, fields)
            if draft is not None and asked is not None:
                begun = draft
                draft = ask_for_proposals(lambda: begun.propose(asked, languages=split_languages(languages)))
                draft = choose_proposals(draft, yes=yes, drop=drop, quiet=as_json)
            saved = [_add_by_options(coach, intent, behavior, fields) if draft is None else coach.save(draft)]
        if as_json:
            render.print_json([coaching.model_dump(mode="json") for coaching in saved])
        else:
            render.print_coachings(saved[-20:])
            render.print_line(f"{len(saved)} saved in {store}")
            if len(saved) <= _FEW:
                _print_outlook(coach, saved)
                print_findings_of(coach, saved)


def _print_outlook(coach: Coach, saved: list[Coaching]) -> None:
    """Says what is known of each now, and what to expect."""
    for coaching in saved:
        try:
            outlook = str(coach.outlook(coaching))
        except Exception as error:  # noqa: BLE001 - it is saved, whatever is the matter with what was recorded
            render.print_note(f"what to expect of {coaching.id} could not be looked up: {error}")
        else:
            render.print_line(f"{coaching.id}:\n{indent(outlook, '  ')}")


def _add_by_options(coach: Coach, intent: str | None, behavior: dict[str, Any], fields: dict[str, Any]) -> Coaching:
    if intent is None:
        raise InvalidCoachingError("say when it applies with --when, or name the step it is written from with --step")
    return coach.add(intent=intent, behavior=behavior, **fields)


def _add_file(coach: Coach, file: Path) -> list[Coaching]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidCoachingError(f"cannot read {file}: {error}") from None
    rows = [_read_row(file, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise InvalidCoachingError(f"{file} holds no coachings; write one JSON object a line")
    with render.progress_bar() as progress:
        task = progress.add_task("saving", total=len(rows))
        return coach.add_many(rows, progress=lambda done: progress.update(task, completed=done))


def _read_row(file: Path, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise InvalidCoachingError(f"{file} line {number} is no JSON: {error}; nothing was saved") from None


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of recorded runs, or a folder of such files.")],
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="NAME",
            help="openai (messages of any provider), langsmith, langfuse, openinference, otel or debug_stream.",
        ),
    ] = "openai",
    simulated: Annotated[bool, typer.Option("--simulated", help="The users in it were simulated.")] = False,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    as_json: Json = False,
) -> None:
    """Bring in recorded runs as traces.

    FILE is one JSON document, JSON rows as lines, or documents one after another, perhaps with gzip. What can be
    repaired is repaired, what cannot be read or is missing is reported by row. Importing a file again adds nothing.
    `langgraph-coaching calibrate` then tells coachings apart from what else is said in them.

    Example: langgraph-coaching import runs.jsonl
    """
    from langgraph_coaching.traces.importers.reader import import_traces

    imported = import_traces(file, format=format_, origin="simulated" if simulated else "imported")
    with open_coach(store, namespace, "minilm") as coach, render.progress_bar() as progress:
        for trace in progress.track(list(_batches(imported)), description="writing"):
            coach.traces.add(trace)
    if as_json:
        findings = [
            {"row": f.row, "kind": f.kind, "message": f.message, **({"file": f.file} if f.file else {})}
            for f in imported.findings
        ]
        render.print_json({"traces": [trace.id for trace in imported], "findings": findings})
    else:
        render.print_findings(imported.findings)
        render.print_line(str(imported).splitlines()[0])


def _batches(traces: list[Any], size: int = 32) -> list[list[Any]]:
    return [traces[start : start + size] for start in range(0, len(traces), size)]


def reembed(store: Store = DEFAULT_STORE, namespace: Namespace = "default", embeddings: Embeddings = "minilm") -> None:
    """Change the store to another embedder.

    Computes every vector anew with --embeddings, in all namespaces. Others may go on writing meanwhile.

    Example: langgraph-coaching reembed --embeddings minilm
    """
    with open_coach(store, namespace, embeddings) as coach, render.errors.status("embedding"):
        count = coach.reembed()
    render.print_line(f"{count} revisions in {store} now hold vectors of {embeddings}")
