"""Pieces of a system prompt as coaching files for review, or as drafts in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.authoring.coaching_files import write_file
from langgraph_coaching.authoring.file_name import file_name_of
from langgraph_coaching.coaching.compose import compose
from langgraph_coaching.coaching.text_writer import write_coaching
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from langgraph_coaching.authoring.split.piece import Piece
    from langgraph_coaching.coach import Coach


def write_pieces(pieces: Sequence[Piece], folder: Path, namespace: str) -> str:
    """Writes a file for each piece; one that is there already stays as it is.

    Args:
        pieces: Those to write.
        folder: Made where it is not there.
        namespace: Where they are to be imported.

    Returns:
        What was written, in words.

    Raises:
        InvalidCoachingError: The folder cannot be written to.
    """
    written = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for piece in pieces:
            path = folder / file_name_of(piece.id)
            if not path.exists():
                write_file(path, write_coaching(compose(namespace, **piece.fields()), notes=True))
                written += 1
    except OSError as error:
        said = error.strerror or error
        raise InvalidCoachingError(f"cannot write to {folder}: {said}; give another folder") from None
    there = f", {len(pieces) - written} there already" if written < len(pieces) else ""
    return f"{written} written to {folder}{there}; review them, then `langgraph-coaching import {folder}`"


def save_pieces(coach: Coach, pieces: Sequence[Piece], author: str | None) -> str:
    """Saves the pieces that were never saved, whatever has become of the others.

    Args:
        coach: Where.
        pieces: Those to save.
        author: Who says so.

    Returns:
        What was saved, in words.
    """
    new = [piece for piece in pieces if not _is_saved(coach, piece)]
    coach.add_many({**piece.fields(), "author": author} for piece in new)
    there = f", {len(pieces) - len(new)} there already" if len(new) < len(pieces) else ""
    return f"{len(new)} saved as drafts{there}; `langgraph-coaching promote ID --to active` makes one live"


def _is_saved(coach: Coach, piece: Piece) -> bool:
    try:
        return bool(coach.history(piece.id))
    except NotFoundError:
        return False
