"""Shapes of secrets that nothing else looks like: keys of services, and how a program is told a password.

Shared by what is recorded of runs and by cassettes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEY = re.compile(
    r"(?<![A-Za-z0-9_-])(?:"
    r"pcsk_[\w-]{20,}|pscale_(?:pw|tkn|oauth)_[\w.=-]{16,}|NRAK-[A-Z0-9]{20,}|dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{20,}"
    r"|pat[A-Za-z0-9]{14}\.[0-9a-f]{32,}|secret_(?=[A-Za-z]*\d)[A-Za-z0-9]{30,}|csk-[a-z0-9]{30,}"
    r"|(?:sk|pk)\.eyJ[\w-]{8,}\.[\w-]{10,}|EAA[A-Za-z0-9]{60,}|sq0(?:atp|csp)-[\w-]{20,}|ASIA[0-9A-Z]{16}\b"
    r"|[MNO](?=[A-Za-z_-]*\d)[\w-]{23,25}\.(?=[\w-]{0,5}[A-Z0-9])[\w-]{6}\.[\w-]{27,}|\d{8,10}:AA[\w-]{32,}"
    r")"
)
_TOLD = (
    re.compile(r"https://hooks\.slack\.com/(?:services|workflows|triggers)/(?:\w+/){1,3}([\w-]{16,})"),
    re.compile(r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d{5,}/([\w-]{30,})"),
    re.compile(r"\bSSWS\s+([\w.-]{16,})"),
    re.compile(r"(?<!\S)(?:-u|--user)[ =][\"']?[^\s:\"'@/]{1,64}:([^\s\"']{4,})"),
    re.compile(r"(?<!\S)--(?:password|token|api-key|secret)[ =][\"']?(?=[^\s\"']*\d)([^\s\"']{6,})"),
    re.compile(r"\bmachine\s+\S+\s+login\s+\S+\s+password\s+(\S+)"),
    re.compile(r"\b[Pp]ass(?:word|wort|code|phrase) (?:is|ist|was):? [\"']?(?=[^\s\"']*\d)([^\s\"',;]{6,})"),
)
"""In an address of a service, in a command, or in so many words."""

HINT = r"pcsk_|pscale_|NRAK|dp\.|pat[A-Za-z0-9]{14}\.|[MNO]\w{23}|hooks\.|SSWS|(?<!\S)-|machine|[Pp]ass"
"""Without one of these, or of those of other shapes, there is none in a text."""


def shape_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where such secrets stand in a text.

    Args:
        text: Any.
    """
    yield from (found.span() for found in _KEY.finditer(text))
    yield from (found.span(1) for pattern in _TOLD for found in pattern.finditer(text))
