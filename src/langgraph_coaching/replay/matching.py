"""Matching: requests in the form in which they are compared."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from langgraph_coaching.replay.normal import normal, plain_body
from langgraph_coaching.replay.secret_shapes import SCRUBBED

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is compared."""

    ignore_coaching: bool = False
    """Requests that differ only in the coaching block are the same."""
    ignore: tuple[str, ...] = ()
    """Places in a JSON body that are left out, with everything below: `$.metadata`, `$.messages[*].name`."""
    match_host: bool = False
    """Compare scheme, host and port too."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it is compared."""

    method: str
    host: str
    """Scheme, host and port; "" where they are not compared."""
    path: str
    query: tuple[tuple[str, str], ...]
    body: Any = field(compare=False)
    """In its normal form."""
    written: str
    """The same as JSON, where 1 and true are not equal."""


def asked_of(method: str, uri: str, headers: Mapping[str, Any], body: bytes | str | None, rules: Rules) -> Asked:
    """A request as it is compared.

    Args:
        method: Such as POST.
        uri: The whole address.
        headers: Tell how the body is to be read.
        body: As it was sent.
        rules: What is compared.
    """
    parts = urlsplit(uri)
    named = {name.lower(): _single(value) for name, value in headers.items()}
    read = normal(plain_body(body, named), ignore_coaching=rules.ignore_coaching, ignore=rules.ignore)
    return Asked(
        method=method.upper(),
        host=f"{parts.scheme}://{parts.netloc}".lower() if rules.match_host else "",
        path=parts.path or "/",
        query=tuple(sorted(parse_qsl(parts.query, keep_blank_values=True))),
        body=read,
        written=json.dumps(read, sort_keys=True, default=repr),
    )


def alike(recorded: Asked, asked: Asked) -> bool:
    """Whether a request asks what a recorded one does; what stood in place of something scrubbed is not compared."""
    if recorded == asked:
        return True
    if SCRUBBED not in recorded.path + recorded.written + asked.path + asked.written:
        return False
    parts = ("method", "host", "path", "query", "body")
    return all(same(getattr(recorded, part), getattr(asked, part)) for part in parts)


def same(recorded: Any, asked: Any) -> bool:
    """Whether two values of requests are equal but for what is scrubbed in one of them."""
    match recorded, asked:
        case dict(), dict():
            return recorded.keys() == asked.keys() and all(same(value, asked[key]) for key, value in recorded.items())
        case (list(), list()) | (tuple(), tuple()):
            return len(recorded) == len(asked) and all(map(same, recorded, asked))
        case str(), str():
            return recorded == asked or _fits(recorded, asked) or _fits(asked, recorded)
    return type(recorded) is type(asked) and bool(recorded == asked)


def _fits(scrubbed: str, text: str) -> bool:
    if SCRUBBED not in scrubbed:
        return False
    return re.fullmatch(".+?".join(map(re.escape, scrubbed.split(SCRUBBED))), text, re.DOTALL) is not None


def _single(value: Any) -> str:
    first = (value or [""])[0] if isinstance(value, list | tuple) else value
    return first.decode(errors="replace") if isinstance(first, bytes) else str(first)
