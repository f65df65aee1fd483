"""One question at a time, answered with one key; the last answer can be taken back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

Item = TypeVar("Item")

SKIP, UNDO, QUIT = "s", "u", "q"
_ALWAYS = {SKIP: "skip", UNDO: "undo", QUIT: "quit"}
_DONE = {UNDO: "undo", QUIT: "done"}


def answers(
    items: Sequence[Item], show: Callable[[Item], None], options: Callable[[Item], Mapping[str, str]]
) -> Iterator[tuple[Item, str]]:
    """Asks about each item: one key on a terminal, a line each where the input is piped.

    Args:
        items: What is asked about, in order.
        show: Prints one.
        options: What can be said of it besides skip, undo and quit, by key.

    Yields:
        Items and the keys they were answered with, each when it can no longer be undone: when the next one is answered,
        or at the end, also where that is an interrupt.

    Raises:
        InvalidCoachingError: A piped line is no answer.
    """
    place, last = 0, None
    try:
        while items and place <= len(items):
            if place < len(items):
                render.line(f"\n{place + 1} of {len(items)}")
                show(items[place])
            key = _asked({**options(items[place]), **_ALWAYS} if place < len(items) else _DONE)
            if key == QUIT:
                break
            if key == UNDO:
                place, last = (place if last is None else last[0]), None
                continue
            if last is not None and last[1] != SKIP:
                yield items[last[0]], last[1]
            place, last = place + 1, (place, key)
    except (KeyboardInterrupt, InvalidCoachingError):
        if last is not None and last[1] != SKIP:
            yield items[last[0]], last[1]
        raise
    if last is not None and last[1] != SKIP:
        yield items[last[0]], last[1]


def _asked(options: Mapping[str, str]) -> str:
    """A key of the options; on a terminal it asks until there is one."""
    told = "  ".join(f"[{key}] {name}" for key, name in options.items())
    while True:
        render.line(told)
        said = _said()
        key = next((key for key, name in options.items() if said in (key, name)), None)
        if key is not None:
            return key
        if not sys.stdin.isatty():  # the lines after it would answer other questions than they were meant for
            raise InvalidCoachingError(f"{said!r} is no answer here; answer with one of {', '.join(options)}")
        render.nothing(f"{said!r} is none of them")


def _said() -> str:
    """What was pressed, or the next line; quits where nothing comes any more."""
    if sys.stdin.isatty():
        try:
            return typer.getchar().lower()
        except EOFError:
            return QUIT
    line = sys.stdin.readline()
    return line.strip().lower() if line else QUIT
