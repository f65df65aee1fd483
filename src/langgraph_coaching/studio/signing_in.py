"""Signing in by a token: a page, and the cookie that it leaves."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.responses import HTMLResponse, RedirectResponse, Response

from langgraph_coaching.studio.access import person_of
from langgraph_coaching.studio.security import is_own_page, read_form
from langgraph_coaching.studio.templating import TEMPLATES

if TYPE_CHECKING:
    from starlette.requests import Request

    from langgraph_coaching.studio.access import Person
    from langgraph_coaching.studio.studio import Studio

COOKIE = "coaching_studio"

HOURS = 12
"""For so long a cookie is good."""


def person_by_token(request: Request) -> Person | None:
    """Who asks, by the cookie or the header `Authorization: Bearer …`."""
    studio: Studio = request.app.state.studio
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return person_of(studio.tokens, token.strip())
    try:
        mark = _signer(studio).loads(request.cookies.get(COOKIE, ""), max_age=3_600 * HOURS)
    except BadSignature:
        return None
    # Two tokens may bear one name, with a role each; and one that was taken away signs nobody in any more.
    return next((person for token, person in studio.tokens.items() if _mark_of(studio, token) == mark), None)


async def sign_in(request: Request) -> Response:
    """The page on which a token is given."""
    studio: Studio = request.app.state.studio
    home = studio.url(request, "conversations", {})
    failed = False
    if request.method == "POST" and is_own_page(request.headers):
        form = await read_form(request)
        token = str(form.get("token", "")).strip()
        if person_of(studio.tokens, token) is not None:
            answer = RedirectResponse(_own_path(str(form.get("next", "")), home), status_code=303)
            secure, path = request.url.scheme == "https", request.scope.get("root_path", "") or "/"
            signed = _signer(studio).dumps(_mark_of(studio, token))
            answer.set_cookie(COOKIE, signed, 3_600 * HOURS, path=path, secure=secure, httponly=True, samesite="strict")
            return answer
        failed = True
    values = {"next": request.query_params.get("next", ""), "failed": failed, "action": request.url.path}
    values["static"] = lambda name: studio.url(request, "static", {"path": name})
    return HTMLResponse(TEMPLATES.get_template("sign_in.html").render(values), 401 if failed else 200)


async def sign_out(request: Request) -> Response:
    """Forgets who it is."""
    studio: Studio = request.app.state.studio
    answer = RedirectResponse(studio.url(request, "sign_in", {}), status_code=303)
    if is_own_page(request.headers):
        answer.delete_cookie(COOKIE, path=request.scope.get("root_path", "") or "/")
    return answer


def _own_path(path: str, home: str) -> str:
    """Where to go on, if that is a path of this studio; nowhere else."""
    inside = path.startswith(home) and not path.startswith("//") and "\\" not in path
    return path if inside else home


def _mark_of(studio: Studio, token: str) -> str:
    """What stands for a token in a cookie; the token cannot be told from it."""
    return hmac.new(studio.secret, f"token\0{token}".encode(), hashlib.sha256).hexdigest()


def _signer(studio: Studio) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(studio.secret, salt="sign-in")
