"""The end of a process: it waits for threads that still have something to do, but not for ever."""

import hashlib
import sys
import threading

import pytest

from langgraph_coaching.storage import at_exit


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what threads do")
def test_a_thread_that_works_is_seen_and_one_that_waits_is_not():
    stop, data = threading.Event(), b"x" * 50_000_000

    def work():
        while not stop.is_set():
            hashlib.sha256(data)  # without the interpreter's lock, as LanceDB's threads work

    def seen(expected):
        return any(at_exit.others_run() is expected for _ in range(10_000))

    working, waiting = threading.Thread(target=work), threading.Thread(target=stop.wait)
    waiting.start()
    assert seen(expected=False)
    working.start()
    assert seen(expected=True)
    stop.set()
    working.join(60)
    waiting.join(60)


def test_it_waits_while_others_work_but_not_for_ever(monkeypatch):
    looks = iter([True, False, True, *[False] * 4])
    monkeypatch.setattr(at_exit, "SETTLED_AFTER", 600.0)
    monkeypatch.setattr(at_exit, "others_run", lambda: next(looks))
    at_exit._settle()
    assert next(looks, "all looked at") == "all looked at"
    monkeypatch.setattr(at_exit, "SETTLED_AFTER", 0.2)
    monkeypatch.setattr(at_exit, "others_run", lambda: True)
    at_exit._settle()
