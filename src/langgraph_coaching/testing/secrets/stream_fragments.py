"""Streamed secrets: one that an answer tells piece by piece is taken out of all of its pieces."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from langgraph_coaching.testing.secrets.shapes import merge_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from langgraph_coaching.testing.secrets.shapes import Span

    TextSlot = tuple[Any, Any]
    """A mapping or list, and the key of a text in it."""


def remove_split_secrets(events: Sequence[Any], spans: Callable[[str], Iterable[Span]], instead: str) -> bool:
    """Takes secrets out that show only where the events are read together, such as one that ends in a later event.

    Args:
        events: JSON values, changed in place.
        spans: Where secrets stand in a text.
        instead: What stands in the first piece in place of one.

    Returns:
        Whether there was one.
    """
    streams: dict[tuple[Any, ...], list[TextSlot]] = defaultdict(list)
    for event in events:
        told = event.get("type") if isinstance(event, dict) else None
        for path, slot in _texts(event, ()):
            streams[told if isinstance(told, str) else None, *path].append(slot)
    found = [_remove_split(slots, spans, instead) for slots in streams.values()]
    return any(found)


def _texts(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], TextSlot]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        if isinstance(inner, str):
            yield (*path, key), (value, key)
        else:
            yield from _texts(inner, (*path, key))


def _remove_split(slots: list[TextSlot], spans: Callable[[str], Iterable[Span]], instead: str) -> bool:
    pieces = [holder[key] for holder, key in slots]
    if len(set(pieces)) < 2:  # noqa: PLR2004 - the same in every event, such as its id
        return False
    starts = [0]
    for piece in pieces:
        starts.append(starts[-1] + len(piece))
    split = [
        (start, end)
        for start, end in merge_spans(spans("".join(pieces)))
        if not any(
            first <= start and end <= last and (start - first, end - first) in merge_spans(spans(piece))
            for piece, (first, last) in zip(pieces, pairwise(starts), strict=True)
        )
    ]
    for number, (holder, key) in enumerate(slots):
        first, last = starts[number], starts[number + 1]
        kept, at = "", first
        for start, end in split:
            if end <= first or start >= last:
                continue
            kept += pieces[number][at - first : max(start, first) - first]
            kept += instead if start >= first else ""
            at = min(end, last)
        holder[key] = kept + pieces[number][at - first :]
    return bool(split)
