"""The record of a model call: what the model was given, by reference, so that no conversation is kept twice."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class ModelCall(BaseModel):
    """One call of a model; `Step.call` is its place in `Trace.calls`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: tuple[int | tuple[int, int], ...] | None = None
    """The messages it was given, in order, without the coaching block. A pair is the messages that the steps from its
    first number up to before its second stand for, or, where it begins at a system prompt, that prompt; a number is a
    message of `Trace.messages`. None where it is not known."""
    answer: int | None = None
    """The answer in `Trace.messages`, where steps cannot say it exactly."""
    tools: int | None = None
    """The tools it was offered, in `Trace.tools`."""
    parameters: int | None = None
    """How it was asked, in `Trace.parameters`."""
