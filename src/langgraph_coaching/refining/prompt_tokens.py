"""Prompt tokens: what revisions take in a prompt, each counted once in a process and read with few others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.coaching.coachings import name_of
from langgraph_coaching.coaching.revisions import REVISION_KEY, Revision, list_revisions
from langgraph_coaching.coaching.row import coaching_of
from langgraph_coaching.refining.cost import tokens_of
from langgraph_coaching.storage.rows import read_each

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from langgraph_coaching.coaching.coachings import Coachings

MOST = 20_000
"""Revisions that are remembered, the latest; some 200 bytes each."""

_AT_ONCE = 100
"""Revisions that are in memory at once; one that was judged often takes tens of KB."""


class PromptTokens:
    """Counts the tokens of one namespace's revisions.

    Args:
        store: The coachings, every revision.
    """

    def __init__(self, store: Coachings) -> None:
        self._store = store
        self._known: dict[Revision, int] = {}

    def count(self, wanted: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """What revisions take in a prompt; one that is erased, or that cannot be read, is left out.

        Args:
            wanted: Ids and revisions.

        Raises:
            StoreError: The store could not be read.
        """
        found = self._store.read_revisions(REVISION_KEY, wanted)
        rows = [] if found is None else list_revisions(found)
        there = [row for row in rows if row[:2] in wanted]
        known = {one: self._known[one] for one in there if one in self._known}
        fresh = dict(self._count_each([one for one in there if one not in known]))
        if fresh:
            self._known = dict([*self._known.items(), *fresh.items()][-MOST:])
        return {one[:2]: tokens for one, tokens in (known | fresh).items()}

    def _count_each(self, revisions: Sequence[Revision]) -> Iterator[tuple[Revision, int]]:
        columns = ("namespace", "record", *REVISION_KEY)
        for start in range(0, len(revisions), _AT_ONCE):
            found = self._store.read_revisions(columns, revisions[start : start + _AT_ONCE])
            named = [(name_of(row), row["record"]) for row in (found.to_pylist() if found is not None else ())]
            for one in read_each(named, coaching_of):
                yield Revision.of(one), tokens_of(one)
