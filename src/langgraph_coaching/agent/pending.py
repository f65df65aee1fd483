"""Pending advice: it waits for the request it belongs into, and its receipts say whether a model has seen it."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from langchain_core.messages import HumanMessage
from langchain_core.runnables.config import var_child_runnable_config

from langgraph_coaching.agent.enforce import undecide
from langgraph_coaching.agent.relevance import is_about
from langgraph_coaching.recall.receipts import Entry
from langgraph_coaching.recall.situation import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.agent.registry import Registry
    from langgraph_coaching.recall.advice import Advice

MOST_BLOCKS = 1_024
"""Pieces of advice of which it is known whose they are."""

NO_CALL = "no chat model was called"
OTHER_CALLS = "no chat model was called with the conversation that it is for"


@dataclass(slots=True, eq=False)
class PendingAdvice:
    """Advice of one coach for the model calls about one conversation."""

    advice: Advice
    registry: Registry
    conversation: Sequence[BaseMessage] = ()
    """The conversation it was asked for."""
    key: str = ""
    """The call's key, under which its receipts are stored."""
    call_digest: str = ""
    """The same without the thread."""
    digest: Callable[[], str] = str
    """Makes the query's digest, by which a call that is made again is known."""
    where: str = ""
    """Who was to hand it on, for warnings."""
    remedy: str = ""
    """What to do where no model sees it."""
    model: Any = None
    """The only model that is given it where the block is not in its prompt already; None for any."""
    unstructured_only: bool = False
    """Whether only calls that answer in free text are given it, not those that are to answer in a form."""
    stored: bool = False
    """Whether its receipts may be in the store already."""
    keep_receipts: bool = True
    """Whether its receipts are written; not in a replay."""
    words: bool = False
    """Whether all there is of the conversation is one text, which stands somewhere in the prompt."""
    issued: bool = False
    """Whether it was found by a block that stands in a prompt already."""
    first_prompt: list[BaseMessage] | None = field(default=None, init=False)
    """What the first model call was made with in which something could have been enforced."""
    seen: bool = field(default=False, init=False)
    superseded: bool = field(default=False, init=False)
    """Whether the same coach has given its advice nearer to the model."""
    other_calls: int = field(default=0, init=False)
    """How many model calls were about something else."""

    def __post_init__(self) -> None:
        if self.issued:
            return
        if self.advice.prompt:
            ISSUED_BLOCKS.put(self)
        elif self.advice.considered:  # nothing has to be seen
            self._write_receipts(self.advice)

    def fits(self, model: Any, prompt: Sequence[BaseMessage], *, structured: bool) -> bool:
        """Whether a call is about this conversation, so that the block belongs into it.

        Args:
            model: That is called.
            prompt: What it is called with.
            structured: Whether it is to answer in a form, as a helper that chooses or grades is.
        """
        if not self.conversation:  # whatever it was, it could not be read: every answer says so
            return not self.advice.prompt
        if (structured and self.unstructured_only) or (self.model is not None and model is not self.model):
            return False
        return is_about(self.conversation, prompt, words=self.words)

    def stands_in(self, text: str) -> bool:
        """Whether a prompt that is one text is about this conversation."""
        latest = next((text_of(m).strip() for m in reversed(self.conversation) if isinstance(m, HumanMessage)), "")
        if not latest:
            return False
        alone = text.strip() == latest or f"Human: {latest}" in text  # as LangChain writes messages into a text
        return alone or (self.words and latest in text)

    def mark_seen(self) -> None:
        """Notes that it is in the request of a model call."""
        if not self.seen and self.advice.prompt:
            self.seen = True
            self.registry.mark_seen(self.advice)
            self._write_receipts(self.advice)

    def hand_out(self) -> Advice:
        """The advice, for a caller who asked for it themselves: it counts as applied, whatever they do with it."""
        if self.advice.prompt:
            self._write_receipts(self.advice)
        return self.advice

    def mark_failed(self) -> None:
        """Notes that the call has failed; made again, it gets the same advice."""
        again = replace(self.advice, considered=undecide(self.advice.considered))
        self.registry.keep_failed(self.digest(), again)

    def end(self, *, final: bool = True) -> None:
        """Notes that no further call is made.

        Args:
            final: Whether it ends here; not where it failed or stopped, and goes on or is tried again later.
        """
        if self.seen or self.superseded or not self.advice.prompt:
            return
        why = OTHER_CALLS if self.other_calls else NO_CALL
        self.write_unseen(why if final else "it has not come to a model call")
        if final and self.keep_receipts:
            self.registry.warn(self.where, f"coaching was chosen and not seen by the model: {why}; {self.remedy}")

    def write_unseen(self, why: str) -> None:
        """Writes receipts that say that no model has seen it so far."""
        self._write_receipts(
            replace(self.advice, considered=[receipt.unseen(why) for receipt in self.advice.considered])
        )
        self.stored = True

    def _write_receipts(self, advice: Advice) -> None:
        if self.keep_receipts:
            self.registry.write(Entry(self.key, advice, revises=self.stored))


