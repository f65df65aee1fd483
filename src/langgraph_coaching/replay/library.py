"""The library: which cassettes a test run has asked for, what of them was played, and which nobody asks for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from langgraph_coaching.replay.tape import Tape


@dataclass(slots=True)
class _Book:
    readers: set[str] = field(default_factory=set)
    """Tests that ask for it."""
    done: set[str] = field(default_factory=set)
    """Those of them that have passed."""
    requests: list[str] = field(default_factory=list)
    """Of each recording, one line."""
    played: set[int] = field(default_factory=set)


class Library:
    """Every cassette of one run."""

    def __init__(self) -> None:
        self._books: dict[Path, _Book] = defaultdict(_Book)

    def expect(self, path: Path, test: str) -> None:
        """A test asks for this cassette, whether it runs or not."""
        self._books[path.resolve()].readers.add(test)

    def returned(self, path: Path, test: str, tape: Tape) -> None:
        """A test has passed, and played this tape."""
        book = self._books[path.resolve()]
        book.readers.add(test)
        if tape.replays:
            book.done.add(test)
            book.requests = [f"{request.method} {request.path}" for request in tape.requests]
            book.played |= {index for index, count in tape.play_counts.items() if count}

    def unused(self) -> Iterator[str]:
        """One line for each recording that was not played, of cassettes all of whose tests have passed."""
        for path, book in sorted(self._books.items()):
            if book.done and book.done == book.readers:
                for index, request in enumerate(book.requests):
                    if index not in book.played:
                        yield (
                            f"{path}: recording {index + 1} of {len(book.requests)} ({request}) was never played; "
                            "record it anew with --coaching-record=rewrite"
                        )

    def orphans(self, folders: Iterable[Path]) -> Iterator[str]:
        """One line for each cassette below these folders that no test asks for."""
        for folder in folders:
            for path in sorted(folder.resolve().rglob("*.yaml")):
                if path not in self._books:
                    yield f"{path}: no test asks for it; delete it, or name the test that should"
