"""The door: where a model call asks for advice."""

from __future__ import annotations

import asyncio
import json
import logging
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables.config import var_child_runnable_config

from langgraph_coaching.agent.call_key import located, this_call
from langgraph_coaching.agent.pending import Pending, apart
from langgraph_coaching.recall.advice import Advice, failed_advice
from langgraph_coaching.recall.deadline import Deadline
from langgraph_coaching.recall.situation import read_messages, situate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
    from langchain_core.messages import BaseMessage

    from langgraph_coaching.agent.call_key import CallKey
    from langgraph_coaching.agent.registry import Registry
    from langgraph_coaching.agent.stored_advice import RecentAdvice
    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.recall.adviser import Adviser
    from langgraph_coaching.recall.receipts import Receipts

log = logging.getLogger("langgraph_coaching")

INSTEAD: ContextVar[Callable[[list[BaseMessage], Labels], Advice] | None] = ContextVar("instead", default=None)
"""Where advice comes from while a graph is run again with other coaching; nothing of that is remembered or recorded."""


class CoachingRetriever(BaseRetriever):
    """Shows the recall as a retriever run, which every tracer knows how to draw."""

    look: Any
    alook: Any
    found: Any = None
    """The advice, after the run."""

    def advice(self, situation: str) -> Advice:
        """Runs it, and gives the advice itself in place of its documents."""
        self.invoke(situation)
        return self.found  # type: ignore[no-any-return]

    async def aadvice(self, situation: str) -> Advice:
        """Like `advice`, awaiting `alook`."""
        await self.ainvoke(situation)
        return self.found  # type: ignore[no-any-return]

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        self.found = self.look()
        return _documents(self.found)

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        self.found = await self.alook()
        return _documents(self.found)


