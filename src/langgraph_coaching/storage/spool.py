"""The spool: writes that were acknowledged, on the disk before their call returns, until their tables are there too.

A file of one process beside the tables. Each record has a length and a checksum, and says what was written as data:
rows in Arrow's own form, or values that rows are found by. A last record that is torn was never acknowledged.
"""

from __future__ import annotations

import io
import json
import os
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from langgraph_coaching.storage.on_disk import sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

MARK = b"LGCW"
"""What every record begins with; where one is damaged, the next is found by it."""

_HEAD = struct.Struct(">4sIII")
"""Mark, length of what is said of the rows, length of the rows, checksum of both."""

LARGEST = 4 * 1024 * 1024
"""Bytes of a record at most; what is larger is not spooled."""

Kind = Literal["insert", "upsert", "update", "delete"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One write of one table, so that it can be done again."""

    table: str
    version: int
    """Number of the commit."""
    kind: Kind
    key: str
    """The column that tells rows apart."""
    namespace: str | None
    """Whose rows; None where they are not of one namespace."""
    equal: dict[str, Any] | None = None
    """What was deleted: a column's value, or a list of values."""
    data: pa.Table | None = None
    """What was written."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A place in a spool that cannot be read though there are records behind it."""

    at: int
    """Bytes from its beginning."""


def pack_write(write: Write) -> bytes:
    """A record of the spool."""
    import pyarrow as pa

    head = json.dumps({name: getattr(write, name) for name in Write.__slots__ if name != "data"}).encode()
    rows = b""
    if write.data is not None:
        sink = io.BytesIO()
        with pa.ipc.new_stream(sink, write.data.schema) as stream:
            stream.write_table(write.data)
        rows = sink.getvalue()
    return _HEAD.pack(MARK, len(head), len(rows), zlib.crc32(rows, zlib.crc32(head))) + head + rows


def unpack_writes(spooled: bytes) -> Iterator[Write | Damage]:
    """The records of a spool, in order; a torn last one is left out, and a damaged one among others is said."""
    at, damaged = 0, None
    while (start := spooled.find(MARK, at)) >= 0:
        found = _unpack(spooled, start)
        if found is None:
            damaged = start if damaged is None else damaged
            at = start + 1
            continue
        if start > at and damaged is None:
            damaged = at
        if damaged is not None:
            yield Damage(damaged)
        damaged = None
        write, at = found
        yield write


def _unpack(spooled: bytes, start: int) -> tuple[Write, int] | None:
    import pyarrow as pa

    behind = start + _HEAD.size
    if behind > len(spooled):
        return None
    _, said, size, checksum = _HEAD.unpack_from(spooled, start)
    end = behind + said + size
    if end > len(spooled) or zlib.crc32(spooled[behind:end]) != checksum:
        return None
    try:
        data = pa.ipc.open_stream(spooled[behind + said : end]).read_all() if size else None
        return Write(**json.loads(spooled[behind : behind + said]), data=data), end
    except (OSError, TypeError, ValueError):  # a newer version has written it
        return None


class Spool:
    """The file of one process, to be written by one thread at a time.

    Args:
        path: Where; made with what is above it, to be read by its owner alone.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(mode=0o700, exist_ok=True)
        self.handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self.size = 0
        for folder in path.parents:  # the folder of the tables may have been made just now
            sync(folder)

    def append(self, record: bytes) -> None:
        """Writes a record, and waits until it is on the disk.

        Raises:
            OSError: It is not; what there was before is.
        """
        try:
            os.lseek(self.handle, self.size, os.SEEK_SET)
            left = memoryview(record)
            while left:
                left = left[os.write(self.handle, left) :]
            os.fsync(self.handle)
        except OSError:
            os.ftruncate(self.handle, self.size)
            raise
        self.size += len(record)

    def empty(self) -> None:
        """Forgets all of it, for good."""
        os.ftruncate(self.handle, 0)
        os.fsync(self.handle)
        self.size = 0

    def close(self, *, remove: bool = False) -> None:
        """Lets go of the file.

        Args:
            remove: Whether it goes with it.
        """
        if remove:
            self.path.unlink(missing_ok=True)
        os.close(self.handle)
