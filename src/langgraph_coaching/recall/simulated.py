"""Simulated: what marks a run in which no real user takes part, such as a test conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

SIMULATED = "simulated"
"""Tag of such a run; its receipts have it too."""

ORIGIN = "coaching_origin"
"""Key of run metadata that says the same."""


def is_simulated(metadata: Mapping[str, Any], tags: Collection[Any] | None) -> bool:
    """Whether the metadata or the tags of a run mark it as simulated."""
    return metadata.get(ORIGIN) == SIMULATED or SIMULATED in (tags or ())
