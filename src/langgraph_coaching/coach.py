"""The coach: the one object people open.

It is made of an adviser, a recorder, an editor, a reviewer, a replayer, chats, a test writer, a doctor and others, and
hands on their methods.
"""

from __future__ import annotations

import weakref
from functools import partial
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar

from langgraph_coaching.agent.graph_adviser import GraphAdviser
from langgraph_coaching.agent.registry import Registry, registry_name
from langgraph_coaching.agent.stored_advice import StoredAdvice
from langgraph_coaching.authoring.audit import Auditor
from langgraph_coaching.authoring.draft_checks import DraftChecks
from langgraph_coaching.authoring.drafter import Drafter
from langgraph_coaching.authoring.editor import Editor
from langgraph_coaching.authoring.eraser import Eraser
from langgraph_coaching.authoring.exchange import Exchanger
from langgraph_coaching.authoring.home import Home
from langgraph_coaching.authoring.id_finder import IdFinder
from langgraph_coaching.authoring.lint.linter import Linter
from langgraph_coaching.authoring.other_coachings import OtherCoachings
from langgraph_coaching.authoring.repository import Repository
from langgraph_coaching.authoring.retainer import Retainer
from langgraph_coaching.authoring.retention import Retentions
from langgraph_coaching.authoring.situations import Situations
from langgraph_coaching.authoring.stages import Stages
from langgraph_coaching.chat.chats import Chats
from langgraph_coaching.coaching.coachings import Coachings
from langgraph_coaching.doctor.doctor import Doctor
from langgraph_coaching.recall.adviser import Adviser
from langgraph_coaching.recall.embedder import Embedder, embeddings_of
from langgraph_coaching.recall.judge import Judge
from langgraph_coaching.recall.limits import Limits
from langgraph_coaching.recall.pause import Pauses
from langgraph_coaching.recall.receipts import Receipts
from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
from langgraph_coaching.recall.scoring.kept_vectors import KeptVectors
from langgraph_coaching.recall.scoring.traffic_sampler import TrafficSampler
from langgraph_coaching.refining.reporter import Reporter
from langgraph_coaching.refining.reviewer import Reviewer
from langgraph_coaching.refining.verdicts import Verdicts
from langgraph_coaching.replay.replayer import Replayer
from langgraph_coaching.settings import refuse_wrong_kinds
from langgraph_coaching.storage.database import Database
from langgraph_coaching.testing.regression import TestWriter
from langgraph_coaching.traces.archive import Archive
from langgraph_coaching.traces.capture.recorder import Recorder
from langgraph_coaching.traces.redaction import Redaction
from langgraph_coaching.wrong_arguments import explain_failures

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from langchain_core.embeddings import Embeddings
    from langchain_core.language_models import BaseChatModel

    from langgraph_coaching.agent.lookup import Lookup
    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.traces.capture.limits import CaptureLimits

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def handed_on(method: Callable[Concatenate[Any, Asked], Answer]) -> Callable[Concatenate[Any, Asked], Answer]:
    """A method of one of the coach's parts as the coach's own: the same name, signature and docstring.

    Args:
        method: Taken from the class of the part.
    """
    part, name = method.__qualname__.split(".")

    def call(self: Coach, *args: Any, **kwargs: Any) -> Any:
        return getattr(self._parts[part], name)(*args, **kwargs)

    own: Any = explain_failures(method, call)
    own.__module__, own.__qualname__ = __name__, f"Coach.{name}"
    return own  # type: ignore[no-any-return]


