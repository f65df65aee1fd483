"""A studio over a store with some conversations, asked without a server."""

import pytest
from studio_client import client_of, form_token

from langgraph_coaching.studio import studio_app


@pytest.fixture
def client(coach):
    """A browser of whoever sits here."""
    return client_of(studio_app(coach))


@pytest.fixture
def change(client):
    """Posts a form as a page does."""
    return lambda path, **fields: client.post(path, data=fields | {"form_token": form_token(client)})
