"""What the coaching channel holds: ids, which stand for advice that is kept in memory and in the store.

A state goes to browsers, into checkpoints and into the keys of caches. So there is no text of a coaching in it, and
what is in it is the same as long as the same coaching applies to the same words.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from langgraph_coaching.agent.call_key import digest_of, key_in, thread_here
from langgraph_coaching.agent.registry import registry_of
from langgraph_coaching.agent.stored_advice import named
from langgraph_coaching.recall.advice import Advice

if TYPE_CHECKING:
    from langgraph_coaching.agent.pending import Pending
    from langgraph_coaching.agent.registry import Registry

KEPT = 2_048
"""Pieces of advice that are kept in memory."""


@dataclass(frozen=True, slots=True)
class Given:
    """Advice as a coach node has given it."""

    advice: Advice
    registry: Registry
    key: str = ""
    """Of the moment, as the ledger knows it."""
    kept: bool = True
    """Whether it is recorded; not while a graph is run again."""


class Givens:
    """The latest advice that was put into a state, by what stands for it there, in each thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, ...], Given] = OrderedDict()

    def get(self, item: dict[str, Any]) -> Given | None:
        """What an item stands for in this thread, where it is still known."""
        return self._kept.get(_name(item))

    def put(self, item: dict[str, Any], given: Given) -> None:
        """Keeps it, forgetting the oldest."""
        name = _name(item)
        with self._lock:
            self._kept[name] = given
            self._kept.move_to_end(name)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


GIVEN = Givens()


def _name(item: dict[str, Any]) -> tuple[str, ...]:
    return str(item["coach"]), str(item["asked"]), str(item["block"]), thread_here() or ""


def carried(pending: Pending) -> dict[str, Any]:
    """What the channel carries to the node that calls the model, perhaps in another process."""
    block = pending.advice.prompt
    item = {
        "coach": pending.registry.name,
        "asked": pending.asked or digest_of(pending.said),
        "applied": named(pending.advice),
        "block": hashlib.sha256(block.encode("utf-8", "replace")).hexdigest()[:16] if block else "",
    }
    GIVEN.put(item, Given(pending.advice, pending.registry, pending.key, pending.kept))
    return item


def given_in(item: dict[str, Any]) -> Given:
    """What an item of the channel stands for.

    Args:
        item: Made by `carried`, perhaps in another process; or the JSON of advice.

    Raises:
        KeyError: It is something else.
        CoachingError: The store could not be read, or has it no longer.
    """
    if "considered" in item:
        return Given(Advice.from_json(item), registry_of(str(item.get("coach"))), str(item.get("moment") or ""))
    known = GIVEN.get(item)
    if known is None:
        registry, key = registry_of(item["coach"]), key_in(thread_here(), item["asked"])
        known = Given(registry.lookup(key, item["applied"]) if item["applied"] else Advice(), registry, key)
        GIVEN.put(item, known)
    return known if known.registry.is_open else replace(known, registry=registry_of(item["coach"]))
