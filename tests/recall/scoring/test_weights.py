"""Constants that decide what applies: each says its data or that it was set by hand, its day, and a command that is."""

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest

from langgraph_coaching import Limits
from langgraph_coaching.recall.scoring import weights

ROOT = Path(__file__).parents[3]
BODY = ast.parse(Path(weights.__file__).read_text(encoding="utf-8")).body
CONSTANTS = [
    pytest.param(text.value.value, id=ast.unparse(node.targets[0]))
    for node, text in pairwise(BODY)
    if isinstance(node, ast.Assign) and isinstance(text, ast.Expr)
]


def test_every_constant_has_a_docstring():
    assert len(CONSTANTS) == sum(isinstance(node, ast.Assign) for node in BODY)


@pytest.mark.parametrize("text", CONSTANTS)
def test_a_constant_says_where_it_comes_from(text):
    if text.endswith("As above.") or text.startswith("Columns"):
        return
    assert re.search(r"\b20\d\d-\d\d-\d\d\b", text)
    commands = re.findall(r"`(?:tests/benchmarks/)?([a-z_]+\.py)([^`]*)`", text)
    assert commands
    for name, options in commands:
        script = (ROOT / "tests" / "benchmarks" / name).read_text(encoding="utf-8")
        assert all(f'"{option}"' in script for option in re.findall(r"--[a-z]+", options))


def test_the_default_floor_is_the_measured_one():
    assert Limits().floor == weights.FLOOR
