"""Shapes of secrets: where in a text one stands, by how it looks or by what is written before it."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

from langgraph_coaching.testing.secrets.address_path import secrets_in_path
from langgraph_coaching.traces.account_numbers import account_spans
from langgraph_coaching.traces.encoded_secrets import encoded_spans
from langgraph_coaching.traces.secret_names import kind_of_name, kind_of_parameter
from langgraph_coaching.traces.secret_redaction import key_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SCRUBBED = "scrubbed"
"""What stands in place of a secret."""

Span = tuple[int, int]
"""Where a secret begins, and where it ends."""

_SHAPED = re.compile(
    # Not within a word; what an escape such as \n or \u003d leaves before it is none.
    r"(?:(?<![\w-])|(?<=\\[nrtbf])|(?<=\\u[0-9a-fA-F]{4}))(?:"
    r"sk-[\w-]{16,}"
    r"|(?:sk|rk|pk)_(?:live|test)_\w{8,}|whsec_[\w+/=]{16,}"
    r"|gh[opsur]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|gl(?:pat|dt|rt|ptt|cbt|soat|agent)-[\w.-]{16,}"
    r"|xox[a-z]-[\w-]{8,}|xapp-[\w-]{16,}"
    r"|(?:gsk|xai|pplx|hf|ntn|glsa|r8|fw|jina|sbp|figd)[_-][A-Za-z0-9][A-Za-z0-9_]{15,}"
    r"|(?:lsv2_[ps][tk]|lin_api|sntrys|dckr_pat|tgp_v1|nvapi|tvly|csk)[_-][\w-]{16,}"
    r"|(?:npm|secret)_[A-Za-z0-9]{30,}|pypi-[\w-]{40,}|do[por]_v1_[0-9a-f]{32,}|shp(?:at|ca|pa|ss)_[0-9a-f]{32}"
    r"|(?:dapi|SK|key-)[0-9a-f]{32}|hv[sbr]\.[\w-]{20,}|ATATT3[\w=-]{20,}|AGE-SECRET-KEY-1[0-9A-Z]{20,}"
    r"|AIza[\w-]{30,}|ya29\.[\w-]{16,}|1//0[\w-]{20,}|AQ\.[\w-]{30,}|GOCSPX-[\w-]{16,}"
    r"|(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|SG\.[\w-]{16,}\.[\w-]{16,}|[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,}"
    r"|\d{8,10}:[\w-]{35}(?![\w-])"
    r"|(?:org|proj|user|req)[-_](?=[a-z]*[A-Z\d])[A-Za-z0-9]{16,}"
    r"|(?i:Bearer)\s+(?=[\w.~+/=-]*[\d.~+/=_-]|\w{20})[\w.~+/=-]{8,}"
    r"|eyJ[\w-]{8,}(?:\.[\w-]*){2,4}"
    r")"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|\Z)",
    re.DOTALL,
)
"""Keys and tokens of well-known services."""

_BASIC = re.compile(r"\b[Bb]asic\s+([A-Za-z0-9+/_-]{8,}={0,2})")
_OPENING = re.compile(
    r"""(?<!\\)(?P<esc>\\*)(?P<quote>["'])(?P<name>[A-Za-z][\w.\- \[\]]{0,63})(?P=esc)(?P=quote)\s*(?::|=>?)\s*"""
    r"""[rbuf]?(?P<esc2>\\*)(?P<quote2>["'])"""
)
"""`"name": "`, in JSON, in JSON inside JSON, and in what a programming language prints."""

_PARAMETER = re.compile(r"(?:[?&#]|\\u0026)([A-Za-z][\w.%\[\]-]{0,63})=([^&\s\"'<>\\;#)]+)")
"""In the query of an address."""

_SETTING = re.compile(r"[;~/]([A-Za-z][\w.%\[\]-]{0,63})=([^&\s\"'<>\\;#~/,)]+)")
"""In a connection string, or in a path."""

_SAID = re.compile(
    r"(?<![\w.-])([A-Za-z][\w-]{0,63}|(?:api|access|secret|private|auth) (?:key|token))"
    r"\s*[:=]\s*[\"']?([^\s\"'<>\\,;&()\[\]{}`]+)"
)
"""`NAME=value` and `name: value` in the midst of other words."""

_ELEMENT = re.compile(r"<(?:\w+:)?([A-Za-z][\w.-]{0,63})(?:\s[^<>]*)?>([^<>]+)</")
_INPUT = re.compile(r"""name=["']([\w.\[\]-]{1,64})["'][^<>]{0,200}?value=["']([^"'<>]+)["']""")
_URL = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}:)//(?:[^\s/@:\"'<>\\]{0,256}:([^\s/@\"'<>\\]{1,512})@)?"
    r"([^\s/?#\"'<>\\]*)([^\s?#\"'<>\\]*)"
)
"""An address, its password, its host and its path."""

