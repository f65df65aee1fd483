"""The items of the coaching channel: ids, which stand for advice that is kept in memory and in the store.

A state goes to browsers, into checkpoints and into the keys of caches. So there is no text of a coaching in it, and
what is in it is the same as long as the same coaching applies to the same words.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from langgraph_coaching.agent.call_key import current_thread, digest_of, key_in_thread
from langgraph_coaching.agent.registry import registry_of
from langgraph_coaching.agent.stored_advice import applied_names
from langgraph_coaching.recall.advice import Advice

if TYPE_CHECKING:
    from langgraph_coaching.agent.pending import PendingAdvice
    from langgraph_coaching.agent.registry import Registry

FRESH = 1.0
"""Seconds within which it is not looked again whether all coaching was paused meanwhile."""

CACHE_SIZE = 2_048
"""Pieces of advice that are kept in memory."""


@dataclass(frozen=True, slots=True)
class ChannelAdvice:
    """The advice that an item of the channel stands for."""

    advice: Advice
    registry: Registry
    key: str = ""
    """The call's key, under which its receipts are stored."""
    keep_receipts: bool = True
    """Whether its receipts are written; not in a replay."""
    made: float = field(default_factory=time.monotonic)
    """When it was looked up, in seconds of the monotonic clock."""

    def unless_paused(self) -> ChannelAdvice:
        """As far as it may be in a prompt now: a graph may have waited for a person in between."""
        if not (self.keep_receipts and self.advice.prompt) or time.monotonic() - self.made < FRESH:
            return self
        return replace(self, advice=self.registry.unless_paused(self.advice))


class ChannelCache:
    """The latest advice that was put into a state, by its item and its thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, ...], ChannelAdvice] = OrderedDict()

    def get(self, item: dict[str, Any]) -> ChannelAdvice | None:
        """What an item stands for in this thread, where it is still known."""
        return self._kept.get(_cache_key(item))

    def put(self, item: dict[str, Any], advice: ChannelAdvice) -> None:
        """Keeps it, forgetting the oldest."""
        name = _cache_key(item)
        with self._lock:
            self._kept[name] = advice
            self._kept.move_to_end(name)
            while len(self._kept) > CACHE_SIZE:
                self._kept.popitem(last=False)


CHANNEL_CACHE = ChannelCache()


def _cache_key(item: dict[str, Any]) -> tuple[str, ...]:
    return str(item["coach"]), str(item["asked"]), str(item["block"]), current_thread() or ""


def channel_item(pending: PendingAdvice) -> dict[str, Any]:
    """The item of some advice, for the node that calls the model, perhaps in another process."""
    block = pending.advice.prompt
    item = {
        "coach": pending.registry.name,
        "asked": pending.call_digest or digest_of(pending.conversation),
        "applied": applied_names(pending.advice),
        "block": hashlib.sha256(block.encode("utf-8", "replace")).hexdigest()[:16] if block else "",
    }
    CHANNEL_CACHE.put(item, ChannelAdvice(pending.advice, pending.registry, pending.key, pending.keep_receipts))
    return item


def read_item(item: dict[str, Any]) -> ChannelAdvice:
    """What an item of the channel stands for.

    Args:
        item: Made by `channel_item`, perhaps in another process; or the JSON of advice.

    Raises:
        KeyError: It is something else.
        CoachingError: The store could not be read, or has it no longer.
    """
    if "considered" in item:
        return ChannelAdvice(Advice.from_json(item), registry_of(str(item.get("coach"))), str(item.get("moment") or ""))
    known = CHANNEL_CACHE.get(item)
    if known is None:
        registry, key = registry_of(item["coach"]), key_in_thread(current_thread(), item["asked"])
        known = ChannelAdvice(registry.lookup(key, item["applied"]) if item["applied"] else Advice(), registry, key)
        CHANNEL_CACHE.put(item, known)
    known = known if known.registry.is_open else replace(known, registry=registry_of(item["coach"]))
    return known.unless_paused()
