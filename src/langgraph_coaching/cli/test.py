"""Commands that write regression tests: `test new`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.chat_model import load_object
from langgraph_coaching.cli.ids import coaching_id
from langgraph_coaching.cli.options import DEFAULT_STORE, Embeddings, Json, Namespace, Store, open_coach

_HELP = """Make corrections into regression tests.

Example: langgraph-coaching test new c-k3v9q2m7x4ab tests/test_shipping.py
"""

app = typer.Typer(
    help=_HELP, no_args_is_help=True, rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]}
)


@app.command("new")
def new(
    coaching: Annotated[str, typer.Argument(metavar="COACHING", help="Its id; `list` shows them.")],
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The test file, such as tests/test_shipping.py.")],
    model: Annotated[
        str | None,
        typer.Option(
            metavar="MODULE:NAME", help="Your chat model, asked once and recorded; otherwise a trace shows it."
        ),
    ] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(metavar="WORDS", help="What the answer must hold; may be given several times."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over what is there.")] = False,
    coachings: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Coaching files that the test loads; `coachings` beside it by default."),
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="The test opens this store, and no files are written.")] = False,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Write a test of one coaching, and a recording beside it.

    It fires at its source, stays silent at its nearest misses, and what it asks for is done in the recording. The test
    loads coaching files, which are exported beside it, and needs no store: it fails when they say that the coaching is
    edited, archived, deleted or shadowed by another. `langgraph-coaching export FOLDER` brings them up to date.

    Example: langgraph-coaching test new c-k3v9q2m7x4ab tests/test_shipping.py
    """
    asked = None if model is None else load_object(model)
    with open_coach(store, namespace, embeddings) as coach:
        found = coach.write_test(
            coaching_id(coach, coaching),
            path,
            model=asked,
            expect=expect or (),
            force=force,
            coachings=coachings,
            live=live,
        )
    if as_json:
        recording = None if found.recording is None else str(found.recording)
        files = None if found.exported is None else found.exported.folder
        value = {"path": str(found.path), "recording": recording, "coachings": files, "notes": list(found.notes)}
        render.print_json(value)
    else:
        for line in str(found).splitlines():
            render.print_line(line)
