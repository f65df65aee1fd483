"""A text file of somebody else's: at most so large, in an encoding that is told by its first bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from pathlib import Path

SIZE_LIMIT = 64 * 1024 * 1024
"""Bytes of a file."""

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_text(path: Path, most: int | None = None) -> str:
    """The text of a file, with line feeds between its lines.

    Args:
        path: Any file.
        most: Bytes of its beginning that are enough; all of it when None.

    Raises:
        InvalidCoachingError: It cannot be read, is too large, or is neither UTF-8 nor UTF-16.
    """
    try:
        with path.open("rb") as opened:
            data = opened.read(SIZE_LIMIT + 1 if most is None else most)
    except OSError as error:
        raise InvalidCoachingError(f"cannot read {path}: {error.strerror or error}; give the path of a file") from None
    if most is None and len(data) > SIZE_LIMIT:
        raise InvalidCoachingError(f"{path} is larger than {SIZE_LIMIT // 1024 // 1024} MiB; cut it into several files")
    try:
        text = _decode(data, whole=most is None)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidCoachingError(f"{path} line {line}: is neither UTF-8 nor UTF-16; save it as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes, *, whole: bool) -> str:
    if data[:2] in _UTF_16:
        return data.decode("utf-16", errors="strict" if whole else "ignore")
    return data.decode("utf-8-sig", errors="strict" if whole else "ignore")
