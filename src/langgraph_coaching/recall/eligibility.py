"""Eligibility: a coaching that is not live, or out of the scope of the call, is excluded before any ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from langgraph_coaching.coaching.model import Coaching, Labels

Exclusion = Literal["archived", "draft", "deleted", "expired", "out_of_scope"]


def exclusion_of(coaching: Coaching, labels: Labels, now: datetime) -> tuple[Exclusion, str, str] | None:
    """What excludes a coaching before any ranking.

    Args:
        coaching: Its latest revision.
        labels: Of the call.
        now: For expiry.

    Returns:
        What it is, in words, and the call that changes it; None where nothing does.
    """
    name = repr(coaching.id)
    if coaching.deleted:
        return "deleted", "it was deleted", f"coach.restore({name})"
    if coaching.status == "archived":
        return "archived", "it is archived", f"coach.restore({name})"
    if coaching.status == "draft":
        return "draft", "it is a draft, which is never recalled", f"coach.promote({name}, to='active')"
    if coaching.expires_at is not None and coaching.expired(now):
        ended = f"it expired at {coaching.expires_at:%Y-%m-%d %H:%M} UTC"
        return "expired", ended, f"coach.edit({name}, expires_at=None)"
    return _scope_exclusion(coaching, labels)


def _scope_exclusion(coaching: Coaching, labels: Labels) -> tuple[Exclusion, str, str] | None:
    wanted, given, lifted = [], [], []
    for label in ("agent", "node"):
        asked, own = getattr(labels, label), getattr(coaching.scope, label)
        if own not in (None, asked):
            wanted.append(f"{label}={own!r}")
            given.append(f"{label}={asked!r}")
            lifted.append(f"{label}=None")
    if not labels.tags.issuperset(coaching.scope.tags):
        wanted.append(f"tags={[*coaching.scope.tags]}")
        given.append(f"tags={sorted(labels.tags)}")
        lifted.append("tags=[]")
    if not wanted:
        return None
    reason = f"it is out of scope: it is for {', '.join(wanted)}, and the call had {', '.join(given)}"
    change = f"give the call {', '.join(wanted)}, or widen it: coach.edit({coaching.id!r}, {', '.join(lifted)})"
    return "out_of_scope", reason, change
