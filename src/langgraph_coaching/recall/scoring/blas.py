"""BLAS limited to one thread: products from several calling threads slow each other down tenfold otherwise."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

from langgraph_coaching.storage.at_fork import start_over_in_child

_inside = threading.local()


@cache
def _libraries() -> list[Any]:
    from threadpoolctl import ThreadpoolController

    return [one for one in ThreadpoolController().lib_controllers if one.user_api == "blas"]


class _OneThread:
    """The context; there is one, which any number of threads may be in, each any number of times.

    How many threads BLAS uses is one number of the process: who comes first keeps it, who leaves last puts it back.
    """

    def __init__(self) -> None:
        self._before: list[int] = []
        self.start_over()
        start_over_in_child(self)

    def start_over(self) -> None:
        """Forgets other threads: in the child of a fork they are gone, and the lock may be left held."""
        self._lock = threading.Lock()
        self._users = 1 if getattr(_inside, "depth", 0) else 0

    def __enter__(self) -> None:
        depth = getattr(_inside, "depth", 0)
        _inside.depth = depth + 1
        if depth:
            return
        with self._lock:
            if not self._users:
                self._before = [one.get_num_threads() for one in _libraries()]
            self._users += 1
            _set_threads([1] * len(self._before))

    def __exit__(self, *_: object) -> None:
        _inside.depth -= 1
        if _inside.depth:
            return
        with self._lock:
            self._users -= 1
            if not self._users:
                _set_threads(self._before)


def _set_threads(numbers: list[int]) -> None:
    for library, number in zip(_libraries(), numbers, strict=True):
        _let_any_thread_set(library)
        library.set_num_threads(number)
        _let_any_thread_set(library)


def _let_any_thread_set(library: Any) -> None:
    # A newer threadpoolctl lets only the thread that has set it first set it again, and says nothing to another.
    clear = getattr(library, "clear_controlling_thread", None)
    if clear is not None:
        clear(force=True)


_one_thread = _OneThread()


def one_thread() -> _OneThread:
    """A context in which numpy's products use the calling thread alone; inside another one it costs next to nothing."""
    return _one_thread
