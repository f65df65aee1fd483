"""Compressed answers and requests: written as they are read, or not at all."""

import gzip
import json
import sys
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
import requests
import yaml

from langgraph_coaching.errors import RecordingError
from langgraph_coaching.testing.cassette import recorded
from langgraph_coaching.testing.secrets.content_encoding import (
    EncodedError,
    compress_file,
    decode_body,
    decompress_file,
)

brotli = pytest.importorskip("brotli")
zstandard = pytest.importorskip("zstandard")

SECRET = "sk-proj-abcdefghijklmnopqrstuvwx"  # noqa: S105 - made up, and looked for in what is written
SAID = json.dumps({"answer": "it is " + SECRET, "token": "tok-1234567890", "usage": {"total_tokens": 3}}).encode()


def raw_deflate(body):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def zstd_stream(body):
    packer = zstandard.ZstdCompressor().compressobj()  # as a server that does not know the length yet
    return packer.compress(body) + packer.flush()


def frames(pack):
    return lambda body: pack(body[:9]) + pack(body[9:])


PACKED = {
    "gzip": lambda body: gzip.compress(body, mtime=0),
    "x-gzip": gzip.compress,
    "GZip": gzip.compress,
    "deflate": zlib.compress,
    "deflate ": raw_deflate,
    "br": brotli.compress,
    "zstd": zstandard.compress,
    " zstd": zstd_stream,
    "zstd ": frames(zstandard.compress),
    "identity": lambda body: body,
    "": lambda body: body,
}


@pytest.mark.parametrize("name", PACKED)
def test_every_encoding_is_taken_off(name):
    assert decode_body(PACKED[name](SAID), name) == SAID


@pytest.mark.parametrize("outer", ["gzip", "deflate", "br", "zstd"])
@pytest.mark.parametrize("inner", ["gzip", "deflate", "br", "zstd"])
def test_encodings_on_top_of_each_other(inner, outer):
    assert decode_body(PACKED[outer](PACKED[inner](SAID)), f"{inner}, {outer}") == SAID


def test_several_members_of_gzip_are_all_looked_into():
    assert decode_body(gzip.compress(b"one ") + gzip.compress(SAID), "gzip") == b"one " + SAID
    assert decode_body(gzip.compress(SAID) + b"\0\0\0", "gzip") == SAID
    assert decode_body(gzip.compress(SAID)[:-8], "gzip") == SAID  # cut off, as clients read it all the same


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd", "compress", "aws-chunked", "gzip, compress"])
def test_what_a_client_has_decoded_already_stays(name):
    assert decode_body(SAID, name) == SAID
    assert decode_body(b"x^2 + y", name) == b"x^2 + y"
    assert decode_body(b"", name) == b""


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd", "compress", "dcb", "gzip, secret-one"])
def test_what_cannot_be_read_is_refused(name):
    with pytest.raises(EncodedError, match=r"is encoded|said to be encoded"):
        decode_body(b"\x00\xff\xfe\x80" * 9, name)