_CAPITALS = 6
"""Letters from which a run of capitals is no word there."""

_PLAIN_RUN = 8
"""Letters from which a single run of them is no word beside a name that promises a token."""


def secret_spans(text: str) -> Iterator[Span]:
    """Where secrets stand in a text, in no order; some of them overlap.

    Args:
        text: Anything, also a piece of JSON, a form, a web page or a program.
    """
    yield from (match.span() for match in _SHAPED.finditer(text))
    yield from key_spans(text)
    yield from ((start, end) for start, end, _ in account_spans(text))
    yield from (match.span(1) for match in _BASIC.finditer(text) if _is_login(match[1]))
    # A text that is encoded as a whole is decoded, and stays what it is but for its secrets.
    yield from (span for span in encoded_spans(text, _holds_secret) if span != (0, len(text)))
    yield from _keyed_spans(text)
    for pattern, kind_of in ((_PARAMETER, kind_of_parameter), (_SETTING, kind_of_name)):
        yield from (match.span(2) for match in pattern.finditer(text) if is_secret(match[2], kind_of(match[1])))
    for match in _SAID.finditer(text):
        if looks_random(match[2], 6 if kind_of_name(match[1]) == "secret" else 12) and kind_of_name(match[1]):
            yield match.span(2)
    for pattern in (_ELEMENT, _INPUT):
        yield from (m.span(2) for m in pattern.finditer(text) if is_secret(m[2], kind_of_name(m[1])))
    for match in _URL.finditer(text):
        if match[1]:
            yield match.span(1)
        yield from ((match.start(3) + a, match.start(3) + b) for a, b in secrets_in_path(match[3]))


def _holds_secret(text: str) -> bool:
    return any(True for _ in secret_spans(text))


def is_secret(value: str, kind: str | None) -> bool:
    """Whether a text under a name is a secret.

    Args:
        value: What stands there.
        kind: What the name promises.
    """
    if kind != "token":
        return bool(kind and value)
    runs, alone = value.split(), not re.search(r"\s", value)  # a model's words have a blank before them
    longest = _PLAIN_RUN if alone else 2 * _PLAIN_RUN
    if alone and len(value) >= _CAPITALS and value.isupper():
        return True
    return bool(runs) and not all(len(run) < longest and not re.search(r"[\d_=+/]", run) for run in runs)


def looks_random(value: str, least: int) -> bool:
    """Whether a text is long enough for a secret, and of letters and digits."""
    return len(value) >= least and bool(re.search(r"\d", value) and re.search(r"[A-Za-z]", value))


def merge_spans(spans: Iterable[Span]) -> list[Span]:
    """The same places in order, those that overlap as one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def replace_spans(text: str, spans: Callable[[str], Iterable[Span]]) -> str:
    """A text with something else in place of every secret."""
    parts, at = [], 0
    for start, end in merge_spans(spans(text)):
        parts += [text[at:start], SCRUBBED]
        at = end
    return "".join([*parts, text[at:]])


def _keyed_spans(text: str) -> Iterator[Span]:
    for match in _OPENING.finditer(text):
        if (kind := kind_of_name(match["name"])) is not None:
            start = match.end()
            end = _end_of_string(text, start, match["quote2"], len(match["esc2"]))
            if is_secret(text[start:end], kind):
                yield start, end


def _end_of_string(text: str, start: int, quote: str, escapes: int) -> int:
    """Where a quoted text ends: at a quote that is escaped as often as the one that began it."""
    for match in re.compile(rf"(?<!\\)(\\*){quote}").finditer(text, start):
        count = len(match[1])
        if count <= escapes if escapes else count % 2 == 0:
            return match.start() if escapes else match.end() - 1
    return len(text)


def _is_login(text: str) -> bool:
    padded = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
    try:
        return b":" in base64.b64decode(padded)
    except ValueError:
        return False
