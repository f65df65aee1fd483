"""What LanceDB Cloud is given, and what it has answered, in few words with what to do."""

from datetime import timedelta

import pytest

from langgraph_coaching.errors import StoreError
from langgraph_coaching.storage.cloud import cloud_options, is_cloud
from langgraph_coaching.storage.cloud_faults import tell_cloud_fault
from langgraph_coaching.storage.faults import faults

ANSWERED = "Runtime error: Http error: (request_id=1abd7265-ab4e) {}"
GIVEN_UP = "Hit retry limit for request_id=91f (request_failures={}/3, connect_failures={}/3, read_failures={}/3)"
KEY = {"api_key": "k"}


@pytest.mark.parametrize(
    ("said", "status", "told"),
    [
        (ANSWERED.format("401 Unauthorized: who?"), 401, "it answered 401 (who?); check the key"),
        (ANSWERED.format("403 Forbidden: "), None, "it answered 403; give this key the right"),
        (ANSWERED.format("404 Not Found: no database"), None, "it answered 404 (no database); check the name behind"),
        (ANSWERED.format("500 Internal Server Error: <html><b>oops</b></html>"), 500, "it answered 500 (oops); try ag"),
        (ANSWERED.format("418 I'm a teapot: no"), None, "it answered 418 (no); try again"),
        (ANSWERED.format("Failed to parse table description"), None, "it answered what is none of its answers"),
        (GIVEN_UP.format(3, 0, 0), 429, "it answered 429 each time; it asks for fewer requests"),
        (GIVEN_UP.format(3, 0, 0), None, "it refused each time; try again"),
        (GIVEN_UP.format(0, 3, 0), None, "nothing answers at the address"),
        (GIVEN_UP.format(0, 0, 3), None, "it did not answer in time"),
        ("Table 'coachings' was not found", None, "Table 'coachings' was not found; check the name behind db://"),
        ("something else", None, "something else; try again"),
    ],
)
def test_what_was_answered(said, status, told):
    assert tell_cloud_fault(said, status).startswith(told)


def test_it_is_never_long():
    assert len(tell_cloud_fault(ANSWERED.format(f"500 Internal Server Error: {'x' * 5_000}"))) < 300
    assert len(tell_cloud_fault("y" * 5_000)) < 300


def test_nobody_is_sent_to_restore_a_folder_or_to_look_at_a_disk():
    for said in ("404 Not Found: gone", "500 Internal Server Error: no space left on device, corrupt"):
        with pytest.raises(StoreError) as raised, faults("db://team"):
            raise RuntimeError(ANSWERED.format(said))
        assert not {"folder", "disk", "Files"} & {*str(raised.value).split()}


def test_what_is_given_reaches_the_client():
    given = KEY | {"region": "eu-west-1", "host_override": "http://here", "read_timeout": "1.5", "retries": "0"}
    made = cloud_options("db://team", given)
    client = made.pop("client_config")
    assert made == KEY | {"region": "eu-west-1", "host_override": "http://here"}
    assert client["timeout_config"]["read_timeout"] == timedelta(seconds=1.5)
    assert client["retry_config"] == {"retries": 0, "connect_retries": 0, "read_retries": 0}


def test_a_person_does_not_wait_for_minutes_unless_the_environment_says_so(monkeypatch):
    waits = cloud_options("db://team", KEY)["client_config"]["timeout_config"]
    assert max(waits.values()) <= timedelta(seconds=30)
    monkeypatch.setenv("LANCE_CLIENT_READ_TIMEOUT", "90")
    assert "read_timeout" not in cloud_options("db://team", KEY)["client_config"]["timeout_config"]


@pytest.mark.parametrize(
    ("uri", "options", "told"),
    [
        ("db://team", {}, "needs a key"),
        ("db://team", {"api_key": ""}, "needs a key"),
        ("db://", KEY, "needs the name"),
        ("db:///", KEY, "needs the name"),
        ("db://team", KEY | {"aws_region": "x"}, "knows no option 'aws_region'; storage_options may have api_key"),
        ("db://team", KEY | {"read_timeout": "30s"}, "read_timeout is a number from 0 to 3600 as a text"),
        ("db://team", KEY | {"read_timeout": "nan"}, "read_timeout is a number"),
        ("db://team", KEY | {"retries": "-1"}, "retries is a number from 0 to 20"),
        ("db://team", KEY | {"retries": "1e9"}, "retries is a number"),
    ],
)
def test_what_cannot_be_right_is_refused_before_anything_is_asked(uri, options, told, monkeypatch):
    monkeypatch.delenv("LANCEDB_API_KEY", raising=False)
    with pytest.raises(StoreError, match=told) as raised:
        cloud_options(uri, options)
    assert "'k'" not in str(raised.value)


def test_the_key_may_be_in_the_environment(monkeypatch):
    monkeypatch.setenv("LANCEDB_API_KEY", "k")
    assert "api_key" not in cloud_options("db://team", {})


def test_only_db_is_a_service():
    assert [uri for uri in ("db://a", "s3://db://a", "/db://", "./db", "gs://b") if is_cloud(uri)] == ["db://a"]
