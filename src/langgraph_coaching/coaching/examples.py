"""The examples of a coaching, as a person types, adds and removes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, runtime_checkable

from langgraph_coaching.coaching.model import Example
from langgraph_coaching.errors import InvalidCoachingError


@runtime_checkable
class Answerable(Protocol):
    """What becomes an example once a person has answered it, such as a recorded situation."""

    def example(self, *, applies: bool) -> Example:
        """It as an example: of where a coaching also applies, or never does."""
        ...


def examples_of(texts: Iterable[Any], *, applies: bool = True, named: str | None = None) -> tuple[Example, ...]:
    """Examples from plain texts.

    Args:
        texts: Texts, `Similar`s, `Example`s or mappings with the fields of one.
        applies: Whether the texts and `Similar`s say where it applies, or where it never does.
        named: What the list is called where something is wrong with it.

    Raises:
        InvalidCoachingError: One text was given where a list is expected, or a text is not acceptable.
    """
    name = named or ("examples" if applies else "never")
    found = []
    for number, text in enumerate(_check_list(texts, name), 1):
        try:
            found.append(_example_of(text, applies=applies))
        except InvalidCoachingError as error:
            raise InvalidCoachingError(f"{name} {number}: {error}") from None
    return tuple(found)


def _check_list(texts: Any, name: str) -> Iterable[Any]:
    if isinstance(texts, str | Mapping | Example) or not isinstance(texts, Iterable):
        raise InvalidCoachingError(f"{name} is a list of texts; put a single text into brackets")
    return texts


def _example_of(text: Any, *, applies: bool) -> Example:
    if isinstance(text, Example):
        return text
    if isinstance(text, Answerable):
        return text.example(applies=applies)
    return Example(**{"applies": applies, **text}) if isinstance(text, Mapping) else Example(text=text, applies=applies)
