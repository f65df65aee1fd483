"""Scrubbing: what of a request and its answer is written to disk, and what never is."""

from __future__ import annotations

import base64
import json
import os
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit, urlunsplit

from langgraph_coaching.testing.secrets.address_path import secrets_in_path
from langgraph_coaching.testing.secrets.body import Body
from langgraph_coaching.testing.secrets.shapes import SCRUBBED, looks_random, secret_spans
from langgraph_coaching.traces.secret_names import kind_of_name, kind_of_parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from langgraph_coaching.testing.secrets.shapes import Span

KEPT = re.compile(
    r"^(?:accept|content-type|content-encoding|location|retry-after|anthropic-version|anthropic-beta|openai-beta"
    r"|x-amzn-bedrock-.*)$",
    re.IGNORECASE,
)
"""Headers that are written; what is not needed to answer again may name a person, an account or a request."""

_COOKIE = re.compile(r"([^=;]+=)[^;]*")

_LEAST = 8
"""Characters from which a value is taken for a secret and not for a word."""

_WORD = re.compile(r"[^\W\d_]{1,15}")
"""What may stand in any sentence, whatever it was the value of."""


class Scrub:
    """Takes secrets, cookies and the ids of accounts and requests out of texts, headers and addresses.

    Args:
        secrets: Further texts that are blotted out wherever they turn up.
        keep: Names of further headers that are written; of one that holds a secret, that it was there.
        further: Applied to every address and every text at the end, such as one that replaces customers' names.
    """

    def __init__(
        self, secrets: Iterable[str] = (), keep: Iterable[str] = (), further: Callable[[str], str] | None = None
    ) -> None:
        self._secrets: set[str] = set()
        self._keep = {name.lower() for name in keep}
        self._further = further or str
        self._payload = Body(self._spans, self._remember_random)
        for text in secrets:
            self._know(text)
        for name, value in os.environ.items():
            if kind_of_name(name) and not _WORD.fullmatch(value):
                self._remember(value)

    def headers(self, headers: Mapping[str, object]) -> dict[str, object]:
        """The headers that are written; the secrets among the others are remembered.

        Args:
            headers: Names, and a text or a list of texts each.
        """
        for name, value in headers.items():
            if kind_of_name(name):
                for text in _texts(value):
                    self._remember_header(name, text)
        kept = {name: value for name, value in headers.items() if KEPT.match(name) or name.lower() in self._keep}
        return {name: self._header(name, value) for name, value in kept.items()}

    def uri(self, uri: str) -> str:
        """An address without user, password and keys."""
        parts = urlsplit(uri)
        asked = parse_qsl(parts.query, keep_blank_values=True)
        secret = {name for name, _ in asked if kind_of_parameter(name)}
        for name, value in asked:
            if name in secret:
                self._remember(value)
        for start, end in secrets_in_path(parts.path):
            self._remember(parts.path[start:end])
        query = urlencode([(name, self._payload.text(value)) for name, value in asked if name not in secret])
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query)
        return self.text(urlunsplit(bare))

    def body(self, body: bytes | None, headers: Mapping[str, object] | None = None) -> bytes | None:
        """A body without secrets; what is no text is looked through all the same.

        Args:
            body: Without an encoding.
            headers: Tell how it is to be read.
        """
        if not body:
            return body
        named = {name.lower(): next(iter(_texts(value)), "") for name, value in (headers or {}).items()}
        return self._payload.body(body, named.get("content-type", ""), self._further)

    def text(self, text: str) -> str:
        """A text without secrets."""
        return self._further(self._payload.text(text))

    def _spans(self, text: str) -> Iterator[Span]:
        for secret in self._secrets:
            start = text.find(secret)
            while start >= 0:
                yield start, start + len(secret)
                start = text.find(secret, start + 1)
        yield from secret_spans(text)

    def _header(self, name: str, value: object) -> object:
        if isinstance(value, list | tuple):
            return [self._header(name, each) for each in value]
        text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
        if name.lower() == "location":
            return self.uri(text)
        if "cookie" in name.lower():
            return _COOKIE.sub(rf"\1{SCRUBBED}", text, 1 if name.lower() == "set-cookie" else 0)
        return SCRUBBED if kind_of_name(name) else self.text(text)

    def _remember_header(self, name: str, value: str) -> None:
        if "cookie" in name.lower():
            pairs = value.split(";")[: 1 if name.lower() == "set-cookie" else None]
            for pair in pairs:
                self._remember(pair.partition("=")[2].strip())
            return
        self._remember(value)
        scheme, _, credentials = value.strip().rpartition(" ")  # "Bearer x" and x
        self._remember(credentials)
        if scheme.lower() == "basic":
            self._remember(_decoded_login(credentials))

    def _remember(self, value: str) -> None:
        if len(value) >= _LEAST and value != SCRUBBED:
            self._know(value)

    def _remember_random(self, value: str) -> None:
        if looks_random(value, 12):
            self._remember(value)

    def _know(self, value: str) -> None:
        if value:
            self._secrets |= {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1]}


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return [text.decode(errors="replace") if isinstance(text, bytes) else str(text) for text in values]


def _decoded_login(credentials: str) -> str:
    try:
        return base64.b64decode(credentials).decode(errors="replace").partition(":")[2]
    except ValueError:
        return ""
