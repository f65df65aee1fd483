"""Faults of LanceDB, Arrow and the disk, each as a `StoreError` that says what to do."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from langgraph_coaching.errors import CoachingError, StoreError, is_stop, say_error
from langgraph_coaching.storage.cloud import is_cloud
from langgraph_coaching.storage.cloud_faults import tell_cloud_fault
from langgraph_coaching.storage.remote_faults import shorten_fault

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCE = re.compile(r", \S+\.rs:\d+:\d+")
"""Where in its own source LanceDB met the fault."""

_DAMAGE = re.compile(
    r"size is too small|sufficient data|invalid range|invalid magic|unexpected eof|schema error|corrupt|panic"
    r"|fill whole buffer|out of (bounds|range)|invalid utf-?8|decompress|decode error|protobuf"
)


@contextmanager
def faults(uri: str) -> Iterator[None]:
    """Turns whatever LanceDB, Arrow or the disk raise into a `StoreError` that says what to look at."""
    try:
        yield
    except CoachingError:
        raise
    except BaseException as error:  # RuntimeError, OSError, ValueError, on damaged files RustPanic; or a panic outright
        if is_stop(error):
            raise
        said = _SOURCE.sub("", say_error(error))
        if is_cloud(uri):
            told = tell_cloud_fault(said, getattr(error, "status_code", None))
        else:
            said = shorten_fault(said)
            told = f"{said}. {_advice(type(error).__name__, said)}"
        raise StoreError(f"the coaching store at {uri} failed: {told}") from error


def _advice(kind: str, said: str) -> str:
    lowered = said.lower()
    found = next((advice for signs, advice in _ADVICE if signs.search(lowered)), None)
    if found is None and "panic" in kind.lower():
        return _DAMAGED
    return found or f"Check that the address is right and reachable, then try again. {_DOCTOR}"


_DOCTOR = "`langgraph-coaching doctor` says which."
_DAMAGED = f"Files of it are damaged: restore the folder from a copy. {_DOCTOR}"

_ADVICE = (
    (
        re.compile("no space left|quota exceeded"),
        "The disk is full: free some space and try again; nothing was half written.",
    ),
    (
        re.compile("too many open files"),
        "The process has too many files open: raise its limit (`ulimit -n`), then try again.",
    ),
    (
        re.compile("permission denied|operation not permitted"),
        "This process may not read or write there: check its permissions, and those of the folders above.",
    ),
    (
        re.compile("read-only"),
        "The folder cannot be written: mount its disk to be written to, or give another one.",
    ),
    (
        re.compile(r"(field|column) '?\w+'? (was )?not found|no field named"),  # none of its columns
        f"The table is another program's, or its files are damaged: restore the folder from a copy. {_DOCTOR}",
    ),
    (
        re.compile("not found|no such file"),
        "Files of it are missing: restore the folder from a copy, or give another one.",
    ),
    (_DAMAGE, _DAMAGED),
)
"""What a fault says, in small letters, and what to do."""
