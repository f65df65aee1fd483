"""Texts of the background, and those that tell what opens a matter from what answers a question."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def background_texts() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The requests and the small talk, farewells at its end."""
    requests, talk, farewells = (_read(name) for name in ("requests.txt", "small_talk.txt", "farewells.txt"))
    return requests, (*talk, *farewells)


@cache
def farewells() -> tuple[str, ...]:
    """What is said when a conversation is over."""
    return _read("farewells.txt")


@cache
def turn_texts() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Short requests, and what a person says that is only understood with what was said before it."""
    return _read("wishes.txt"), _read("answers.txt")


def _read(name: str) -> tuple[str, ...]:
    return tuple((Path(__file__).parent / name).read_text(encoding="utf-8").splitlines())
