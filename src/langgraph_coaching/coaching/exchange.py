"""Exchange: what a coaching says as one readable text, and what that text comes from.

The text says everything a person can say, in the order of `ORDER`, and at its end what it was exported from: the
revision, a digest of what that said, and the digests of those before it. By these two stores find what they last had in
common. The namespace is left out, since a text may go into another one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from langgraph_coaching.coaching.model import Coaching

FORM = "1"
"""What stands after `coaching:`; a reader takes this form only."""

EARLIER_LIMIT = 20
"""Digests of earlier revisions that a text carries."""

KEPT_BY_STORE = ("namespace", "updated_at", "deleted", "lineage", "changed_in", "changed_by", "content_hash")
"""Fields of a coaching that are no part of its text."""

SAID = tuple(
    name for name in Coaching.model_fields if name not in (*KEPT_BY_STORE, "id", "notes", "created_at", "revision")
)
"""Fields that make up what it says, notes apart: those that a digest covers."""

ORDER = ("id", *SAID, "notes", "created_at", "revision")
"""Fields in the order they are written in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachingText:
    """What a text says."""

    coaching: Coaching
    """At the revision it was exported at; 1 where none is given."""
    digest: str | None
    """Of what was exported; None where the text was written by hand."""
    earlier: tuple[str, ...] = ()
    """Digests of the revisions before, oldest first."""
    notes_given: bool = False
    notes_digest: str | None = None

    @property
    def edited(self) -> bool:
        """Whether it says something else than what was exported."""
        notes = self.notes_given and self.notes_digest != digest_of_notes(self.coaching)
        return notes or self.digest != digest_of(self.coaching)


def digest_of(coaching: Coaching) -> str:
    """12 hex digits of the SHA-256 over a revision's number and what it says, notes apart."""
    said = coaching.model_dump(mode="json", include={*SAID, "revision"} - coaching.unused)
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


def digest_of_notes(coaching: Coaching) -> str:
    """12 hex digits of the SHA-256 over its notes."""
    return hashlib.sha256(coaching.notes.encode()).hexdigest()[:12]
