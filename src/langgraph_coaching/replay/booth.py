"""The booth: where recorded runs are run again."""

from __future__ import annotations

from langgraph_coaching.authoring.watch import Watch


class Booth(Watch):
    """Replay in one namespace; every fault is raised."""
