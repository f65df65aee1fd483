"""Advice that waits for the request it belongs into, and the record of whether a model has seen it."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from langchain_core.messages import HumanMessage
from langchain_core.runnables.config import var_child_runnable_config

from langgraph_coaching.agent.relevance import is_about
from langgraph_coaching.recall.receipts import Entry
from langgraph_coaching.recall.situation import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.agent.registry import Registry
    from langgraph_coaching.recall.advice import Advice

KEPT = 1_024
"""Pieces of advice of which it is known whose they are."""

NO_CALL = "no chat model was called"
OTHER_CALLS = "no chat model was called with the conversation that it is for"


@dataclass(slots=True, eq=False)
class Pending:
    """Advice of one coach for the model calls about one conversation."""

    advice: Advice
    registry: Registry
    said: Sequence[BaseMessage] = ()
    """The conversation it was asked for."""
    key: str = ""
    """Of the moment, as the ledger knows it."""
    asked: str = ""
    """The same without the thread."""
    digest: Callable[[], str] = str
    """Tells what was asked."""
    where: str = ""
    """Who was to hand it on, for warnings."""
    remedy: str = ""
    """What to do where no model sees it."""
    model: Any = None
    """The only model that is given it where the block is not in its prompt already; None for any."""
    plain: bool = False
    """Whether no call is given it that is to answer in a form."""
    told: bool = False
    """Whether its receipts may be in the store already."""
    kept: bool = True
    """Whether it is recorded at all; not while a graph is run again."""
    words: bool = False
    """Whether all there is of the conversation is one text, which stands somewhere in the prompt."""
    issued: bool = False
    """Whether it was known already, by its block."""
    seen: bool = field(default=False, init=False)
    superseded: bool = field(default=False, init=False)
    """Whether the same coach has given its advice nearer to the model."""
    others: int = field(default=0, init=False)
    """Number of model calls about something else."""

    def __post_init__(self) -> None:
        if self.issued:
            return
        if self.advice.prompt:
            ISSUED.put(self)
        elif self.advice.considered:  # nothing has to be seen
            self._record(self.advice)

    def fits(self, model: Any, prompt: Sequence[BaseMessage], *, structured: bool) -> bool:
        """Whether a call is about this conversation, so that the block belongs into it.

        Args:
            model: That is called.
            prompt: What it is called with.
            structured: Whether it is to answer in a form, as a helper that chooses or grades is.
        """
        if not self.said:  # whatever it was, it could not be read: every answer says so
            return not self.advice.prompt
        if (structured and self.plain) or (self.model is not None and model is not self.model):
            return False
        return is_about(self.said, prompt, words=self.words)

    def stands_in(self, text: str) -> bool:
        """Whether a prompt that is one text is about this conversation."""
        latest = next((text_of(m).strip() for m in reversed(self.said) if isinstance(m, HumanMessage)), "")
        if not latest:
            return False
        told = text.strip() == latest or f"Human: {latest}" in text  # as LangChain writes messages into a text
        return told or (self.words and latest in text)

    def see(self) -> None:
        """It is in the request of a model call."""
        if not self.seen and self.advice.prompt:
            self.seen = True
            self.registry.arrived(self.advice)
            self._record(self.advice)

    def handed_out(self) -> Advice:
        """The advice, of somebody who has asked for it: what they do with it is their affair."""
        if self.advice.prompt:
            self._record(self.advice)
        return self.advice

    def fail(self) -> None:
        """The call has failed; made again, it has the same advice."""
        self.registry.failed(self.digest(), self.advice)

    def end(self, *, final: bool = True) -> None:
        """No further call is made.

        Args:
            final: Whether it ends here; not where it failed or stopped, and goes on or is tried again later.
        """
        if self.seen or self.superseded or not self.advice.prompt:
            return
        why = OTHER_CALLS if self.others else NO_CALL
        self.doubt(why if final else "it has not come to a model call")
        if final and self.kept:
            self.registry.warn(self.where, f"coaching was chosen and not seen by the model: {why}; {self.remedy}")

    def doubt(self, why: str) -> None:
        """Records that no model has seen it so far."""
        self._record(replace(self.advice, considered=[receipt.unseen(why) for receipt in self.advice.considered]))
        self.told = True

    def _record(self, advice: Advice) -> None:
        if self.kept:
            self.registry.record(Entry(self.key, advice, revises=self.told))


@dataclass(frozen=True, slots=True)
class _Block:
    """What is kept of advice with a block."""

    advice: Advice
    registry: Registry
    key: str
    kept: bool


class Issued:
    """Whose block is whose, and which advice it is in which thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._latest: OrderedDict[tuple[str, str | None], _Block] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._latest)

    def put(self, pending: Pending) -> None:
        """Notes it as the latest with its block."""
        advice = pending.advice
        thread = advice.considered[0].thread_id if advice.considered else None
        with self._lock:
            for key in ((advice.prompt, thread), (advice.prompt, "")):
                self._latest[key] = _Block(advice, pending.registry, pending.key, pending.kept)
                self._latest.move_to_end(key)
            while len(self._latest) > KEPT:
                self._latest.popitem(last=False)

    def get(self, block: str, thread: str | None) -> Pending | None:
        """The latest with this block in this thread."""
        found = self._latest.get((block, thread))
        if found is None:
            return None
        return Pending(found.advice, found.registry, key=found.key, kept=found.kept, told=True, issued=True)

    def owner(self, block: str) -> str | None:
        """The name of the coach whose block it is."""
        found = self._latest.get((block, ""))
        return found.registry.name if found else None


ISSUED = Issued()

_PENDING: ContextVar[tuple[Pending, ...]] = ContextVar("pending", default=())


_ACTIVE: dict[Pending, None] = {}
"""What waits anywhere in the process."""


def pending_here() -> tuple[Pending, ...]:
    """What waits for a request here, the outermost first; of each coach only the nearest."""
    return _PENDING.get()


def pending_for(prompt: Sequence[Any]) -> tuple[Pending, ...]:
    """The same; in a thread that a node has started bare, so that it knows of nothing, what has these very messages."""
    here = _PENDING.get()
    if here or not _ACTIVE or var_child_runnable_config.get() is not None:
        return here
    given = {id(message) for message in prompt}
    found = tuple(one for one in list(_ACTIVE) if any(id(message) in given for message in one.said))
    return found if len({one.registry.name for one in found}) == len(found) else ()


def expect(pending: Pending) -> None:
    """From here to the end of the running node, model calls about this conversation are this advice's."""
    _PENDING.set((*_others(pending), pending))


@contextmanager
def waiting(pending: Pending) -> Iterator[None]:
    """Inside, model calls about this conversation are this advice's; afterwards it is known whether there was one."""
    before = _PENDING.get()
    token = _PENDING.set((*_others(pending), pending))
    _ACTIVE[pending] = None
    try:
        yield
    except BaseException:  # an interrupt, a handoff, a cancellation: it goes on later, or fails; raised again
        pending.end(final=False)
        raise
    else:
        pending.end()
    finally:
        for outer in before:
            outer.superseded |= outer.registry.name == pending.registry.name and pending.seen
        del _ACTIVE[pending]
        _PENDING.reset(token)


@contextmanager
def apart() -> Iterator[None]:
    """Inside nothing waits: what recall itself asks a model is nobody's conversation."""
    token = _PENDING.set(())
    try:
        yield
    finally:
        _PENDING.reset(token)


def _others(pending: Pending) -> tuple[Pending, ...]:
    return tuple(one for one in _PENDING.get() if one.registry.name != pending.registry.name)
