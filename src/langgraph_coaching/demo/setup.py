"""The demo's surroundings: a store of its own, and the recorded model that answers the scenario."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from langgraph_coaching.coach import Coach
from langgraph_coaching.demo.agent import chat_model
from langgraph_coaching.demo.scenario import run_scenario
from langgraph_coaching.errors import InvalidCoachingError, RecordingError, extra
from langgraph_coaching.recall.limits import Limits
from langgraph_coaching.testing.cassette import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from langgraph_coaching.demo.scenario import ScenarioResult
    from langgraph_coaching.testing.cassette import Record
    from langgraph_coaching.testing.vcr import VcrCassette

CASSETTE = Path(__file__).parent / "cassettes" / "support_agent.yaml"

RECORD_COMMAND = "python -m langgraph_coaching.demo.record --base-url http://127.0.0.1:8088/v1"
"""Records the demo anew."""

_NOWHERE = "http://127.0.0.1:9/v1"
"""Nothing listens there: every answer comes from the recording."""

_PATIENT = Limits(deadline=60.0)
"""On a slow machine loading the embedder takes longer than an agent would wait, and a demo without coaching is none."""


@contextmanager
def open_demo_coach(store: str | None) -> Iterator[Coach]:
    """A coach on a store of the demo's own.

    Args:
        store: A folder that does not exist or is empty; None for one that is gone afterwards.

    Raises:
        InvalidCoachingError: The folder has something in it, or is none.
    """
    if store is None:
        with (
            tempfile.TemporaryDirectory(prefix="langgraph-coaching-demo-") as folder,
            Coach(folder, limits=_PATIENT) as coach,
        ):
            yield coach
        return
    if "://" in store or (Path(store).exists() and (not Path(store).is_dir() or any(Path(store).iterdir()))):
        raise InvalidCoachingError(
            f"the demo needs a folder of its own, and {store} is not new or empty: name another one"
        )
    with Coach(store, limits=_PATIENT) as coach:
        yield coach


def open_cassette(path: Path = CASSETTE, *, record: Record = "none") -> AbstractContextManager[VcrCassette]:
    """The demo's recording, open: every HTTP request inside is answered from it, or recorded.

    Args:
        path: The cassette.
        record: Replay only, unless told otherwise.

    Raises:
        MissingExtraError: `vcrpy` is not installed.
    """
    with extra("demo", "vcrpy"):
        import vcr  # noqa: F401 - the demo's own extra is named, not that of tests
    return recorded(path, record=record, again=RECORD_COMMAND)


def replay_scenario(store: str | None) -> ScenarioResult:
    """The scenario, answered by the recording, through a real graph, a real store and a real embedder.

    Args:
        store: As `open_demo_coach` takes it.

    Raises:
        MissingExtraError: `langchain-openai` or `vcrpy` is not installed.
        RecordingError: The recording does not fit this version of the package, or nothing could be recalled.
    """
    with open_demo_coach(store) as coach:
        try:
            with open_cassette():
                return run_scenario(coach, chat_model(_NOWHERE))
        except RecordingError as error:
            coach.flush()
            for receipt in coach.receipts():
                if receipt.outcome == "failed":
                    raise RecordingError(
                        f"without coaching the agent asks what is not recorded: {receipt.reason}"
                    ) from error
            raise
