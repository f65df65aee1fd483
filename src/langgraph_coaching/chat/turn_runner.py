"""Turn runner: a turn runs, what happens is handed on while it happens, and what came of it is read back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langgraph.types import Command

from langgraph_coaching.chat.event import ChatEvent
from langgraph_coaching.chat.notes import Notes
from langgraph_coaching.chat.runner import Lookup, StoppedError, is_async_only
from langgraph_coaching.chat.stream import StreamReader
from langgraph_coaching.errors import CoachingError, InvalidCoachingError
from langgraph_coaching.recall.simulated import ORIGIN, SIMULATED
from langgraph_coaching.traces.jsonable import describe_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from langgraph_coaching.agent.registry import Registry
    from langgraph_coaching.authoring.drafter import Drafter
    from langgraph_coaching.chat.runner import Runner
    from langgraph_coaching.chat.thread import ChatThread
    from langgraph_coaching.chat.turn import Turn
    from langgraph_coaching.refining.reviewer import Reviewer
    from langgraph_coaching.traces.archive import Archive
    from langgraph_coaching.traces.capture.recorder import Recorder


STOPPED = "stopped; what the agent was doing at that moment may still be done"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatParts:
    """What of a coach a conversation uses."""

    recorder: Recorder
    traces: Archive
    drafter: Drafter
    reviewer: Reviewer
    registry: Registry
    flush: Callable[[], None]


class TurnRunner:
    """Runs the turns of one conversation.

    Args:
        parts: Of the coach.
        runner: Runs the graph.
        config: Further config of each run.
        context: LangGraph's run context.
    """

    def __init__(self, parts: ChatParts, runner: Runner, config: dict[str, Any], context: Any) -> None:
        self._parts = parts
        self._runner = runner
        self._config = config
        self._context = context
        self._reader = StreamReader()
        self._notes = Notes(parts.registry)
        self._registries: dict[int, Registry] = {}
        self.trace_ids: list[str] = []
        """Every run, in order."""
        self.waits = False
        """Whether the graph waits for a person."""

    def forget_thread(self) -> None:
        """From here on it is about another thread."""
        self.waits, self._reader = False, StreamReader()

    def take_turn(self, thread: ChatThread, turn: Turn) -> Iterator[ChatEvent]:
        """Runs a turn from the state that its thread is in."""
        self.waits = False
        try:
            turn.before = thread.mark_state()
            self._reader.begin(thread.messages())
            given = thread.input_of(turn.said)
        except Exception as error:  # noqa: BLE001 - of a checkpointer, say; the conversation goes on
            yield turn.note_event(ChatEvent(kind="error", text=describe_error(error)))
            yield turn.note_event(ChatEvent(kind="end"))
            return
        yield from self._run(thread, turn, given)

    def resume(self, thread: ChatThread, turn: Turn, value: Any) -> Iterator[ChatEvent]:
        """Goes on with a turn where the graph waits for a person.

        Raises:
            InvalidCoachingError: It does not wait.
        """
        if not self.waits:
            raise InvalidCoachingError("the graph waits for no answer; say something")
        given: Any = Command(resume=value) if self._reader.questions else None
        self.waits, self._reader.questions = False, []
        return self._run(thread, turn, given)

    def _run(self, thread: ChatThread, turn: Turn, given: Any) -> Iterator[ChatEvent]:
        run_id = uuid.uuid4()
        config = self._config_of(thread, run_id)
        turn.trace_ids.append(f"t-{run_id.hex}")
        self.trace_ids.append(turn.trace_ids[-1])
        try:
            for event in self._read_run(turn, given, config):
                yield turn.note_event(event)
        except StoppedError:
            yield turn.note_event(ChatEvent(kind="error", text=STOPPED))
        except Exception as error:  # noqa: BLE001 - whatever the graph raises
            if is_async_only(error) and not self._runner.is_async:
                self._runner.is_async = True
                if not (given is None or isinstance(given, Command)):
                    thread.return_to(turn.before)
                    yield from self._run(thread, turn, given)
                    return
            yield turn.note_event(ChatEvent(kind="error", text=describe_error(error)))
        for event in self._close_run(thread, turn, given):
            yield turn.note_event(event)

    def _read_run(self, turn: Turn, given: Any, config: dict[str, Any]) -> Iterator[ChatEvent]:
        for item in self._runner.stream(given, config, self._context):
            if isinstance(item, Lookup):
                self._registries[id(item.registry)] = item.registry
                if item.registry is not self._parts.registry:
                    self._parts.recorder.remember(item.advice.considered)
                turn.advice.append(item.advice)
                receipts = tuple(item.advice.considered)
                yield ChatEvent(kind="coaching", receipts=receipts, node=receipts[0].node if receipts else None)
                yield from self._notes.of_lookup(item)
            else:
                yield from self._reader.read(*item)

    def _close_run(self, thread: ChatThread, turn: Turn, given: Any) -> Iterator[ChatEvent]:
        """What is known once a run has ended: what else it returned, its handoffs, and what became of coaching."""
        if not self._reader.spoke and turn.error is None:
            yield from self._reader.outputs(thread.shape.key)
        trace = None
        try:
            for registry in self._registries.values():
                registry.flush()
            self._parts.flush()
            trace = self._parts.traces.get(turn.trace_ids[-1])
        except CoachingError as error:
            yield ChatEvent(kind="note", text=f"what was captured could not be read back: {error}")
        turn.take_receipts([trace] if trace else [])
        for step in trace.steps if trace else ():
            if step.type == "handoff" and not step.history:
                yield ChatEvent(kind="handoff", name=step.name, text=step.text, agent=step.branch, node=step.node)
        if turn.error is None:
            thread.keep(given, self._reader.last, turn.answer)
            self.waits = bool(self._reader.questions) or thread.question_open()
        yield from self._notes.of_run(turn, trace, waits=self.waits, saves=thread.saves)
        if self.waits and not thread.saves:
            self.waits = False
        yield ChatEvent(kind="end", id=turn.trace_ids[-1], receipts=tuple(turn.considered))

    def _config_of(self, thread: ChatThread, run_id: uuid.UUID) -> dict[str, Any]:
        given, handlers = self._config, self._config.get("callbacks")
        return given | {
            "configurable": {**(given.get("configurable") or {}), **thread.config["configurable"]},
            "callbacks": [*(getattr(handlers, "handlers", handlers) or []), self._parts.recorder.callback()],
            "tags": [*(given.get("tags") or []), SIMULATED],
            "metadata": {**(given.get("metadata") or {}), ORIGIN: SIMULATED},
            "run_id": run_id,
        }
