"""Lineage: which revisions a file and a store have both seen, told by digests.

A revision that an import has written carries the digests of those it comes from. Where the file had been edited, the
last of them is marked: what that revision says was in a file that was exported from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.coaching.exchange import digest_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langgraph_coaching.coaching.exchange import CoachingText
    from langgraph_coaching.coaching.model import Coaching

_EDITED = "+"
"""Behind the digest that a text was exported from, in the lineage of what was written from it after it was edited."""


def lineage_of(history: Sequence[Coaching]) -> tuple[str, ...]:
    """Digests of all revisions that the latest one comes from, oldest first, its own at the end."""
    found: dict[str, None] = {}
    for revision in history:
        for digest in (*(one.rstrip(_EDITED) for one in revision.lineage), digest_of(revision)):
            found[digest] = found.pop(digest, None)
    return tuple(found)


def lineage_from(text: CoachingText) -> tuple[str, ...]:
    """The lineage of a revision that says what a text says."""
    return (*text.earlier, text.digest + _EDITED) if text.digest and text.edited else text.earlier


def bases_of(text: CoachingText, history: Sequence[Coaching]) -> tuple[Coaching | None, Coaching | None]:
    """What a file and a store have in common.

    Returns:
        The revision that the file was exported from, or the latest before it that the store has; and the latest that
        an import has written from that export, edited. Each is the other where there is only one; None where none.
    """
    if text.digest is None:
        return None, None
    known = {digest_of(revision): revision for revision in history}
    exported = next((known[one] for one in (text.digest, *reversed(text.earlier)) if one in known), None)
    from_it = (revision for revision in reversed(history) if revision.lineage[-1:] == (text.digest + _EDITED,))
    imported = next(from_it, exported)
    return exported or imported, imported
