"""Recorded model answers for tests of coached graphs, and corrections as tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach

if TYPE_CHECKING:
    from langgraph_coaching.testing.cassette import CassetteConfig
    from langgraph_coaching.testing.recorded_turn import RecordedTurn, missing, recorded_turn_of

__all__ = ["CassetteConfig", "RecordedTurn", "missing", "recorded_turn_of"]

__getattr__, __dir__ = attach(
    __name__,
    {
        "CassetteConfig": "cassette",
        "RecordedTurn": "recorded_turn",
        "missing": "recorded_turn",
        "recorded_turn_of": "recorded_turn",
    },
)
