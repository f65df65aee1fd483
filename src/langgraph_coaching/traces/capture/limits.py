"""Capture limits: share of the conversations, characters of a text, steps of a trace."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.traces.model import Step
from langgraph_coaching.traces.texts import map_texts

if TYPE_CHECKING:
    from langgraph_coaching.traces.model import ModelCall, Trace

_FINEST = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureLimits:
    """Bounds of what `coach.callback()` keeps. Receipts are kept of every call, whatever becomes of its trace.

    Raises:
        InvalidCoachingError: A bound makes no sense.
    """

    sample: float = 1.0
    """0..1: share of the conversations that are kept, always the whole thread or nothing of it."""
    characters: int | None = None
    """Most characters of one text; what is longer is cut, and says how much."""
    steps: int | None = None
    """Most steps of one trace; the oldest are left out, and a step says how many."""
    keep_errors: bool = True
    """Whether a run that failed is kept even where its conversation is not."""

    def __post_init__(self) -> None:
        """Checks the bounds."""
        if not 0.0 <= self.sample <= 1.0:
            raise InvalidCoachingError(f"sample is a share from 0 to 1, not {self.sample}")
        for name in ("characters", "steps"):
            if (bound := getattr(self, name)) is not None and bound < 1:
                raise InvalidCoachingError(f"{name} must be at least 1, or None for no bound, not {bound}")

    def keeps(self, trace: Trace) -> bool:
        """Whether a trace is kept: decided by its thread, or where it has none by itself, the same in any process.

        A test conversation is always kept: a person holds it to look at it.
        """
        if self.sample >= 1.0 or (self.keep_errors and trace.status == "error") or trace.is_test:
            return True
        name = (trace.thread_id or trace.id).encode()
        return int.from_bytes(hashlib.blake2b(name, digest_size=4).digest()) < self.sample * _FINEST

    def cut(self, trace: Trace) -> Trace:
        """The trace within the bounds."""
        if self.characters is not None:
            trace = map_texts(trace, self._shorten)
        if self.steps is not None and len(trace.steps) > self.steps:
            trace = _keep_latest_steps(trace, self.steps)
        return trace

    def _shorten(self, text: str) -> str:
        most = self.characters or 0
        return text if len(text) <= most else f"{text[:most]}… [cut: {len(text) - most} of {len(text)} characters]"


def _keep_latest_steps(trace: Trace, most: int) -> Trace:
    cut = len(trace.steps) - most
    text = f"{cut} earlier steps were cut"
    first = Step(index=0, trace_id=trace.id, type="system", author="system", name="cut", text=text)
    rest = [step.model_copy(update={"index": index}) for index, step in enumerate(trace.steps[cut:], 1)]
    calls = tuple(_shift_references(call, cut - 1) for call in trace.calls)
    return trace.model_copy(update={"steps": (first, *rest), "calls": calls})


def _shift_references(call: ModelCall, by: int) -> ModelCall:
    """The call with references to steps that come earlier now; without its prompt where a part of that was cut."""
    if call.prompt is None:
        return call
    moved = [part if isinstance(part, int) else (part[0] - by, part[1] - by) for part in call.prompt]
    whole = all(isinstance(part, int) or part[0] > 0 for part in moved)
    return call.model_copy(update={"prompt": tuple(moved) if whole else None})
