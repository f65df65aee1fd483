"""The command that tries a store and an embedder: `conformance`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.chat_model import load_object
from langgraph_coaching.cli.options import Exit, Json
from langgraph_coaching.conformance.suite import check_conformance
from langgraph_coaching.errors import InvalidCoachingError

FAILED = 1
"""The exit code where a check failed."""


def conformance(
    uri: Annotated[str, typer.Argument(metavar="URI", help="A folder, s3://…, gs://…, az://… or db://….")],
    embeddings: Annotated[
        str,
        typer.Option(
            metavar="MODULE:NAME",
            envvar="LANGGRAPH_COACHING_EMBEDDINGS",
            help="Your embeddings, or a function that makes them; or a name as everywhere. `minilm` is embedded.",
        ),
    ] = "minilm",
    storage_option: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="A key or setting of an object store or db://; may be repeated."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Try whether a store and an embedder do what coaching needs.

    Writing and reading, ids, scripts, times, namespaces, several writers at once, the embedder by itself, recall,
    silence, probabilities, scopes, limits, receipts, erasure and upkeep. It writes into two namespaces of its own,
    which it erases at the end; nothing else is read or changed. Takes about a minute, longer in an object store.

    Exit codes: 0 all passed; 1 something failed or could not be tried; 2 an option is not acceptable.

    Example: langgraph-coaching conformance s3://bucket/coaching --embeddings shop.models:embeddings
    """
    given: Any = embeddings
    if ":" in embeddings:
        given = load_object(embeddings, "--embeddings")
        given = given() if callable(given) else given
    report = (lambda _: None) if as_json else (lambda outcome: render.print_line(str(outcome)))
    found = check_conformance(uri, embeddings=given, storage_options=_read_options(storage_option), report=report)
    if as_json:
        render.print_json(found.to_json())
    else:
        render.print_line(str(found).splitlines()[-1])
    raise typer.Exit(Exit.DONE if found else FAILED)


def _read_options(pairs: list[str] | None) -> dict[str, str] | None:
    for pair in pairs or ():
        if "=" not in pair:
            raise InvalidCoachingError(f"write --storage-option KEY=VALUE, such as aws_region=eu-west-1, not {pair!r}")
    return dict(pair.split("=", 1) for pair in pairs) if pairs else None