class Coach:
    """Coaching of one namespace in one store: recalled in graphs, captured from them, authored by people.

    Args:
        uri: A folder, `s3://…`, `gs://…`, `az://…` or `db://…`; created by the first write, not before.
        embeddings: Any LangChain embeddings; the name of a class in `langchain_community.embeddings`; by default the
            embedded MiniLM, which needs no network.
        namespace: Coachings, receipts and traces of two namespaces never mix.
        limits: Floor, item limit, token budget and deadline of one call of `advise`.
        judge: A chat model that is asked about coachings near the floor, within the deadline; none by default.
        redact: Runs over every text of receipts and traces before it is written, off the graph's path; a text it fails
            on is withheld. It must leave alone what it redacted already. None: `redact_secrets`; `str`: nothing is.
        capture: How much of what runs is kept: a share of the conversations, the length of texts and of traces.
        storage_options: Keys and settings (strings) for an object store; `api_key`, `region` or `host_override` for `db://`.
        durable: Whether a save, a verdict or a flush returns once it would survive a loss of power, not only `kill -9`.

    Raises:
        InvalidCoachingError: The namespace is not acceptable, there are no embeddings of that name, or an argument is
            of the wrong kind.
    """

    def __init__(
        self,
        uri: str | os.PathLike[str],
        *,
        embeddings: Embeddings | str | None = None,
        namespace: str = "default",
        limits: Limits | None = None,
        judge: BaseChatModel | None = None,
        redact: Callable[[str], str] | None = None,
        capture: CaptureLimits | None = None,
        storage_options: dict[str, str] | None = None,
        durable: bool = False,
    ) -> None:
        settings: dict[str, Any] = {"embeddings": embeddings, "limits": limits, "judge": judge, "redact": redact}
        settings |= {"capture": capture, "storage_options": storage_options, "durable": durable}
        refuse_wrong_kinds(uri, namespace, settings)
        self._options = settings | {"namespace": namespace}
        self.namespace = namespace
        self.limits = limits or Limits()
        self._database = database = Database(uri, storage_options, durable=namespace if durable else None)
        self._embedder = embedder = Embedder(embeddings_of(embeddings))
        store, receipts_table = Coachings(database, namespace, embedder.id), Receipts(database, namespace)
        kept, redaction = KeptVectors(database, namespace), Redaction.of(redact)
        self.traces = traces = Archive(database, namespace, redaction)
        """Recorded runs: `get`, `list`, `add`, `delete`."""
        backgrounds = BackgroundCache(database, embedder)
        sampler, pauses = TrafficSampler(database, namespace, embedder, backgrounds), Pauses(database, namespace)
        adviser = Adviser(store, embedder, backgrounds, sampler, self.limits, Judge(judge) if judge else None, pauses)
        recorder = Recorder(receipts_table, traces, sampler, store.behavior, limits=capture, redaction=redaction)
        stored = StoredAdvice(receipts_table, store, adviser)
        registry = Registry(registry_name(database.uri, namespace), recorder.keep, stored, stored.unless_paused)
        self._flush = flush = partial(_flush, registry, recorder)
        self._registry, registry.owner, registry.flush = registry, weakref.ref(self), flush

        repository = Repository(store, embedder, backgrounds)
        others, home = OtherCoachings(adviser.snapshot, embedder), Home(store, traces, receipts_table, flush)
        checks = DraftChecks(
            repository, store, traces, receipts_table, kept, adviser, embedder, backgrounds, sampler, home, flush
        )
        exchanger, known = Exchanger(repository, namespace), checks.vectors
        situations = Situations(traces, receipts_table, sampler, adviser, store, embedder, backgrounds, flush, known)
        retainer = Retainer(store, traces, Retentions(database, namespace), flush)
        database.add_chore(retainer.keep)
        verdicts, linter = Verdicts(database, namespace), Linter(repository, situations, embedder, self.limits)
        drafter = Drafter(repository, situations, others, checks, linter)
        reviewer = Reviewer(store, repository, verdicts, traces, receipts_table, sampler, adviser, flush)
        parts = (
            GraphAdviser(adviser, receipts_table, registry, partial(_lookup_of, self)),
            recorder,
            drafter,
            Editor(repository, home),
            checks,
            linter,
            exchanger,
            Stages(repository, pauses),
            Auditor(store),
            Eraser(store, traces, receipts_table, kept, flush),
            retainer,
            reviewer,
            Reporter(store, repository, verdicts, traces, receipts_table, flush, database.version),
            repository,
            IdFinder(database, namespace),
            Doctor(store, repository.reembed, self._flush),
            Replayer(store, adviser, embedder, backgrounds, home),
            Chats(recorder, traces, drafter, reviewer, registry, flush),
            TestWriter(database.uri, namespace, repository, traces, adviser, embedder, exchanger, Coach, flush),
        )
        self._parts: dict[str, Any] = {type(part).__name__: part for part in parts}

    @property
    def uri(self) -> str:
        """Where the store is."""
        return self._database.uri

    @property
    def embeddings(self) -> Embeddings:
        """The LangChain embeddings in use."""
        return self._embedder.embeddings

    def __reduce__(self) -> tuple[Any, ...]:
        """In another process, what was pickled opens the same store; nothing that waits in memory goes along."""
        return partial(type(self), **self._options), (self.uri,)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Flushes, and lets go of the store.

        Raises:
            StoreError: Something queued could not be written.
        """
        try:
            self.flush()
        finally:
            self._registry.close()
            self._database.close()

    def flush(self) -> None:
        """Waits until every receipt and every captured step is in the store; warns where coaching was lost on its way.

        Raises:
            StoreError: They could not be written; they stay queued and are tried again.
        """
        self._flush()

    # ── live ──
    advise = handed_on(GraphAdviser.advise)
    aadvise = handed_on(GraphAdviser.aadvise)
    advise_batch = handed_on(GraphAdviser.advise_batch)
    load = handed_on(GraphAdviser.load)
    node = handed_on(GraphAdviser.node)
    middleware = handed_on(GraphAdviser.middleware)
    model = handed_on(GraphAdviser.model)
    cache_key = handed_on(GraphAdviser.cache_key)
    callback = handed_on(Recorder.callback)

    # ── authoring ──
    draft = handed_on(Drafter.draft)
    corrections = handed_on(Drafter.corrections)
    save = handed_on(Editor.save)
    add = handed_on(Editor.add)
    add_many = handed_on(Editor.add_many)
    get = handed_on(Editor.get)
    list = handed_on(Editor.list)
    edit = handed_on(Editor.edit)
    archive = handed_on(Editor.archive)
    restore = handed_on(Editor.restore)
    delete = handed_on(Editor.delete)
    history = handed_on(Editor.history)
    audit = handed_on(Auditor.audit)
    propose = handed_on(Drafter.propose)
    similar = handed_on(Drafter.similar)
    outlook = handed_on(Drafter.outlook)
    lint = handed_on(Linter.lint)
    impact = handed_on(DraftChecks.impact)
    prepare_impact = handed_on(DraftChecks.prepare_impact)
    preview = handed_on(DraftChecks.preview)
    forget = handed_on(Eraser.forget)
    retain = handed_on(Retainer.retain)
    retention = handed_on(Retainer.retention)
    reembed = handed_on(Repository.reembed)
    find_ids = handed_on(IdFinder.find_ids)
    doctor = handed_on(Doctor.doctor)

    # ── stages ──
    promote = handed_on(Stages.promote)
    rollback = handed_on(Stages.rollback)
    change_sets = handed_on(Stages.change_sets)
    pause = handed_on(Stages.pause)
    resume = handed_on(Stages.resume)
    current_pause = handed_on(Stages.current_pause)

    # ── moving things ──
    export = handed_on(Exchanger.export)
    import_ = handed_on(Exchanger.import_)

    # ── monitoring and refining ──
    receipts = handed_on(Reviewer.receipts)
    verdict = handed_on(Reviewer.verdict)
    verdicts = handed_on(Reviewer.verdicts)
    withdraw = handed_on(Reviewer.withdraw)
    review = handed_on(Reviewer.review)
    unreviewed = handed_on(Reviewer.unreviewed)
    calibrate = handed_on(Reviewer.calibrate)
    report = handed_on(Reporter.report)
    assess = handed_on(Reviewer.assess)
    feedback = handed_on(Reviewer.feedback)

    # ── testing ──
    chat = handed_on(Chats.chat)
    replay = handed_on(Replayer.replay)
    write_test = handed_on(TestWriter.write_test)


def _flush(registry: Registry, recorder: Recorder) -> None:
    registry.warn_unseen()
    recorder.flush()


def _lookup_of(coach: Coach, labels: Labels) -> Lookup:
    """Where the model calls with these labels ask, for whoever is unpickled in another process."""
    adviser: GraphAdviser = coach._parts[GraphAdviser.__name__]  # noqa: SLF001 - of this module
    return adviser.lookup(labels)
