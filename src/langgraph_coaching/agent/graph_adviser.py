"""The adviser of a coach: advice on its own, and in nodes, middleware, models and cache keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, TypedDict, TypeVar, Unpack, overload

from langchain_core.runnables.config import var_child_runnable_config

from langgraph_coaching.agent.recent_advice import RecentAdvice
from langgraph_coaching.agent.thread import in_thread
from langgraph_coaching.coaching.model import labels_as_text, labels_of
from langgraph_coaching.errors import extra
from langgraph_coaching.recall.receipts import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from langchain.agents.middleware import AgentMiddleware
    from langchain_core.runnables import Runnable

    from langgraph_coaching.agent.lookup import Lookup
    from langgraph_coaching.agent.registry import Registry
    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.recall.adviser import Adviser
    from langgraph_coaching.recall.receipts import Receipts

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")
StateT = TypeVar("StateT")
ModelT = TypeVar("ModelT")


class LabelFields(TypedDict, total=False):
    """The labels of a call."""

    agent: str | None
    node: str | None
    tags: Iterable[str]


class GraphAdviser:
    """Advice in one namespace, wherever it is asked for; in a graph, its receipts and its trace say so.

    Args:
        adviser: Finds coaching.
        receipts_table: Where earlier advice is looked up.
        registry: Where it is said what was advised, and whether a model has seen it.
        again: Makes the lookup of these labels in another process.
    """

    def __init__(
        self, adviser: Adviser, receipts_table: Receipts, registry: Registry, again: Callable[[Labels], Lookup]
    ) -> None:
        self._adviser = adviser
        self._receipts_table = receipts_table
        self._registry = registry
        self._recent = RecentAdvice()
        self._lookups: dict[Labels, Lookup] = {}
        self._anew = again

    def advise(
        self,
        messages: Any,
        *,
        agent: str | None = None,
        node: str | None = None,
        tags: Iterable[str] = (),
        thread_id: str | None = None,
    ) -> Advice:
        """What coaching applies after these messages; never raises. In a graph, its receipts and its trace say so.

        Args:
            messages: A conversation as LangChain takes it, oldest first, or one text of a user.
            agent: Label of the calling agent, matched against each coaching's scope; so are the next two.
            node: Label of the calling node.
            tags: Further labels.
            thread_id: The conversation, which tells in the share of which canaries it is; in a graph, by default its
                thread. Without one it is in none.

        Returns:
            The advice; where anything failed, empty advice with one receipt that says why.
        """
        labels = labels_as_text(agent, node, tags)
        if (lookup := self._lookup_in_graph(labels)) is not None:
            return lookup.advise(messages, thread_id=thread_id).hand_out()
        return self._record(self._adviser.advise(messages, in_thread(labels, thread_id)))

    async def aadvise(
        self,
        messages: Any,
        *,
        agent: str | None = None,
        node: str | None = None,
        tags: Iterable[str] = (),
        thread_id: str | None = None,
    ) -> Advice:
        """Like `advise`, without ever blocking the event loop."""
        labels = labels_as_text(agent, node, tags)
        if (lookup := self._lookup_in_graph(labels)) is not None:
            return (await lookup.aadvise(messages, thread_id=thread_id)).hand_out()
        return self._record(await self._adviser.aadvise(messages, in_thread(labels, thread_id)))

    def load(self) -> None:
        """Loads what the first model call needs, however long it takes: for where a process starts.

        Raises:
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        self._adviser.load()

    def advise_batch(
        self,
        conversations: Sequence[Any],
        *,
        agent: str | None = None,
        node: str | None = None,
        tags: Iterable[str] = (),
        thread_id: str | None = None,
        keep: bool = False,
    ) -> list[Advice]:
        """Advice for many conversations in one pass, for looking back.

        Args:
            conversations: Each as `advise` takes it.
            agent: Label of the calling agent; so are the next two, as for `advise`.
            node: Label of the calling node.
            tags: Further labels.
            thread_id: Of all of them, as for `advise`.
            keep: Whether the receipts go into the store, so that there can be a verdict on them afterwards.

        Raises:
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        advice = self._adviser.advise_batch(conversations, labels_of(agent, node, tags, thread_id), stored=keep)
        return [self._record(one) for one in advice] if keep else advice

    @overload
    def node(
        self,
        inner: None = None,
        *,
        agent: str | None = None,
        node: str | None = None,
        tags: Iterable[str] = (),
        messages_key: str = "messages",
        goto: Iterable[str] = (),
        then: str | None = None,
    ) -> Runnable[Any, Any]: ...
    @overload
    def node(
        self,
        inner: Runnable[StateT, Answer],
        *,
        agent: str | None = None,
        node: str | None = None,
        tags: Iterable[str] = (),
        messages_key: str = "messages",
    ) -> Runnable[StateT, Answer]: ...
    @overload
    def node(
        self,
        inner: Callable[Asked, Answer],
        *,
        agent: str | None = None,
        node: str | None = None,
        tags: Iterable[str] = (),
        messages_key: str = "messages",
        goto: Iterable[str] = (),
    ) -> Callable[Asked, Answer]: ...
    def node(
        self,
        inner: Any = None,
        *,
        agent: str | None = None,
        node: str | None = None,
        tags: Iterable[str] = (),
        messages_key: str = "messages",
        goto: Iterable[str] = (),
        then: str | None = None,
    ) -> Any:
        """A graph node: one that writes the `coaching` channel for the node after it, or a wrapped node of yours.

        Args:
            inner: The node function or Runnable that calls the model; None for a node of its own.
            agent: Label matched against each coaching's scope.
            node: The same; a wrapped node has its own name unless told otherwise.
            tags: Further labels.
            messages_key: Where the state keeps its messages.
            goto: Nodes that an enforced handoff, process or playbook may go to, instead of the node after it, or of
                yours.
            then: With `goto`, the node after it, to which there is no edge then.

        Raises:
            TypeError: `inner` is nothing that can be wrapped.
            InvalidCoachingError: `goto` and `then` do not go together.
        """
        from langgraph_coaching.agent.node import advising_node, coached_node
        from langgraph_coaching.agent.routes import read_routes

        routes = read_routes(goto, then, in_front=inner is None)
        lookup = self._hooked_lookup(labels_of(agent, node, tags))
        if inner is None:
            return advising_node(lookup, messages_key, routes)
        return coached_node(lookup, inner, messages_key, routes.goto)

    def middleware(
        self,
        *,
        agent: str | None = None,
        node: str | None = None,
        tags: Iterable[str] = (),
        goto: Iterable[str] = (),
    ) -> AgentMiddleware[Any, Any, Any]:
        """A middleware for `create_agent`.

        Args:
            agent: Label matched against each coaching's scope.
            node: The same; by default the node's own name, `model`.
            tags: Further labels.
            goto: Nodes of the graph around the agent that an enforced handoff, process or playbook may go to.

        Raises:
            MissingExtraError: `langchain` is not installed.
        """
        with extra("agents", "langchain"):
            from langgraph_coaching.agent.middleware import CoachingMiddleware

        from langgraph_coaching.agent.routes import read_routes

        return CoachingMiddleware(self._hooked_lookup(labels_of(agent, node, tags)), read_routes(goto).goto)

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

        return coached_model(self.lookup(labels_of(agent, node, tags)), model)

    def cache_key(
        self,
        key_func: Callable[..., str | bytes] | None = None,
        *,
        messages_key: str = "messages",
        **labels: Unpack[LabelFields],
    ) -> Callable[..., str | bytes]:
        """For a cached node or task with a coached model in it: `CachePolicy(key_func=coach.cache_key())`.

        Args:
            key_func: Makes the key of the input; by default LangGraph's own.
            messages_key: Where the input keeps its messages, or one text; a task has them as its first argument.
            **labels: `agent`, `node` and `tags`, as the model or the node has them.
        """
        from langgraph_coaching.agent.cache_key import cache_key

        return cache_key(self._adviser, key_func, labels_of(**labels), messages_key)

    def lookup(self, labels: Labels) -> Lookup:
        """Where the model calls with these labels ask for advice."""
        from langgraph_coaching.agent.lookup import Lookup

        self._adviser.load_early()
        known = (self._adviser, self._receipts_table, self._recent, self._registry)
        return self._lookups.setdefault(labels, Lookup(*known, labels, partial(self._anew, labels)))

    def _hooked_lookup(self, labels: Labels) -> Lookup:
        """The lookup; from here on, every chat model lets its advice into a request."""
        from langgraph_coaching.agent.model_hooks import install_hooks

        install_hooks()
        return self.lookup(labels)

    def _lookup_in_graph(self, labels: Labels) -> Lookup | None:
        """The lookup where a graph is running here, or None."""
        metadata = (var_child_runnable_config.get() or {}).get("metadata") or {}
        return self._hooked_lookup(labels) if "langgraph_checkpoint_ns" in metadata else None

    def _record(self, advice: Advice) -> Advice:
        if advice.considered:
            self._registry.write(Entry("", advice))
        return advice
