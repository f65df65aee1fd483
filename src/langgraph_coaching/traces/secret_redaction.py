"""Redact secrets: what is taken out of every text that is kept, unless another function is given.

Keys, tokens, passwords, cards and bank accounts are worth nothing to whoever coaches, and much to whoever finds them.
Mail addresses and telephone numbers are often what a conversation is about: they go only where that is asked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from langgraph_coaching.traces.account_numbers import account_spans
from langgraph_coaching.traces.encoded_secrets import decoded_text, encoded_spans
from langgraph_coaching.traces.secret_names import kind_of_name, kind_of_parameter
from langgraph_coaching.traces.secret_shapes import HINT, shape_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_Span = tuple[int, int, str]

_KEY = re.compile(
    r"(?<![A-Za-z0-9_-])(?:"
    r"sk-(?=[\w-]*\d)[\w-]{20,}|(?:sk|rk|pk)_(?:live|test)_\w{8,}|whsec_[\w+/=]{16,}"
    r"|gh[opsur]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|gl(?:pat|dt|rt|ptt|cbt|soat|agent)-(?=[\w.-]*\d)[\w.-]{16,}"
    r"|xox[a-z]-(?=[\w-]*\d)[\w-]{10,}|xapp-(?=[\w-]*\d)[\w-]{16,}"
    r"|(?:gsk|xai|pplx|hf|ntn|glsa|sbp|figd|npm|lsv2_[ps][tk]|lin_api|sntrys|dckr_pat|tgp_v1|nvapi|tvly)"
    r"[_-](?=[\w-]*\d)[\w-]{20,}"
    r"|pypi-[\w-]{40,}|do[por]_v1_[0-9a-f]{32,}|shp(?:at|ca|pa|ss)_[0-9a-f]{32}|(?:dapi|SK|key-)[0-9a-f]{32}"
    r"|hv[sbr]\.[\w-]{20,}|ATATT3[\w=-]{20,}|AGE-SECRET-KEY-1[0-9A-Z]{20,}"
    r"|AIza[\w-]{30,}|ya29\.[\w-]{16,}|GOCSPX-[\w-]{16,}|(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|SG\.[\w-]{16,}\.[\w-]{16,}|eyJ[\w-]{8,}(?:\.[\w-]+){1,4}\.?"
    r")"
    r"|-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?s:.*?)"
    r"(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)"
)
"""Keys and tokens of well-known services, and private keys."""

_BEARER = re.compile(r"\b(?:[Bb]earer|BEARER|[Bb]asic|Token)\s+((?=[\w.~+/=-]*\d)[\w.~+/=-]{16,})")
_LOGIN = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@\"'<>\\]{0,256}:([^\s/@\"'<>\\]{1,512})@")
_PARAMETER = re.compile(r"[?&]([A-Za-z][\w.%\[\]-]{0,63})=([^&\s\"'<>\\;#)]+)")
_SAID = re.compile(
    r"(?<![\w.-])([A-Za-z][\w-]{0,63}|(?:[Aa][Pp][Ii]|[Aa]ccess|[Ss]ecret|[Aa]uth) (?:[Kk]ey|[Tt]oken))[\"']?"
    r"\s{0,3}[:=]\s{0,3}(\\?[\"']?)(?=[^\s\"'<>\\,;&()\[\]{}`])"
)
"""Before the value of `NAME=value`, `name: value` and `"name": "value"`. There may be another in it, as in
`cmd: NAME=value`, or it is the first line of what is below the name."""
_VALUE = re.compile(r"[^\s\"'<>\\,;&()\[\]{}`]+")

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_PHONE = re.compile(
    r"(?<![\w.,:/#-])(?:\+\d{1,3}[ .-]?(?:\(0?\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){1,5}"
    r"|\(\d{3}\) ?\d{3}[ .-]\d{4}|\d{3}[.-]\d{3}[.-]\d{4}|0\d{2,4}[ /-]\d{3,4}[ ]?\d{3,5})(?![\w-]|[.,:]\d)"
)
_SOCIAL = re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")

_HINT = re.compile(
    r"[:=@]|\d{4}|[Bb]earer|BEARER|[Bb]asic |Token |-----BEGIN|[_-][^\W\d_]*\d"
    r"|eyJ|AKIA|ASIA|AIza|GOCSPX|ATATT|dapi|SK[0-9a-f]|key-|ya29|SG\.|hv[sbr]\.|[A-Za-z0-9+/_-]{20}|" + HINT
)
"""Without one of these there is no secret in a text; looked for in a time that grows with the text, not its square."""

_LEAST = 6
"""Characters from which letters and digits behind the name of a secret are one."""

SECRET = "[secret]"  # noqa: S105
"""Stands in place of one."""


def redact_secrets(text: str) -> str:
    """The text without keys, tokens, passwords, numbers of cards and of bank accounts; what every coach does by itself.

    What stands in their place says what it was: `[secret]`, `[card]`, `[IBAN]`. Order numbers and the like stay.

    Args:
        text: Any; what was redacted before stays as it is.
    """
    return _replace(text, _secret_spans(text)) if _HINT.search(text) else text


def redact_personal_data(text: str) -> str:
    """As `redact_secrets`, and without mail addresses, telephone and social security numbers.

    What stands in their place is `[email]`, `[phone]` and `[SSN]`.
    `Coach(uri, redact=redact_personal_data)`. Names and addresses are not found by it.

    Args:
        text: Any; what was redacted before stays as it is.
    """
    return _replace(text, [*_secret_spans(text), *_personal_spans(text)]) if _HINT.search(text) or "(" in text else text


def is_secret_field(name: str, text: str) -> bool:
    """Whether the text under a name, such as of an argument of a tool, is a secret, however it looks.

    Args:
        name: In any spelling.
        text: What stands there.
    """
    kind = kind_of_name(name)
    return bool(text) and (kind == "secret" or (kind == "token" and _looks_random(text, 2 * _LEAST)))


def _secret_spans(text: str) -> Iterator[_Span]:
    yield from account_spans(text)
    yield from ((*span, "secret") for span in key_spans(text))
    yield from ((*found.span(1), "secret") for pattern in (_BEARER, _LOGIN) for found in pattern.finditer(text))
    for found in _PARAMETER.finditer(text):
        if kind_of_parameter(found[1]) and _looks_random(found[2], _LEAST):
            yield *found.span(2), "secret"
    yield from ((*span, "secret") for span in _said_spans(text))
    yield from ((*span, "secret") for span in encoded_spans(text, _holds_secret))


def _said_spans(text: str) -> Iterator[tuple[int, int]]:
    read = 0
    for found in _SAID.finditer(text):
        kind = kind_of_name(found[1]) if found.end() >= read else None
        value = _VALUE.match(text, found.end()) if kind else None
        if value is None:
            continue
        read = value.end()  # so that what is behind many names is not read as often
        # In quotation marks it is a field, whose value is no word of a sentence.
        least = 0 if kind == "secret" and found[2] else _LEAST if kind == "secret" else 2 * _LEAST
        if not least or _looks_random(value[0], least) or (kind == "secret" and _is_encoded(value[0])):
            yield value.span()


def key_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where keys and tokens of services stand in a text, and passwords as a program is told them."""
    yield from (found.span() for found in _KEY.finditer(text))
    yield from shape_spans(text)


def _holds_secret(text: str) -> bool:
    return any(True for _ in _secret_spans(text))


def _is_encoded(value: str) -> bool:
    """Whether it is text in Base64, as the values of a secret of Kubernetes are: a word in letters alone hardly is."""
    return len(value) % 4 == 0 and len(value) >= 2 * _LEAST and bool(decoded_text(value))


def _personal_spans(text: str) -> Iterator[_Span]:
    for pattern, kind in ((_MAIL, "email"), (_SOCIAL, "SSN"), (_PHONE, "phone")):
        yield from ((*found.span(), kind) for found in pattern.finditer(text))


def _looks_random(text: str, least: int) -> bool:
    return len(text) >= least and bool(re.search(r"\d", text) and re.search(r"[A-Za-z]", text))


def _replace(text: str, spans: Iterable[_Span]) -> str:
    parts, at = [], 0
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= at:
            parts += [text[at:start], f"[{kind}]"]
        at = max(at, end)
    return "".join([*parts, text[at:]])
