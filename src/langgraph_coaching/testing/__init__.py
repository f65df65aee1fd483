"""Recorded model answers for tests of coached graphs, and corrections as tests."""

from __future__ import annotations

from langgraph_coaching.testing.cassette import CassetteConfig
from langgraph_coaching.testing.recorded_turn import RecordedTurn, missing, recorded_turn_of

__all__ = ["CassetteConfig", "RecordedTurn", "missing", "recorded_turn_of"]
