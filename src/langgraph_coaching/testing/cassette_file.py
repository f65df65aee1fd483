"""Cassette files: read from where they are, and written whole, or not at all."""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from vcr.persisters.filesystem import CassetteNotFoundError
from vcr.serialize import deserialize, serialize

from langgraph_coaching.testing.cassette_name import owner_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from vcr.request import Request

    Recording = tuple[Request, dict[str, Any]]


class CassetteFile:
    """One cassette on disk; what vcrpy calls a persister.

    Args:
        source: Where it is read from.
        owner: The test whose it is, or "" where several share it.
        clean: Applied to every recording before it is written.
    """

    def __init__(self, source: str, owner: str, clean: Callable[[Request, dict[str, Any]], Recording]) -> None:
        self._source = Path(source)
        self._owner = owner
        self._clean = clean

    def load_cassette(self, _path: str, serializer: Any) -> Any:
        """What is recorded.

        Raises:
            CassetteNotFoundError: Nothing is.
        """
        try:
            text = self._source.read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            raise CassetteNotFoundError from None
        if not text.strip():
            raise CassetteNotFoundError
        return deserialize(text, serializer)

    def save_cassette(self, path: str, cassette: dict[str, Any], serializer: Any) -> None:
        """Writes what is recorded, in place of what was there."""
        kept = [self._clean(*each) for each in zip(cassette["requests"], cassette["responses"], strict=True)]
        cassette = {**cassette, "requests": [request for request, _ in kept], "responses": [said for _, said in kept]}
        text = owner_line(self._owner) + serialize(cassette, serializer)
        folder = Path(path).parent
        folder.mkdir(parents=True, exist_ok=True)
        aside = folder / f".{token_hex(8)}.tmp"
        try:
            aside.write_text(text, encoding="utf-8", newline="\n")
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
