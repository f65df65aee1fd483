"""Encoded secrets: what Base64 hides, as in a login of HTTP, a secret of Kubernetes, an address of `data:`.

A run is one where it decodes to a text with a secret in it, or to any text where something says that it is a secret.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_RUN = re.compile(r"(?<![A-Za-z0-9+/_=.-])[A-Za-z0-9+/_-]{20,}(?![A-Za-z0-9+/_.-])={0,2}")
"""Of one line; a path, a number and an address are broken by what else they hold."""

_LOGIN = re.compile(r"\b[Bb]asic\s+([A-Za-z0-9+/_-]{8,}={0,2})(?![\w+/=])")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

_HEAD = 64
"""Characters from which it is told that a run is a picture or another file of bytes."""

MOST = 65_536
"""Characters of a run that is decoded; a longer one is a file, of which the beginning is looked at."""


def encoded_spans(text: str, holds_secret: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Where such secrets stand in a text.

    Args:
        text: Any.
        holds_secret: Whether there is a secret in what was decoded.
    """
    for found in _LOGIN.finditer(text):
        if ":" in decoded_text(found[1]):
            yield found.span(1)
    for found in _RUN.finditer(text):
        told = decoded_text(found[0])
        if told and holds_secret(told):
            yield found.span()


def decoded_text(run: str) -> str:
    """What a run of Base64 says, in its two alphabets; "" where that is no text.

    Args:
        run: With or without the signs it is filled up with.
    """
    run = run.rstrip("=").translate(_ALPHABET)[:MOST]
    if len(run) % 4 == 1:  # none of Base64 is so long; or cut off, of a longer one
        run = run[: len(run) // 4 * 4] if len(run) == MOST else ""
    head = _decode(run[:_HEAD]) if len(run) > _HEAD else "-"
    return _decode(run) if head else ""


_ALPHABET = str.maketrans("-_", "+/")


def _decode(run: str) -> str:
    try:
        told = base64.b64decode(run + "=" * (-len(run) % 4), validate=True).decode(errors="strict")
    except UnicodeDecodeError as error:
        if error.end < len(error.object) or len(run) < _HEAD:  # not merely cut off within a letter
            return ""
        told = error.object[: error.start].decode()
    except ValueError:
        return ""
    return "" if _UNPRINTABLE.search(told) else told
