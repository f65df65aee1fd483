"""Coaching files: one a coaching in a folder, its id in the name; read as data, written only where they changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from langgraph_coaching.coaching.text_reader import read_coaching
from langgraph_coaching.coaching.yaml_reader import SIZE_LIMIT
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from pathlib import Path

    from langgraph_coaching.coaching.exchange import CoachingText

ENDINGS = (".yaml", ".yml")
"""Of the names of files that are read."""

_BAD_SHOWN = 20
"""Files that cannot be read, as an error names them."""


def list_files(folder: Path) -> list[Path]:
    """The YAML files that lie directly in a folder, by name, or the one that is given; none where there is none."""
    if not folder.is_dir():
        return [folder] if folder.suffix in ENDINGS and folder.exists() else []
    return sorted(path for path in folder.iterdir() if path.suffix in ENDINGS and not path.name.startswith("."))


def read_file(path: Path, namespace: str) -> CoachingText:
    """The coaching in a file.

    Raises:
        InvalidCoachingError: It cannot be read, or there is none in it.
    """
    if path.is_symlink() or not path.is_file():
        raise InvalidCoachingError("is a link or no file; put the file itself here")
    try:
        with path.open("rb") as opened:
            content = opened.read(SIZE_LIMIT + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise InvalidCoachingError(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidCoachingError(f"line {line}: is not UTF-8; save it as UTF-8") from None
    return read_coaching(text.replace("\r\n", "\n"), namespace)


def read_files(folder: Path, namespace: str) -> list[CoachingText]:
    """The coachings of a folder, all of them or none.

    Raises:
        InvalidCoachingError: There are none, or some cannot be read; the message names each, its line and what to do.
    """
    paths = list_files(folder)
    if not paths:
        raise InvalidCoachingError(
            f"{folder} holds no coaching files (*.yaml); coach.export({str(folder)!r}) writes them"
        )
    found: list[CoachingText] = []
    places: dict[str, Path] = {}
    bad = []
    for path in paths:
        try:
            text = read_file(path, namespace)
            there = places.setdefault(text.coaching.id, path)
            if there is not path:
                bad.append(f"{path.name}: has the id {text.coaching.id!r} of {there.name}; give one of them its own")
            found.append(text)
        except InvalidCoachingError as error:
            said = str(error)
            bad.append(f"{path.name} {said}" if said.startswith("line ") else f"{path.name}: {said}")
    if bad:
        more = [f"… and {len(bad) - _BAD_SHOWN} more"] if len(bad) > _BAD_SHOWN else []
        told = "\n  ".join(("", *bad[:_BAD_SHOWN], *more))
        raise InvalidCoachingError(
            f"{len(bad)} of {len(paths)} files in {folder} cannot be read; nothing was imported:{told}"
        )
    return found


def write_file(path: Path, text: str) -> None:
    """Puts a file in place whole; a link of that name is replaced, what it points to is not touched.

    Raises:
        OSError: It cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(text.encode())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
