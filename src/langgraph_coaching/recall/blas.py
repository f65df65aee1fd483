"""One BLAS thread: products from several calling threads slow each other down more than tenfold otherwise."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def one_thread() -> Any:
    """A context manager in which numpy's products use the calling thread alone."""
    return _controller().limit(limits=1, user_api="blas")
