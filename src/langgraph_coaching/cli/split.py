"""The command that takes a system prompt apart: `split`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from langgraph_coaching.cli import render
from langgraph_coaching.cli.behavior_options import Author, author_of
from langgraph_coaching.cli.chat_model import METAVAR, chat_model, load_object
from langgraph_coaching.cli.options import DEFAULT_STORE, Embeddings, Exit, Json, Namespace, Store, open_coach
from langgraph_coaching.cli.split_output import save_pieces, write_pieces
from langgraph_coaching.cli.table import Column, print_table
from langgraph_coaching.coaching.one_line import cut_line
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langgraph_coaching.authoring.split.piece import Piece
    from langgraph_coaching.authoring.split.split import Split


def split(
    prompt: Annotated[Path, typer.Argument(metavar="PROMPT", help="The file of the prompt; - for what is piped in.")],
    graph: Annotated[
        str | None, typer.Option(metavar="MODULE:GRAPH", help="Your compiled graph: which tools and nodes there are.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar=METAVAR, help="A chat model that words the intents, one call a piece.")
    ] = None,
    drop: Annotated[
        list[int] | None,
        typer.Option(metavar="NUMBER", help="Leave this piece in the prompt; may be given several times."),
    ] = None,
    write: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write the pieces as coaching files, to review and `import`.")
    ] = None,
    save: Annotated[bool, typer.Option("--save", help="Save the pieces as drafts; none is recalled yet.")] = False,
    remaining: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what remains of the prompt there.")
    ] = None,
    author: Author = None,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Find what of a system prompt belongs into coaching.

    What holds in one situation only (conditions, sections such as "Returns") is proposed as a coaching each; role,
    tone, format, safety and what depends on the agent alone stay. By rules for English; with --graph what is called
    like a tool or a node becomes an action or a handoff. The prompt's file itself is never changed.

    Example: langgraph-coaching split system_prompt.md --write coachings --remaining shorter.md
    """
    from langgraph_coaching.authoring.split.split import split_prompt

    if remaining is not None and remaining.exists() and prompt.exists() and remaining.samefile(prompt):
        raise InvalidCoachingError("--remaining names the prompt itself, which is never changed; give another file")
    asked = None if model is None else chat_model(model)
    found = split_prompt(_read_prompt(prompt), graph=None if graph is None else load_object(graph, "--graph"))
    if asked is not None:
        with render.errors.status("asking the model"):
            found = found.propose(asked)
    for warning in found.warnings:
        render.print_note(warning)
    pieces = [piece for number, piece in enumerate(found, 1) if number not in (drop or [])]
    left = found.remaining(pieces)
    if as_json:
        render.print_json({"pieces": [piece.to_json() for piece in pieces], "remaining": left})
    else:
        _print_pieces(found, pieces, left)
    if write is not None:
        render.print_note(write_pieces(pieces, write, namespace))
    if save and pieces:
        with open_coach(store, namespace, embeddings) as coach:
            render.print_note(save_pieces(coach, pieces, author_of(author)))
    if remaining is not None:
        _write(remaining, left)
    if not found.pieces:
        raise typer.Exit(Exit.NOTHING)


def _read_prompt(prompt: Path) -> str:
    from langgraph_coaching.authoring.records.text_file import read_text

    return sys.stdin.read() if str(prompt) == "-" else read_text(prompt)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidCoachingError(f"cannot write {path}: {error.strerror or error}; give another file") from None
    render.print_note(f"what remains is in {path}")


def _print_pieces(found: Split, pieces: Sequence[Piece], left: str) -> None:
    if not render.console.is_terminal:
        rows = [
            (p.place, p.behavior.type, p.intent, p.behavior.render(), "" if p.sure else "unsure", p.why, p.text)
            for p in pieces
        ]
        names = ("lines", "type", "when replying to", "do this", "unsure", "why", "text")
        print_table(render.console, [Column(name, words=True) for name in names], rows)
        return
    width = render.console.width
    for number, piece in ((n, p) for n, p in enumerate(found, 1) if p in pieces):
        head, intent, told, why = str(piece).split("\n")
        render.console.print(f"[bold]{escape(cut_line(f'{number}  {head}', width))}[/bold]")
        render.console.print(escape(intent))
        render.console.print("  " + escape(cut_line(told, width - 2)))
        render.console.print(f"[dim]{escape(why)}[/dim]")
    count = f"{len(pieces)} piece{'' if len(pieces) == 1 else 's'} for one situation each"
    render.print_line(f"{count}; {len(left):,} of {len(found.text):,} characters remain without")
