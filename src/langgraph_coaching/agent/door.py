"""The door: one model call asks for advice, and the receipts are kept."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from langgraph_coaching.agent.moment import located, this_moment
from langgraph_coaching.recall.advice import Advice, failed
from langgraph_coaching.recall.deadline import Deadline
from langgraph_coaching.recall.ledger import Entry
from langgraph_coaching.recall.situation import read_messages, situate

if TYPE_CHECKING:
    from collections.abc import Callable

    from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
    from langchain_core.messages import BaseMessage

    from langgraph_coaching.agent.memory import Memory
    from langgraph_coaching.agent.moment import Moment
    from langgraph_coaching.recall.adviser import Adviser
    from langgraph_coaching.recall.ledger import Ledger
    from langgraph_coaching.recall.search import Labels

INSTEAD: ContextVar[Callable[[list[BaseMessage], Labels], Advice] | None] = ContextVar("instead", default=None)
"""Where advice comes from while a graph is run again with other coaching; nothing of that is remembered or recorded."""


class CoachingRetriever(BaseRetriever):
    """Shows the recall as a retriever run, which every tracer knows how to draw."""

    look: Any
    alook: Any
    found: Any = None
    """The advice, after the run."""

    def advice(self, situation: str) -> Any:
        """Runs it, and gives the advice itself in place of its documents."""
        self.invoke(situation)
        return self.found

    async def aadvice(self, situation: str) -> Any:
        """Like `advice`, awaiting `alook`."""
        await self.ainvoke(situation)
        return self.found

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
    moment: Moment

    @property
    def situation(self) -> str:
        found = situate(self.messages)
        return found.text if found else ""


class Door:
    """Asks for advice in a running graph: the same again on retry, resume and replay, and never an exception.

    Args:
        adviser: Finds coaching.
        ledger: Where earlier advice is looked up.
        memory: The same for what is not in the ledger yet.
        record: Takes what was advised, off the graph's path.
        labels: Agent, node and tags of the calls that come through here.
    """

    def __init__(
        self, adviser: Adviser, ledger: Ledger, memory: Memory, record: Callable[[Entry], None], labels: Labels
    ) -> None:
        self._adviser = adviser
        self._ledger = ledger
        self._memory = memory
        self._record = record
        self._labels = labels
        self._deadline = Deadline()

    def advise(self, messages: Any) -> Advice:
        """Advice for a model call with these messages."""
        if (instead := INSTEAD.get()) is not None:
            return self._replayed(instead, messages)
        try:
            asked = self._question(messages)
            return self._kept(asked.moment, _retriever(look=lambda: self._look(asked)).advice(asked.situation))
        except Exception as error:  # noqa: BLE001 - coaching never breaks an agent
            return self._failed(error)

    async def aadvise(self, messages: Any) -> Advice:
        """Like `advise`, without ever blocking the event loop."""
        if (instead := INSTEAD.get()) is not None:
            return await asyncio.to_thread(self._replayed, instead, messages)
        try:
            asked = self._question(messages)
            return self._kept(asked.moment, await _retriever(alook=lambda: self._alook(asked)).aadvice(asked.situation))
        except Exception as error:  # noqa: BLE001 - coaching never breaks an agent
            return self._failed(error)

    def _replayed(self, instead: Callable[[list[BaseMessage], Labels], Advice], messages: Any) -> Advice:
        """Advice from elsewhere, for a graph that is run again: nothing is recorded, and errors are raised."""
        asked = self._question(messages)
        return located(instead(asked.messages, asked.labels), asked.moment)

    def _question(self, messages: Any) -> _Question:
        read = read_messages(messages)
        moment = this_moment(read, self._labels)
        return _Question(read, replace(self._labels, node=self._labels.node or moment.node), moment)

    def _look(self, asked: _Question) -> Advice:
        known = self._remembered(asked.moment)
        if known is None and asked.moment.again and asked.moment.saved:
            known = self._deadline.run(lambda: self._written(asked.moment), self._adviser.limits.deadline)
        return known or located(self._adviser.advise(asked.messages, asked.labels), asked.moment)

    async def _alook(self, asked: _Question) -> Advice:
        known = self._remembered(asked.moment)
        if known is None and asked.moment.again and asked.moment.saved:
            known = await self._deadline.arun(lambda: self._written(asked.moment), self._adviser.limits.deadline)
        return known or located(await self._adviser.aadvise(asked.messages, asked.labels), asked.moment)

    def _remembered(self, moment: Moment) -> Advice | None:
        return _earlier(self._memory.get, moment) if moment.again else None

    def _written(self, moment: Moment) -> Advice | None:
        return _earlier(self._ledger.advice, moment)

    def _kept(self, moment: Moment, advice: Advice) -> Advice:
        if advice.considered:
            if moment.key and advice.failure is None:
                self._memory.put(moment.key, moment.task, advice)
            self._record(Entry(moment.key, advice))
        return advice

    def _failed(self, error: Exception) -> Advice:
        reason = f"no coaching was looked up: {type(error).__name__}: {error}"
        advice = failed(reason, namespace=self._ledger.namespace)
        self._record(Entry("", advice))
        return advice


def _earlier(find: Callable[[str, str | None], Advice | None], moment: Moment) -> Advice | None:
    """What was advised when this task ran before; on a replay, when another task asked the same."""
    return find(moment.key, moment.task) or (find(moment.key, None) if moment.replayed else None)


def _retriever(**looks: Any) -> CoachingRetriever:
    return CoachingRetriever(
        **{"look": None, "alook": None} | looks, name="coaching", metadata={"coaching_recall": True}
    )
