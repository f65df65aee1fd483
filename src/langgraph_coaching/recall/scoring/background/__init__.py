"""The background: what people say when nothing applies, in the space of one embedder.

Some three thousand utterances written for this package: requests of many domains, small talk, follow-ups, slips and
other languages. They tell what "near" means for an embedder, and what a coaching has to be told apart from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach

if TYPE_CHECKING:
    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.background.cache import BackgroundCache

__all__ = ["Background", "BackgroundCache"]

__getattr__, __dir__ = attach(__name__, {"Background": "background", "BackgroundCache": "cache"})
