"""Preview: the step a coaching is written from, answered again, before and after."""

from __future__ import annotations

import difflib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from langgraph_coaching.coaching.notebook import printed_html
from langgraph_coaching.traces.jsonable import to_jsonable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.recall.receipt import Followed

AnsweredBy = Literal["recording", "model", "nobody"]
"""Whose answer it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewSide:
    """The source step with one prompt: what the model reads, and what it answers."""

    prompt: str
    """The whole prompt as text, a message a paragraph."""
    block: str
    """The coaching in it; "" for none."""
    recorded: bool
    """Whether it is the recorded prompt."""
    answered_by: AnsweredBy = "nobody"
    text: str = ""
    """What was answered."""
    tool_calls: tuple[dict[str, Any], ...] = ()
    """`name` and `arguments` of each tool it asks for."""
    failure: str = ""
    """What went wrong where the model was asked."""
    followed: Followed = "unknown"
    """Whether the answer does what the coaching asks for."""
    followed_why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The source step of a coaching without it and with it; prints as text."""

    coaching_id: str
    intent: str
    behavior: str
    """Type of the behavior, such as `action`."""
    trace_id: str
    step: int
    fires: bool
    """Whether it would be in the prompt there. Where it would not, `after` shows the prompt as if it were."""
    reason: str
    """Why it would, or would not."""
    effect: str
    """What the behavior asks of the graph, and what it does there where it is enforced."""
    before: PreviewSide
    """Without the coaching, beside all others of today."""
    after: PreviewSide
    """With it as if it were saved."""

    def to_json(self) -> dict[str, Any]:
        """JSON values of all of it."""
        told: dict[str, Any] = to_jsonable(asdict(self))
        return told

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _repr_html_(self) -> str:
        return printed_html(str(self))

    def _lines(self) -> Iterator[str]:
        yield f"{self.coaching_id} at {self.trace_id}:{self.step}: {self.intent}"
        yield f"{'fires' if self.fires else 'stays silent'} there: {self.reason}"
        if not self.fires:
            yield "shown as if it were in the prompt"
        yield f"effect: {self.effect}"
        yield "prompt:"
        changed = difflib.ndiff(self.before.prompt.splitlines(), self.after.prompt.splitlines())
        yield from (f"  {line.rstrip()}" for line in changed if line[:2] in ("- ", "+ ") and line[2:].strip())
        yield from _side_lines("before", self.before)
        yield from _side_lines("after", self.after)


def _side_lines(name: str, side: PreviewSide) -> Iterator[str]:
    if side.failure:
        yield f"{name}: the model failed: {side.failure}"
        return
    if side.answered_by == "nobody":
        yield f"{name}: not asked; give a model to have it answered"
        return
    yield f"{name} ({'as recorded' if side.answered_by == 'recording' else 'the model now'}):"
    yield from (f"  {line}" for line in side.text.splitlines())
    yield from (f"  calls {call['name']}({_arguments(call['arguments'])})" for call in side.tool_calls)
    if side.followed_why:
        yield f"  followed: {side.followed} ({side.followed_why})"


def _arguments(given: Any) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in given.items()) if isinstance(given, dict) else repr(given)
