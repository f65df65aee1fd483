"""Where the story is played: in a store of its own, answered by the recording."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from langgraph_coaching.coach import Coach
from langgraph_coaching.demo.agent import chat_model
from langgraph_coaching.demo.cassette import recorded
from langgraph_coaching.demo.story import play
from langgraph_coaching.errors import InvalidCoachingError, RecordingError
from langgraph_coaching.recall.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.demo.story import Story

CASSETTE = Path(__file__).parent / "cassettes" / "support_agent.yaml"

AGAIN = "python -m langgraph_coaching.demo.record --base-url http://127.0.0.1:8088/v1"
"""Records the demo anew."""

_NOWHERE = "http://127.0.0.1:9/v1"
"""Nothing listens there: every answer comes from the recording."""

_PATIENT = Limits(deadline=60.0)
"""On a slow machine loading the embedder takes longer than an agent would wait, and a demo without coaching is none."""


@contextmanager
def opened(store: str | None) -> Iterator[Coach]:
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


def replayed(store: str | None) -> Story:
    """The story as it was recorded, played through a real graph, a real store and a real embedder.

    Args:
        store: As `opened` takes it.

    Raises:
        MissingExtraError: `langchain-openai` or `vcrpy` is not installed.
        RecordingError: The recording does not fit this version of the package, or nothing could be recalled.
    """
    with opened(store) as coach:
        try:
            with recorded(CASSETTE, again=AGAIN):
                return play(coach, chat_model(_NOWHERE))
        except RecordingError as error:
            coach.flush()
            for receipt in coach.receipts():
                if receipt.outcome == "failed":
                    raise RecordingError(
                        f"without coaching the agent asks what is not recorded: {receipt.reason}"
                    ) from error
            raise
