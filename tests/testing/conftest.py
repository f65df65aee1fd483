"""A provider on loopback that answers as OpenAI does, and a small project of tests that asks it."""

import gzip
import importlib
import json
import pkgutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import langgraph_coaching

# A run of pytest inside a test forgets every module it was the first to import, and LanceDB can be loaded only once.
for name in ("langchain_openai", "lancedb.expr", "lancedb.query", "onnxruntime", "tokenizers"):
    importlib.import_module(name)
for module in pkgutil.walk_packages(langgraph_coaching.__path__, "langgraph_coaching."):
    importlib.import_module(module.name)

SECRET = "sk-proj-abcdefghijklmnopqrstuvwx"  # noqa: S105 - made up, and looked for in what is written
CALL = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": '{"what": "lamp"}'}}


class Provider(BaseHTTPRequestHandler):
    """Tells the number of the request, calls a tool where it is given one, streams and compresses where it is asked."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked)
        said = {"role": "assistant", "content": f"answer {len(self.server.asked)}"}
        if asked.get("tools") and not any(m["role"] == "tool" for m in asked["messages"]):
            said = {"role": "assistant", "content": None, "tool_calls": [CALL]}
        self.send_response(200)
        self.send_header("Set-Cookie", "session=cookie-of-somebody")
        self.send_header("X-Request-Id", "req_0123456789abcdefgh")
        self.send_header("OpenAI-Organization", "org-0123456789abcdefgh")
        body = self._streamed(said) if asked.get("stream") else self._whole(asked, said)
        if "gzip" in self.headers.get("Accept-Encoding", "") and not asked.get("stream"):
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _whole(self, asked, said):
        self.send_header("Content-Type", "application/json")
        choice = {"index": 0, "message": said, "finish_reason": "stop"}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        answer = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": f"{asked['model']}-2026"}
        # An answer that repeats the key it was asked with.
        return json.dumps(
            answer | {"choices": [choice], "usage": usage, "echo": self.headers["Authorization"]}
        ).encode()

    def _streamed(self, said):
        self.send_header("Content-Type", "text/event-stream")
        head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "small-2026"}
        words = (said.get("content") or "").split(" ")
        pieces = [{"role": "assistant", "content": word if n == 0 else f" {word}"} for n, word in enumerate(words)]
        if said.get("tool_calls"):
            pieces = [{"role": "assistant", "tool_calls": [{"index": 0, **CALL}]}]
        events = [head | {"choices": [{"index": 0, "delta": piece, "finish_reason": None}]} for piece in pieces]
        events.append(head | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events) + b"data: [DONE]\n\n"

    def log_message(self, *arguments):
        """Says nothing."""


@pytest.fixture
def provider():
    """The provider's server; `asked` holds every request so far."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


TESTS = """
import asyncio, json
import pytest
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph_coaching.recall.prompt import block

MODEL = ChatOpenAI(model="small", base_url="http://127.0.0.1:{port}/v1", api_key="{key}", max_retries=0)

@tool
def find(what: str) -> str:
    "Finds."
    return what
"""


FEW = ("-p", "langgraph_coaching.pytest_plugin", "-p", "pytest_recording.plugin", "-p", "no:cacheprovider")
"""Of all plug-ins that are installed, the two that are looked at."""


@pytest.fixture
def project(pytester, provider, monkeypatch):
    """Writes a test file and runs it; options are given to pytest."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    asked = TESTS.format(port=provider.server_port, key=SECRET)

    def run(source="", *options, name="test_shop"):
        if source:
            pytester.makepyfile(**{name: asked + source})
        return pytester.runpytest_inprocess(*FEW, "-q", "--tb=native", *options)

    run.cassette = lambda name, module="test_shop": pytester.path / "cassettes" / module / f"{name}.yaml"
    return run
