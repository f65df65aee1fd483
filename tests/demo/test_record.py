"""Recording the demo anew: kept if the model did what the demo shows, refused with the reason if not."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from langgraph_coaching.demo import record
from langgraph_coaching.demo.agent import chat_model
from langgraph_coaching.demo.scenario import run_scenario
from langgraph_coaching.demo.setup import open_cassette, open_demo_coach
from langgraph_coaching.recall.prompt import OPEN


def obedient(messages):
    system = messages[0]["content"]
    if OPEN not in system:
        return "As you like."
    return (
        "The wholesale team will send you an offer."
        if "wholesale" in system
        else "Please send the order number and a photo."
    )


def stubborn(messages):
    return "As you like."


@contextmanager
def served(answer):
    """A stand-in for a model behind OpenAI's protocol, on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            message = {"role": "assistant", "content": answer(asked["messages"])}
            choice = {"index": 0, "finish_reason": "stop", "message": message}
            body = {"id": "1", "object": "chat.completion", "created": 1, "model": asked["model"], "choices": [choice]}
            told = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()
        thread.join()


@pytest.fixture
def recording(tmp_path, monkeypatch):
    """Where it is recorded to, and a function that records from a model."""
    path = tmp_path / "cassettes" / "new.yaml"
    monkeypatch.setattr(record, "CASSETTE", path)

    def from_model(answer):
        with served(answer) as base_url:
            monkeypatch.setattr("sys.argv", ["record", "--base-url", base_url])
            return record.main()

    return path, from_model


def test_what_was_recorded_replays_without_the_model(recording):
    path, from_model = recording
    assert from_model(obedient) == 0
    with open_cassette(path) as cassette, open_demo_coach(None) as coach:
        result = run_scenario(coach, chat_model("http://127.0.0.1:9/v1"))
    assert cassette.unused() == []
    assert not list(record.find_faults(result))


def test_a_model_that_does_not_follow_leaves_the_recording_as_it_was(recording, capsys):
    path, from_model = recording
    path.parent.mkdir()
    path.write_text("as it was")
    assert from_model(stubborn) == 1
    assert path.read_text() == "as it was"
    assert "damaged-parcel: the coaching was not followed: 'As you like.'" in capsys.readouterr().err
