"""Every table that a store may have, by the names that their rooms give them."""

from __future__ import annotations

from langgraph_coaching.authoring.retention import TABLE as RETENTION
from langgraph_coaching.coaching.coachings import TABLE as COACHINGS
from langgraph_coaching.recall.pause import TABLE as PAUSES
from langgraph_coaching.recall.receipts import TABLE as RECEIPTS
from langgraph_coaching.recall.scoring.background.cache import TABLE as BACKGROUNDS
from langgraph_coaching.recall.scoring.kept_vectors import TABLE as SITUATIONS
from langgraph_coaching.recall.scoring.reserve import TABLE as RESERVES
from langgraph_coaching.recall.scoring.traffic import TABLE as TRAFFIC
from langgraph_coaching.refining.verdicts import TABLE as VERDICTS
from langgraph_coaching.storage.schema_version import TABLE as MIGRATIONS
from langgraph_coaching.traces.archive import TABLE as TRACES
from langgraph_coaching.traces.chunks import TABLE as HISTORIES

NAMESPACED = (
    COACHINGS, RECEIPTS, TRACES, HISTORIES, VERDICTS, TRAFFIC, RESERVES, SITUATIONS, PAUSES, RETENTION,
)  # fmt: skip
"""Those with a namespace in every row."""

EVERY_TABLE = (*NAMESPACED, BACKGROUNDS, MIGRATIONS)
