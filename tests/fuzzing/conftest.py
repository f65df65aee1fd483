"""A coach for a whole module of fuzz tests, with some coaching in it."""

import logging
from pathlib import Path

import pytest
from odd_values import EXAMPLES

from langgraph_coaching import Action, Coach, Limits, Reply


@pytest.fixture(scope="module")
def coach(tmp_path_factory, embeddings):
    with Coach(tmp_path_factory.mktemp("fuzz"), embeddings=embeddings, limits=Limits(deadline=30)) as opened:
        opened.add(
            id="refund", intent="a customer asks for a refund", behavior=Reply("Yes."), examples=["my money back"]
        )
        opened.add(id="stop", intent="a customer wants to cancel", behavior=Action("cancel"), never=["cancel culture"])
        yield opened


@pytest.fixture(autouse=True)
def quiet():
    """What is said of odd input is expected, and long."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def pytest_collection_modifyitems(items):
    """However often `FUZZ` says may take however long."""
    for item in items if EXAMPLES else ():
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(0))
