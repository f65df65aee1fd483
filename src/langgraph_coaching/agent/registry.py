"""The register of one coach: what is known of its advice from one model call to the next."""

from __future__ import annotations

import hashlib
import logging
from collections import OrderedDict
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from langgraph_coaching.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.recall.receipts import Entry

log = logging.getLogger("langgraph_coaching")

KEPT = 1_024
"""Calls of which the advice is kept."""

_REMEDY = "the node directly after it calls a chat model with coached(state), or with a prompt made of it"


class Registry:
    """Says of one coach's advice whether a model has seen it: once in the store, and once as a warning.

    Args:
        name: Of the coach: the same in every process that opens the same namespace of the same store.
        record: Takes what was advised, off the graph's path.
        lookup: Finds the advice of a moment, or what was applied in it, in the store.
    """

    def __init__(
        self, name: str, record: Callable[[Entry], None], lookup: Callable[[str, Sequence[str]], Advice] | None = None
    ) -> None:
        self.name = name
        self.lookup = lookup or _nowhere
        self.record = record
        self._lock = Lock()
        self._warned: set[str] = set()
        self._failed: OrderedDict[str, Advice] = OrderedDict()
        self._expected: OrderedDict[str, Advice] = OrderedDict()
        self._place = next(_places)
        _open[self._place] = self

    def failed(self, request: str, advice: Advice) -> None:
        """Keeps the advice of a call that has failed, for when the same is asked again; not of one that has no name."""
        if not request:
            return
        with self._lock:
            self._failed[request] = advice
            while len(self._failed) > KEPT:
                self._failed.popitem(last=False)

    @property
    def has_failed(self) -> bool:
        """Whether there is any."""
        return bool(self._failed)

    def again(self, request: str) -> Advice | None:
        """The advice of a call that has failed before, once."""
        with self._lock:
            return self._failed.pop(request, None)

    def expect(self, advice: Advice) -> None:
        """Notes advice that was put into a state, for a model call after it."""
        with self._lock:
            self._expected[advice.considered[0].id] = advice
            while len(self._expected) > KEPT:
                self._expected.popitem(last=False)

    def arrived(self, advice: Advice) -> None:
        """A model has seen it."""
        with self._lock:
            self._expected.pop(advice.considered[0].id, None)

    @property
    def is_open(self) -> bool:
        """Whether what it is told is kept."""
        return _open.get(self._place) is self

    def close(self) -> None:
        """No more is recorded here; another coach of the same name may do so."""
        _open.pop(self._place, None)

    def look(self) -> None:
        """Warns where advice was put into a state and no model has seen it."""
        with self._lock:
            late, self._expected = self._expected, OrderedDict()
        for advice in late.values():
            node = advice.considered[0].node
            self.warn("coach.node()", f"coaching was chosen in the node {node!r} and not seen by the model: {_REMEDY}")

    def warn(self, where: str, text: str) -> None:
        """Warns once of each place."""
        with self._lock:
            known = where in self._warned
            self._warned.add(where)
        if not known:
            log.warning("%s: %s", where, text)


def _nowhere(_: str, applied: Sequence[str]) -> Advice:
    raise NotFoundError(
        f"{', '.join(applied)} is of a store that is not open here: open its Coach before the graph runs"
    )


_places = count()

_open: WeakValueDictionary[int, Registry] = WeakValueDictionary()
"""Registers in the order in which they were made."""


def registry_name(uri: str, namespace: str) -> str:
    """The name of a coach's register; it tells nothing of the address."""
    return hashlib.sha256(f"{uri}\n{namespace}".encode()).hexdigest()[:16]


def registry_of(name: str) -> Registry:
    """The latest open register of that name in this process, or one that keeps nothing."""
    known = [registry for _, registry in sorted(_open.items()) if registry.name == name]
    return known[-1] if known else Registry(name, lambda _: None)