@pytest.mark.parametrize(("name", "modules"), [("br", ["brotli", "brotlicffi"]), ("zstd", ["zstandard"])])
def test_a_missing_package_is_named(name, modules, monkeypatch):
    for module in (*modules, "compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(EncodedError, match=f"pip install {modules[0]}"):
        decode_body(PACKED[name](SAID), name)


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_packed_file_stays_a_packed_file(pack):
    assert decompress_file(pack(SAID)) == SAID
    assert decompress_file(compress_file(b"other", like=pack(SAID))) == b"other"
    assert decompress_file(SAID) is None


class Packing(BaseHTTPRequestHandler):
    """Answers in the encodings that the path names, and keeps what it was asked."""

    def do_POST(self):
        self.server.asked.append(self.rfile.read(int(self.headers["Content-Length"])))
        names = [name for name in self.path.strip("/").split("+") if name]
        body = SAID
        for name in names:
            body = b"\x00\xff\xfe\x80" * 9 if name == "broken" else PACKED[name](body)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        for name in names:
            self.send_header("Content-Encoding", "br" if name == "broken" else name)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Says nothing."""


@pytest.fixture
def server():
    found = ThreadingHTTPServer(("127.0.0.1", 0), Packing)
    found.asked = []
    thread = threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{found.server_port}"
    yield found
    found.shutdown()
    found.server_close()
    thread.join()


def as_it_comes(url):
    """An answer that the client does not decode."""
    with httpx.Client() as client, client.stream("POST", url, content=b"{}") as answer:
        return b"".join(answer.iter_raw())


def hidden(path):
    """Every body of a cassette, in bytes."""
    found = [body for each in yaml.safe_load(path.read_text())["interactions"]
             for body in (each["request"]["body"], each["response"]["body"]["string"])]  # fmt: skip
    return b"\0".join(body if isinstance(body, bytes) else body.encode() for body in found)


@pytest.mark.parametrize("names", ["gzip", "deflate", "br", "zstd", "gzip+zstd", "br+gzip", "zstd+br+deflate"])
def test_a_compressed_answer_is_written_without_its_secret(names, server, tmp_path):
    path = tmp_path / "one.yaml"
    with recorded(path, record="new"):
        first = as_it_comes(f"{server.url}/{names}")
    assert decode_body(first, names.replace("+", ",")) == SAID  # the client had it as it was
    with recorded(path):
        again = httpx.post(f"{server.url}/{names}", content=b"{}").json()
    assert again == {"answer": "it is scrubbed", "token": "scrubbed", "usage": {"total_tokens": 3}}
    assert SECRET.encode() not in hidden(path)
    assert "tok-1234567890" not in path.read_text()


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_a_compressed_request_is_written_without_its_secret(name, server, tmp_path):
    path, sent = tmp_path / "one.yaml", {"Content-Encoding": name, "Content-Type": "application/json"}
    with recorded(path, record="new"):
        httpx.post(server.url, content=PACKED[name](SAID), headers=sent)
    assert server.asked == [PACKED[name](SAID)]  # what is sent is what the client has made
    assert "it is scrubbed" in path.read_text()
    assert "tok-1234567890" not in path.read_text()
    with recorded(path):
        httpx.post(server.url, content=PACKED[name](SAID), headers=sent)
    with recorded(path):
        httpx.post(server.url, content=SAID)  # the same question


def test_an_answer_that_cannot_be_decoded_is_refused(server, tmp_path):
    path = tmp_path / "one.yaml"
    with recorded(path, record="new"):
        httpx.post(f"{server.url}/gzip", json={})
    before = path.read_bytes()
    for record in ("new", "all", "rewrite"):
        with (
            pytest.raises(RecordingError, match="is not written, secrets in an answer cannot be seen"),
            recorded(path, record=record),
        ):
            as_it_comes(f"{server.url}/broken")
        assert path.read_bytes() == before


def test_a_client_that_goes_on_after_a_refusal_writes_nothing(server, tmp_path):
    def swallowed():
        try:
            as_it_comes(f"{server.url}/broken")
        except Exception:  # noqa: BLE001 - as an agent does that answers "I could not reach it"
            return

    with pytest.raises(RecordingError, match="is not written"), recorded(tmp_path / "one.yaml", record="new"):
        swallowed()
    assert not (tmp_path / "one.yaml").exists()


def test_a_request_that_cannot_be_decoded_is_refused_before_it_is_sent(server, tmp_path):
    with (
        pytest.raises(RecordingError, match="secrets in the request POST"),
        recorded(tmp_path / "one.yaml", record="new"),
    ):
        httpx.post(server.url, content=b"\x00\xff\xfe\x80" * 9, headers={"Content-Encoding": "br"})
    assert server.asked == []
    assert not (tmp_path / "one.yaml").exists()


def test_requests_reads_what_httpx_has_recorded(server, tmp_path):
    with recorded(tmp_path / "one.yaml", record="new"):
        httpx.post(f"{server.url}/zstd", json={})
    with recorded(tmp_path / "one.yaml"):
        assert requests.post(f"{server.url}/zstd", json={}, timeout=9).json()["answer"] == "it is scrubbed"
