"""What every room's tests share: a coach on an empty folder, a scripted chat model, one test for both call styles."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache

import numpy as np
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding
from langgraph.checkpoint.memory import InMemorySaver
from typer import main as command_line

from langgraph_coaching import Coach, Limits
from langgraph_coaching.recall import embedder
from langgraph_coaching.recall.minilm import MiniLM
from langgraph_coaching.recall.scoring.background import cache
from quick_runs import left_to_ci
from scripted_model import ScriptedModel

gc.disable()  # until all is collected, which makes a million objects that stay, and was looked through half the time


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """A part of the runs of tests of several kinds of parameters is left to CI: see `quick_runs.py`."""
    for item in left_to_ci(items):
        item.add_marker(pytest.mark.slow)
        item.add_marker(pytest.mark.product)


def pytest_collection_finish():
    """What is there by now stays to the end: nobody need look through it, a hundred times, for what may go."""
    gc.collect()
    gc.freeze()
    gc.enable()


def _remembered():
    """Pure functions that give again what they gave: of a text how it is read and its vector, of vectors their measure.

    A third of a run is spent on the same few hundred texts, and on measuring the same few made-up embedders; and most
    of the time of a command on reading from the signatures of all commands what there is to choose from.
    """
    embed, draw, measure = MiniLM.embed_query, DeterministicFakeEmbedding._get_embedding, cache.background_of
    backgrounds = {}

    @lru_cache(20_000)
    def vector(text):
        return np.array(embed(MiniLM(), text), dtype=np.float32)

    @lru_cache(20_000)
    def drawn(size, seed):
        return [float(number) for number in draw(DeterministicFakeEmbedding(size=size), seed)]

    def measured(found):
        digest = hashlib.blake2b()
        for text, value in (pair for group in found for pair in (*group.items(), ("", np.zeros(0)))):
            digest.update(text.encode() + value.tobytes())
        if (key := digest.digest()) not in backgrounds:
            backgrounds[key] = measure(found)
        return backgrounds[key]

    return [
        (MiniLM, "embed_query", lambda self, text: vector(text).tolist()),
        (DeterministicFakeEmbedding, "_get_embedding", lambda self, seed: drawn(self.size, seed)),
        (embedder, "normalize_text", lru_cache(20_000)(embedder.normalize_text)),
        (command_line, "get_command", lru_cache(100)(command_line.get_command)),
        (cache, "background_of", measured),
    ]


@pytest.fixture(scope="session", autouse=True)
def remembered():
    """What depends on nothing but its arguments is computed once in a run, but within what this gives."""
    functions = _remembered()

    @contextmanager
    def anew():
        patch.undo()
        yield
        remember()

    def remember():
        for place, name, function in functions:
            patch.setattr(place, name, function)

    with pytest.MonkeyPatch.context() as patch:
        remember()
        yield anew


@pytest.fixture(scope="module")
def computed_anew(remembered):
    """For a module that is about the embedder: nothing is remembered."""
    with remembered():
        yield


@pytest.fixture(scope="session")
def run_python():
    """Runs Python as a process of its own: `run_python("-c", code, folder).stdout`.

    When its time is up, the processes that it has started are ended with it: one that lived on would keep the pipes
    open, and `subprocess.run` would wait for it for ever.
    """

    def run(*arguments, timeout=120, check=False, text=True, **settings):
        command = [sys.executable, *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | settings
        with subprocess.Popen(command, start_new_session=True, text=text, **pipes) as process:
            try:
                out, err = process.communicate(timeout=timeout)
            except BaseException:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                raise
        assert process.returncode == 0 or not check, err
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    return run


@pytest.fixture(scope="session")
def embeddings():
    """The embedded default embedder, loaded once for all tests."""
    return MiniLM()


@pytest.fixture
def coach(tmp_path, embeddings):
    """A coach on a folder that is not there yet, patient enough for a busy machine."""
    with Coach(tmp_path / "coaching", embeddings=embeddings, limits=Limits(deadline=30)) as coach:
        yield coach


@pytest.fixture(scope="module")
def written_once(tmp_path_factory, embeddings):
    """Stores that are written once for a module, and copied for each test: `written_once(fill, folder)`.

    `fill(coach)` writes; what it returned is given each time.
    """
    written = {}

    def copy(fill, folder):
        if fill not in written:
            store = tmp_path_factory.mktemp("written") / "store"
            with Coach(store, embeddings=embeddings, limits=Limits(deadline=60)) as coach:
                given = fill(coach)
            written[fill] = store, given
        store, given = written[fill]
        shutil.copytree(store, folder)
        return given

    return copy


@pytest.fixture
def scripted():
    """Makes chat models that answer what they are told to."""
    return lambda *answers: ScriptedModel(answers=list(answers)) if answers else ScriptedModel()


@pytest.fixture
def model():
    """A chat model that always answers the same."""
    return ScriptedModel()


class Run:
    """Runs a compiled graph in one of the two call styles; in async on one event loop for the whole test."""

    def __init__(self, style: str, exits: ExitStack) -> None:
        self.style = style
        self.is_async = style == "async"
        self._exits = exits
        self._loop = exits.enter_context(asyncio.Runner()).get_loop() if self.is_async else None
        self._context = contextvars.copy_context()

    def wait(self, coroutine):
        """The coroutine's result."""
        if self._loop is None:
            return asyncio.run(coroutine)
        # As `Runner.run` does, which also looks at every signal: that takes longer than many a graph.
        return self._loop.run_until_complete(self._loop.create_task(coroutine, context=self._context))

    def __call__(self, graph, given, config=None, **options):
        """`invoke` or `ainvoke`."""
        if self.is_async:
            return self.wait(graph.ainvoke(given, config, **options))
        return graph.invoke(given, config, **options)

    def stream(self, graph, given, config=None, **options):
        """Everything `stream` or `astream` gives."""

        async def collected():
            return [part async for part in graph.astream(given, config, **options)]

        return self.wait(collected()) if self.is_async else list(graph.stream(given, config, **options))

    def history(self, graph, config, **options):
        """The checkpoints of a thread, newest first."""

        async def collected():
            return [state async for state in graph.aget_state_history(config, **options)]

        return self.wait(collected()) if self.is_async else list(graph.get_state_history(config, **options))

    def state(self, graph, config, **options):
        """The latest checkpoint of a thread."""
        return self.wait(graph.aget_state(config, **options)) if self.is_async else graph.get_state(config, **options)

    def update(self, graph, config, values, **options):
        """`update_state` or `aupdate_state`."""
        if self.is_async:
            return self.wait(graph.aupdate_state(config, values, **options))
        return graph.update_state(config, values, **options)

    def saver(self, kind, folder):
        """A checkpointer: `memory`, or `sqlite` in a file of the folder."""
        if kind == "memory":
            return InMemorySaver()
        path = str(folder / "checkpoints.sqlite")
        if not self.is_async:
            from langgraph.checkpoint.sqlite import SqliteSaver

            return self._exits.enter_context(SqliteSaver.from_conn_string(path))
        from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

        opened = AsyncSqliteSaver.from_conn_string(path)
        saver = self.wait(opened.__aenter__())
        self._exits.callback(lambda: self.wait(opened.__aexit__(None, None, None)))
        return saver


@pytest.fixture(params=["sync", "async"])
def run(request):
    """Runs a compiled graph by `invoke` or by `ainvoke`: one test, both call styles."""
    with ExitStack() as exits:
        yield Run(request.param, exits)
