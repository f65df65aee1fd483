"""Changes of examples: what goes, what is given anew, what comes behind; a situation stays on one side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.examples import _check_list, _example_of, examples_of
from langgraph_coaching.coaching.model import Example
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CHANGES = ("add_examples", "add_never", "remove")
"""What a person may do to the examples of a saved coaching, besides giving the author's own ones anew."""


_SHOWN = 5
"""Examples named where one to remove is not there."""


def examples_after(present: tuple[Example, ...], changes: Mapping[str, Any]) -> tuple[Example, ...]:
    """First what is removed goes, then the author's own ones that are given anew, then what is new is put behind.

    Args:
        present: What is known.
        changes: Any of `examples`, `never`, `add_examples`, `add_never` and `remove`, as a person gives them.

    Raises:
        InvalidCoachingError: A text is not acceptable, or there is no such example to remove.
    """
    kept = _remove_examples(present, _check_list(changes.get("remove", ()), "remove"))
    for name, applies in (("examples", True), ("never", False)):
        if name in changes:
            kept = [one for one in kept if one.applies != applies or one.origin != "author"]
    for name, applies in (("examples", True), ("add_examples", True), ("never", False), ("add_never", False)):
        for new in examples_of(changes.get(name, ()), applies=applies, named=name):
            if new.applies != applies and name in CHANGES:
                raise InvalidCoachingError(f"{name}: {new.text[:80]!r} is an example of the other side; give its text")
            same = [one for one in kept if situation_key(one) == situation_key(new)]
            if not any(one.applies == new.applies for one in same):  # what was known stays, with its origin
                kept = [*(one for one in kept if one not in same), new]  # a situation is on one side: the last word's
    return (
        tuple(kept) if {"examples", "never"}.isdisjoint(changes) else tuple(sorted(kept, key=lambda e: not e.applies))
    )


def _remove_examples(present: tuple[Example, ...], unwanted: Iterable[Any]) -> list[Example]:
    kept = list(present)
    for number, one in enumerate(unwanted, 1):
        try:
            wanted = _example_of(one, applies=True)
        except InvalidCoachingError as error:
            raise InvalidCoachingError(f"remove {number}: {error}") from None
        gone = [e for e in kept if _is_named_by(one, wanted, e)]
        if not gone:
            there = "; ".join(repr(e.text[:80]) for e in present[:_SHOWN]) or "none"
            raise InvalidCoachingError(f"remove {number}: no example says {wanted.text[:80]!r}; there are: {there}")
        kept = [e for e in kept if e not in gone]
    return kept


def _is_named_by(given: Any, wanted: Example, example: Example) -> bool:
    if isinstance(given, str):
        return _normal_words(wanted.text) == _normal_words(example.text)
    same_side = not isinstance(given, Example) or given.applies == example.applies
    return same_side and situation_key(wanted) == situation_key(example)


def situation_key(example: Example) -> tuple[tuple[str, bool], ...]:
    """Equal where the same was said, in any case."""
    return tuple((_normal_words(text), user) for text, user in example.turns or ((example.text, True),))


def _normal_words(text: str) -> str:
    return " ".join(text.casefold().split())
