"""Paths of addresses: which of its segments are secrets, as in the addresses of bots and of webhooks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from langgraph_coaching.traces.secret_names import kind_of_name

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEGMENT = re.compile(r"[^/]+")
_BOT = re.compile(r"bot\d+(?::|%3[Aa])([\w-]{6,})")
_HOOK = re.compile(r"(?:incoming)?-?(?:web)?hooks?(?:b2)?|incoming", re.IGNORECASE)
"""From here on a path of a chat service is a secret by itself."""

_SLACK = re.compile(r"/(?:services|workflows|triggers)/T\w+/\w+/([\w/]+)")
_KEY = re.compile(r"key|pass|jwt", re.IGNORECASE)
_NAMED_THINGS = re.compile(r"models?|deployments?|engines?|publishers|agents?", re.IGNORECASE)
"""What follows is a name that somebody has chosen, however it looks."""

_OWN_ID = re.compile(r"[a-z]{2,16}[_-]")
"""An id with its kind before it, such as `file-…` or `thread_…`: what a request is about."""


def secrets_in_path(path: str) -> Iterator[tuple[int, int]]:
    """Where secrets stand in a path.

    Args:
        path: Of an address, as it is sent.

    Yields:
        Where each begins and ends.
    """
    if slack := _SLACK.search(path):
        yield slack.span(1)
    before, hook = "", False
    for match in _SEGMENT.finditer(path):
        segment = unquote(match[0])
        if bot := _BOT.fullmatch(match[0]):
            yield match.start() + bot.start(1), match.end()
        elif _is_secret(segment, before, hook=hook):
            yield match.span()
        hook = hook or _HOOK.fullmatch(segment) is not None
        before = segment


def _is_secret(segment: str, before: str, *, hook: bool) -> bool:
    if _KEY.fullmatch(before) or (kind_of_name(before) and not before.endswith("s")):  # many of them have ids
        return _is_opaque(segment, 8)
    if hook:
        return _is_opaque(segment, 12)
    if _NAMED_THINGS.fullmatch(before) or _OWN_ID.match(segment):
        return False
    return any(_is_random(run) for run in re.findall(r"[A-Za-z0-9]{20,}", segment))


def _is_opaque(segment: str, least: int) -> bool:
    """Whether a segment is no word: letters and digits, or letters without end."""
    mixed = re.search(r"\d", segment) and re.search(r"[A-Za-z]", segment)
    return re.fullmatch(r"[\w.@~=+-]+", segment) is not None and (
        (len(segment) >= least and mixed is not None) or re.fullmatch(r"[A-Za-z0-9]{20,}", segment) is not None
    )


def _is_random(run: str) -> bool:
    return all(re.search(kind, run) for kind in ("[a-z]", "[A-Z]", r"\d.*\d"))
