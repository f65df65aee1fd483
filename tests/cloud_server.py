"""A server that speaks LanceDB's remote protocol on loopback, before a real LanceDB in a folder.

It knows what a store needs: to make, describe and list tables; to insert, merge, delete, update and add columns; to
query and count. Whatever else it is asked it answers 404, and remembers.
"""

from __future__ import annotations

import io
import json
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import lancedb
import pyarrow as pa
from lancedb.query import ColumnOrdering

if TYPE_CHECKING:
    from pathlib import Path

API_KEY = "a-key"
ARROW = "application/vnd.apache.arrow.file"


class RefusedError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


class CloudServer:
    """What it has been asked, and what it shall answer."""

    def __init__(self, folder: Path) -> None:
        self._database = lancedb.connect(folder)
        self._lock = threading.Lock()
        self.asked: list[str] = []
        """`query coachings`, one for each request."""
        self.unknown: list[str] = []
        self.fault: tuple[int, str] | None = None
        """Status and text of every answer."""
        self.answers = threading.Event()
        """Set while it does answer; cleared, it does not."""
        self.answers.set()

    def answer(self, path: str, key: str | None, given: dict[str, list[str]], body: bytes) -> tuple[str, bytes]:
        """The kind of an answer, and its bytes."""
        self.answers.wait(30)
        if self.fault is not None:
            raise RefusedError(*self.fault)
        if key != API_KEY:
            raise RefusedError(401, "Unauthorized: unknown API key")
        name, _, verb = path.removeprefix("/v1/table/").strip("/").partition("/")
        self.asked.append(f"{verb} {name}".strip())
        do = getattr(self, f"_{verb.replace('/', '_') or 'list'}", None)
        if do is None:
            self.unknown.append(f"{verb} {name}")
            raise RefusedError(404, f"no such operation: {verb}")
        with self._lock:
            return do(name, given, body)

    def _table(self, name: str) -> Any:
        try:
            return self._database.open_table(name)
        except ValueError as error:
            raise RefusedError(404, f"Table {name} was not found") from error

    def _list(self, name: str, given: dict[str, list[str]], body: bytes) -> tuple[str, bytes]:
        return _as_json({"tables": [*self._database.list_tables().tables]})

    def _create(self, name: str, given: dict[str, list[str]], body: bytes) -> tuple[str, bytes]:
        mode = given.get("mode", ["create"])[0]
        try:
            rows = pa.ipc.open_stream(body).read_all()
            made = self._database.create_table(name, rows if rows.num_rows else None, schema=rows.schema, mode=mode)
        except ValueError as error:
            raise RefusedError(400, f"Table {name} already exists") from error
        return _as_json({"version": made.version})

    def _describe(self, name: str, given: dict[str, list[str]], body: bytes) -> tuple[str, bytes]:
        table = self._table(name)
        asked = json.loads(body or b"{}").get("version")
        if asked is not None:
            table.checkout(asked)
        return _as_json({"table": name, "version": table.version, "schema": schema_as_json(table.schema)})

    def _insert(self, name: str, given: dict[str, list[str]], body: bytes) -> tuple[str, bytes]:
        mode = given.get("mode", ["append"])[0]
        return _as_json({"version": self._table(name).add(pa.ipc.open_stream(body).read_all(), mode=mode).version})

    def _merge_insert(self, name: str, given: dict[str, list[str]], body: bytes) -> tuple[str, bytes]:
        merge = self._table(name).merge_insert(given["on"])
        if _is_on(given, "when_matched_update_all"):
            merge = merge.when_matched_update_all(where=given.get("when_matched_update_all_filt", [None])[0])
        if _is_on(given, "when_not_matched_insert_all"):
            merge = merge.when_not_matched_insert_all()
        try:
            done = merge.execute(pa.ipc.open_stream(body).read_all())
        except Exception as error:
            raise RefusedError(400, str(error)) from error
        names = ("version", "num_inserted_rows", "num_updated_rows", "num_deleted_rows")
        return _as_json({one: getattr(done, one) for one in names})

    def _delete(self, name: str, given: dict[str, list[str]], body: bytes) -> tuple[str, bytes]:
        return _as_json({"version": self._table(name).delete(json.loads(body)["predicate"]).version})

    def _update(self, name: str, given: dict[str, list[str]], body: bytes) -> tuple[str, bytes]:
        asked = json.loads(body)
        done = self._table(name).update(where=asked.get("predicate"), values_sql=dict(asked["updates"]))
        return _as_json({"rows_updated": done.rows_updated, "version": done.version})

    def _add_columns(self, name: str, given: dict[str, list[str]], body: bytes) -> tuple[str, bytes]:
        return _as_json({"version": self._table(name).add_columns([*pa.ipc.open_stream(body).schema]).version})

    def _count_rows(self, name: str, given: dict[str, list[str]], body: bytes) -> tuple[str, bytes]:
        return _as_json(self._table(name).count_rows(json.loads(body or b"{}").get("predicate")))

    def _index_list(self, name: str, given: dict[str, list[str]], body: bytes) -> tuple[str, bytes]:
        return _as_json({"indexes": []})

    def _query(self, name: str, given: dict[str, list[str]], body: bytes) -> tuple[str, bytes]:
        table, asked = self._table(name), json.loads(body)
        if asked.get("version"):
            table.checkout(asked["version"])
        vector = asked.get("vector") or None
        found = table.search(vector, vector_column_name=asked.get("vector_column"))
        found = found.where(asked["filter"]) if asked.get("filter") else found
        order = [ColumnOrdering(**one) for one in asked.get("order_by", ())]
        found = found.order_by(order) if order else found
        found = found.offset(asked["offset"]) if asked.get("offset") else found
        found = found.select(asked["columns"]) if "columns" in asked else found
        found = found.with_row_id(True) if asked.get("with_row_id") else found
        rows = found.limit(asked["k"] if asked["k"] < 2**40 else None).to_arrow()
        sink = io.BytesIO()
        with pa.ipc.new_file(sink, rows.schema) as file:
            file.write_table(rows)
        return ARROW, sink.getvalue()


