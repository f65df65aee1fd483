"""The registry of one coach: what is known of its advice from one model call to the next."""

from __future__ import annotations

import hashlib
import logging
from collections import OrderedDict
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from langgraph_coaching.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.recall.receipts import Entry

log = logging.getLogger("langgraph_coaching")

MOST_CALLS = 1_024
"""Calls of which the advice is kept."""

_REMEDY = "the node directly after it calls a chat model with coached(state), or with a prompt made of it"


class Registry:
    """Whether a model has seen a coach's advice: in the store, and as a warning, once each.

    Args:
        name: Of the coach: the same in every process that opens the same namespace of the same store.
        write: Writes receipts, off the graph's path.
        lookup: Finds the advice of a call key, or what was applied then, in the store.
    """

    def __init__(
        self, name: str, write: Callable[[Entry], None], lookup: Callable[[str, Sequence[str]], Advice] | None = None
    ) -> None:
        self.name = name
        self.lookup = lookup or _refuse_lookup
        self.write = write
        self.owner: Callable[[], Any] = _no_owner
        """The coach, while it is there."""
        self.flush: Callable[[], None] = _no_owner
        """Waits until what it writes is in the store."""
        self._lock = Lock()
        self._warned: set[str] = set()
        self._failed: OrderedDict[str, Advice] = OrderedDict()
        self._expected: OrderedDict[str, Advice] = OrderedDict()
        self._number = next(_numbers)
        _open_registries[self._number] = self

    def keep_failed(self, request: str, advice: Advice) -> None:
        """Keeps the advice of a call that has failed, for when the same is asked again; not of one that has no name."""
        if not request:
            return
        with self._lock:
            self._failed[request] = advice
            while len(self._failed) > MOST_CALLS:
                self._failed.popitem(last=False)

    @property
    def has_failed(self) -> bool:
        """Whether advice of a failed call is kept."""
        return bool(self._failed)

    def pop_failed(self, request: str) -> Advice | None:
        """The advice of a call that has failed before, once."""
        with self._lock:
            return self._failed.pop(request, None)

    def expect(self, advice: Advice) -> None:
        """Notes advice that was put into a state, for a model call after it."""
        with self._lock:
            self._expected[advice.considered[0].id] = advice
            while len(self._expected) > MOST_CALLS:
                self._expected.popitem(last=False)

    def mark_seen(self, advice: Advice) -> None:
        """Notes that a model has seen it."""
        with self._lock:
            self._expected.pop(advice.considered[0].id, None)

    @property
    def is_open(self) -> bool:
        """Whether its coach is open, so that receipts are written."""
        return _open_registries.get(self._number) is self

    def close(self) -> None:
        """From here on no receipt is written; another coach of the same name may go on."""
        _open_registries.pop(self._number, None)

    def warn_unseen(self) -> None:
        """Warns where advice was put into a state and no model has seen it."""
        with self._lock:
            late, self._expected = self._expected, OrderedDict()
        for advice in late.values():
            node = advice.considered[0].node
            self.warn("coach.node()", f"coaching was chosen in the node {node!r} and not seen by the model: {_REMEDY}")

    def warn(self, where: str, text: str) -> None:
        """Warns once for each `where`."""
        with self._lock:
            known = where in self._warned
            self._warned.add(where)
        if not known:
            log.warning("%s: %s", where, text)


def _refuse_lookup(_: str, applied: Sequence[str]) -> Advice:
    raise NotFoundError(
        f"{', '.join(applied)} is of a store that is not open here: open its Coach before the graph runs"
    )


_numbers = count()

_open_registries: WeakValueDictionary[int, Registry] = WeakValueDictionary()
"""Registries in the order in which they were made."""


def _no_owner() -> None:
    """What a registry has that belongs to no open coach."""


def open_coaches() -> list[Any]:
    """The coaches that are open in this process, in the order in which they were made."""
    found = (registry.owner() for _, registry in sorted(_open_registries.items()))
    return [coach for coach in found if coach is not None]


def registry_name(uri: str, namespace: str) -> str:
    """The name of a coach's registry; a digest, so that it tells nothing of the address."""
    return hashlib.sha256(f"{uri}\n{namespace}".encode()).hexdigest()[:16]


def registry_of(name: str) -> Registry:
    """The latest open registry of that name in this process, or one that writes nothing."""
    known = [registry for _, registry in sorted(_open_registries.items()) if registry.name == name]
    return known[-1] if known else Registry(name, lambda _: None)
