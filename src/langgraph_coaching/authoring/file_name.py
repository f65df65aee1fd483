"""The name of a coaching's file: one that every file system takes, and takes for no other."""

from __future__ import annotations

import hashlib
import re

ENDING = ".yaml"

# Small letters only, since for some file systems `A.yaml` is `a.yaml`; and no name that is a device on Windows.
_SAME_EVERYWHERE = re.compile(r"(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9_](?:[a-z0-9._-]{0,98}[a-z0-9_-])?")


def file_name_of(coaching_id: str) -> str:
    """The name of a coaching's file: its id, or what is like it and a digest where a file system could confuse it."""
    if _SAME_EVERYWHERE.fullmatch(coaching_id):
        return f"{coaching_id}{ENDING}"
    like = re.sub(r"[^a-z0-9_-]+", "-", coaching_id.lower()).strip("-")[:60]
    return f"{like}~{hashlib.sha256(coaching_id.encode()).hexdigest()[:12]}{ENDING}"
