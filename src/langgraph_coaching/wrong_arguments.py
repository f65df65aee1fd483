"""Wrong arguments: where a method fails by one that is of another kind than it takes, the error says what to give.

What works is never looked at: a kind is only asked for once something has failed, by the method's own annotations.
"""

from __future__ import annotations

import ast
import functools
import inspect
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from langgraph_coaching.errors import CoachingError, InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import Callable

Kind = TypeVar("Kind", bound=type)

_MADE = {
    "Trace": "a trace, as coach.traces.get(id) gives it",
    "Step": "a step of a trace, such as coach.traces.get(id).steps[3]",
    "Draft": "a draft, begun with coach.draft(step)",
    "Coaching": "a coaching, as coach.get(id) gives it",
    "Receipt": "a receipt, as coach.receipts() and advice.applied give it",
    "ChangeSet": "a change set, as coach.change_sets() gives it",
    "BaseChatModel": "a chat model such as ChatOpenAI(…)",
}
"""The kinds of this package and of LangChain, and where they come from."""

_PLAIN: dict[str, tuple[tuple[type, ...], str]] = {
    "str": ((str,), "a text"),
    "bytes": ((bytes,), "bytes"),
    "int": ((int,), "a whole number"),
    "float": ((int, float), "a number"),
    "bool": ((bool,), "True or False"),
    "datetime": ((datetime,), "a datetime such as datetime.now(UTC)"),
    "timedelta": ((timedelta,), "a timedelta"),
    "Mapping": ((Mapping,), "a mapping"),
    "dict": ((Mapping,), "a mapping"),
    "NewCoaching": ((Mapping,), "a mapping with the fields of coach.add()"),
}
_MANY = ("Iterable", "Sequence", "Collection", "list", "tuple", "set", "frozenset", "Iterator")
_ELEMENTS = (list, tuple, set, frozenset, dict, bytes)
"""Kinds that can be looked through without taking anything away."""


def raise_explained(
    method: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any], error: Exception
) -> NoReturn:
    """Raises what has made a method fail, in words where an argument is of a kind that it does not take.

    Args:
        method: Of a class.
        given: Its arguments by position, the instance first.
        named: Those by name.
        error: What it has raised.

    Raises:
        InvalidCoachingError: The message names the argument, and says what to give.
        Exception: The same error, where no argument is of another kind.
    """
    if isinstance(error, CoachingError) and not isinstance(error.__cause__, AttributeError | TypeError):
        raise error
    for name, annotation, value in _arguments_of(method, given, named):
        if not _fits(annotation, value):
            raise InvalidCoachingError(
                f"{name} of {method.__name__}() is {_describe(annotation)}, not {_kind_of(value)}"
            ) from error
    raise error


def explain_arguments(kind: Kind) -> Kind:
    """Makes every public method of a class say which argument it does not take, where it fails by one."""
    for name, method in list(vars(kind).items()):
        if inspect.isfunction(method) and not name.startswith("_"):
            setattr(kind, name, explain_failures(method, method))
    return kind


def explain_failures(method: Callable[..., Any], call: Callable[..., Any]) -> Callable[..., Any]:
    """What is called in place of a method, with its name, signature and docstring: where it fails, the error says why.

    Args:
        method: Of a class; its annotations say what it takes.
        call: Does it, given the same.
    """

    @functools.wraps(method)
    def explained(*given: Any, **named: Any) -> Any:
        try:
            return call(*given, **named)
        except Exception as error:  # noqa: BLE001 - whatever a wrong kind leads to
            raise_explained(method, given, named, error)

    @functools.wraps(method)
    async def aexplained(*given: Any, **named: Any) -> Any:
        try:
            return await call(*given, **named)
        except Exception as error:  # noqa: BLE001 - as above
            raise_explained(method, given, named, error)

    return aexplained if inspect.iscoroutinefunction(method) else explained


