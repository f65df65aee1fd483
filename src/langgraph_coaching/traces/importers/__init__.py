"""Readers of other people's recordings; each turns rows into traces and reports what it could not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach

if TYPE_CHECKING:
    from langgraph_coaching.traces.importers.findings import Finding, Imported
    from langgraph_coaching.traces.importers.reader import import_traces

__all__ = ["Finding", "Imported", "import_traces"]

__getattr__, __dir__ = attach(__name__, {"Finding": "findings", "Imported": "findings", "import_traces": "reader"})
