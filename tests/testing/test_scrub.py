"""What is never written to disk."""

import json

import pytest

from langgraph_coaching.testing.scrub import SCRUBBED, Scrub

PRIVATE = {
    "Authorization": "Bearer quite-private-1",
    "x-api-key": "quite-private-2",
    "api-key": "quite-private-3",
    "X-Goog-Api-Key": "quite-private-4",
    "X-Amz-Security-Token": "quite-private-5",
    "Cookie": "session=quite-private-6",
    "OpenAI-Organization": "somebody",
    "anthropic-organization-id": "somebody",
    "request-id": "req-1",
    "x-request-id": "req-2",
    "cf-ray": "ray",
    "User-Agent": "OpenAI/Python",
    "x-stainless-os": "Linux",
    "x-tenant": "unknown to us",
}


def test_only_headers_that_are_needed_are_written():
    needed = {"Content-Type": "application/json", "anthropic-version": "2023-06-01"}
    assert Scrub().headers(PRIVATE | needed) == needed
    assert Scrub(keep=["X-Tenant"]).headers(PRIVATE) == {"x-tenant": "unknown to us"}


def test_a_secret_that_was_sent_is_blotted_out_wherever_it_comes_back():
    scrub = Scrub()
    scrub.headers(PRIVATE)
    for number in range(1, 6):
        assert scrub.text(f"you sent quite-private-{number}!") == f"you sent {SCRUBBED}!"


def test_an_address_loses_user_password_and_keys():
    found = Scrub().uri("https://me:pw@example.com/v1/x?alt=sse&key=abcdefghij&api-version=2&sig=zyxwvutsrq")
    assert found == "https://example.com/v1/x?alt=sse&api-version=2"


@pytest.mark.parametrize(
    "secret",
    [
        "sk-ant-api03-abcdefghijklmnop_qrs",
        "sk-abcdefghijklmnopqrstuvwxyz",
        "gsk_abcdefghijklmnopqrst",
        "AIzaSyA-abcdefghijklmnopqrstuvwxyz12345",
        "AKIAIOSFODNN7EXAMPLE",
        "org-abcdefghijklmnop1234",
        "req_011CSabcdefghijklmnop",
        "Bearer abcdefgh.ijkl",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
    ],
)
def test_what_has_the_shape_of_a_secret_is_blotted_out(secret):
    assert Scrub().text(f'{{"said": "it is {secret}"}}') == f'{{"said": "it is {SCRUBBED}"}}'


def test_fields_of_secrets_are_blotted_out_and_stay_json():
    value = {
        "api_key": 'a"b\\c',
        "client_secret": "x",
        "Password": "y",
        "org_id": "z",
        "token": "The",
        "key": "C major",
    }
    inside = {"arguments": json.dumps({"password": "y", "n": 1})}
    kept = json.loads(Scrub().text(json.dumps(value | inside)))
    assert (kept["token"], kept["key"]) == ("The", "C major")
    assert [kept[name] for name in ("api_key", "client_secret", "Password", "org_id")] == [SCRUBBED] * 4
    assert json.loads(kept["arguments"]) == {"password": SCRUBBED, "n": 1}


def test_words_stay():
    text = "ask for the user-visible task-list, then re-organise the risk-assessment of req-5 and org-chart"
    assert Scrub().text(text) == text


def test_keys_in_the_environment_are_never_written(monkeypatch):
    monkeypatch.setenv("SHOP_API_KEY", "plain-looking-value")
    assert Scrub().body(b"it is plain-looking-value") == f"it is {SCRUBBED}".encode()


def test_binary_and_empty_bodies_stay():
    assert Scrub().body(b"\xff\xfe") == b"\xff\xfe"
    assert Scrub().body(None) is None


def test_what_a_project_adds_is_taken_out():
    scrub = Scrub(secrets=["Ada Lovelace"], further=lambda text: text.replace("Paris", "somewhere"))
    assert scrub.text("Ada Lovelace in Paris") == f"{SCRUBBED} in somewhere"


def test_scrubbing_twice_changes_nothing():
    scrub = Scrub()
    scrub.headers(PRIVATE)
    once = scrub.text('{"api_key": "abc", "said": "Bearer quite-private-1"}')
    assert scrub.text(once) == once