def _documents(advice: Advice) -> list[Document]:
    return [Document(receipt.intent or receipt.reason, metadata=receipt.brief()) for receipt in advice.considered]


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked at one model call."""

    messages: list[BaseMessage]
    labels: Labels
    call_key: CallKey
    run: UUID | None = None
    """The run below which it is asked."""

    @property
    def situation(self) -> str:
        found = situate(self.messages)
        return found.text if found else ""

    def digest(self) -> str:
        """The same for the same question below the same run, as where a model is called again; "" without a run."""
        if self.run is None:
            return ""
        labels = self.labels.agent, self.labels.node, sorted(self.labels.tags)
        said = [(message.type, message.content, getattr(message, "tool_calls", ())) for message in self.messages]
        return json.dumps([str(self.run), labels, said], default=str)


class Lookup:
    """Asks for advice in a running graph: the same again on retry, resume and replay, and never an exception.

    Args:
        adviser: Finds coaching.
        receipts_table: Where earlier advice is looked up.
        recent: The same for what is not in the ledger yet.
        registry: Where it is said whether a model has seen the advice.
        labels: Agent, node and tags of the calls that come through here.
        again: Makes it in another process.
    """

    def __init__(
        self,
        adviser: Adviser,
        receipts_table: Receipts,
        recent: RecentAdvice,
        registry: Registry,
        labels: Labels,
        again: Callable[[], Lookup],
    ) -> None:
        self.registry = registry
        self.labels = labels
        self.namespace = receipts_table.namespace
        self.classes: dict[Any, type] = {}
        """Of coached models, by the classes of the models they were made of."""
        self._adviser = adviser
        self._receipts_table = receipts_table
        self._recent = recent
        self._deadline = Deadline()
        self._anew = again

    def __reduce__(self) -> tuple[Any, ...]:
        return self._anew, ()

    def advise(self, messages: Any, metadata: Any = None, **told: Any) -> Pending:
        """Advice for a model call with these messages, which a model has to see.

        Args:
            messages: The conversation.
            metadata: Of the call, where it is known.
            **told: Further fields of what is returned.
        """
        if (instead := INSTEAD.get()) is not None:
            return self._replayed(instead, messages, told)
        try:
            asked = self._question(messages, metadata)
            return self._kept(asked, self._again(asked) or _shown(asked, lambda: self._look(asked)), told)
        except Exception as error:  # noqa: BLE001 - coaching never breaks an agent
            return self._failed(error, messages, told)

    async def aadvise(self, messages: Any, metadata: Any = None, **told: Any) -> Pending:
        """Like `advise`, without ever blocking the event loop."""
        if (instead := INSTEAD.get()) is not None:
            return await asyncio.to_thread(self._replayed, instead, messages, told)
        try:
            asked = self._question(messages, metadata)
            return self._kept(asked, self._again(asked) or await _ashown(asked, lambda: self._alook(asked)), told)
        except Exception as error:  # noqa: BLE001 - coaching never breaks an agent
            return self._failed(error, messages, told)

    def _replayed(
        self, instead: Callable[[list[BaseMessage], Labels], Advice], messages: Any, told: dict[str, Any]
    ) -> Pending:
        """Advice from elsewhere, for a graph that is run again: nothing is recorded, and errors are raised."""
        asked = self._question(messages)
        advice = located(instead(asked.messages, asked.labels), asked.call_key)
        return Pending(advice, self.registry, said=asked.messages, digest=asked.digest, kept=False, **told)

    def _question(self, messages: Any, metadata: Any = None) -> _Question:
        read = read_messages(messages)
        call_key = this_call(read, self.labels, metadata)
        labels = replace(self.labels, node=self.labels.node or call_key.node)
        callbacks = (var_child_runnable_config.get() or {}).get("callbacks")
        return _Question(read, labels, call_key, getattr(callbacks, "parent_run_id", None))

    def _again(self, asked: _Question) -> Advice | None:
        """What the same call was advised that has failed a moment ago."""
        return self.registry.again(asked.digest()) if self.registry.has_failed else None

    def _look(self, asked: _Question) -> Advice:
        known = self._remembered(asked.call_key)
        if known is None and asked.call_key.again and asked.call_key.saved:
            known = self._deadline.run(lambda: self._written(asked.call_key), self._adviser.limits.deadline)
        return known or located(self._adviser.advise(asked.messages, asked.labels), asked.call_key)

    async def _alook(self, asked: _Question) -> Advice:
        known = self._remembered(asked.call_key)
        if known is None and asked.call_key.again and asked.call_key.saved:
            known = await self._deadline.arun(lambda: self._written(asked.call_key), self._adviser.limits.deadline)
        return known or located(await self._adviser.aadvise(asked.messages, asked.labels), asked.call_key)

    def _remembered(self, call_key: CallKey) -> Advice | None:
        return _earlier(self._recent.get, call_key) if call_key.again else None

    def _written(self, call_key: CallKey) -> Advice | None:
        return _earlier(self._receipts_table.advice, call_key)

    def _kept(self, asked: _Question, advice: Advice, told: dict[str, Any]) -> Pending:
        call_key = asked.call_key
        if advice.considered and call_key.key and advice.failure is None:
            self._recent.put(call_key.key, call_key.task, advice)
        fields: dict[str, Any] = {
            "said": asked.messages,
            "key": call_key.key,
            "asked": call_key.asked,
            "digest": asked.digest,
            "told": call_key.again,
        }
        return Pending(advice, self.registry, **fields | told)

    def _failed(self, error: Exception, messages: Any, told: dict[str, Any]) -> Pending:
        reason = f"no coaching was looked up: {type(error).__name__}: {error}"
        try:
            told = {"said": read_messages(messages)} | told
        except ValueError:  # then no call can be known by it
            log.warning("coaching: %s", reason)
        return Pending(failed_advice(reason, namespace=self.namespace), self.registry, **told)


def _shown(asked: _Question, look: Callable[[], Advice]) -> Advice:
    """The advice, as a retriever run below what is running here."""
    with apart():
        if var_child_runnable_config.get() is None:  # there is nothing that it could be shown below
            return look()
        return _retriever(look=look).advice(asked.situation)


async def _ashown(asked: _Question, look: Callable[[], Awaitable[Advice]]) -> Advice:
    with apart():
        if var_child_runnable_config.get() is None:
            return await look()
        return await _retriever(alook=look).aadvice(asked.situation)


def _earlier(find: Callable[[str, str | None], Advice | None], call_key: CallKey) -> Advice | None:
    """What was advised when this task ran before; on a replay, when another task asked the same."""
    return find(call_key.key, call_key.task) or (find(call_key.key, None) if call_key.replayed else None)


def _retriever(**looks: Any) -> CoachingRetriever:
    return CoachingRetriever(
        **{"look": None, "alook": None} | looks, name="coaching", metadata={"coaching_recall": True}
    )