def _arguments_of(
    method: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]
) -> Iterable[tuple[str, ast.expr, Any]]:
    signature = inspect.signature(method)
    try:
        bound = signature.bind(*given, **named).arguments
    except TypeError:  # Python says what is missing
        return
    for name, value in bound.items():
        parameter = signature.parameters[name]
        if not isinstance(parameter.annotation, str):
            continue
        annotation = ast.parse(parameter.annotation, mode="eval").body
        if parameter.kind is parameter.VAR_POSITIONAL:
            yield from ((name, annotation, one) for one in value)
        elif parameter.kind is not parameter.VAR_KEYWORD:
            yield name, annotation, value


def _fits(annotation: ast.expr, value: Any) -> bool:
    """Whether a value is of a kind; also where the kind is not known here."""
    if isinstance(annotation, ast.BinOp):
        return _fits(annotation.left, value) or _fits(annotation.right, value)
    if isinstance(annotation, ast.Constant):
        return annotation.value is not None or value is None
    if isinstance(annotation, ast.Subscript):
        return _fits_generic(_name_of(annotation.value), annotation.slice, value)
    return _fits_name(_name_of(annotation), value)


def _fits_generic(name: str, inner: ast.expr, value: Any) -> bool:
    if name == "Literal":
        allowed = [one.value for one in ast.walk(inner) if isinstance(one, ast.Constant)]
        return any(value is one or (isinstance(value, str) and value == one) for one in allowed)
    if name not in _MANY:
        return _fits_name(name, value)
    if not _is_many(value) or isinstance(inner, ast.Tuple):
        return _is_many(value)
    # A text is many of texts; what is taken away by looking is not looked through.
    parts = [value] if isinstance(value, str) else value if isinstance(value, _ELEMENTS) else ()
    return all(_fits(inner, one) for one in parts)


def _fits_name(name: str, value: Any) -> bool:
    if name in _PLAIN:
        return isinstance(value, _PLAIN[name][0]) and (name == "bool" or not isinstance(value, bool))
    if name in _MANY:
        return _is_many(value)
    if name == "Callable":
        return callable(value)
    if name == "PathLike":
        return hasattr(type(value), "__fspath__")
    if name == "BaseChatModel":  # a stand-in of a test, or a chain, is asked the same way
        return callable(getattr(type(value), "invoke", None))
    return name not in _MADE or any(name == one.__name__ for one in type(value).__mro__)


def _is_many(value: Any) -> bool:
    return hasattr(type(value), "__iter__") or hasattr(type(value), "__getitem__")


def _describe(annotation: ast.expr) -> str:
    """A kind in words."""
    if isinstance(annotation, ast.BinOp):
        one, other = _describe(annotation.left), _describe(annotation.right)
        return (
            one
            if one == other
            else f"{one}, or several of these"
            if other == f"several of: {one}"
            else f"{one} or {other}"
        )
    if isinstance(annotation, ast.Constant):
        return str(annotation.value)
    if isinstance(annotation, ast.Subscript):
        name = _name_of(annotation.value)
        if name == "Literal":
            return " or ".join(repr(one.value) for one in ast.walk(annotation.slice) if isinstance(one, ast.Constant))
        return f"several of: {_describe(annotation.slice)}" if name in _MANY else _describe(annotation.value)
    name = _name_of(annotation)
    if name in _PLAIN:
        return _PLAIN[name][1]
    known = {"Callable": "a function", "PathLike": "a path", "Any": "anything"}
    return known.get(name) or _MADE.get(name) or ("several" if name in _MANY else name)


def _name_of(annotation: ast.expr) -> str:
    return annotation.attr if isinstance(annotation, ast.Attribute) else getattr(annotation, "id", "")


def _kind_of(value: Any) -> str:
    name = type(value).__name__
    if value is None:
        return "None"
    article = "an" if name[:1].lower() in "aeiou" else "a"
    return f"{article} {name}" if not isinstance(value, str | int | float) else f"{article} {name} ({repr(value)[:60]})"
