"""The door: one model call asks for advice, and the receipts are kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from langgraph_coaching.agent.moment import Memory, located, this_moment
from langgraph_coaching.recall.advice import Advice, failed
from langgraph_coaching.recall.ledger import Entry
from langgraph_coaching.recall.situation import read_messages, situate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun

    from langgraph_coaching.agent.moment import Moment
    from langgraph_coaching.recall.adviser import Adviser
    from langgraph_coaching.recall.ledger import Ledger
    from langgraph_coaching.recall.search import Labels


class CoachingRetriever(BaseRetriever):
    """Shows the recall as a retriever run, which every tracer knows how to draw."""

    look: Any
    alook: Any
    found: Any = None
    """The advice, after the run."""

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


class Door:
    """Asks for advice in a running graph: the same again on retry, resume and replay, and never an exception.

    Args:
        adviser: Finds coaching.
        ledger: Where earlier advice is looked up.
        record: Takes what was advised, off the graph's path.
        labels: Agent, node and tags of the calls that come through here.
    """

    def __init__(self, adviser: Adviser, ledger: Ledger, record: Callable[[Entry], None], labels: Labels) -> None:
        self._adviser = adviser
        self._ledger = ledger
        self._record = record
        self._labels = labels
        self._memory = Memory()

    def advise(self, messages: Any) -> Advice:
        """Advice for a model call with these messages."""
        try:
            asked = _Question(messages, self._labels)
            retriever = asked.retriever(lambda: self._look(asked), None)
            retriever.invoke(asked.query)
            return self._keep(asked.moment, retriever.found)
        except Exception as error:  # noqa: BLE001 - coaching never breaks an agent
            return _failed(error)

    async def aadvise(self, messages: Any) -> Advice:
        """Like `advise`, without ever blocking the event loop."""
        try:
            asked = _Question(messages, self._labels)
            retriever = asked.retriever(None, lambda: self._alook(asked))
            await retriever.ainvoke(asked.query)
            return self._keep(asked.moment, retriever.found)
        except Exception as error:  # noqa: BLE001 - coaching never breaks an agent
            return _failed(error)

    def _look(self, asked: _Question) -> Advice:
        if asked.moment.again and (known := self._known(asked.moment)):
            return known
        return located(self._adviser.advise(asked.messages, asked.labels), asked.moment)

    async def _alook(self, asked: _Question) -> Advice:
        if asked.moment.again and (known := await asked.threaded(self._known, asked.moment)):
            return known
        return located(await self._adviser.aadvise(asked.messages, asked.labels), asked.moment)

    def _known(self, moment: Moment) -> Advice | None:
        return self._memory.get(moment.key) or self._ledger.advice(moment.key) if moment.key else None

    def _keep(self, moment: Moment, advice: Advice) -> Advice:
        if moment.key and advice.considered and advice.failure is None:
            self._memory.put(moment.key, advice)
        if advice.considered:
            self._record(Entry(moment.key, advice))
        return advice


class _Question:
    """What is asked at one model call."""

    def __init__(self, messages: Any, labels: Labels) -> None:
        import asyncio

        self.threaded = asyncio.to_thread
        self.messages = read_messages(messages)
        self.moment = this_moment(self.messages)
        self.labels = replace(labels, node=labels.node or self.moment.node)
        situation = situate(self.messages)
        self.query = situation.text if situation else ""

    def retriever(
        self, look: Callable[[], Advice] | None, alook: Callable[[], Awaitable[Advice]] | None
    ) -> CoachingRetriever:
        return CoachingRetriever(look=look, alook=alook, name="coaching", metadata={"coaching_recall": True})


def _failed(error: Exception) -> Advice:
    return failed(f"no coaching was looked up: {type(error).__name__}: {error}")
