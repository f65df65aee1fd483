"""The coach: the one object people open."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar

from langchain_core.runnables.config import var_child_runnable_config

from langgraph_coaching.agent.registry import Registry, registry_name
from langgraph_coaching.agent.stored_advice import RecentAdvice, StoredAdvice
from langgraph_coaching.coaching.coachings import Coachings
from langgraph_coaching.coaching.model import Labels, labels_of
from langgraph_coaching.coaching.validation import is_name
from langgraph_coaching.errors import InvalidCoachingError, extra
from langgraph_coaching.recall.adviser import Adviser
from langgraph_coaching.recall.embedder import Embedder, embeddings_of
from langgraph_coaching.recall.judge import Judge
from langgraph_coaching.recall.limits import Limits
from langgraph_coaching.recall.receipts import Entry, Receipts
from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
from langgraph_coaching.recall.scoring.traffic_sampler import TrafficSampler
from langgraph_coaching.replay.replayer import Replayer
from langgraph_coaching.storage.database import Database
from langgraph_coaching.traces.archive import Archive
from langgraph_coaching.traces.capture.recorder import Recorder
from langgraph_coaching.traces.redaction import Redaction

if TYPE_CHECKING:
    import builtins
    import os
    from collections.abc import Callable, Iterable, Sequence

    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.embeddings import Embeddings
    from langchain_core.language_models import BaseChatModel

    from langgraph_coaching.agent.lookup import Lookup
    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.traces.capture.limits import CaptureLimits


ModelT = TypeVar("ModelT")


class Coach(Replayer):
    """Coaching of one namespace in one store: recalled in graphs, captured from them, authored by people.

    Args:
        uri: A folder, `s3://…`, `gs://…`, `az://…` or `db://…`; created by the first write, not before.
        embeddings: Any LangChain embeddings; the name of a class in `langchain_community.embeddings`; by default the
            embedded MiniLM, which needs no network.
        namespace: Coachings, receipts and traces of two namespaces never mix.
        limits: Floor, item limit, token budget and deadline of one call of `advise`.
        judge: A chat model that is asked about coachings near the floor, within the deadline; none by default.
        redact: Runs over every text of receipts and traces before it is written, off the graph's path; a text it fails
            on is withheld. It must leave alone what it has redacted already.
        capture: How much of what runs is kept: a share of the conversations, the length of texts and of traces.
        storage_options: Keys and settings (strings) for an object store or `db://`.

    Raises:
        InvalidCoachingError: The namespace is not acceptable, or there are no embeddings of that name.
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
    ) -> None:
        if not is_name(namespace):
            raise InvalidCoachingError(
                f"namespace must be 1 to 200 printable characters, blanks only single and inside, not {namespace!r}"
            )
        self._options: dict[str, Any] = {"embeddings": embeddings, "namespace": namespace, "limits": limits}
        self._options |= {"judge": judge, "redact": redact, "capture": capture, "storage_options": storage_options}
        self.limits = limits or Limits()
        self._database = Database(uri, storage_options)
        embedder = Embedder(embeddings_of(embeddings))
        backgrounds = BackgroundCache(self._database, embedder)
        store, redaction = Coachings(self._database, namespace, embedder.id), Redaction(redact)
        traces = Archive(self._database, namespace, redaction)
        receipts_table = Receipts(self._database, namespace)
        sampler = TrafficSampler(self._database, namespace, embedder, backgrounds)
        adviser = Adviser(store, embedder, backgrounds, sampler, self.limits, Judge(judge) if judge else None)
        recorder = Recorder(receipts_table, traces, sampler, store.behavior, limits=capture, redaction=redaction)
        parts = (store, embedder, backgrounds, traces, receipts_table, sampler, adviser, recorder)
        super().__init__(self._database, *parts)
        self._recent = RecentAdvice()
        name, stored = registry_name(self._database.uri, namespace), StoredAdvice(receipts_table, store, adviser)
        self._registry = Registry(name, recorder.keep, stored)
        self._lookups: dict[Labels, Lookup] = {}

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
        self._registry.warn_unseen()
        super().flush()

    # ── live ──

    def advise(
        self, messages: Any, *, agent: str | None = None, node: str | None = None, tags: Iterable[str] = ()
    ) -> Advice:
        """What coaching applies after these messages; never raises. In a graph, its receipts and its trace say so.

        Args:
            messages: A conversation as LangChain takes it, oldest first, or one text of a user.
            agent: Label of the calling agent, matched against each coaching's scope; so are the next two.
            node: Label of the calling node.
            tags: Further labels.

        Returns:
            The advice; where anything failed, empty advice with one receipt that says why.
        """
        labels = labels_of(agent, node, tags)
        if (lookup := self._lookup_in_graph(labels)) is not None:
            return lookup.advise(messages).hand_out()
        return self._recorded(self._adviser.advise(messages, labels))

    async def aadvise(
        self, messages: Any, *, agent: str | None = None, node: str | None = None, tags: Iterable[str] = ()
    ) -> Advice:
        """Like `advise`, without ever blocking the event loop."""
        labels = labels_of(agent, node, tags)
        if (lookup := self._lookup_in_graph(labels)) is not None:
            return (await lookup.aadvise(messages)).hand_out()
        return self._recorded(await self._adviser.aadvise(messages, labels))

    def advise_batch(
        self,
        conversations: Sequence[Any],
        *,
        agent: str | None = None,
        node: str | None = None,
        tags: Iterable[str] = (),
        keep: bool = False,
    ) -> builtins.list[Advice]:
        """Advice for many conversations in one pass, for looking back.

        Args:
            conversations: Each as `advise` takes it.
            agent: Label of the calling agent; so are the next two, as for `advise`.
            node: Label of the calling node.
            tags: Further labels.
            keep: Whether the receipts go into the store, so that there can be a verdict on them afterwards.

        Raises:
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        advice = self._adviser.advise_batch(conversations, labels_of(agent, node, tags), stored=keep)
        return [self._recorded(one) for one in advice] if keep else advice

    def node(
        self,
        inner: Any = None,
        *,
        agent: str | None = None,
        node: str | None = None,
        tags: Iterable[str] = (),
        messages_key: str = "messages",
    ) -> Any:
        """A graph node: one that writes the `coaching` channel for the node after it, or a wrapped node of yours.

        Args:
            inner: The node function or Runnable that calls the model; None for a node of its own.
            agent: Label matched against each coaching's scope.
            node: The same; a wrapped node has its own name unless told otherwise.
            tags: Further labels.
            messages_key: Where the state keeps its messages.

        Raises:
            TypeError: `inner` is nothing that can be wrapped.
        """
        from langgraph_coaching.agent.node import advising_node, coached_node

        lookup = self._listening(labels_of(agent, node, tags))
        return advising_node(lookup, messages_key) if inner is None else coached_node(lookup, inner, messages_key)

    def middleware(self, *, agent: str | None = None, node: str | None = None, tags: Iterable[str] = ()) -> Any:
        """A middleware for `create_agent`.

        Args:
            agent: Label matched against each coaching's scope.
            node: The same; by default the node's own name, `model`.
            tags: Further labels.

        Raises:
            MissingExtraError: `langchain` is not installed.
        """
        with extra("agents", "langchain"):
            from langgraph_coaching.agent.middleware import CoachingMiddleware

        return CoachingMiddleware(self._listening(labels_of(agent, node, tags)))

    def model(
        self, model: ModelT, *, agent: str | None = None, node: str | None = None, tags: Iterable[str] = ()
    ) -> ModelT:
        """Your chat model with coaching in each request as it leaves: good wherever the model is, in a graph or not.

        The result is a copy of the same class. What is made of it is coached too: `bind_tools`,
        `with_structured_output`, `with_retry`, `with_fallbacks`, `with_config`.

        Args:
            model: A chat model, or a Runnable with chat models in it, such as `model.bind_tools(…)`.
            agent: Label matched against each coaching's scope.
            node: The same; by default the graph's node in which it is called.
            tags: Further labels.

        Raises:
            InvalidCoachingError: There is no chat model in it.
        """
        from langgraph_coaching.agent.model import coached_model

        return coached_model(self._lookup(labels_of(agent, node, tags)), model)

    def cache_key(self, key_func: Any = None, *, messages_key: str = "messages", **labels: Any) -> Any:
        """For a cached node or task with a coached model in it: `CachePolicy(key_func=coach.cache_key())`.

        Args:
            key_func: Makes the key of the input; by default LangGraph's own.
            messages_key: Where the input keeps its messages, or one text; a task has them as its first argument.
            **labels: `agent`, `node` and `tags`, as the model or the node has them.
        """
        from langgraph_coaching.agent.cache_key import cache_key

        return cache_key(self._adviser, key_func, labels_of(**labels), messages_key)

    def callback(self) -> BaseCallbackHandler:
        """A callback handler that captures every run it is given to as a trace; one serves any number of graphs."""
        return self._recorder.handler

    def _lookup(self, labels: Labels) -> Lookup:
        from langgraph_coaching.agent.lookup import Lookup

        known = (self._adviser, self._receipts_table, self._recent, self._registry)
        return self._lookups.setdefault(labels, Lookup(*known, labels, partial(_lookup_of, self, labels)))

    def _listening(self, labels: Labels) -> Lookup:
        """The lookup; from here on, every chat model lets its advice into a request."""
        from langgraph_coaching.agent.model_hooks import install_hooks

        install_hooks()
        return self._lookup(labels)

    def _lookup_in_graph(self, labels: Labels) -> Lookup | None:
        """The lookup where a graph is running here, or None."""
        metadata = (var_child_runnable_config.get() or {}).get("metadata") or {}
        return self._listening(labels) if "langgraph_checkpoint_ns" in metadata else None

    def _recorded(self, advice: Advice) -> Advice:
        if advice.considered:
            self._recorder.keep(Entry("", advice))
        return advice


def _lookup_of(coach: Coach, labels: Labels) -> Lookup:
    return coach._lookup(labels)  # noqa: SLF001 - of this module
