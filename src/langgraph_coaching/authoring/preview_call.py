"""Preview made: the recorded call of the source step with another coaching block, answered anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langgraph_coaching.agent.system_message import insert_block
from langgraph_coaching.authoring.preview import Preview, PreviewSide
from langgraph_coaching.authoring.preview_effect import check_answer, describe_effect
from langgraph_coaching.coaching.model import Labels
from langgraph_coaching.recall.prompt import block, entry
from langgraph_coaching.traces.answered_turns import ANY
from langgraph_coaching.traces.messages import answer_key, words_of
from langgraph_coaching.traces.recorded_calls import RecordedCall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage

    from langgraph_coaching.authoring.lint.graph_names import GraphNames
    from langgraph_coaching.authoring.preview import AnsweredBy
    from langgraph_coaching.authoring.supposition import Supposition
    from langgraph_coaching.coaching.behavior import Behavior
    from langgraph_coaching.coaching.model import Scope
    from langgraph_coaching.recall.adviser import Adviser
    from langgraph_coaching.traces.model import Step, Trace


def preview_step(
    adviser: Adviser,
    supposition: Supposition,
    trace: Trace,
    step: Step,
    model: BaseChatModel | None,
    graph: GraphNames | None = None,
) -> Preview:
    """The step answered again, without the coaching and with it.

    Args:
        adviser: Recalls.
        supposition: The coachings, with and without.
        trace: The trace of the step.
        step: What the coaching is written from.
        model: Answers what the recording cannot; None asks nobody.
        graph: Names of the compiled graph, for what is enforced; None where that is not given.

    Raises:
        EmbedderError: The embedder failed.
    """
    coaching, call = supposition.coaching, _call_of(trace, step)
    labels = _labels_at(call, coaching.scope)
    both = supposition.without(), supposition.supposed
    without, advised = (adviser.advise_batch([call.conversation], labels, snapshot=one)[0] for one in both)
    receipt = advised.receipt(coaching.id)
    fires = receipt is not None and receipt.applied
    beside = {head.coaching.id: head.coaching for head in both[0].heads}
    forced = [entry(coaching), *(entry(beside[one.coaching_id]) for one in without.applied if one.coaching_id)]
    if receipt is not None:
        reason = receipt.reason
    elif coaching.scope.covers(agent=labels.agent, node=labels.node, tags=labels.tags):
        reason = "others are nearer, or no user has said anything, so that it is not even considered"
    else:
        reason = "the step was made outside its scope; see `agent`, `node` and `tags`"
    return Preview(
        coaching_id=coaching.id,
        intent=coaching.intent,
        behavior=coaching.behavior.type,
        trace_id=trace.id,
        step=step.index,
        fires=fires,
        reason=reason,
        effect=describe_effect(coaching.behavior, call.tools, trace.nodes, graph),
        before=_side_of(call, without.prompt, model, coaching.behavior),
        after=_side_of(call, advised.prompt if fires else block(forced), model, coaching.behavior),
    )


def _call_of(trace: Trace, step: Step) -> RecordedCall:
    """The call that made a step, known by the first step it made."""
    key = answer_key(step)
    first = next(other for other in trace.steps if answer_key(other) == key)
    return RecordedCall(trace, first, coached=True)


def _labels_at(call: RecordedCall, scope: Scope) -> Labels:
    """Where the call came from; what the recording does not say of that is as the scope has it."""
    known = call.labels(ANY)
    tags = known.tags or frozenset(scope.tags)
    return Labels(agent=known.agent or scope.agent, node=known.node or scope.node, tags=tags)


def _side_of(call: RecordedCall, text: str, model: BaseChatModel | None, behavior: Behavior) -> PreviewSide:
    bare = call.prompt
    prompt: list[BaseMessage] = insert_block(bare, text, model) if text else bare
    recorded = text == call.step.coaching
    side = PreviewSide(prompt=_prompt_text(prompt), block=text, recorded=recorded)
    answer = call.answer if recorded else None
    if answer is not None:
        return _with_answer(side, answer, "recording", behavior, call.trace.id)
    if model is None:
        return side
    try:
        asked: Any = model.bind_tools(call.tools) if call.tools else model
        return _with_answer(side, asked.invoke(prompt), "model", behavior, call.trace.id)
    except Exception as error:  # noqa: BLE001 - whatever a provider raises, the rest of the preview stands
        return replace(side, failure=f"{type(error).__name__}: {' '.join(str(error).split())}")


def _with_answer(
    side: PreviewSide, answer: AIMessage, answered_by: AnsweredBy, behavior: Behavior, trace_id: str
) -> PreviewSide:
    followed, why = check_answer(behavior, answer, trace_id)
    calls = tuple({"name": one["name"], "arguments": one["args"]} for one in answer.tool_calls)
    return replace(
        side,
        answered_by=answered_by,
        text=words_of(answer),
        tool_calls=calls,
        followed=followed,
        followed_why=why,
    )


def _prompt_text(prompt: Sequence[BaseMessage]) -> str:
    return "\n\n".join(f"{message.type}: {words_of(message)}{_calls_text(message)}" for message in prompt)


def _calls_text(message: BaseMessage) -> str:
    return "".join(f"\ncalls {call['name']}({call['args']})" for call in getattr(message, "tool_calls", ()))
