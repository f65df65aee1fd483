"""The difference: where a request asks something else than a recorded one, in few words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from langgraph_coaching.recall.prompt import BLOCK
from langgraph_coaching.testing.matching import values_match

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.testing.matching import ComparableRequest

_SHOWN = 60
"""Characters of a value in a message."""

_MISSING = object()
_INTENT = re.compile(r"^- When replying to: (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One place in which a request differs from a recorded one."""

    where: str
    """`method`, `host`, `path`, `query`, or a place in the body such as `$.messages[0].content`."""
    said: str
    """What is there in the one and in the other."""

    def __str__(self) -> str:
        return f"{self.where}: {self.said}"


def mismatches(recorded: ComparableRequest, asked: ComparableRequest) -> list[Mismatch]:
    """Differences of a request from a recorded one; [] where it is the same."""
    found = [
        Mismatch(name, f"recorded {_shortened_json(mine)}, now {_shortened_json(theirs)}")
        for name in ("method", "host", "path", "query")
        if not values_match(mine := getattr(recorded, name), theirs := getattr(asked, name))
    ]
    return (
        found if recorded.json_text == asked.json_text else [*found, *_body_mismatches("$", recorded.body, asked.body)]
    )


def _body_mismatches(place: str, mine: Any, theirs: Any) -> Iterator[Mismatch]:
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for name in sorted({*mine, *theirs}):
            yield from _body_mismatches(f"{place}.{name}", mine.get(name, _MISSING), theirs.get(name, _MISSING))
    elif isinstance(mine, list) and isinstance(theirs, list):
        for index, (one, other) in enumerate(zip_longest(mine, theirs, fillvalue=_MISSING)):
            yield from _body_mismatches(f"{place}[{index}]", one, other)
    elif not values_match(mine, theirs):
        yield Mismatch(place, _value_difference(mine, theirs))


def _value_difference(mine: Any, theirs: Any) -> str:
    before, after = _all_text(mine), _all_text(theirs)
    if BLOCK.search(before) or BLOCK.search(after):
        rest = [BLOCK.sub("", text) for text in (before, after)]
        if rest[0] == rest[1] or not all(rest):
            return f"the coaching block differs: {_coaching_difference(before, after)}"
    if mine is _MISSING or theirs is _MISSING or not (isinstance(mine, str) and isinstance(theirs, str)):
        return f"recorded {_shortened_json(mine)}, now {_shortened_json(theirs)}"
    return "recorded {}, now {}".format(*_window(mine, theirs))


def _coaching_difference(before: str, after: str) -> str:
    intents = [_INTENT.findall(found[0]) if (found := BLOCK.search(text)) else [] for text in (before, after)]
    if intents[0] != intents[1]:
        return "recorded with {}, now with {}".format(*("; ".join(each) or "none" for each in intents))
    return "recorded {}, now {}".format(*_window(before, after))


def _all_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return "\n".join(text for each in inner if (text := _all_text(each)))


def _window(mine: str, theirs: str) -> tuple[str, str]:
    first = next((i for i, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b), min(len(mine), len(theirs)))
    start = max(0, first - _SHOWN // 3)
    return _shortened_json(mine[start:], cut=start > 0), _shortened_json(theirs[start:], cut=start > 0)


def _shortened_json(value: Any, *, cut: bool = False) -> str:
    if value is _MISSING:
        return "nothing"
    written = repr(value) if isinstance(value, bytes | tuple) else json.dumps(value, ensure_ascii=False)
    written = written if len(written) <= _SHOWN else f"{written[:_SHOWN]}…"
    return f"…{written}" if cut else written
