"""The lookup of advice for one model call: the same again on retry, resume and replay, and never an exception."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables.config import var_child_runnable_config

from langgraph_coaching.agent.call_key import current_call_key, locate_receipts, write_said
from langgraph_coaching.agent.pending import PendingAdvice, nothing_pending
from langgraph_coaching.agent.thread import thread_in
from langgraph_coaching.errors import say_error
from langgraph_coaching.recall.advice import Advice, failed_advice
from langgraph_coaching.recall.situation import read_messages, situate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
    from langchain_core.messages import BaseMessage

    from langgraph_coaching.agent.call_key import CallKey
    from langgraph_coaching.agent.recent_advice import RecentAdvice
    from langgraph_coaching.agent.registry import Registry
    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.recall.adviser import Adviser
    from langgraph_coaching.recall.receipts import Receipts

REPLAY_ADVICE: ContextVar[Callable[[list[BaseMessage], Labels], Advice] | None] = ContextVar(
    "replay_advice", default=None
)
"""Where advice comes from while a replay runs a graph; nothing of that is remembered, and no receipt is written."""


LOOKED_UP: ContextVar[Callable[[Registry, Advice], None] | None] = ContextVar("looked_up", default=None)
"""Told of every lookup in this context, by whichever coach: how a test conversation knows what was considered."""


class CoachingRetriever(BaseRetriever):
    """The lookup as a retriever run, which every tracer knows how to draw."""

    search: Any
    asearch: Any
    result: Any = None
    """The advice, once it has run."""

    def advice(self, situation: str) -> Advice:
        """Runs it, and returns the advice itself instead of documents."""
        self.invoke(situation)
        return self.result  # type: ignore[no-any-return]

    async def aadvice(self, situation: str) -> Advice:
        """Like `advice`, awaiting `asearch`."""
        await self.ainvoke(situation)
        return self.result  # type: ignore[no-any-return]

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        self.result = self.search()
        return _documents_of(self.result)

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        self.result = await self.asearch()
        return _documents_of(self.result)


def _documents_of(advice: Advice) -> list[Document]:
    return [Document(receipt.intent or receipt.reason, metadata=receipt.brief()) for receipt in advice.considered]


@dataclass(frozen=True, slots=True)
class _Query:
    """The query of one model call: its conversation, its labels and its key."""

    messages: list[BaseMessage]
    labels: Labels
    call_key: CallKey
    run: UUID | None = None
    """The run in which the call is made."""

    @property
    def situation(self) -> str:
        situation = situate(self.messages)
        return situation.text if situation else ""

    def digest(self) -> str:
        """Equal for the same query in the same run, as where a model is called again; "" without a run."""
        if self.run is None:
            return ""
        labels = self.labels.agent, self.labels.node, sorted(self.labels.tags)
        return write_said(self.messages, str(self.run), labels)


class Lookup:
    """Looks up advice in a running graph; a retry, a resume and a replay get the advice of the first time.

    Args:
        adviser: Finds coaching.
        receipts_table: Where earlier advice is looked up.
        recent: The same for what is not in that table yet.
        registry: Told whether a model has seen the advice.
        labels: Agent, node and tags of the calls that come through here.
        reopen: Makes the lookup in the process that unpickles it.
    """

    def __init__(
        self,
        adviser: Adviser,
        receipts_table: Receipts,
        recent: RecentAdvice,
        registry: Registry,
        labels: Labels,
        reopen: Callable[[], Lookup],
    ) -> None:
        self.registry = registry
        self.labels = labels
        self.namespace = receipts_table.namespace
        self.classes: dict[Any, type] = {}
        """Subclasses of the users' model classes, with coaching, by the class they are made of."""
        self._adviser = adviser
        self._receipts_table = receipts_table
        self._recent = recent
        self._deadline = adviser.deadline
        self._reopen = reopen

    def __reduce__(self) -> tuple[Any, ...]:
        return self._reopen, ()

    def advise(self, messages: Any, metadata: Any = None, thread_id: str | None = None, **fields: Any) -> PendingAdvice:
        """Advice for a model call with these messages, which a model has to see.

        Args:
            messages: The conversation.
            metadata: Of the call, where it is known.
            thread_id: Of the call, where it is another one than the graph's.
            **fields: Further fields of what is returned.
        """
        if (recall := REPLAY_ADVICE.get()) is not None:
            return self._advise_in_replay(recall, messages, fields)
        try:
            query = self._query_for(messages, metadata, thread_id)
            return self._make_pending(
                query,
                self._unless_paused(self._failed_call_advice(query))
                or _run_as_retriever(query, lambda: self._look_up(query)),
                fields,
            )
        except Exception as error:  # noqa: BLE001 - coaching never breaks an agent
            return self._pending_failure(error, messages, fields)

    async def aadvise(
        self, messages: Any, metadata: Any = None, thread_id: str | None = None, **fields: Any
    ) -> PendingAdvice:
        """Like `advise`, without ever blocking the event loop."""
        if (recall := REPLAY_ADVICE.get()) is not None:
            return await asyncio.to_thread(self._advise_in_replay, recall, messages, fields)
        try:
            query = self._query_for(messages, metadata, thread_id)
            return self._make_pending(
                query,
                await self._aunless_paused(self._failed_call_advice(query))
                or await _arun_as_retriever(query, lambda: self._alook_up(query)),
                fields,
            )
        except Exception as error:  # noqa: BLE001 - coaching never breaks an agent
            return self._pending_failure(error, messages, fields)

    def _advise_in_replay(
        self, recall: Callable[[list[BaseMessage], Labels], Advice], messages: Any, fields: dict[str, Any]
    ) -> PendingAdvice:
        """Advice from elsewhere, for a graph that is run again: nothing is recorded, and errors are raised."""
        query = self._query_for(messages)
        advice = locate_receipts(recall(query.messages, query.labels), query.call_key)
        return PendingAdvice(
            advice, self.registry, conversation=query.messages, digest=query.digest, keep_receipts=False, **fields
        )

    def _query_for(self, messages: Any, metadata: Any = None, thread_id: str | None = None) -> _Query:
        read = read_messages(messages)
        call_key = current_call_key(read, self.labels, metadata)
        thread_id = str(thread_id) if thread_id else call_key.thread_id or thread_in(metadata)
        labels = replace(self.labels, node=self.labels.node or call_key.node, thread_id=thread_id)
        callbacks = (var_child_runnable_config.get() or {}).get("callbacks")
        return _Query(read, labels, call_key, getattr(callbacks, "parent_run_id", None))

    def _failed_call_advice(self, query: _Query) -> Advice | None:
        """The advice of the same call, where that has just failed."""
        return self.registry.pop_failed(query.digest()) if self.registry.has_failed else None

    def _look_up(self, query: _Query) -> Advice:
        known = self._recent_advice(query.call_key)
        if known is None and query.call_key.again and query.call_key.saved:
            known = self._deadline.run(lambda: self._stored_advice(query.call_key), self._adviser.limits.deadline)
        known = self._unless_paused(known)
        return known or locate_receipts(self._adviser.advise(query.messages, query.labels), query.call_key)

    async def _alook_up(self, query: _Query) -> Advice:
        known = self._recent_advice(query.call_key)
        if known is None and query.call_key.again and query.call_key.saved:
            known = await self._deadline.arun(
                lambda: self._stored_advice(query.call_key), self._adviser.limits.deadline
            )
        known = await self._aunless_paused(known)
        return known or locate_receipts(await self._adviser.aadvise(query.messages, query.labels), query.call_key)

    def _unless_paused(self, known: Advice | None) -> Advice | None:
        """Advice of an earlier call, as far as it may be in a prompt now."""
        if known is None or not known.prompt:
            return known
        return self._deadline.run(lambda: self._adviser.unless_paused(known), self._adviser.limits.deadline)

    async def _aunless_paused(self, known: Advice | None) -> Advice | None:
        if known is None or not known.prompt:
            return known
        return await self._deadline.arun(lambda: self._adviser.unless_paused(known), self._adviser.limits.deadline)

    def _recent_advice(self, call_key: CallKey) -> Advice | None:
        return _find_earlier(self._recent.get, call_key) if call_key.again else None

    def _stored_advice(self, call_key: CallKey) -> Advice | None:
        return _find_earlier(self._receipts_table.advice, call_key)

    def _make_pending(self, query: _Query, advice: Advice, given: dict[str, Any]) -> PendingAdvice:
        call_key = query.call_key
        if call_key.key and advice.known:
            self._recent.put(call_key.key, call_key.task, advice)
        self._tell_listener(advice)
        fields: dict[str, Any] = {
            "conversation": query.messages,
            "key": call_key.key,
            "call_digest": call_key.call_digest,
            "digest": query.digest,
            "stored": call_key.again,
        }
        return PendingAdvice(advice, self.registry, **fields | given)

    def _pending_failure(self, error: Exception, messages: Any, fields: dict[str, Any]) -> PendingAdvice:
        reason = f"no coaching was looked up: {type(error).__name__}: {say_error(error)}"
        self._adviser.outage.note(type(error).__name__, reason)
        with suppress(Exception):  # then no call can be known by it
            fields = {"conversation": read_messages(messages)} | fields
        advice = failed_advice(reason, namespace=self.namespace)
        self._tell_listener(advice)
        return PendingAdvice(advice, self.registry, **fields)

    def _tell_listener(self, advice: Advice) -> None:
        if (listen := LOOKED_UP.get()) is not None:
            listen(self.registry, advice)


def _run_as_retriever(query: _Query, search: Callable[[], Advice]) -> Advice:
    """The advice, as a retriever run below what is running here."""
    with nothing_pending():
        if var_child_runnable_config.get() is None:  # there is nothing that it could be shown below
            return search()
        return _make_retriever(search=search).advice(query.situation)


async def _arun_as_retriever(query: _Query, search: Callable[[], Awaitable[Advice]]) -> Advice:
    with nothing_pending():
        if var_child_runnable_config.get() is None:
            return await search()
        return await _make_retriever(asearch=search).aadvice(query.situation)


def _find_earlier(find: Callable[[str, str | None], Advice | None], call_key: CallKey) -> Advice | None:
    """What was advised when this task ran before; on a replay, when another task asked the same."""
    return find(call_key.key, call_key.task) or (find(call_key.key, None) if call_key.replayed else None)


def _make_retriever(**search: Any) -> CoachingRetriever:
    return CoachingRetriever(
        **{"search": None, "asearch": None} | search, name="coaching", metadata={"coaching_recall": True}
    )
