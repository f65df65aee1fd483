"""Questions on a terminal, one at a time: each is answered with one key, and the last answer can be undone."""

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


def ask_each(
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
    index, last = 0, None
    try:
        while items and index <= len(items):
            if index < len(items):
                render.print_line(f"\n{index + 1} of {len(items)}")
                show(items[index])
            key = _ask_key({**options(items[index]), **_ALWAYS} if index < len(items) else _DONE)
            if key == QUIT:
                break
            if key == UNDO:
                index, last = (index if last is None else last[0]), None
                continue
            if last is not None and last[1] != SKIP:
                yield items[last[0]], last[1]
            index, last = index + 1, (index, key)
    except (KeyboardInterrupt, InvalidCoachingError):
        if last is not None and last[1] != SKIP:
            yield items[last[0]], last[1]
        raise
    if last is not None and last[1] != SKIP:
        yield items[last[0]], last[1]


def _ask_key(options: Mapping[str, str]) -> str:
    """A key of the options; on a terminal it asks until there is one."""
    told = "  ".join(f"[{key}] {name}" for key, name in options.items())
    while True:
        render.print_line(told)
        said = _read_key()
        key = next((key for key, name in options.items() if said in (key, name)), None)
        if key is not None:
            return key
        if not sys.stdin.isatty():  # the lines after it would answer other questions than they were meant for
            raise InvalidCoachingError(f"{said!r} is no answer here; answer with one of {', '.join(options)}")
        render.print_note(f"{said!r} is none of them")


def _read_key() -> str:
    """What was pressed, or the next line; quits where nothing comes any more."""
    if sys.stdin.isatty():
        try:
            return typer.getchar().lower()
        except EOFError:
            return QUIT
    line = sys.stdin.readline()
    return line.strip().lower() if line else QUIT
