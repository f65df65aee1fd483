"""The command that changes the embedder: `reembed`."""

from __future__ import annotations

from langgraph_coaching.cli import render
from langgraph_coaching.cli.options import DEFAULT_STORE, Embeddings, Namespace, Store, open_coach


def reembed(store: Store = DEFAULT_STORE, namespace: Namespace = "default", embeddings: Embeddings = "minilm") -> None:
    """Change the store to another embedder.

    Computes every vector anew with --embeddings, in all namespaces. Others may go on writing meanwhile.

    Example: langgraph-coaching reembed --embeddings minilm
    """
    with open_coach(store, namespace, embeddings) as coach, render.errors.status("embedding") as status:
        count = coach.reembed(progress=lambda done: status.update(f"embedding: {done} revisions"))
    render.print_line(f"{count} revisions in {store} now hold vectors of {embeddings}")
