"""A browser without a server, what its forms carry, and runs as if they were recorded."""

import re

from starlette.testclient import TestClient

from langgraph_coaching import import_traces

LOCAL = {"base_url": "http://127.0.0.1", "client": ("127.0.0.1", 50_000)}


def client_of(app, **options):
    """A browser on this machine."""
    return TestClient(app, **(LOCAL | options), follow_redirects=False)


def form_token(client, page="/"):
    """What the page's own forms carry."""
    return re.search(r'X-Form-Token": "([0-9a-f]+)"', client.get(page).text)[1]


def recorded(*said, **fields):
    """A run in which user and agent took turns."""
    rows = [{"role": ("user", "assistant")[index % 2], "content": text} for index, text in enumerate(said)]
    (trace,) = import_traces([{"messages": rows}], format="openai")
    return trace.model_copy(update=fields)
