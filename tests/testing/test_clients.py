"""Cassettes outside of a test, through several HTTP clients."""

import asyncio
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx
import httpx2
import pytest
import requests
from langsmith.utils import tracing_is_enabled

from langgraph_coaching.errors import InvalidCoachingError, RecordingError
from langgraph_coaching.testing.cassette import CassetteConfig, recorded

ASKED = {"model": "small", "messages": [{"role": "user", "content": "hello"}]}
KEY = {"Authorization": "Bearer a-key-of-mine"}


def asynchronous(library, url, asked):
    async def answered():
        async with library.AsyncClient() as client:
            return await client.post(url, json=asked, headers=KEY)

    return asyncio.run(answered())


CLIENTS = {
    "httpx": lambda url, asked: httpx.post(url, json=asked, headers=KEY),
    "httpx2": lambda url, asked: httpx2.post(url, json=asked, headers=KEY),
    "httpx async": partial(asynchronous, httpx),
    "httpx2 async": partial(asynchronous, httpx2),
    "requests": lambda url, asked: requests.post(url, json=asked, headers=KEY, timeout=30),
}


@pytest.fixture
def url(provider):
    return f"http://127.0.0.1:{provider.server_port}/v1/chat/completions"


@pytest.mark.parametrize("client", CLIENTS)
def test_every_client_is_answered_from_what_another_recorded(client, url, provider, tmp_path):
    path = tmp_path / "one.yaml"
    with recorded(path, record="new"):
        first = CLIENTS[client](url, ASKED).json()
    assert first["choices"][0]["message"]["content"] == "answer 1"
    for other in CLIENTS.values():
        with recorded(path) as tape:
            assert other(url, ASKED).json()["choices"] == first["choices"]
        assert tape.unused() == []
    assert len(provider.asked) == 1
    assert "a-key-of-mine" not in path.read_text()


@pytest.mark.parametrize("client", CLIENTS)
def test_every_client_raises_what_differs(client, url, provider, tmp_path):
    path = tmp_path / "one.yaml"
    with recorded(path, record="new"):
        CLIENTS[client](url, ASKED)
    with pytest.raises(RecordingError, match=r'\$\.model: recorded "small", now "large"'), recorded(path):
        CLIENTS[client](url, ASKED | {"model": "large"})
    assert len(provider.asked) == 1


def test_a_client_that_wraps_the_miss_does_not_hide_it(url, tmp_path):
    def wrapped():
        try:
            httpx.post(url, json=ASKED)
        except RecordingError as error:
            raise ConnectionError("no connection") from error

    with (
        pytest.raises(RecordingError, match="record it with `make record`"),
        recorded(tmp_path / "x", again="make record"),
    ):
        wrapped()


def test_another_fault_stays_what_it_is(tmp_path):
    with pytest.raises(ZeroDivisionError), recorded(tmp_path / "x.yaml"):
        1 / 0  # noqa: B018


def test_what_ends_in_an_error_is_not_kept(url, tmp_path):
    path = tmp_path / "one.yaml"
    with recorded(path, record="new"):
        httpx.post(url, json=ASKED)
    before = path.read_text()

    def broken():
        httpx.post(url, json=ASKED | {"model": "large"})
        raise ZeroDivisionError

    for record in ("new", "all", "rewrite"):
        with pytest.raises(ZeroDivisionError), recorded(path, record=record):
            broken()
        assert path.read_text() == before


def test_what_a_client_sends_is_not_changed_by_the_scrub(url, provider, tmp_path):
    secret = ASKED | {"user": "sk-abcdefghijklmnopqrstuvwx"}
    with recorded(tmp_path / "one.yaml", record="new"):
        echo = httpx.post(url, json=secret, headers=KEY).json()["echo"]
    assert provider.asked == [secret]
    assert echo == "Bearer a-key-of-mine"
    with recorded(tmp_path / "one.yaml"):
        assert "a-key-of-mine" not in json.dumps(httpx.post(url, json=secret, headers=KEY).json())


def test_a_way_to_record_that_is_not_there_is_named(tmp_path):
    with (
        pytest.raises(InvalidCoachingError, match="none, new, rewrite or all, not 'once'"),
        recorded(tmp_path, record="once"),
    ):
        pass


def test_the_host_is_matched_where_it_is_asked_for(url, tmp_path):
    path, strict = tmp_path / "one.yaml", CassetteConfig(match_host=True)
    with recorded(path, strict, record="new"):
        httpx.post(url, json=ASKED)
    with pytest.raises(RecordingError, match=r"host: recorded .*127\.0\.0\.1.*, now .*example"), recorded(path, strict):
        httpx.post("https://example.com/v1/chat/completions", json=ASKED)


def test_branches_that_ask_the_same_at_once_have_an_answer_each(url, provider, tmp_path):
    path = tmp_path / "one.yaml"
    with recorded(path, record="new"):
        for _ in range(8):
            httpx.post(url, json=ASKED)
    assert len(provider.asked) == 8
    with recorded(path) as tape, ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: httpx.post(url, json=ASKED).json()["choices"][0]["message"]["content"], range(8))
        )
    assert len(set(answers)) == 8
    assert tape.unused() == []
    with pytest.raises(RecordingError, match="8 time"), recorded(path), ThreadPoolExecutor(9) as pool:
        list(pool.map(lambda _: httpx.post(url, json=ASKED), range(9)))


def test_runs_are_not_uploaded_meanwhile(tmp_path, monkeypatch):
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    with recorded(tmp_path / "one.yaml"):
        assert not tracing_is_enabled()


def test_the_plug_in_costs_other_test_runs_nothing():
    code = (
        "import sys, langgraph_coaching.pytest_plugin as p, langgraph_coaching.testing.session; "
        "print(sorted({n.split('.')[0] for n in sys.modules} & {'vcr', 'langchain_core', 'numpy', 'lancedb'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]"
