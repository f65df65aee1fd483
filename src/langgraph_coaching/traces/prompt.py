"""Prompt and answer of a recorded model call, read back from the trace as messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage, SystemMessage

from langgraph_coaching.errors import RecordingError
from langgraph_coaching.traces.canonical import load_message
from langgraph_coaching.traces.messages import answer_key, messages_before, messages_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.traces.model import ModelCall, Step, Trace

_TASK_ID = re.compile(r":[^|]*")


def prompt_of(trace: Trace, step: Step) -> list[BaseMessage]:
    """The messages the model saw at the call that made a step, without the coaching block.

    Exactly those, whitespace, images and reasoning included, where the trace was captured; images that no state has
    held are in the form in which LangChain shows them to callback handlers. Of an imported trace, and of a step that
    no model has made, the system prompt and the conversation up to it.

    Args:
        trace: The trace of the step.
        step: One of its steps.
    """
    call = call_of(trace, step)
    if call is not None and call.prompt is not None:
        return [message for reference in call.prompt for message in messages_at(trace, reference)]
    conversation = messages_before(trace, step)
    system = _system_prompt(trace, step)
    return [SystemMessage(system), *conversation] if system else conversation


def answer_of(trace: Trace, step: Step) -> AIMessage:
    """What the model answered at the call that made a step: the whole answer, exactly as it was recorded.

    Args:
        trace: The trace of the step.
        step: One of its steps.

    Raises:
        RecordingError: No answer is recorded: the call failed, or no model has made the step.
    """
    key = answer_key(step)
    return answer_in(
        trace, step, [one for one in trace.steps if answer_key(one) == key and one.author in ("agent", "canned")]
    )


def answer_in(trace: Trace, step: Step, group: Sequence[Step]) -> AIMessage:
    """The same, for whoever knows the steps of the answer.

    Raises:
        RecordingError: As of `answer_of`.
    """
    call = call_of(trace, step)
    usage = next((other.usage for other in group if other.usage), None)
    if call is not None and call.answer is not None:
        found: Sequence[BaseMessage] = [load_message(trace.messages[call.answer])]
    else:
        found = messages_of(group)
    if len(found) != 1 or not isinstance(found[0], AIMessage):
        raise RecordingError(f"the trace {trace.id} holds no model's answer at step {step.index}; run the graph again")
    counted = {"usage_metadata": usage} if usage and len(usage) == len(_COUNTS) else {}
    return found[0].model_copy(update=counted)


_COUNTS = ("input_tokens", "output_tokens", "total_tokens")


def call_of(trace: Trace, step: Step) -> ModelCall | None:
    """The record of the call that made a step; None where no model has made it, or nothing is recorded of it."""
    return trace.calls[step.call] if step.call is not None and step.call < len(trace.calls) else None


def messages_at(trace: Trace, reference: int | tuple[int, int]) -> Iterator[BaseMessage]:
    """The messages that a part of a call's prompt refers to.

    Args:
        trace: The trace of the call.
        reference: Of `ModelCall.prompt`.
    """
    if isinstance(reference, int):
        yield load_message(trace.messages[reference])
    else:
        steps = trace.steps[reference[0] : reference[1]]
        if steps[0].type == "system":
            yield SystemMessage(steps[0].text, id=steps[0].message_id)
        else:
            yield from messages_of(steps)


def _system_prompt(trace: Trace, step: Step) -> str:
    prompts = [other for other in trace.steps[: step.index] if other.type == "system" and other.name == "prompt"]
    mine = [other for other in prompts if _agent_path(other) == _agent_path(step)]
    return (mine or prompts)[-1].text if prompts else ""


def _agent_path(step: Step) -> str:
    return _TASK_ID.sub("", step.checkpoint_ns or "")
