"""Regression tests from corrections: a coaching is held to what it promises, in a file that pytest runs."""

from __future__ import annotations

import re
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.model import labels_of
from langgraph_coaching.coaching.namespace import refuse_foreign
from langgraph_coaching.errors import NotFoundError
from langgraph_coaching.storage.storable import check_path
from langgraph_coaching.testing.opening import FOLDER, Opening

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Sequence

    from langgraph_coaching.authoring.exchange import Exchanger
    from langgraph_coaching.authoring.exported import Exported
    from langgraph_coaching.authoring.repository import Repository
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.adviser import Adviser
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.testing.cases import Advise
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
        exchanger: Writes the files that the test loads.
        open_coach: Makes another coach, as `Coach` does, for the files.
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
        exchanger: Exchanger,
        open_coach: Callable[..., Any],
        flush: Callable[[], None],
    ) -> None:
        self._uri = uri
        self._namespace = namespace
        self._repository = repository
        self._traces = traces
        self._adviser = adviser
        self._embedder = embedder
        self._exchanger = exchanger
        self._open_coach = open_coach
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
        coachings: str | os.PathLike[str] | None = None,
        live: bool = False,
    ) -> Written:
        """Writes a pytest file that holds a coaching to what it promises, and a recording beside it in `cassettes/`.

        It fires at its source, stays silent at its nearest misses, and what it asks for is done in the recording. The
        test loads coaching files, which are exported beside it, and needs no store: it passes now, and fails when they
        say that the coaching is edited, archived, deleted or shadowed by another.

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
            coachings: The folder that the test loads, and that `export` brings up to date first; None for `coachings`
                beside the test. A file that was edited and not imported yet counts as it is.
            live: The test opens this very store, at its place seen from the test; no coaching files are written.

        Raises:
            InvalidCoachingError: There is a test already, the coaching fires nowhere, or coaching files cannot be read.
            NotFoundError: There is no such coaching.
            RecordingError: The model did not follow it; no test was written.
            MissingExtraError: `vcrpy` is not installed.
        """
        from langgraph_coaching.testing.correction import Correction
        from langgraph_coaching.testing.testfile import refuse

        if not isinstance(coaching, str):
            refuse_foreign("coaching", coaching.namespace, self._namespace)
        for one in (path, coachings or path):
            check_path(one)
        place, name = Path(path), coaching if isinstance(coaching, str) else coaching.id
        self._flush()
        self._repository.get(name)
        refuse(place, force=force)
        folder = None if live else Path(coachings or place.parent / FOLDER).expanduser()
        with self._present(name, folder) as (present, others, advise, exported):
            correction = Correction(
                coaching=present,
                source=self._source_of(present),
                others=others,
                traces=self._traces.list(limit=TRACES),
                applied=self._traces.list(coaching_id=name, limit=TRACES),
                advise=advise,
                limits=self._adviser.limits,
                opening=self._opening(folder),
                exported=exported,
            )
            patterns = [expect] if isinstance(expect, str) else [re.escape(text).replace("\\ ", " ") for text in expect]
            return correction.write(place, model, patterns, record=record)

    @contextmanager
    def _present(
        self, name: str, folder: Path | None
    ) -> Iterator[tuple[Coaching, list[Coaching], Advise, Exported | None]]:
        """A coaching, the active ones and their advice as the test will see them: from files, or from this store."""
        if folder is None:
            coaching = self._repository.get(name)
            labels = labels_of(coaching.scope.agent, coaching.scope.node, coaching.scope.tags)
            active = self._repository.list(status="active")
            yield coaching, active, lambda said: self._adviser.advise_batch(said, labels), None
            return
        exported = self._exchanger.export(folder)
        settings = {"embeddings": self._embedder.embeddings, "limits": self._adviser.limits}
        with (
            tempfile.TemporaryDirectory(prefix="langgraph-coaching-") as aside,
            self._open_coach(aside, **settings) as coach,
        ):
            coach.import_(folder)
            coaching = coach.get(name)
            scope = coaching.scope
            where = {"agent": scope.agent, "node": scope.node, "tags": scope.tags}
            yield coaching, coach.list(status="active"), lambda said: coach.advise_batch(said, **where), exported

    def _opening(self, folder: Path | None) -> Opening:
        from langgraph_coaching.recall.minilm import MiniLM

        embeddings = self._embedder.embeddings
        return Opening(
            folder=folder,
            store=self._uri,
            namespace=self._namespace,
            embeddings=None if isinstance(embeddings, MiniLM) else embeddings,
            limits=self._adviser.limits,
        )

    def _source_of(self, coaching: Coaching) -> Trace | None:
        try:
            return self._traces.get(coaching.source.trace_id) if coaching.source else None
        except NotFoundError:
            return None
