"""One request to the studio, as a page sees it; and what makes an endpoint of a page."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from langgraph_coaching import __version__
from langgraph_coaching.errors import CoachingError, NotFoundError, StoreError
from langgraph_coaching.studio.security import SAFE, form_token, is_form_token, is_local, is_own_page, read_form
from langgraph_coaching.studio.signing_in import person_by_token
from langgraph_coaching.studio.templating import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.datastructures import FormData
    from starlette.requests import Request

    from langgraph_coaching.coach import Coach
    from langgraph_coaching.recall.pause import Pause
    from langgraph_coaching.studio.access import Person, Role
    from langgraph_coaching.studio.studio import Studio

    Page = Callable[["Ask"], Response]

SECTIONS = (
    ("conversations", "c", "Conversations"),
    ("inbox", "i", "Inbox"),
    ("coachings", "l", "Coaching"),
    ("test", "t", "Test"),
    ("report", "r", "Report"),
)
"""The pages one goes to from everywhere: name, key after `g`, word."""

_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: who asks, what for, and the coach that answers."""

    request: Request
    studio: Studio
    person: Person
    form: FormData | None = field(default=None)

    @property
    def coach(self) -> Coach:
        """The coach whose store is shown."""
        return self.studio.coach

    @property
    def is_fragment(self) -> bool:
        """Whether a part of a page is asked for, by htmx."""
        return self.request.headers.get("hx-request") == "true"

    def may(self, role: Role) -> bool:
        """Whether who asks may do what this role may do here."""
        return self.person.may(role) and (role == "reader" or not self.studio.read_only)

    def given(self, name: str, default: str = "") -> str:
        """A field of the form, or of the address."""
        values = self.request.query_params if self.form is None else self.form
        found = values.get(name, default)
        return found if isinstance(found, str) else default

    def given_all(self, name: str) -> list[str]:
        """All values of a field of the form, or of the address."""
        values = self.request.query_params if self.form is None else self.form
        return [value for value in values.getlist(name) if isinstance(value, str)]

    def whole(self, name: str) -> int | None:
        """A field that says a whole number from 0; None where it says none, or more than there is of anything."""
        said = self.given(name)
        return int(said) if said.isdecimal() and len(said) < _DIGITS else None

    def url(self, page: str, **query: Any) -> str:
        """The address of a page; what is no part of its path is asked in the query, without what is None or empty."""
        return self.studio.url(self.request, page, query)

    def render(
        self, template: str, *, status: int = 200, headers: dict[str, str] | None = None, **values: Any
    ) -> Response:
        """A page, or a part of one."""
        return HTMLResponse(self.html(template, **values), status, headers)

    def html(self, template: str, **values: Any) -> str:
        """The same as text."""
        own = {
            "ask": self,
            "url": self.url,
            "person": self.person,
            "studio": self.studio,
            "static": lambda name: self.url("static", path=name, v=__version__),
            "form_token": form_token(self.studio.secret, self.person.name),
            "sections": [one for one in SECTIONS if self.studio.has(self.request, one[0])],
            "section": "",
            "current_pause": self._current_pause,
        }
        return TEMPLATES.get_template(template).render(own | values)

    def _current_pause(self) -> Pause | None:
        """The pause that is on; a store that cannot be read is not said here, but by what else is asked of it."""
        try:
            return self.coach.current_pause()
        except StoreError:
            return None

    def go(self, page: str, **query: Any) -> Response:
        """Leads on to a page, once something is done."""
        address = self.url(page, **query)
        if self.is_fragment:
            return Response(status_code=204, headers={"HX-Redirect": address})
        return RedirectResponse(address, status_code=303)

    def tell(self, message: str, *, status: int, title: str = "That did not work") -> Response:
        """Says what is the matter: beside what was typed, which stays as it is; or on a page of its own."""
        if self.is_fragment:
            headers = {"HX-Retarget": "#notice", "HX-Reswap": "innerHTML"}
            return self.render("notice.html", status=status, headers=headers, message=message, kind="error")
        return self.render("error.html", status=status, title=title, message=message)


def page(path: str, answer: Page, name: str, *, role: Role = "reader", method: str = "GET") -> Route:
    """A route to a page.

    Args:
        path: Where it is.
        answer: Answers; it may wait, and runs in a thread.
        name: What `Ask.url` knows it by.
        role: What one has to be for it.
        method: GET to look, POST to change something.
    """
    return Route(path, endpoint(answer, role), methods=[method], name=name)


def endpoint(page: Page, role: Role) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint of a page: who asks is known and may, forms come from here, and faults are said in words.

    Args:
        page: Answers; it may wait, and runs in a thread.
        role: What one has to be for it.
    """

    async def answer(request: Request) -> Response:
        ask = await _ask_of(request)
        if isinstance(ask, Response):
            return ask
        refused = _refuse(ask, role)
        if refused is not None:
            return refused
        try:
            return await run_in_threadpool(page, ask)
        except CoachingError as error:
            return _tell_error(ask, error)

    return answer


async def _ask_of(request: Request) -> Ask | Response:
    """Who asks for what; or the answer to somebody who is not known."""
    studio: Studio = request.app.state.studio
    if studio.sign_in is None and not is_local(request):
        return Response("This page answers only on its own machine, unless it knows who asks.", 403)
    person = studio.local if studio.sign_in is None else studio.sign_in(request)
    person = await person if inspect.isawaitable(person) else person
    if person is None and studio.sign_in is not person_by_token:
        return Response("Nobody is signed in.", 401)
    if person is None:
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(studio.url(request, "sign_in", {"next": here}), status_code=303)
    form = None if request.method in SAFE else await read_form(request)
    return Ask(request, studio, person, form)


def _refuse(ask: Ask, role: Role) -> Response | None:
    """The answer to a form of elsewhere, and to somebody who may not; None where it goes on."""
    given = ask.request.headers.get("x-form-token") or ask.given("form_token")
    ours = is_own_page(ask.request.headers) and is_form_token(ask.studio.secret, ask.person.name, given)
    if ask.form is not None and not ours:
        return ask.tell("this form is of another page, or too old: load the page again", status=403)
    if ask.may(role):
        return None
    if ask.studio.read_only and ask.person.may(role):
        said = "this studio only shows; start it without --read-only to change something"
    else:
        said = f"{ask.person.name} is a {ask.person.role} here; this takes a {role}"
    return ask.tell(said, status=403, title="Not for you")


def _tell_error(ask: Ask, error: CoachingError) -> Response:
    if isinstance(error, NotFoundError):
        return ask.tell(str(error), status=404, title="There is no such thing")
    return ask.tell(str(error), status=503 if isinstance(error, StoreError) else 422)
