"""Scores of a run: the numbers that an evaluation left in its metadata, by name."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from numbers import Real
from typing import Any

PLAIN = ("reward", "score")
"""Names under which a number in the metadata itself is a score."""

MOST = 100
"""Scores kept of one run."""


def scores_of(metadata: Mapping[str, Any]) -> dict[str, float]:
    """The scores of a run, finite numbers by their name; of one name the last counts.

    Args:
        metadata: Of a trace: with `reward` or `score`; `scores` by name, or as Langfuse has them (`name`, `value`); or
            `feedback` as LangSmith has it (`key`, `score`).
    """
    read = ((name, _number(value)) for name, value in _named(metadata) if isinstance(name, str) and name)
    found = {name: number for name, number in read if number is not None}
    return dict([*found.items()][:MOST])


def _named(metadata: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    for name in PLAIN:
        yield name, metadata.get(name)
    for place, key, value in (("feedback", "key", "score"), ("scores", "name", "value")):
        items = metadata.get(place)
        if isinstance(items, Mapping):
            yield from items.items()
        for item in items if isinstance(items, list | tuple) else ():
            if isinstance(item, Mapping):
                yield item.get(key), item.get(value)


def _number(value: Any) -> float | None:
    try:
        number = float(value) if isinstance(value, Real) else math.nan
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
