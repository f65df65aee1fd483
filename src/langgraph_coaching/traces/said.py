"""Whether a text stands in what was said in runs: in their own words, or in what was said before and not captured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.storage.storable import text_asked
from langgraph_coaching.traces.conditions import condition_on_agent, conditions_of, values_of
from langgraph_coaching.traces.fitting_runs import FittingRuns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from langgraph_coaching.storage.table import Table
    from langgraph_coaching.traces.chunks import Chunks


class Said:
    """A text that is searched.

    Args:
        chunks: Where earlier turns are.
        text: In any case.
    """

    def __init__(self, chunks: Chunks, text: str) -> None:
        self._chunks = chunks
        self._text = text
        self._lowered = text.lower()

    def places(self, runs: FittingRuns, places: Sequence[int]) -> list[int]:
        """The places of those runs in which it stands, in order.

        Args:
            runs: Of which.
            places: Those that are looked at.

        Raises:
            StoreError: The traces could not be read.
        """
        said = [self._lowered in text.lower() for text in runs.texts(places)]
        other = [place for place, here in zip(places, said, strict=True) if not here]
        names = runs.ids(other)
        earlier = self._chunks.holding_among(self._text, names)
        found = {place for place, name in zip(other, names, strict=True) if name in earlier}
        return [place for place, here in zip(places, said, strict=True) if here or place in found]


def asked_runs(table: Table, chunks: Chunks, which: Mapping[str, Any]) -> tuple[FittingRuns, Said | None]:
    """The runs that meet what is asked for, except for a text; and that text, if one is asked for.

    Args:
        table: Of traces.
        chunks: Where earlier turns are.
        which: `ThreadFilters`.

    Raises:
        StoreError: The table could not be read.
    """
    names = ("coaching_id", "since", "until", "coached", "simulated")
    where = conditions_of(chunks, None, *(which.get(name) for name in names))
    equal = values_of(**{name: which.get(name) for name in ("name", "label", "origin", "thread_id")})
    agent, opened, text = which.get("agent"), table.opened(), which.get("text")
    if agent is not None and opened is not None:
        where.append(condition_on_agent(agent, is_kept="agents" in opened.schema.names))
    return FittingRuns(table, where, equal), None if text is None else Said(chunks, text_asked("text", text))
