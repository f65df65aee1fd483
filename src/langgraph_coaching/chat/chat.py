"""Chat: a test conversation with a compiled graph, which shows its coaching, is judged at once, and tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from langgraph_coaching.chat.judged import receipt_named, receipt_to_apply
from langgraph_coaching.chat.thread import ChatThread, new_thread_id
from langgraph_coaching.chat.turn import Turn
from langgraph_coaching.chat.turn_runner import TurnRunner
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.chat.event import ChatEvent
    from langgraph_coaching.chat.runner import Runner
    from langgraph_coaching.chat.turn_runner import ChatParts
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.refining.verdict import Verdict
    from langgraph_coaching.traces.model import Step, Trace


class Chat:
    """A test conversation; `coach.chat` begins one. What it captures is marked as simulated.

    Args:
        parts: Of the coach.
        runner: Runs the graph.
        thread: The conversation's state.
        config: Further config of each run.
        context: LangGraph's run context.
    """

    def __init__(
        self, parts: ChatParts, runner: Runner, thread: ChatThread, config: dict[str, Any], context: Any
    ) -> None:
        self._parts = parts
        self._runner = runner
        self._thread = thread
        self._turn_runner = TurnRunner(parts, runner, config, context)
        self.turns: list[Turn] = []
        """The turns of this thread; one that was tried again is there as it was the last time."""

    def __repr__(self) -> str:
        """One line: the thread, and how far it has come."""
        return f"Chat({self._thread.id}: {len(self.turns)} turns{', waits for an answer' if self.waits else ''})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the conversation; what it captured stays."""
        self._runner.close()

    @property
    def trace_ids(self) -> list[str]:
        """The traces of every run of this conversation, in order, those of turns that were tried again too."""
        return list(self._turn_runner.trace_ids)

    @property
    def waits(self) -> bool:
        """Whether the graph waits for `answer`."""
        return self._turn_runner.waits

    @property
    def thread_id(self) -> str:
        """The thread."""
        return self._thread.id

    @property
    def turn(self) -> Turn:
        """The last turn.

        Raises:
            InvalidCoachingError: There is none yet.
        """
        if not self.turns:
            raise InvalidCoachingError("nothing was said yet; say something first")
        return self.turns[-1]

    # ── talking ──

    def send(self, text: str) -> Iterator[ChatEvent]:
        """Says something, and hands on what happens, while it happens; the last event of a turn is its `end`.

        Nothing that goes wrong in the graph is raised: it is an `error` among the events, and one can go on.

        Args:
            text: What the user says.

        Raises:
            InvalidCoachingError: It is empty.
        """
        if not text.strip():
            raise InvalidCoachingError("say something; an empty message is none")
        return self._take_turn(Turn(text))

    def again(self) -> Iterator[ChatEvent]:
        """The last turn anew, from the state before it, with the coaching as it is now.

        With a checkpointer the thread goes on from a fork at the checkpoint before the turn. Tools run again.

        Raises:
            InvalidCoachingError: Nothing was said yet.
        """
        return self._take_again(self.turn)

    def answer(self, value: Any = None) -> Iterator[ChatEvent]:
        """Goes on where the graph waits for a person.

        Args:
            value: What its `interrupt` returns, or a dict of these by the ids of the questions; at a breakpoint
                nothing.

        Raises:
            InvalidCoachingError: It does not wait.
        """
        return self._turn_runner.resume(self._thread, self.turn, value)

    def stop(self) -> None:
        """Stops the turn that runs, from another thread: it ends with an `error`, and what it was at may still be done.

        Does nothing where none runs.
        """
        self._runner.stop()

    def begin_anew(self) -> str:
        """Begins a new thread; returns its id. What was captured stays."""
        self._thread = ChatThread(self._runner, new_thread_id(), self._thread.shape)
        self.turns = []
        self._turn_runner.forget_thread()
        return self._thread.id

    def _take_again(self, last: Turn) -> Iterator[ChatEvent]:
        self._thread.return_to(last.before)
        self.turns.remove(last)
        yield from self._take_turn(Turn(last.said))

    def _take_turn(self, turn: Turn) -> Iterator[ChatEvent]:
        self.turns.append(turn)
        yield from self._turn_runner.take_turn(self._thread, turn)

    # ── judging ──

    def wrong(self, receipt: Receipt | str | None = None, *, comment: str = "") -> Verdict:
        """Says that a coaching was wrongly applied in the last turn: it learns "never here".

        Args:
            receipt: Its receipt, or its id; None where only one was applied.
            comment: Why.

        Raises:
            InvalidCoachingError: Nothing was applied, or it is not said which.
            NotFoundError: No such coaching was applied, or it is of another store.
        """
        return self._judge(receipt_named(self.turn, receipt), correct=False, comment=comment)

    def right(self, receipt: Receipt | str | None = None, *, comment: str = "") -> Verdict:
        """Says that a coaching was rightly applied in the last turn; takes the same as `wrong`."""
        return self._judge(receipt_named(self.turn, receipt), correct=True, comment=comment)

    def should(self, coaching: Coaching | str, *, comment: str = "") -> Verdict:
        """Says that a coaching should have been applied in the last turn: it learns "also here".

        Args:
            coaching: One that was looked at and left out, or its id.
            comment: Why.

        Raises:
            InvalidCoachingError: It was applied.
            NotFoundError: It was not looked at, or is of another store.
        """
        return self._judge(receipt_to_apply(self.turn, coaching), correct=False, comment=comment)

    def _judge(self, receipt: Receipt, *, correct: bool, comment: str) -> Verdict:
        return self._parts.reviewer.verdict(receipt, correct=correct, comment=comment)

    def why(self, coaching_id: str) -> Any:
        """Why a coaching applied or did not in the last turn: the whole reckoning; print it.

        Raises:
            NotFoundError: Nothing was looked up in it.
        """
        found = self.turn.advice
        if not found:
            raise NotFoundError("no coaching was looked up in the last turn")
        looked_at = (advice for advice in reversed(found) if advice.receipt(coaching_id) is not None)
        return next(looked_at, found[-1]).why(coaching_id)

    # ── coaching ──

    def trace(self) -> Trace:
        """The trace of the last turn, with all that was said before.

        Raises:
            NotFoundError: It was not kept.
        """
        if not self.turn.trace_ids:
            raise NotFoundError("the last turn was not captured")
        return self._parts.traces.get(self.turn.trace_ids[-1])

    def coachable_step(self) -> Step:
        """The agent's latest step of the last turn that can be coached.

        Raises:
            NotFoundError: It made none.
        """
        own = [step for step in self.trace().coachable_steps() if not step.history]
        said = [step for step in own if not step.aside] or own
        if not said:
            raise NotFoundError("there is nothing to coach in the last turn: no model has answered in it")
        return said[-1]

    def draft(self, step: Step | str | None = None) -> Draft:
        """A draft of coaching from the last turn, for `coach.save`.

        Args:
            step: One of its steps; the latest that can be coached where None.

        Raises:
            NotFoundError: There is no step to coach.
            NotCoachableError: The agent's own reasoning did not make this step.
        """
        return self._parts.drafter.draft(self.coachable_step() if step is None else step)
