"""The namespace check: what is handed in is of this namespace; one tenant's words never become another's."""

from __future__ import annotations

from langgraph_coaching.errors import InvalidCoachingError

UNMARKED = "default"
"""The namespace of what was made by hand or imported; only writing it into a store says where it belongs."""


def refuse_foreign(kind: str, namespace: str | None, own: str) -> None:
    """Refuses what says itself that it belongs to another namespace.

    Args:
        kind: What it is, in a word.
        namespace: Which one it says; None where it says nothing.
        own: The namespace that it is handed to.

    Raises:
        InvalidCoachingError: It is of another one.
    """
    if namespace not in (None, UNMARKED, own):
        raise InvalidCoachingError(
            f"this {kind} is of the namespace {namespace!r}, this coach of {own!r}: hand it to a coach of its own"
        )
