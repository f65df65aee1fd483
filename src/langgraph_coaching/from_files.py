"""A coach from coaching files: what `export` wrote and a person may have edited, without a store."""

from __future__ import annotations

import shutil
import tempfile
from typing import TYPE_CHECKING

from langgraph_coaching.coach import Coach
from langgraph_coaching.recall.limits import Limits

if TYPE_CHECKING:
    import os

    from langchain_core.embeddings import Embeddings


class _TemporaryCoach(Coach):
    """A coach whose store goes when it is closed."""

    def close(self) -> None:
        try:
            super().close()
        finally:
            shutil.rmtree(self.uri, ignore_errors=True)


def coach_from(
    folder: str | os.PathLike[str], *, embeddings: Embeddings | str | None = None, limits: Limits | None = None
) -> Coach:
    """A coach with the coachings of exported files, for tests: nothing of it is kept, and no store is opened.

    Use it as `with coach_from("tests/coachings") as coach:`, or close it. What is changed in it never reaches a file.

    Args:
        folder: What `coach.export` wrote, perhaps edited by hand; or one file.
        embeddings: As for `Coach`; by default the embedded MiniLM, which needs no network.
        limits: As for `Coach`; by default with a minute's patience, since a test need not hurry.

    Raises:
        InvalidCoachingError: There are no files, or some cannot be read; the message names each, its line and what to
            do.
        EmbedderError: The embedder failed.
    """
    place = tempfile.mkdtemp(prefix="langgraph-coaching-")
    coach = _TemporaryCoach(place, embeddings=embeddings, limits=limits or Limits(deadline=60.0))
    try:
        coach.import_(folder)
    except BaseException:
        coach.close()
        raise
    return coach
