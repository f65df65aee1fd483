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

from langgraph_coaching.agent.call_key import located, this_moment
from langgraph_coaching.agent.pending import Pending, apart
from langgraph_coaching.recall.advice import Advice, failed
from langgraph_coaching.recall.deadline import Deadline
from langgraph_coaching.recall.situation import read_messages, situate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
    from langchain_core.messages import BaseMessage

    from langgraph_coaching.agent.call_key import Moment
    from langgraph_coaching.agent.registry import Register
    from langgraph_coaching.agent.stored_advice import Memory
    from langgraph_coaching.recall.adviser import Adviser
    from langgraph_coaching.recall.receipts import Ledger
    from langgraph_coaching.recall.search import Labels

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
    moment: Moment
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


class Door:
    """Asks for advice in a running graph: the same again on retry, resume and replay, and never an exception.

    Args:
        adviser: Finds coaching.
        ledger: Where earlier advice is looked up.
        memory: The same for what is not in the ledger yet.
        register: Where it is said whether a model has seen the advice.
        labels: Agent, node and tags of the calls that come through here.
        again: Makes it in another process.
    """

    def __init__(
        self,
        adviser: Adviser,
        ledger: Ledger,
        memory: Memory,
        register: Register,
        labels: Labels,
        again: Callable[[], Door],
    ) -> None:
        self.register = register
        self.labels = labels
        self.namespace = ledger.namespace
        self.classes: dict[Any, type] = {}
        """Of coached models, by the classes of the models they were made of."""
        self._adviser = adviser
        self._ledger = ledger
        self._memory = memory
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
        advice = located(instead(asked.messages, asked.labels), asked.moment)
        return Pending(advice, self.register, said=asked.messages, digest=asked.digest, kept=False, **told)

    def _question(self, messages: Any, metadata: Any = None) -> _Question:
        read = read_messages(messages)
        moment = this_moment(read, self.labels, metadata)
        labels = replace(self.labels, node=self.labels.node or moment.node)
        callbacks = (var_child_runnable_config.get() or {}).get("callbacks")
        return _Question(read, labels, moment, getattr(callbacks, "parent_run_id", None))

    def _again(self, asked: _Question) -> Advice | None:
        """What the same call was advised that has failed a moment ago."""
        return self.register.again(asked.digest()) if self.register.has_failed else None

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

    def _kept(self, asked: _Question, advice: Advice, told: dict[str, Any]) -> Pending:
        moment = asked.moment
        if advice.considered and moment.key and advice.failure is None:
            self._memory.put(moment.key, moment.task, advice)
        fields: dict[str, Any] = {
            "said": asked.messages,
            "key": moment.key,
            "asked": moment.asked,
            "digest": asked.digest,
            "told": moment.again,
        }
        return Pending(advice, self.register, **fields | told)

    def _failed(self, error: Exception, messages: Any, told: dict[str, Any]) -> Pending:
        reason = f"no coaching was looked up: {type(error).__name__}: {error}"
        try:
            told = {"said": read_messages(messages)} | told
        except ValueError:  # then no call can be known by it
            log.warning("coaching: %s", reason)
        return Pending(failed(reason, namespace=self.namespace), self.register, **told)


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


def _earlier(find: Callable[[str, str | None], Advice | None], moment: Moment) -> Advice | None:
    """What was advised when this task ran before; on a replay, when another task asked the same."""
    return find(moment.key, moment.task) or (find(moment.key, None) if moment.replayed else None)


def _retriever(**looks: Any) -> CoachingRetriever:
    return CoachingRetriever(
        **{"look": None, "alook": None} | looks, name="coaching", metadata={"coaching_recall": True}
    )
