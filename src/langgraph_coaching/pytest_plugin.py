"""The pytest plug-in: recorded model answers for tests of coached graphs, replayed unless recording is asked for."""

from __future__ import annotations

import shlex
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from langgraph_coaching.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from langgraph_coaching.testing.cassette import CassetteConfig
    from langgraph_coaching.testing.cassette_name import CassettePaths
    from langgraph_coaching.testing.session import CassetteSession
    from langgraph_coaching.testing.vcr import VcrCassette

FIXTURE = "coaching_cassette"

_MARKER = (
    "coaching_cassette(name=None, *, folder=None, ignore_coaching=False, ignore=(), match_host=False): answer the "
    "test's HTTP requests from its cassette; the options are those of CassetteConfig"
)
_CASSETTE: pytest.StashKey[VcrCassette] = pytest.StashKey()
_FAILED: pytest.StashKey[bool] = pytest.StashKey()
_SESSION: pytest.StashKey[CassetteSession] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds our options, none of which has a name of pytest-recording's."""
    group = parser.getgroup("coaching", "recorded model answers (langgraph-coaching)")
    group.addoption(
        "--coaching-record",
        choices=("none", "new", "rewrite", "all"),
        default="none",
        help="none: replay only. new: record what is missing. rewrite: record anew. all: the same, and keep the rest.",
    )
    group.addoption(
        "--coaching-unused",
        choices=("error", "warn"),
        default="warn",
        help="What becomes of recordings that are never played and of orphans: an error, or a warning at the end.",
    )
    group.addoption(
        "--coaching-orphans",
        action="append",
        default=[],
        metavar="FOLDER",
        help="In a run of all tests: report the cassettes below FOLDER that no test asks for.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Says what the marker is."""
    from langgraph_coaching.testing.session import CassetteSession

    config.addinivalue_line("markers", _MARKER)
    config.stash[_SESSION] = CassetteSession()


def pytest_itemcollected(item: pytest.Item) -> None:
    """A marked test has the fixture too; its cassette is asked for even where the test is left out of this run."""
    names = getattr(item, "fixturenames", None)
    if names is None:
        return
    if item.get_closest_marker(FIXTURE) and FIXTURE not in names:
        names.insert(0, FIXTURE)
    if FIXTURE in names:
        item.config.stash[_SESSION].expect(_paths_of(item, _marker_options(item)))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where recording is asked for, pytest-recording's `--block-network` lets our tests through."""
    if config.getoption("--coaching-record") != "none" and config.getoption("block_network", default=False):
        for item in items:
            if FIXTURE in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.block_network(allowed_hosts=[".*"]))


def _marker_options(item: pytest.Item) -> dict[str, Any]:
    marker = item.get_closest_marker(FIXTURE)
    if marker is None:
        return {}
    return {**({"name": marker.args[0]} if marker.args else {}), **marker.kwargs}


def _paths_of(item: pytest.Item, config: dict[str, Any]) -> CassettePaths:
    from langgraph_coaching.testing.cassette_name import cassette_paths

    within = getattr(item, "cls", None)
    return cassette_paths(
        item.nodeid,
        item.path.parent / (config.get("folder") or Path("cassettes") / item.path.stem),
        given=config.get("name"),
        own=f"{within.__qualname__}.{item.name}" if within else item.name,
        inner=f"{within.__name__}.{item.name}" if within else item.name,
        ambiguous=_differs_in_case_only(item),
        file=item.path,
    )


def _differs_in_case_only(item: pytest.Item) -> bool:
    """Whether the file has another test, or class of tests, whose name differs in nothing but capitals."""
    within, module = getattr(item, "cls", None), getattr(item, "module", None)
    names = [*(within.__qualname__.split(".") if within else ()), getattr(item, "originalname", None) or item.name]
    for name in names:
        if any(other != name and other.casefold() == name.casefold() for other in dir(module)):
            return True
        module = getattr(module, name, None)
    return False


@pytest.fixture
def coaching_cassette_config() -> CassetteConfig:
    """How cassettes are compared and scrubbed; override it in a `conftest.py` to name further secrets."""
    from langgraph_coaching.testing.cassette import CassetteConfig

    return CassetteConfig()


@pytest.fixture
def coaching_cassette(
    request: pytest.FixtureRequest, coaching_cassette_config: CassetteConfig
) -> Iterator[VcrCassette]:
    """The test's open cassette: every HTTP request of the test is answered from it."""
    from langgraph_coaching.testing.cassette import recorded

    item: pytest.Item = request.node
    config = _config_of(item, coaching_cassette_config)
    paths = _paths_of(item, {"name": config.name, "folder": config.folder})
    session, record = request.config.stash[_SESSION], request.config.getoption("--coaching-record")
    session.open(paths)
    path, source = session.locate(paths)
    if record == "none":
        path = source
    elif hasattr(request.config, "workerinput") and len(session.readers()[source.resolve()]) > 1:
        raise RecordingError(f"several tests share {path}; record it in one process, with -n 0, or one's is lost")
    elif record == "rewrite" and session.recorded_by_others(paths):
        record = "new"  # what the others have just recorded stays, and answers the same request
    again = f"pytest {shlex.quote(item.nodeid)} --coaching-record=rewrite"
    with recorded(path, config, record=record, again=again, source=source, owner=paths.owner or "") as cassette:
        item.stash[_CASSETTE] = cassette
        yield cassette
        if item.stash.get(_FAILED, False):  # what made a test fail is not kept
            cassette.discard()
    if not item.stash.get(_FAILED, False):
        session.add_passed(path, item.nodeid, cassette)


def _config_of(item: pytest.Item, config: CassetteConfig) -> CassetteConfig:
    asked = _marker_options(item)
    if unknown := asked.keys() - (known := [field.name for field in fields(config)]):
        raise pytest.UsageError(f"coaching_cassette takes {', '.join(known)}, not {', '.join(sorted(unknown))}")
    return replace(config, **asked)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """A miss is what a test fails with, whatever a client or an agent has made of it."""
    try:
        result = yield
    except RecordingError:
        raise
    except Exception as error:
        if misses := _misses(pyfuncitem):
            raise misses[0] from error
        raise
    if misses := _misses(pyfuncitem):
        raise misses[0]
    return result


def _misses(item: pytest.Item) -> list[RecordingError]:
    cassette = item.stash.get(_CASSETTE, None)
    return [] if cassette is None else cassette.misses


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Notes whether a test has passed."""
    report = yield
    if report.when != "teardown" and not report.passed:
        item.stash[_FAILED] = True
    return report


def _findings(config: pytest.Config) -> list[str]:
    session = config.stash[_SESSION]
    folders = [config.invocation_params.dir / folder for folder in config.getoption("--coaching-orphans")]
    return [*session.unused_recordings(), *session.orphans(folders)]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Takes in what one of pytest-xdist's processes has collected and played."""
    message = getattr(node, "workeroutput", {}).get(FIXTURE)
    if message is not None:
        node.config.stash[_SESSION].merge_message(message)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fails a run with unused recordings, where they are errors."""
    if hasattr(session.config, "workeroutput"):  # a process of pytest-xdist's: the first one judges for all
        session.config.workeroutput[FIXTURE] = session.config.stash[_SESSION].to_message()
        return
    strict = session.config.getoption("--coaching-unused") == "error"
    if strict and session.exitstatus == pytest.ExitCode.OK and _findings(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Says which recordings are unused, and which cassettes no test asks for."""
    if findings := _findings(config):
        terminalreporter.section("coaching cassettes")
        for finding in findings:
            terminalreporter.write_line(finding)
