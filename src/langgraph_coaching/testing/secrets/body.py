"""Bodies: each read as what it is, and every text in it looked through for secrets."""

from __future__ import annotations

import base64
import codecs
import re
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, unquote_plus

from langgraph_coaching.testing.secrets.content_encoding import compress_file, decompress_file
from langgraph_coaching.testing.secrets.json_values import JsonSecrets
from langgraph_coaching.testing.secrets.shapes import SCRUBBED, is_secret, replace_spans
from langgraph_coaching.traces.secret_names import kind_of_parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from langgraph_coaching.testing.secrets.shapes import Span

_BOUNDARY = re.compile(r'boundary="?([^";,]+)', re.IGNORECASE)
_CHARSET = re.compile(r'charset="?([\w.:-]+)', re.IGNORECASE)
_FIELD = re.compile(r'[;\s]name="?([^";\r\n]*)', re.IGNORECASE)
_HEADER = re.compile(r"content-type:\s*([^\r\n]+)", re.IGNORECASE)
_FORM = re.compile(r"[\w.%+\[\]-]+=[^&\s]*(?:&[\w.%+\[\]-]+=[^&\s]*)+")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")


class Body:
    """Reads bodies and the texts in them, as deep as they are packed into each other.

    Args:
        spans: Where secrets stand in a text, by what they are.
        remember: Told what stood under the name of a secret.
    """

    def __init__(self, spans: Callable[[str], Iterable[Span]], remember: Callable[[str], None]) -> None:
        self._spans = spans
        self._remember = remember
        self._json = JsonSecrets(self.text, spans, remember)

    def body(self, body: bytes, content_type: str, further: Callable[[str], str]) -> bytes:
        """A body without secrets.

        Args:
            body: Without an encoding.
            content_type: The header.
            further: Applied to it where it is a text.
        """
        if (inside := decompress_file(body)) is not None:
            clean = self.body(inside, content_type, further)
            return body if clean == inside else compress_file(clean, like=body)
        charset = _charset(body, content_type)
        try:
            text, faults = body.decode(charset), "strict"
        except (UnicodeError, LookupError):
            text, faults, charset = body.decode("utf-8", "surrogateescape"), "surrogateescape", "utf-8"
        found = self._read(text, content_type)
        if faults == "strict":
            found = further(found)
        return body if found == text else found.encode(charset, faults)

    def text(self, text: str) -> str:
        """A text without secrets: JSON, lines of JSON, a form, something in base64, or any other."""
        found = self._json.read(text)
        if found is None and _FORM.fullmatch(text):
            found = self._form(text)
        return replace_spans(self._scrub_base64(text), self._spans) if found is None else found

    def _read(self, text: str, content_type: str) -> str:
        if (boundary := _BOUNDARY.search(content_type)) and "multipart" in content_type.lower():
            return self._parts(text, boundary[1])
        return self._form(text) if "form-urlencoded" in content_type.lower() else self.text(text)

    def _form(self, text: str) -> str:
        return "&".join(self._pair(*pair.partition("=")) for pair in text.split("&"))

    def _pair(self, name: str, sign: str, value: str) -> str:
        plain = unquote_plus(value, errors="surrogateescape")
        if is_secret(plain, kind_of_parameter(unquote_plus(name))):
            self._remember(plain)
            return f"{name}{sign}{SCRUBBED}"
        clean = self.text(plain)
        return f"{name}{sign}{value if clean == plain else quote_plus(clean, errors='surrogateescape')}"

    def _parts(self, text: str, boundary: str) -> str:
        delimiter = f"--{boundary}"
        return delimiter.join(self._part(part) for part in text.split(delimiter))

    def _part(self, part: str) -> str:
        head, gap, content = part.partition("\r\n\r\n" if "\r\n\r\n" in part else "\n\n")
        if not gap:
            return part
        inside = content.removesuffix("\n").removesuffix("\r")
        end = content[len(inside) :]
        field, kind = _FIELD.search(head), _HEADER.search(head)
        if field and inside.isprintable() and is_secret(inside, kind_of_parameter(field[1])):
            self._remember(inside)
            return f"{head}{gap}{SCRUBBED}{end}"
        return f"{replace_spans(head, self._spans)}{gap}{self._read(inside, kind[1] if kind else '')}{end}"

    def _scrub_base64(self, text: str) -> str:
        """The same, where it is another text in base64, with that one clean."""
        if not _BASE64.fullmatch(text):
            return text
        try:
            inside = base64.b64decode(text, validate=True).decode()
        except ValueError:
            return text
        clean = self.text(inside)
        return text if clean == inside else base64.b64encode(clean.encode()).decode()


def _charset(body: bytes, content_type: str) -> str:
    """How to read it: as it says, or as its first bytes do."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    named = _CHARSET.search(content_type)
    try:
        return codecs.lookup(named[1]).name if named else "utf-8"
    except LookupError:
        return "utf-8"
