"""The pairing: which call of a new run came in the place of which recorded one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langgraph_coaching.replay.recorded import Recorded


def paired(recorded: Sequence[Recorded], made: Sequence[Recorded]) -> list[tuple[Recorded | None, Recorded | None]]:
    """Each call with the one that came in its place, from the same node: the one that was asked the same, or the next.

    Args:
        recorded: Calls of the recorded run, in order; their order is kept.
        made: Those of the new one; what is left of them comes last.
    """
    left: dict[str, list[Recorded]] = defaultdict(list)
    for new in made:
        left[new.place].append(new)
    found: dict[int, Recorded] = {}
    for exact in (True, False):
        for index, old in enumerate(recorded):
            alike = (new for new in left[old.place] if not exact or _said(old) == _said(new))
            if index not in found and (match := next(alike, None)) is not None:
                found[index] = match
                left[old.place] = [new for new in left[old.place] if new is not match]
    rest = [new for new in made if any(new is other for other in left[new.place])]
    return [*((old, found.get(index)) for index, old in enumerate(recorded)), *((None, new) for new in rest)]


def _said(call: Recorded) -> list[tuple[str, Any]]:
    return [(message.type, message.content) for message in call.prompt]