@dataclass(frozen=True, slots=True)
class _IssuedBlock:
    """What is kept of the advice whose block was issued."""

    advice: Advice
    registry: Registry
    key: str
    keep_receipts: bool


class IssuedBlocks:
    """The latest issued blocks: which coach's each is, and which advice it stands for in a thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._latest: OrderedDict[tuple[str, str | None], _IssuedBlock] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._latest)

    def put(self, pending: PendingAdvice) -> None:
        """Notes it as the latest with its block."""
        advice = pending.advice
        thread = advice.considered[0].thread_id if advice.considered else None
        with self._lock:
            for key in ((advice.prompt, thread), (advice.prompt, "")):
                self._latest[key] = _IssuedBlock(advice, pending.registry, pending.key, pending.keep_receipts)
                self._latest.move_to_end(key)
            while len(self._latest) > MOST_BLOCKS:
                self._latest.popitem(last=False)

    def get(self, block: str, thread: str | None) -> PendingAdvice | None:
        """The latest with this block in this thread."""
        found = self._latest.get((block, thread))
        if found is None:
            return None
        return PendingAdvice(
            found.advice, found.registry, key=found.key, keep_receipts=found.keep_receipts, stored=True, issued=True
        )

    def owner(self, block: str) -> str | None:
        """The name of the coach whose block it is."""
        found = self._latest.get((block, ""))
        return found.registry.name if found else None


ISSUED_BLOCKS = IssuedBlocks()

_PENDING: ContextVar[tuple[PendingAdvice, ...]] = ContextVar("pending", default=())


_ACTIVE: dict[PendingAdvice, None] = {}
"""All pending advice of the process."""


def pending_here() -> tuple[PendingAdvice, ...]:
    """The advice pending in this context, the outermost first; of each coach only the nearest."""
    return _PENDING.get()


def pending_for(prompt: Sequence[Any]) -> tuple[PendingAdvice, ...]:
    """The same; in a plain thread of a node, which has no context, the advice that is for these very messages."""
    here = _PENDING.get()
    if here or not _ACTIVE or var_child_runnable_config.get() is not None:
        return here
    given = {id(message) for message in prompt}
    found = tuple(one for one in list(_ACTIVE) if any(id(message) in given for message in one.conversation))
    return found if len({one.registry.name for one in found}) == len(found) else ()


def expect_calls(pending: PendingAdvice) -> None:
    """Until the running node ends, model calls about this conversation get this advice."""
    _PENDING.set((*_of_other_coaches(pending), pending))


@contextmanager
def expecting_call(pending: PendingAdvice) -> Iterator[None]:
    """Inside, model calls about this conversation get this advice; afterwards its receipts say whether one did."""
    before = _PENDING.get()
    token = _PENDING.set((*_of_other_coaches(pending), pending))
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
def nothing_pending() -> Iterator[None]:
    """Inside no advice is pending: what recall itself asks a model is about no conversation."""
    token = _PENDING.set(())
    try:
        yield
    finally:
        _PENDING.reset(token)


def _of_other_coaches(pending: PendingAdvice) -> tuple[PendingAdvice, ...]:
    return tuple(one for one in _PENDING.get() if one.registry.name != pending.registry.name)
