"""What every answer of the studio carries, and which requests are refused before anything is looked at."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import FormData, Headers, MutableHeaders
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Content security policy: nothing but the studio's own files, no inline script or style, in no one's frame."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    "Referrer-Policy": "same-origin",  # with no-referrer a browser would not say where a form comes from
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

SAFE = ("GET", "HEAD", "OPTIONS")

LARGEST = 2_000_000
"""Bytes of a form, at most."""

FIELDS = 2_000
"""Fields of a form, at most."""

FORM = "application/x-www-form-urlencoded"


class SecurityHeaders:
    """Puts `HEADERS` on every answer; pages are not cached, for they show what people said."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


async def read_form(request: Request) -> FormData:
    """The form that a request carries, read no further than one of ours can go.

    Raises:
        HTTPException: It is too large (413), holds too many fields (400), or is of another kind, with files (415).
    """
    kind = request.headers.get("content-type", FORM).partition(";")[0].strip().lower()
    if kind != FORM:
        raise HTTPException(415, f"a form of the studio is sent as {FORM}, and without files")
    size, parts = 0, []
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            raise HTTPException(413, f"this form is larger than {LARGEST:,} bytes; shorten what was typed")
        parts.append(part)
    try:
        found = parse_qsl(b"".join(parts).decode(), keep_blank_values=True, max_num_fields=FIELDS)
    except ValueError:
        raise HTTPException(400, f"this form holds more than {FIELDS:,} fields, or what is no text") from None
    return FormData([(name, value) for name, value in found])


_PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""Headers of what somebody else has asked, and a proxy on this machine has passed on."""


def is_local(request: Request) -> bool:
    """Whether it was asked on this machine, by its own name: no other site's name, and no proxy, may lead here."""
    if any(name in request.headers for name in _PASSED_ON):
        return False
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    client = request.client.host if request.client else ""
    return _is_loopback(host) and _is_loopback(client)


def _is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_own_page(headers: Headers) -> bool:
    """Whether a change was asked for by a page of this studio, as far as the browser says."""
    origin, host = headers.get("origin"), headers.get("host", "")
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    return origin is None or (origin != "null" and urlsplit(origin).netloc == host)


def form_token(secret: bytes, name: str) -> str:
    """What every form of this person's pages carries, and no other site can know."""
    return hmac.new(secret, f"form\0{name}".encode(), hashlib.sha256).hexdigest()


def is_form_token(secret: bytes, name: str, given: str) -> bool:
    """Whether it is."""
    return hmac.compare_digest(form_token(secret, name).encode(), given.encode())
