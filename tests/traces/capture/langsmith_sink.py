"""A stand-in for LangSmith that really listens: it takes runs over HTTP in each way the client sends them."""

from __future__ import annotations

import json
import threading
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import zstandard

_SIZES = {
    "size_limit": 100,
    "size_limit_bytes": 1_000_000,
    "scale_up_nthreads_limit": 1,
    "scale_up_qsize_trigger": 1_000,
}

ENDPOINTS = {
    "batch": {"batch_ingest_config": _SIZES | {"use_multipart_endpoint": False}},
    "multipart": {"batch_ingest_config": _SIZES | {"use_multipart_endpoint": True}},
    "compressed": {
        "batch_ingest_config": _SIZES | {"use_multipart_endpoint": True},
        "instance_flags": {"zstd_compression_enabled": True},
    },
}
"""What `/info` answers, for each way of sending."""


class LangSmithSink:
    """Listens on the loopback while it is entered.

    Args:
        sending: A key of `ENDPOINTS`: how the client is told to send.
    """

    def __init__(self, sending: str) -> None:
        self.runs: dict[str, dict[str, Any]] = {}
        self.paths: set[str] = set()
        self.encodings: set[str] = set()
        self._lock = threading.Lock()
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(ENDPOINTS[sending])

            def do_POST(self) -> None:
                size = self.headers["Content-Length"]
                sink.take(self.path, self.headers, self.rfile.read(int(size)) if size else b"".join(self._chunks()))
                self._answer({})

            do_PATCH = do_POST  # noqa: N815 - http.server's name

            def _chunks(self) -> Any:
                while size := int(self.rfile.readline(), 16):
                    yield self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()

            def _answer(self, value: Any) -> None:
                data = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, path: str, headers: Any, body: bytes) -> None:
        encoding, kind = headers.get("Content-Encoding", ""), headers.get("Content-Type", "")
        self.paths.add(path)
        self.encodings.add(encoding)
        if encoding == "zstd":
            body = zstandard.ZstdDecompressor().stream_reader(body, read_across_frames=True).read()
        if path.endswith("/multipart"):
            self._take_parts(kind, body)
        elif path.endswith("/batch"):
            given = json.loads(body)
            for run in (*given.get("post", ()), *given.get("patch", ())):
                self._merge(run["id"], run)
        else:
            run = json.loads(body)
            self._merge(run.get("id") or path.rpartition("/")[2], run)

    def _take_parts(self, kind: str, body: bytes) -> None:
        message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
        for part in message.iter_parts():
            name = part.get_param("name", header="Content-Disposition")
            _, run_id, *field = str(name).split(".")
            value = json.loads(part.get_payload(decode=True))
            self._merge(run_id, {field[0]: value} if field else value)

    def _merge(self, run_id: str, fields: dict[str, Any]) -> None:
        said = {name: value for name, value in fields.items() if value is not None}
        with self._lock:
            self.runs.setdefault(run_id, {}).update(said)