def _is_on(given: dict[str, list[str]], name: str) -> bool:
    return given.get(name, ["false"])[0] == "true"


def _as_json(value: Any) -> tuple[str, bytes]:
    return "application/json", json.dumps(value).encode()


def schema_as_json(schema: pa.Schema) -> dict[str, Any]:
    """A schema as the protocol writes it."""
    metadata = _texts(schema.metadata)
    return {"fields": [_field(field) for field in schema]} | ({"metadata": metadata} if metadata else {})


def _texts(metadata: dict[bytes, bytes] | None) -> dict[str, str]:
    return {key.decode(): value.decode() for key, value in (metadata or {}).items()}


def _field(field: pa.Field) -> dict[str, Any]:
    metadata = _texts(field.metadata)
    made = {"name": field.name, "type": _type(field.type), "nullable": field.nullable}
    return made | {"metadata": metadata} if metadata else made


def _type(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_fixed_size_list(kind):
        return {"type": "fixed_size_list", "fields": [_field(kind.value_field)], "length": kind.list_size}
    if pa.types.is_list(kind):
        return {"type": "list", "fields": [_field(kind.value_field)]}
    if pa.types.is_timestamp(kind):
        return {"type": f"timestamp:{kind.unit}:{kind.tz or '-'}"}
    return {"type": str(kind)}


@contextmanager
def cloud_server(folder: Path):
    """Runs it; yields it, and the storage options to reach it."""
    cloud = CloudServer(folder)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            address = urlsplit(self.path)
            body = self._body()
            try:
                kind, said = cloud.answer(address.path, self.headers.get("x-api-key"), parse_qs(address.query), body)
                status = 200
            except RefusedError as error:
                status, kind, said = error.status, "text/plain", str(error).encode()
            except Exception as error:  # noqa: BLE001 - as a server does
                status, kind, said = 500, "text/plain", f"{type(error).__name__}: {error}".encode()
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            with suppress(ConnectionError):  # who asked has given up
                self.wfile.write(said)

        do_GET = do_POST  # noqa: N815 - as the class has it

        def _body(self) -> bytes:
            if self.headers.get("transfer-encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("content-length") or 0))
            read = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                read += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return read

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        host = f"http://127.0.0.1:{server.server_address[1]}"
        yield cloud, {"api_key": API_KEY, "region": "us-east-1", "host_override": host}
    finally:
        cloud.answers.set()
        server.shutdown()
        server.server_close()
