"""Branches: the steps of a trace by conversation, and by turn of a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from langgraph_coaching.traces.model import Step


TASK = "task"
"""Name of the step of what a sub-agent, or a branch of a graph, is asked by another part of the graph."""

CONTINUES = "continues"
"""Key of `Step.extra` of a task: whoever is asked has also seen what was said before."""


class Branches:
    """The conversations of a trace: the user's, and those of sub-agents and branches that were asked something.

    Args:
        steps: All of the trace.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._single = not any(step.branch for step in steps)
        self._openings = {step.branch: step for step in reversed(steps) if step.branch and is_task(step)}

    def conversation(self, step: Step) -> str | None:
        """The branch that opens the conversation of a step; None of the user's."""
        return next((branch for branch in _enclosing_branches(step.branch) if branch in self._openings), None)

    def opens(self, step: Step) -> bool:
        """Whether a turn begins with it: the user speaks, or whoever asks the sub-agent or the branch."""
        return is_task(step) if self.conversation(step) else step.type == "user"

    def conversation_steps(self, step: Step) -> list[Step]:
        """All steps of the conversation of a step, without those of branches that run beside its own."""
        if self._single:
            return [*self._steps]
        mine = self.conversation(step)
        return [s for s in self._steps if self.conversation(s) == mine and not _are_parallel(s.branch, step.branch)]

    def user_steps(self) -> list[Step]:
        """All steps of the user's conversation."""
        return [step for step in self._steps if self.conversation(step) is None]

    def steps_before(self, step: Step) -> list[Step]:
        """The steps before a step in its conversation, and in the one that this continues; none asked aside."""
        found = [other for other in self.conversation_steps(step) if other.index < step.index and not other.aside]
        opening = self._openings.get(self.conversation(step) or "")
        if opening is None or not opening.extra.get(CONTINUES):
            return found
        outside = opening.model_copy(update={"branch": _parent_branch(opening.branch)})
        return [*self.steps_before(outside), *found]

    def turn(self, step: Step) -> tuple[list[Step], bool]:
        """The turn of a step, without its opening, and whether another one has been opened behind it."""
        together = self.conversation_steps(step)
        openings = [other.index for other in together if self.opens(other)]
        start = max((place for place in openings if place <= step.index), default=-1)
        end = min((place for place in openings if place > step.index), default=None)
        turn = [other for other in together if start < other.index and (end is None or other.index < end)]
        return turn, end is not None

    def opening(self, step: Step) -> Step | None:
        """The step that opens the turn of a step: what that turn is an answer to."""
        said = [other for other in self.conversation_steps(step) if other.index < step.index and self.opens(other)]
        return said[-1] if said else None


def is_task(step: Step) -> bool:
    """Whether it is what a sub-agent or a branch is asked."""
    return step.type == "system" and step.name == TASK


def _enclosing_branches(branch: str | None) -> Iterator[str]:
    """A branch and those around it, the innermost first."""
    while branch:
        yield branch
        branch = _parent_branch(branch)


def _parent_branch(branch: str | None) -> str | None:
    return (branch or "").rpartition("|")[0] or None


def _are_parallel(one: str | None, other: str | None) -> bool:
    """Whether two branches run beside each other: neither is in the other."""
    if not one or not other or one == other:
        return False
    return not (f"{one}|".startswith(f"{other}|") or f"{other}|".startswith(f"{one}|"))
