"""Cassette names: another one for every test, on every file system."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass
from hashlib import blake2s
from pathlib import Path, PurePosixPath

_LONGEST = 120
"""Characters of a name that every file system takes, a digest and an ending included."""

_PORTABLE = re.compile(r"[A-Za-z0-9_.\[\]()+=,@#&!$~-](?:[A-Za-z0-9_.\[\]()+=,@#&!$~ -]*[A-Za-z0-9_\[\]()+=,@#&!$~-])?")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$) *(?:\.|$)", re.IGNORECASE)
"""Windows takes these for devices, whatever follows the full stop."""

_REPLACED_ONCE = re.compile(r'[<>?%*:|"\'\\]|/(?!\w)')
"""What earlier versions replaced, so that several tests had one name."""

_OWNER = "# test: "


@dataclass(frozen=True, slots=True, kw_only=True)
class CassettePaths:
    """The paths at which a test's cassette is looked for."""

    test: str
    """The test's id."""
    path: Path
    """Where it is."""
    digest_path: Path
    """Where it is while another test has that one."""
    old_path: Path
    """Where earlier versions had it."""
    old_is_certain: bool
    """Whether no other test can have been meant by the old name."""
    owner: str | None
    """What the file says whose it is; None where tests share it by its name."""


def cassette_paths(
    test: str, folder: Path, *, given: str | None, own: str, inner: str, ambiguous: bool, file: Path
) -> CassettePaths:
    """The paths at which a test's cassette is looked for.

    Args:
        test: The test's id.
        folder: Of the cassette.
        given: The name that the test gives it, or None.
        own: The test's name: every class it stands in, the function, the parameters.
        inner: The same with the innermost class only.
        ambiguous: Whether another test of the file differs in nothing but capitals.
        file: The test's.
    """
    name = given or own
    parts = name.split("/") if given else [name]
    parameters = parts[-1].partition("[")[2]
    any_case = bool(given) or (not ambiguous and parameters == parameters.lower())
    stems = [
        *(_portable_name(part, any_case=True) for part in parts[:-1]),
        _portable_name(parts[-1], any_case=any_case),
    ]
    old = _REPLACED_ONCE.sub("-", given or inner.replace("/", "-"))
    digest = _digest(f"{_relative_path(file, folder)}::{name}" if not given else name)
    within = folder.joinpath(*stems[:-1])
    return CassettePaths(
        test=test,
        path=within / f"{stems[-1]}.yaml",
        digest_path=within / f"{_ascii_name(parts[-1])}-{digest}.yaml",
        old_path=folder / f"{old}.yaml",
        old_is_certain=old == name,
        owner=None if given else f"{_relative_path(file, folder)}::{name}",
    )


def file_exists(path: Path) -> bool:
    """Whether there is a file of exactly this name; many file systems answer for others that look like it."""
    try:
        return any(path.name == each.name for each in path.parent.iterdir())
    except OSError:
        return False


def belongs_to_another(path: Path, owner: str | None) -> bool:
    """Whether a file is a cassette of another test, as far as it or the file system tells.

    Args:
        path: Where it would be.
        owner: Whose it would be; None where tests share it by its name.
    """
    if not file_exists(path):
        return _resolves(path)
    named = read_owner(path) if owner else None
    return named not in (None, owner) and (path.parent / str(named).partition("::")[0]).exists()


def read_owner(path: Path) -> str | None:
    """Whose cassette a file says that it is; None where it does not."""
    try:
        with path.open(encoding="utf-8") as file:
            lines = [file.readline() for _ in range(4)]
    except (OSError, UnicodeDecodeError):
        return None
    return next((line.removeprefix(_OWNER).rstrip("\n") for line in lines if line.startswith(_OWNER)), None)


def owner_line(owner: str) -> str:
    """The line of a cassette that says whose it is; of a test whose name fits into a line of ASCII."""
    return f"{_OWNER}{owner}\n" if owner and owner.isprintable() and owner.isascii() else ""


def _resolves(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _portable_name(name: str, *, any_case: bool) -> str:
    """The name itself where every file system takes it and tells it from others, else one with a digest."""
    if name in (".", ".."):
        return name
    fits = len(name) <= _LONGEST and _PORTABLE.fullmatch(name) and not _RESERVED.match(name)
    return name if fits and (any_case or name == name.lower()) else f"{_ascii_name(name)}-{_digest(name)}"


def _ascii_name(name: str) -> str:
    plain = unicodedata.normalize("NFKD", _RESERVED.sub("test", name)).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_.\[\]()+=,-]+", "-", plain)[: _LONGEST - 20].strip(". ") or "test"


def _digest(name: str) -> str:
    return blake2s(name.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()


def _relative_path(file: Path, folder: Path) -> str:
    return PurePosixPath(Path(os.path.relpath(file, folder))).as_posix()
