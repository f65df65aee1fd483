"""The scrub: what of a request and its answer is written to disk, and what never is."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

SCRUBBED = "scrubbed"
"""What stands in place of a secret."""

KEPT = re.compile(
    r"^(?:accept|content-type|content-encoding|location|retry-after|anthropic-version|anthropic-beta|openai-beta"
    r"|x-amzn-bedrock-.*)$",
    re.IGNORECASE,
)
"""Headers that are written; what is not needed to answer again may name a person, an account or a request."""

_SECRET_NAME = re.compile(
    r"^(?:key|sig|signature|password|x-amz-.*)$|authorization|api[-_]?key|token$|secret|cookie", re.IGNORECASE
)
"""Headers and query keys whose values are secrets, and are blotted out wherever else they turn up."""

_SECRET_VARIABLE = re.compile(r"(?:^|_)(?:API_?KEY|ACCESS_KEY|TOKEN|SECRET|PASSWORD)$")

_LEAST = 8
"""Characters from which a value is taken for a secret and not for a word."""

_FIELDS = (
    "api_?key|access_?token|refresh_?token|id_?token|client_?secret|secret_?key|private_?key|password|authorization"
    "|org(?:anization)?_id"
)
_NAMED = (
    re.compile(rf'("(?:{_FIELDS})"\s*:\s*")((?:\\.|[^"\\])*)', re.IGNORECASE),
    re.compile(rf'(\\"(?:{_FIELDS})\\"\s*:\s*\\")([^"\\]*)', re.IGNORECASE),  # JSON inside JSON
)
_SHAPED = re.compile(
    r"(?<![\w-])(?:"
    r"sk-[\w-]{16,}"
    r"|(?:gsk|xai|pplx|hf|ghp|github_pat|lsv2_pt|lsv2_sk)[_-][\w-]{16,}"
    r"|AIza[\w-]{30,}"
    r"|(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|(?:org|proj|user|req)[-_][A-Za-z0-9]{16,}"
    r"|Bearer\s+[\w.~+/=-]{8,}"
    r"|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}"
    r")"
)


class Scrub:
    """Takes secrets, cookies and the ids of accounts and requests out of texts, headers and addresses.

    Args:
        secrets: Further texts that are blotted out wherever they turn up.
        keep: Names of further headers that are written.
        further: Applied to every address and every text at the end, such as one that replaces customers' names.
    """

    def __init__(
        self, secrets: Iterable[str] = (), keep: Iterable[str] = (), further: Callable[[str], str] | None = None
    ) -> None:
        variables = {value for name, value in os.environ.items() if _SECRET_VARIABLE.search(name.upper())}
        self._secrets = {text for text in (*secrets, *variables) if len(text) >= _LEAST}
        self._keep = {name.lower() for name in keep}
        self._further = further

    def headers(self, headers: Mapping[str, object]) -> dict[str, object]:
        """The headers that are written; the secrets among the others are remembered.

        Args:
            headers: Names, and a text or a list of texts each.
        """
        for name, value in headers.items():
            if _SECRET_NAME.search(name):
                for text in value if isinstance(value, list | tuple) else [value]:
                    self._remember(text.decode(errors="replace") if isinstance(text, bytes) else str(text))
        return {name: value for name, value in headers.items() if KEPT.match(name) or name.lower() in self._keep}

    def uri(self, uri: str) -> str:
        """An address without user, password and keys."""
        parts = urlsplit(uri)
        asked = parse_qsl(parts.query, keep_blank_values=True)
        for name, value in asked:
            if _SECRET_NAME.search(name):
                self._remember(value)
        query = urlencode([pair for pair in asked if not _SECRET_NAME.search(pair[0])])
        return self.text(urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query)))

    def body(self, body: bytes | None) -> bytes | None:
        """A body without secrets; one that is no text is left as it is."""
        if not body:
            return body
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return body
        return self.text(text).encode()

    def text(self, text: str) -> str:
        """A text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, SCRUBBED)
        for pattern in _NAMED:
            text = pattern.sub(rf"\g<1>{SCRUBBED}", text)
        text = _SHAPED.sub(SCRUBBED, text)
        return self._further(text) if self._further else text

    def _remember(self, value: str) -> None:
        for text in (value, value.rpartition(" ")[2]):  # "Bearer x" and x
            if len(text) >= _LEAST and text != SCRUBBED:
                self._secrets.add(text)
