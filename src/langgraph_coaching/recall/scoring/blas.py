"""BLAS limited to one thread: products from several calling threads slow each other down tenfold otherwise."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_inside = threading.local()


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """A context in which numpy's products use the calling thread alone; inside another one it costs nothing."""
    if getattr(_inside, "now", False):
        yield
        return
    with _controller().limit(limits=1, user_api="blas"):
        _inside.now = True
        try:
            yield
        finally:
            _inside.now = False
