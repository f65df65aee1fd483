"""Regression tests from corrections: a coaching is held to what it promises, in a file that pytest runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.model import labels_of
from langgraph_coaching.coaching.namespace import refuse_foreign
from langgraph_coaching.errors import NotFoundError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence

    from langgraph_coaching.authoring.repository import Repository
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.adviser import Adviser
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.testing.cassette import Record
    from langgraph_coaching.testing.testfile import Written
    from langgraph_coaching.traces.archive import Archive
    from langgraph_coaching.traces.model import Trace

TRACES = 100
"""Recorded runs that are looked through, the newest first."""


class TestWriter:
    """Writes tests of the coachings of one namespace; every fault is raised.

    Args:
        uri: Where the store is.
        namespace: Whose coachings.
        repository: The coachings.
        traces: Recorded runs.
        adviser: Recalls coachings, within the limits that the test is to have as well.
        embedder: The one that the test is to use as well.
        flush: Writes out what running graphs have left behind, before it is looked at.
    """

    __test__ = False  # pytest takes every class for a test whose name begins like one

    def __init__(
        self,
        uri: str,
        namespace: str,
        repository: Repository,
        traces: Archive,
        adviser: Adviser,
        embedder: Embedder,
        flush: Callable[[], None],
    ) -> None:
        self._uri = uri
        self._namespace = namespace
        self._repository = repository
        self._traces = traces
        self._adviser = adviser
        self._embedder = embedder
        self._flush = flush

    def write_test(
        self,
        coaching: Coaching | str,
        path: str | os.PathLike[str],
        *,
        model: Any = None,
        expect: str | Sequence[str] = (),
        record: Record = "rewrite",
        force: bool = False,
    ) -> Written:
        """Writes a pytest file that holds a coaching to what it promises, and a recording beside it in `cassettes/`.

        It fires at its source, stays silent at its nearest misses, and what it asks for is done in the recording. The
        test passes now, and fails when the coaching is edited, archived, deleted or shadowed by another.

        Args:
            coaching: Which one, or its id.
            path: The test file, such as `tests/test_shipping.py`.
            model: A chat model (or one with tools bound to it) that is asked over HTTP once, and recorded; None to take
                the newest trace in which the coaching was followed.
            expect: What the answer must hold: a regular expression, or a list of texts. Without it a reply is compared
                with the recorded one.
            record: How the model is asked: `rewrite` asks it, `none` takes the recording that is there, `new` asks only
                what is not in it.
            force: Write over what is there.

        Raises:
            InvalidCoachingError: There is a file already, or the coaching fires nowhere.
            NotFoundError: There is no such coaching.
            RecordingError: The model did not follow it; nothing was written.
            MissingExtraError: `vcrpy` is not installed.
        """
        from langgraph_coaching.recall.minilm import MiniLM
        from langgraph_coaching.testing.correction import Correction

        if not isinstance(coaching, str):
            refuse_foreign("coaching", coaching.namespace, self._namespace)
        self._flush()
        coaching = self._repository.get(coaching if isinstance(coaching, str) else coaching.id)
        labels = labels_of(coaching.scope.agent, coaching.scope.node, coaching.scope.tags)
        embeddings = self._embedder.embeddings
        correction = Correction(
            coaching=coaching,
            source=self._source_of(coaching),
            others=self._repository.list(status="active"),
            traces=self._traces.list(limit=TRACES),
            applied=self._traces.list(coaching_id=coaching.id, limit=TRACES),
            advise=lambda conversations: self._adviser.advise_batch(conversations, labels),
            limits=self._adviser.limits,
            store=self._uri,
            namespace=self._namespace,
            embeddings=None if isinstance(embeddings, MiniLM) else embeddings,
        )
        patterns = [expect] if isinstance(expect, str) else [re.escape(text).replace("\\ ", " ") for text in expect]
        return correction.write(Path(path), model, patterns, record=record, force=force)

    def _source_of(self, coaching: Coaching) -> Trace | None:
        try:
            return self._traces.get(coaching.source.trace_id) if coaching.source else None
        except NotFoundError:
            return None
