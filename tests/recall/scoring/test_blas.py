"""Products use one thread inside, and as many as before afterwards."""

import os
import threading

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from langgraph_coaching.recall.scoring.blas import one_thread


def threads():
    return {info["num_threads"] for info in threadpool_info() if info["user_api"] == "blas"}


@pytest.fixture(autouse=True)
def two():
    """Two threads, whatever the machine has."""
    with threadpool_limits(2, "blas"):
        yield


def test_one_inside_another_holds_until_the_outer_ends():
    with one_thread():
        with one_thread():
            assert threads() == {1}
        assert threads() == {1}
    assert threads() == {2}


def test_it_ends_where_something_is_raised():
    with pytest.raises(KeyError), one_thread(), one_thread():
        raise KeyError
    assert threads() == {2}
    with one_thread():
        assert threads() == {1}


def test_each_thread_sees_to_it_for_itself():
    found = []

    def other():
        threadpool_limits(2, "blas")
        with one_thread():
            found.append(threads())

    with one_thread():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert found == [{1}]


def test_who_leaves_last_puts_the_number_back():
    inside, leave = threading.Event(), threading.Event()

    def other():
        with one_thread():
            inside.set()
            leave.wait()

    thread = threading.Thread(target=other)
    with one_thread():
        thread.start()
        inside.wait()
    assert threads() == {1}  # the other is still in it
    leave.set()
    thread.join()
    assert threads() == {2}


def test_the_child_of_a_fork_is_in_it_where_its_thread_was():
    with one_thread():
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            with one_thread():
                os.write(write, bytes(threads()))
            os._exit(0)
        os.waitpid(child, 0)
        assert os.read(read, 8) == b"\x01"
    assert threads() == {2}
