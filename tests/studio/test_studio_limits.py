"""What a browser or somebody else may send without harm: large forms, files, odd methods, paths and headers."""

import pytest
from studio_client import client_of, form_token

from langgraph_coaching.studio import Person, studio_app
from langgraph_coaching.studio.app import PAGES

TOKENS = {"a" * 20: Person(name="Anna", role="admin")}


def headers_of(client):
    return {"x-form-token": form_token(client)}


def test_no_page_stands_in_anothers_frame(client):
    for path in ("/", "/static/studio.css", "/nowhere"):
        headers = client.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static//etc/passwd",
        "/static/%00",
        "/static/",
    ],
)
def test_static_files_are_those_of_the_studio(client, path):
    answer = client.get(path)
    assert answer.status_code in (400, 404, 405)
    assert "import" not in answer.text


def test_an_address_puts_nothing_into_the_headers(coach):
    browser = client_of(studio_app(coach, tokens=TOKENS))
    sent = browser.get("/conversation?trace=a%0d%0aSet-Cookie:%20x=1")
    assert (sent.status_code, "set-cookie" in sent.headers) == (303, False)
    assert "\n" not in sent.headers["location"]
    entered = browser.post("/sign-in", data={"token": "a" * 20, "next": "/\r\nSet-Cookie: x=1"})
    assert "x=1" not in entered.headers["set-cookie"]
    assert "\r" not in entered.headers["location"]


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {f"field-{number}": "x" for number in range(2_500)}},
        {"files": {"notes": ("notes.txt", b"a file", "text/plain")}},
        {"data": {"intent": "x" * 9_000_000}},
        {"content": b"--a\r\nbroken", "headers": {"content-type": "multipart/form-data; boundary=a"}},
        {"content": b"x", "headers": {"content-type": "multipart/form-data"}},
    ],
    ids=["many fields", "a file", "nine megabytes", "a broken form", "no boundary"],
)
@pytest.mark.parametrize("path", ["/draft/save", "/sign-in"])
def test_a_form_that_is_too_much_is_refused_in_words(coach, sent, path):
    client = client_of(studio_app(coach))
    answer = client.post(path, **sent | {"headers": headers_of(client) | sent.get("headers", {})})
    assert answer.status_code in (400, 413, 415)
    assert "form" in answer.text


def test_a_body_that_says_it_is_short_is_counted(client):
    def chunks():
        for _ in range(9):
            yield b"x" * 1_000_000

    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = client.post("/draft/save", content=chunks(), headers=headers_of(client) | form)
    assert answer.status_code == 413


def test_other_methods_are_none_of_a_page(client):
    assert client.head("/").status_code == 200
    assert client.head("/").text == ""
    assert {method for route in PAGES for method in route.methods} == {"GET", "HEAD", "POST"}
    others = ("OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "HELLO")
    for place, route in enumerate(PAGES):
        path = client.app.url_path_for(route.name, **dict.fromkeys(route.param_convertors, "c-none"))
        for method in (others[place % 6], others[(place + 1) % 6]):  # no page knows any of them
            answer = client.request(method, path, headers=headers_of(client))
            assert answer.status_code == 405, (method, path)
            assert "access-control-allow-origin" not in answer.headers


def test_what_changes_something_is_not_looked_at(client):
    for route in PAGES:
        if "POST" in route.methods:
            path = client.app.url_path_for(route.name, **dict.fromkeys(route.param_convertors, "c-none"))
            assert client.post(path).status_code == 403, path


def test_a_cookie_that_was_changed_or_is_old_is_none(coach, monkeypatch):
    browser = client_of(studio_app(coach, tokens=TOKENS))
    browser.post("/sign-in", data={"token": "a" * 20})
    assert browser.get("/").status_code == 200
    good = browser.cookies["coaching_studio"]
    for bad in (good[:-1] + ("A" if good[-1] != "A" else "B"), good.partition(".")[0], "", "%C3%A9.x.y", "x" * 10_000):
        other = client_of(studio_app(coach, tokens=TOKENS))
        other.cookies["coaching_studio"] = bad
        assert other.get("/").status_code == 303
    import itsdangerous.timed

    day = itsdangerous.timed.time.time() + 24 * 3_600
    monkeypatch.setattr(itsdangerous.timed.time, "time", lambda: day)
    assert browser.get("/").status_code == 303


def test_a_token_in_a_header_signs_in_for_a_script(coach):
    browser = client_of(studio_app(coach, tokens=TOKENS))
    assert browser.get("/", headers={"authorization": f"Bearer {'a' * 20}"}).status_code == 200
    for wrong in ("Bearer ", f"Bearer {'b' * 20}", "Basic YTph", "Bearer é".encode("latin-1")):
        assert browser.get("/", headers={"authorization": wrong}).status_code == 303
