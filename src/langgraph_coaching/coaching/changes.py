"""Changes: what a revision changed of the one before, field by field, as a person reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from langgraph_coaching.coaching.enforcement import describe_enforcement

if TYPE_CHECKING:
    from langgraph_coaching.coaching.model import Coaching


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field that a revision changed."""

    field: str
    """Such as `intent`; `state` for active, draft, archived or deleted."""
    removed: tuple[str, ...] = ()
    """What it said before, and says no longer."""
    added: tuple[str, ...] = ()
    """What it says now, and did not."""

    def lines(self) -> list[str]:
        """The field, and under it what goes with `-` and what comes with `+`."""
        gone, come = ([line for text in texts for line in text.splitlines()] for texts in (self.removed, self.added))
        return [self.field, *(f"  - {line}" for line in gone), *(f"  + {line}" for line in come)]


def changes_between(before: Coaching | None, after: Coaching) -> list[FieldChange]:
    """What differs between two revisions, in the order in which a coaching is read.

    Args:
        before: The earlier one; None where the later one is the first, so that all of it is new.
        after: The later one.
    """
    old = _texts_of(before) if before is not None else {}
    new = _texts_of(after)
    pairs = ((name, old.get(name, ()), texts) for name, texts in new.items())
    return [
        FieldChange(
            field=name,
            removed=tuple(text for text in gone if text not in come),
            added=tuple(text for text in come if text not in gone),
        )
        for name, gone, come in pairs
        if gone != come and set(gone) != set(come)
    ]


def changer_of(before: Coaching | None, after: Coaching) -> str | None:
    """Who has made a revision, where that is known: who says so, or an author who was not there before.

    Args:
        before: The revision before it; None where it is the first.
        after: The revision.
    """
    if after.changed_by is not None:
        return after.changed_by
    if after.changed_in is not None:  # who changes the stage need not be who has written it
        return after.changed_in.author
    return after.author if before is None or before.author != after.author else None


def _texts_of(coaching: Coaching) -> dict[str, tuple[str, ...]]:
    """What each field says, in words; a field that says nothing has none."""
    scope, behavior = coaching.scope, coaching.behavior
    examples = tuple(f"{'also' if one.applies else 'never'} here: {one.text}" for one in coaching.examples)
    labels = (scope.agent and f"agent {scope.agent}", scope.node and f"node {scope.node}")
    expires = coaching.expires_at and f"{coaching.expires_at:%Y-%m-%d %H:%M} UTC"
    source = coaching.source and f"{coaching.source.trace_id}:{coaching.source.step}"
    return {
        "state": ("deleted" if coaching.deleted else coaching.status,),
        "share": (f"{coaching.share:g}",) if coaching.share is not None else (),
        "intent": (coaching.intent,),
        "behavior": (f"[{behavior.type}] {behavior.render()}",),
        "enforcement": (enforcement,) if (enforcement := describe_enforcement(behavior)) else (),
        "examples": examples,
        "scope": (*filter(None, labels), *(f"tag {tag}" for tag in scope.tags)),
        "priority": (str(coaching.priority),),
        "expires": (expires,) if expires else (),
        "source": (source,) if source else (),
        "notes": (coaching.notes,) if coaching.notes else (),
        "author": (coaching.author,) if coaching.author else (),
    }
