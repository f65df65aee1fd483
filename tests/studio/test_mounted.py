"""The studio inside another application: below its path, with its sign-in; every link of a page leads to a page."""

import re
from html import unescape

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from studio_client import client_of
from studio_demo import fill

from langgraph_coaching.studio import Person, studio_app

LINK = re.compile(r'(?:href|src|hx-get|hx-post|action)="([^"]+)"')
FORM = re.compile(r'(?:action|hx-post)="([^"]+)"')
AS_ANNA = {"x-user": "Anna"}


def who(request):
    name = request.headers.get("x-user")
    return Person(name=name, role="coach") if name else None


@pytest.fixture
def browser(coach):
    fill(coach)
    routes = [
        Route("/", lambda request: PlainTextResponse("the app's own")),
        Mount("/team/studio", studio_app(coach, who=who)),
    ]
    return client_of(Starlette(routes=routes), base_url="https://shop.example", client=("10.0.0.7", 1))


def forms_of(html):
    return {unescape(link) for link in FORM.findall(html)}


def links_of(html):
    return {unescape(link).partition("#")[0] for link in LINK.findall(html) if not link.startswith("#")}


def test_it_asks_the_app_who_is_asking(browser):
    assert browser.get("/").text == "the app's own"
    assert browser.get("/team/studio/").status_code == 401
    assert "Conversations" in browser.get("/team/studio/", headers=AS_ANNA).text


def test_every_link_leads_to_a_page_below_it(browser):
    seen, waiting, forms = set(), ["/team/studio/"], set()
    while waiting and len(seen) < 60:
        path = waiting.pop()
        seen.add(path)
        answer = browser.get(path, headers=AS_ANNA)
        assert answer.status_code == 200, (path, answer.text[:200])
        if "text/html" in answer.headers["content-type"]:
            found = links_of(answer.text)
            assert all(link.startswith("/team/studio/") for link in found), found
            forms |= forms_of(answer.text)
            waiting += sorted(found - forms - seen - set(waiting))
    kinds = {path.partition("?")[0].rpartition("/")[0] for path in seen}
    assert {"/team/studio", "/team/studio/static", "/team/studio/coaching"} <= kinds


def test_a_change_bears_the_name_of_who_is_signed_in(browser, coach):
    page = browser.get("/team/studio/", headers=AS_ANNA).text
    token = re.search(r'X-Form-Token": "([0-9a-f]+)"', page)[1]
    one = coach.list(status="active")[0]
    archived = browser.post(
        f"/team/studio/coaching/{one.id}/archive", headers=AS_ANNA | {"x-form-token": token, "hx-request": "true"}
    )
    assert archived.headers["hx-redirect"] == f"/team/studio/coaching/{one.id}"
    assert (coach.get(one.id).status, coach.get(one.id).author) == ("archived", "Anna")
    stolen = browser.post(f"/team/studio/coaching/{one.id}/restore", headers={"x-user": "Ben", "x-form-token": token})
    assert stolen.status_code == 403
