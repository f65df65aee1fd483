"""Who may look and change: this machine alone, unless it is known who asks; forms come from its own pages only."""

import pytest
from starlette.routing import Route
from studio_client import client_of, form_token, recorded

from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.studio import Person, studio_app
from langgraph_coaching.studio.ask import page

ANNA, BEN, CLEO = (
    Person(name=name, role=role) for name, role in (("Anna", "admin"), ("Ben", "coach"), ("Cleo", "reader"))
)
TOKENS = {"a" * 20: ANNA, "b" * 20: BEN, "c" * 20: CLEO}


@pytest.fixture(autouse=True)
def changes():
    """Pages of the test's own that change something, one a role."""
    from langgraph_coaching.studio import app

    routes = [
        page(
            f"/{role}",
            lambda ask: ask.render("notice.html", message=ask.person.name, kind="done"),
            role,
            role=role,
            method="POST",
        )
        for role in ("coach", "admin")
    ]
    app.PAGES += routes
    yield
    for route in routes:
        app.PAGES.remove(route)


def test_every_answer_forbids_what_is_not_its_own(client):
    for path in ("/", "/static/studio.css", "/nowhere", "/conversation?trace=t-none"):
        headers = client.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert client.get("/").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.4", "localhost.evil.example"])
def test_another_name_does_not_lead_here(client, host):
    assert client.get("/", headers={"host": host}).status_code == 403


@pytest.mark.parametrize("host", ["localhost:8123", "127.0.0.1", "[::1]:9"])
def test_its_own_names_do(client, host):
    assert client.get("/", headers={"host": host}).status_code == 200


def test_another_machine_does_not_get_in(coach):
    assert client_of(studio_app(coach), client=("10.0.0.7", 1)).get("/").status_code == 403


def test_a_form_needs_what_only_its_own_page_knows(client):
    token = form_token(client)
    assert client.post("/coach", data={"form_token": token}).status_code == 200
    assert client.post("/coach", headers={"x-form-token": token}).status_code == 200
    assert client.post("/coach").status_code == 403
    assert client.post("/coach", data={"form_token": "0" * 64}).status_code == 403
    for headers in ({"origin": "http://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert client.post("/coach", data={"form_token": token}, headers=headers).status_code == 403
    assert client.post("/coach", data={"form_token": token}, headers={"origin": "http://127.0.0.1"}).status_code == 200


def test_with_tokens_one_signs_in_and_may_what_the_role_may(coach):
    app = studio_app(coach, tokens=TOKENS)
    for token, person in TOKENS.items():
        browser = client_of(app, base_url="https://studio.example", client=("10.0.0.7", 1))
        sent = browser.get("/conversation?trace=t-1")
        assert sent.status_code == 303
        assert sent.headers["location"] == "/sign-in?next=%2Fconversation%3Ftrace%3Dt-1"
        assert browser.post("/sign-in", data={"token": "x" * 20}).status_code == 401
        entered = browser.post("/sign-in", data={"token": token, "next": "/?text=a"})
        assert entered.headers["location"] == "/?text=a"
        cookie = entered.headers["set-cookie"].lower()
        assert all(word in cookie for word in ("httponly", "secure", "samesite=strict"))
        assert token not in cookie
        own = form_token(browser)
        answers = [browser.post(f"/{role}", headers={"x-form-token": own}).status_code for role in ("coach", "admin")]
        assert answers == {"admin": [200, 200], "coach": [200, 403], "reader": [403, 403]}[person.role]
        assert browser.post("/sign-out", headers={"x-form-token": own}).status_code == 303
        assert browser.get("/").status_code == 303


@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(coach, where):
    browser = client_of(studio_app(coach, tokens=TOKENS))
    assert browser.post("/sign-in", data={"token": "a" * 20, "next": where}).headers["location"] == "/"


def test_a_token_of_another_studio_is_worth_nothing(coach):
    first, second = (client_of(studio_app(coach, tokens=TOKENS)) for _ in range(2))
    first.post("/sign-in", data={"token": "a" * 20})
    second.cookies = first.cookies
    assert second.get("/").status_code == 303


def test_a_sign_in_of_ones_own(coach):
    async def who(request):
        return ANNA if request.headers.get("x-user") == "anna" else None

    browser = client_of(studio_app(coach, who=who), client=("10.0.0.7", 1))
    assert browser.get("/").status_code == 401
    assert browser.get("/", headers={"x-user": "anna"}).status_code == 200


def test_read_only_changes_nothing_for_anyone(coach):
    browser = client_of(studio_app(coach, read_only=True))
    answer = browser.post("/coach", headers={"x-form-token": form_token(browser)})
    assert (answer.status_code, "read-only" in answer.text) == (403, True)


def test_what_cannot_be_safe_is_refused(coach):
    with pytest.raises(InvalidCoachingError, match="at least 16 characters"):
        studio_app(coach, tokens={"short": ANNA})
    with pytest.raises(InvalidCoachingError, match="not both"):
        studio_app(coach, tokens=TOKENS, who=lambda request: ANNA)
    with pytest.raises(InvalidCoachingError, match="none of reader, coach, admin"):
        Person(name="Dora", role="owner")


def test_every_page_has_a_role_and_its_own_path():
    from langgraph_coaching.studio.app import PAGES

    assert all(isinstance(route, Route) for route in PAGES)
    assert len({(route.path, *sorted(route.methods)) for route in PAGES}) == len(PAGES)


def test_a_fault_is_said_on_the_page_and_in_a_part_of_one(client, coach):
    coach.traces.add(recorded("hello", "hi"))
    whole = client.get("/conversation?trace=t-none")
    assert (whole.status_code, "no trace &#39;t-none&#39;" in whole.text) == (404, True)
    part = client.get("/conversation?trace=t-none", headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-retarget"], "<html" in part.text) == (404, "#notice", False)


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"])
def test_what_a_proxy_passes_on_is_not_of_this_machine(client, header):
    assert client.get("/").status_code == 200
    assert client.get("/", headers={header: "10.0.0.7"}).status_code == 403


def test_two_tokens_of_one_name_keep_their_roles(coach):
    app = studio_app(coach, tokens={"a" * 20: Person(name="Anna", role="admin"), "r" * 20: Person(name="Anna")})
    for token, expected in {"r" * 20: 403, "a" * 20: 200}.items():
        browser = client_of(app)
        browser.post("/sign-in", data={"token": token})
        assert browser.post("/admin", headers={"x-form-token": form_token(browser)}).status_code == expected


def test_a_token_that_was_taken_away_signs_nobody_in(coach):
    browser = client_of(studio_app(coach, tokens=TOKENS, secret="s" * 32))
    browser.post("/sign-in", data={"token": "a" * 20})
    assert browser.get("/").status_code == 200
    anew = {"n" * 20: TOKENS["a" * 20]}
    later = client_of(studio_app(coach, tokens=anew, secret="s" * 32))
    later.cookies = browser.cookies
    assert later.get("/").status_code == 303


def test_a_token_is_compared_as_a_whole(coach):
    browser = client_of(studio_app(coach, tokens=TOKENS))
    for wrong in ("a" * 19, "a" * 21, "A" * 20, "a" * 19 + "\uff41", "\x00" + "a" * 20, "a" * 20 + "\u200b"):
        assert browser.post("/sign-in", data={"token": wrong}).status_code == 401
