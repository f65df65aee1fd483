"""Held chats: test conversations that are going on, each under an id that cannot be guessed, a turn at a time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from langgraph_coaching.errors import CoachingError, InvalidCoachingError, NotFoundError
from langgraph_coaching.traces.jsonable import describe_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from langgraph_coaching.chat import Chat, ChatEvent, Turn

MOST = 50
"""Conversations that are held at once; beyond it the one that was quiet longest goes."""


@dataclass(slots=True, eq=False)
class HeldRun:
    """A turn that runs, or goes on after an answer; it runs to its end, whether or not somebody looks."""

    number: int
    """Of the turn, from 0."""
    said: str
    earlier: list[ChatEvent]
    """What had happened in it before it went on."""
    fault: str = ""
    """Why it could not even be tried."""
    stopped: bool = False
    ended: Event = field(default_factory=Event)
    _events: SimpleQueue[ChatEvent | None] = field(default_factory=SimpleQueue)

    def put(self, event: ChatEvent | None) -> None:
        """Hands on what happens; None once it has ended."""
        self._events.put(event)

    def take(self, patience: float) -> list[ChatEvent]:
        """What has happened since, or nothing within some seconds; then it may have `ended`."""
        found: list[ChatEvent] = []
        try:
            event = self._events.get(timeout=patience)
            while event is not None:
                found.append(event)
                event = self._events.get_nowait()
        except Empty:
            return found
        self.ended.set()
        return found


@dataclass(slots=True)
class Captured:
    """Where in the store a turn was captured."""

    trace_id: str
    step: int | None = None
    """Its latest step that can be coached."""
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Trace and step of each message and tool call of it that can be coached, by their ids."""


class HeldChat:
    """One test conversation.

    Args:
        chat: The conversation.
    """

    def __init__(self, chat: Chat) -> None:
        self.id = secrets.token_urlsafe(16)
        self.chat = chat
        self.captured: dict[Turn, Captured] = {}
        self.before: dict[int, str] = {}
        """What was answered before, by the number of a turn that was tried again."""
        self.run: HeldRun | None = None
        self._lock = Lock()

    def send(self, text: str) -> HeldRun:
        """Says something.

        Raises:
            InvalidCoachingError: It is empty, a turn runs, or the graph waits for an answer.
        """
        return self._begin(lambda: self._take_send(text))

    def again(self) -> HeldRun:
        """Tries the last turn again, with the coaching as it is now.

        Raises:
            InvalidCoachingError: A turn runs, or there is none.
        """
        return self._begin(self._take_again)

    def answer(self, value: object) -> HeldRun:
        """Goes on where the graph waits for a person.

        Raises:
            InvalidCoachingError: A turn runs, or the graph does not wait.
        """
        return self._begin(lambda: self._take_answer(value))

    def stop(self) -> None:
        """Stops the turn that runs, if one does."""
        if (run := self.run) is not None:
            run.stopped = True
            self.chat.stop()

    def _take_send(self, text: str) -> tuple[HeldRun, Iterator[ChatEvent]]:
        if self.chat.waits:
            raise InvalidCoachingError("the agent waits for your answer to what it asks; answer that, or try again")
        return HeldRun(len(self.chat.turns), text, []), self.chat.send(text)

    def _take_again(self) -> tuple[HeldRun, Iterator[ChatEvent]]:
        turn = self.chat.turn
        self.before[len(self.chat.turns) - 1] = turn.answer
        return HeldRun(len(self.chat.turns) - 1, turn.said, []), self.chat.again()

    def _take_answer(self, value: object) -> tuple[HeldRun, Iterator[ChatEvent]]:
        turn = self.chat.turn
        return HeldRun(len(self.chat.turns) - 1, turn.said, list(turn.events)), self.chat.answer(value)

    def _begin(self, take: Callable[[], tuple[HeldRun, Iterator[ChatEvent]]]) -> HeldRun:
        if not self._lock.acquire(blocking=False):
            raise InvalidCoachingError("the agent is still answering; wait for it, or stop it")
        try:
            run, events = take()
            self.run = run
            Thread(target=self._drain, args=(run, events), name="coaching-test-page", daemon=True).start()
        except BaseException:
            self.run = None
            self._lock.release()
            raise
        return run

    def _drain(self, run: HeldRun, events: Iterator[ChatEvent]) -> None:
        try:
            for event in events:
                run.put(event)
                if run.stopped:
                    self.chat.stop()
            self._note_captured()
        except Exception as error:  # noqa: BLE001 - of a checkpointer that does not lead back, say; it is told
            run.fault = describe_error(error)
        finally:
            self.run = None
            self._lock.release()
            run.put(None)

    def _note_captured(self) -> None:
        try:
            trace = self.chat.trace()
        except CoachingError:
            return
        known = self.captured.get(self.chat.turn)
        own = [step for step in trace.coachable_steps() if not step.history]
        places = {name: (trace.id, step.index) for step in own if (name := step.tool_call_id or step.message_id)}
        try:
            step = self.chat.coachable_step().index
        except CoachingError:
            step = None
        self.captured[self.chat.turn] = Captured(trace.id, step, (known.places if known else {}) | places)


class HeldChats:
    """The conversations of one studio, in this process's memory.

    Args:
        most: That are held at once.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held: dict[str, HeldChat] = {}
        self._lock = Lock()

    def __iter__(self) -> Iterator[HeldChat]:
        """Those that are held, the one that was quiet longest first."""
        with self._lock:
            return iter([*self._held.values()])

    def keep(self, chat: HeldChat) -> HeldChat:
        """Holds one more; beyond the limit the one that was quiet longest, and in which nothing runs, is closed."""
        with self._lock:
            self._held[chat.id] = chat
            quiet = [one for one in self._held.values() if one.run is None and one is not chat]
            dropped = quiet[: max(0, len(self._held) - self._most)]
            for one in dropped:
                del self._held[one.id]
        for one in dropped:
            one.chat.close()
        return chat

    def get(self, name: str) -> HeldChat:
        """One of them.

        Raises:
            NotFoundError: It is not held, or no more.
        """
        with self._lock:
            found = self._held.pop(name, None)
            if found is None:
                raise NotFoundError(
                    f"This test conversation is not held any more: the studio keeps the last {self._most}, until it is "
                    "started anew. What was said in it is among the conversations; begin a new one to go on."
                )
            self._held[name] = found
            return found
