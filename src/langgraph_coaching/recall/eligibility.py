"""What keeps a coaching from being looked at at all: it is not live, or the call is outside its scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from langgraph_coaching.coaching.model import Coaching, Labels

Hurdle = Literal["archived", "draft", "deleted", "expired", "out_of_scope"]


def hurdle(coaching: Coaching, labels: Labels, now: datetime) -> tuple[Hurdle, str, str] | None:
    """What keeps it out before any ranking.

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
        return "draft", "it is a draft, which is never recalled", f"coach.edit({name}, status='active')"
    if coaching.expires_at is not None and coaching.expires_at <= now:
        ended = f"it expired at {coaching.expires_at:%Y-%m-%d %H:%M} UTC"
        return "expired", ended, f"coach.edit({name}, expires_at=None)"
    return _outside(coaching, labels)


def _outside(coaching: Coaching, labels: Labels) -> tuple[Hurdle, str, str] | None:
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
