"""Options that every command has, and the coach they open."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from langgraph_coaching.coach import Coach


class Exit(IntEnum):
    """What the command's exit code means."""

    DONE = 0
    NOTHING = 1
    """It worked, and there is nothing: no such trace or coaching, no coaching that applies."""
    USAGE = 2
    """An option, a field or a file is not acceptable; nothing was changed."""
    FAULT = 3
    """The store or the embedder failed."""
    STOPPED = 130
    """Ctrl-C."""


Store = Annotated[
    str,
    typer.Option(
        "--store",
        "-s",
        metavar="FOLDER",
        envvar="LANGGRAPH_COACHING_STORE",
        help="Folder or address (s3://…, gs://…, az://…, db://…) of the coaching store.",
    ),
]
Namespace = Annotated[
    str,
    typer.Option(
        "--namespace",
        "-n",
        metavar="NAME",
        envvar="LANGGRAPH_COACHING_NAMESPACE",
        help="Coachings and traces of two namespaces never mix.",
    ),
]
Embeddings = Annotated[
    str,
    typer.Option(
        "--embeddings",
        metavar="NAME",
        envvar="LANGGRAPH_COACHING_EMBEDDINGS",
        help="`minilm` (embedded), or the name of a class in langchain_community.embeddings.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="JSON for machines instead of a table for people.")]

DEFAULT_STORE = "./coaching"


def describe_store(store: str) -> str:
    """The store's address for a message, with a hint where nothing is there."""
    return store if "://" in store or Path(store).expanduser().exists() else f"{store} (there is no such folder yet)"


def open_coach(store: str, namespace: str, embeddings: str, **settings: Any) -> Coach:
    """The coach of these options."""
    return Coach(store, namespace=namespace, embeddings=embeddings, **settings)
