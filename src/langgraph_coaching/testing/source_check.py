"""Source check: a file that is written to be run is read first, and holds nothing but what was meant."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES = {"COACHING", "PROMPTED", "FIRES", "SILENT", "EXPECTED", "MODEL", "SYSTEM", "TURN"}
_FUNCTIONS = {"coach", "advised", "applied", "test_it_fires", "test_it_stays_silent", "test_it_is_followed"}
_DATA = {"COACHING", "PROMPTED", "FIRES", "SILENT", "EXPECTED", "SYSTEM"}
"""Names whose values are texts, and lists and mappings of them."""

_CALLED = {"MODEL": {"bind", "get"}, "TURN": {"load", "Path"}}
"""What is called while the file is read: a class, and these."""


def refuse_foreign_source(text: str, said: Mapping[str, Any]) -> None:
    """Refuses a generated file that is no Python, or that does something beside what it was written for.

    Args:
        text: Of the file.
        said: What some of its names have to stand for.

    Raises:
        InvalidCoachingError: It must not be written.
    """
    try:
        head, *rest = ast.parse(text.encode()).body
        found = {
            node.targets[0].id: node.value
            for node in rest
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        data = {name: ast.literal_eval(value) for name, value in found.items() if name in _DATA}
    except (SyntaxError, ValueError) as error:
        raise _refusal(f"it would be no Python: {error}") from None
    if not (isinstance(head, ast.Expr) and isinstance(head.value, ast.Constant)):
        raise _refusal("it does not begin with what it is for")
    if strange := [ast.unparse(node)[:60] for node in rest if not _is_expected(node)]:
        raise _refusal(f"it would run {strange[0]!r}")
    if wrong := [name for name, value in said.items() if data.get(name, value) != value]:
        raise _refusal(f"{', '.join(wrong)} would not say the same")


def _is_expected(node: ast.stmt) -> bool:
    if isinstance(node, ast.Import):
        return [each.name for each in node.names] in (["os"], ["pytest"])
    if isinstance(node, ast.ImportFrom):
        return node.level == 0
    if isinstance(node, ast.FunctionDef):
        return node.name in _FUNCTIONS | {"test_it_is_followed_in_the_recording"}
    if not (isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)):
        return False
    name = node.targets[0].id
    return name in _NAMES and (name in _DATA or _calls_only(node.value, _CALLED[name]))


def _calls_only(value: ast.expr, allowed: set[str]) -> bool:
    called = [node.func for node in ast.walk(value) if isinstance(node, ast.Call)]
    names = [func.attr for func in called if isinstance(func, ast.Attribute)]
    return set(names) <= allowed and all(isinstance(func, ast.Attribute | ast.Name) for func in called)


def _refusal(why: str) -> InvalidCoachingError:
    return InvalidCoachingError(f"no test file was written: {why}; give the coaching plain texts, and say so to us")
