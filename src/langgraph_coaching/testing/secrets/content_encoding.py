"""Content encodings: taken off before anything is written, or refused."""

from __future__ import annotations

import zlib
from importlib import import_module
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Callable

_PACKAGES = {"br": "brotli", "zstd": "zstandard"}
"""What to install for an encoding that the standard library does not read."""


class EncodedError(RecordingError):
    """A body whose encoding nobody here can take off, so that secrets inside cannot be seen."""


def decode_body(body: bytes, encodings: str) -> bytes:
    """A body without its encodings.

    Args:
        body: As it went over the wire, or decoded by the client already.
        encodings: The header `content-encoding`: names in the order in which they were applied.

    Raises:
        EncodedError: It cannot be read; the message says what to install.
    """
    for name in reversed([name.strip().lower().removeprefix("x-") for name in encodings.split(",")]):
        if name in ("", "identity") or not body:
            continue
        try:
            body = _DECODERS[name](body)
        except (KeyError, ImportError, ValueError, EOFError) as error:
            if not _is_plain(body):
                raise EncodedError(_why(name, error)) from error
            # The client has decoded it, or the name was none of an encoding.
    return body


def decompress_file(body: bytes) -> bytes | None:
    """What is inside of a compressed file, or None where the body is none that can be read."""
    name = "gzip" if body[:2] == b"\x1f\x8b" else "zstd" if body[:4] == b"\x28\xb5\x2f\xfd" else None
    try:
        return _DECODERS[name](body) if name else None
    except (ImportError, ValueError):
        return None


def compress_file(body: bytes, like: bytes) -> bytes:
    """A compressed file with another content.

    Args:
        body: What shall be inside.
        like: A file that `unpacked` has read.
    """
    if like[:2] == b"\x1f\x8b":
        packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
        return packer.compress(body) + packer.flush()
    compressed: bytes = _zstd_module().compress(body)
    return compressed


def _why(name: str, error: Exception) -> str:
    if isinstance(error, ImportError):
        return f"it is encoded with {name}, which cannot be read here: pip install {_PACKAGES[name]}"
    if isinstance(error, KeyError):
        return f"it is encoded with {name}, which is not known here; have the client ask for gzip"
    return f"it is said to be encoded with {name}, and is not ({error}); have the client ask for gzip"


def _is_plain(body: bytes) -> bool:
    """Whether it can be read as it is: a text without control characters."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    return not any(character < " " and character not in "\t\n\r\f" for character in text)


def _gzip(body: bytes) -> bytes:
    found = b""
    while body[:2] == b"\x1f\x8b" or not found:  # what follows the last member is nobody's
        inside, body, _ = _inflate(body, zlib.MAX_WBITS | 16)
        found += inside
    return found


def _deflate(body: bytes) -> bytes:
    try:
        return _inflate(body, zlib.MAX_WBITS)[0]
    except ValueError:
        inside, _, whole = _inflate(body, -zlib.MAX_WBITS)  # without a head, so that any text might be one
        if not whole:
            raise
        return inside


def _inflate(body: bytes, window: int) -> tuple[bytes, bytes, bool]:
    """What is inside, what follows it, and whether it has an end; clients do not mind one that is cut off."""
    reader = zlib.decompressobj(window)
    try:
        inside = reader.decompress(body) + reader.flush()
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not inside and not reader.eof:
        raise ValueError("it ends too early")
    return inside, reader.unused_data, reader.eof


def _br(body: bytes) -> bytes:
    brotli = _first_module("brotli", "brotlicffi")
    try:
        plain: bytes = brotli.decompress(body)
    except brotli.error as error:
        raise ValueError(str(error)) from None
    return plain


def _zstd(body: bytes) -> bytes:
    zstd = _zstd_module()
    if zstd.__name__ != "zstandard":
        try:
            whole: bytes = zstd.decompress(body)
        except zstd.ZstdError as error:
            raise ValueError(str(error)) from None
        return whole
    found = []
    while body:
        reader = zstd.ZstdDecompressor(max_window_size=2**31).decompressobj()
        try:
            found.append(reader.decompress(body))
        except zstd.ZstdError as error:
            raise ValueError(str(error)) from None
        if not reader.eof:
            raise ValueError("it ends too early")
        body = reader.unused_data
    return b"".join(found)


def _zstd_module() -> Any:
    return _first_module("zstandard", "compression.zstd", "backports.zstd")


def _first_module(*modules: str) -> Any:
    for module in modules:
        try:
            return import_module(module)
        except ImportError:
            continue
    raise ImportError(f"none of {', '.join(modules)} is installed")


_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gzip,
    "deflate": _deflate,
    "br": _br,
    "zstd": _zstd,
}
