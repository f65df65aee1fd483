"""Constructor expression: the Python source that builds an object again, without its secrets."""

from __future__ import annotations

import json
import sys
from typing import Any

from pydantic import BaseModel

from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.testing.literal import dotted_name, literal
from langgraph_coaching.testing.scrub import Scrub

_NOT_GIVEN = {"metadata", "profile", "callbacks", "cache", "tags", "verbose"}
"""Fields that validators fill, or that say nothing about what is asked."""


def constructor_expression(value: Any, imports: dict[str, set[str]]) -> str:
    """The expression that builds a chat model, or one with tools bound to it.

    Args:
        value: A chat model of a LangChain package, or a binding of one.
        imports: Takes up the names that the expression needs, by module.

    Raises:
        InvalidCoachingError: It cannot be told how it was made.
    """
    bound, options = getattr(value, "bound", None), getattr(value, "kwargs", None)
    if bound is not None and isinstance(options, dict):
        return f"{constructor_expression(bound, imports)}.bind({_argument_lines(_plain_options(options))})"
    kind = type(value)
    if not isinstance(value, BaseModel) or "<locals>" in kind.__qualname__ or kind.__module__ == "__main__":
        raise InvalidCoachingError(
            f"a {kind.__name__} cannot be written into a test file; give a chat model of a package, such as "
            "ChatOpenAI, or leave the model out"
        )
    secrets: dict[str, str] = getattr(value, "lc_secrets", {})
    given = {}
    for name in sorted(value.model_fields_set - _NOT_GIVEN):
        field, found = kind.model_fields[name], getattr(value, name)
        if hasattr(found, "get_secret_value"):
            variable = secrets.get(name, "API_KEY")
            given[field.alias or name] = f'os.environ.get({literal(variable)}, "none")'
            imports.setdefault("os", set())
        elif found not in (None, {}, [], "", field.default) and _is_plain(found):
            given[field.alias or name] = _scrubbed_literal(found)
    imports.setdefault(_import_module(kind), set()).add(kind.__name__)
    return f"{dotted_name(kind.__name__)}({_argument_lines(given)})"


def _import_module(kind: type) -> str:
    """The module from which a class is imported: its package, where that has it."""
    for module in (kind.__module__.partition(".")[0], kind.__module__):
        if getattr(sys.modules.get(module), kind.__name__, None) is kind:
            return dotted_name(module)
    raise InvalidCoachingError(
        f"{kind.__name__} cannot be imported from {kind.__module__}; give a chat model of a package, such as ChatOpenAI"
    )


def _plain_options(options: dict[str, Any]) -> dict[str, str]:
    if wrong := [name for name, value in options.items() if not _is_plain(value)]:
        raise InvalidCoachingError(f"{', '.join(wrong)} of the bound model cannot be written into a test file")
    return {name: _scrubbed_literal(value) for name, value in options.items()}


def _scrubbed_literal(value: Any) -> str:
    """A value without the secrets in it, such as those of headers."""
    return literal(json.loads(Scrub().text(json.dumps(value))))


def _argument_lines(given: dict[str, str]) -> str:
    return "\n" + "".join(f"    {dotted_name(name)}={written},\n" for name, written in given.items()) if given else ""


def _is_plain(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True
