"""Rerun of recorded calls: recall and prompt again, answered from the recording or by a model."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from langgraph_coaching.agent.system_message import insert_block
from langgraph_coaching.errors import CoachingError
from langgraph_coaching.recall.advice import Advice
from langgraph_coaching.recall.prompt import block, entry
from langgraph_coaching.replay.replay import CallSide, ReplayedCall, compare_call, side_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage

    from langgraph_coaching.coaching.model import Coaching, Labels
    from langgraph_coaching.recall.adviser import Adviser
    from langgraph_coaching.recall.snapshot import Snapshot
    from langgraph_coaching.traces.recorded_calls import RecordedCall


def advise_calls(
    calls: Sequence[RecordedCall], adviser: Adviser, snapshot: Snapshot, labels: Labels, now: datetime
) -> list[Advice]:
    """The advice for each call, in one pass for all calls with the same labels.

    Args:
        calls: Recorded calls; those that were not coached get no advice.
        adviser: Who recalls.
        snapshot: The coachings to choose from.
        labels: Of all calls; the node is that of each call where none is given.
        now: For expiry.
    """
    groups: dict[Labels, list[int]] = defaultdict(list)
    for index, call in enumerate(calls):
        if call.coached:
            groups[replace(call.labels(labels), thread_id=call.thread_id)].append(index)
    found = [Advice() for _ in calls]
    for group, indices in groups.items():
        situations = [calls[index].situation for index in indices]
        advice = adviser.advise_situations(situations, group, snapshot=snapshot, now=now)
        for index, one in zip(indices, advice, strict=True):
            found[index] = one
    return found


def rerun_calls(
    calls: Sequence[RecordedCall], advice: Sequence[Advice], model: BaseChatModel | None, notes: Sequence[str] = ()
) -> tuple[ReplayedCall, ...]:
    """Each call beside what was recorded.

    Args:
        calls: Recorded calls.
        advice: What is advised at each.
        model: Answers the calls whose prompt is another one; None leaves them unanswered.
        notes: What else is to be said of each; "" for nothing.

    Raises:
        CoachingError: The model failed.
    """
    found: list[ReplayedCall] = []
    changed = False
    for call, one, note in zip(calls, advice, notes or [""] * len(calls), strict=True):
        recorded = recorded_side(call)
        replayed = side_of(one.considered, one.prompt, None, arguments_json)
        if model is not None and recorded.block != replayed.block:
            replayed = side_of(one.considered, one.prompt, _ask_model(call, one.prompt, model), arguments_json)
        both = compare_call(call, recorded, replayed, downstream=changed, situation=one.situation)
        kept = "an earlier call has changed, the recorded conversation was kept" if changed else ""
        found.append(replace(both, why="; ".join(filter(None, (both.why, note, kept)))))
        changed = changed or both.outcome != "same"
    return tuple(found)


def recorded_side(call: RecordedCall) -> CallSide:
    """A call as it was."""
    return side_of(call.step.receipts, call.step.coaching, call.answer, arguments_json)


def _ask_model(call: RecordedCall, text: str, model: BaseChatModel) -> AIMessage:
    prompt = insert_block(call.prompt, text) if text else call.prompt
    try:
        asked: Any = model.bind_tools(call.tools) if call.tools else model
        answer: AIMessage = asked.invoke(prompt)
    except Exception as error:
        raise CoachingError(f"the model failed at step {call.step.index}: {type(error).__name__}: {error}") from error
    return answer


def arguments_json(arguments: Mapping[str, Any]) -> str:
    """Arguments as JSON, the same for the same arguments."""
    return json.dumps(arguments, sort_keys=True, ensure_ascii=False, default=str)


def mark_downstream(steps: Sequence[ReplayedCall]) -> tuple[ReplayedCall, ...]:
    """The steps with `downstream` set behind the first that is not as recorded."""
    first = next((index for index, step in enumerate(steps) if step.outcome != "same"), len(steps))
    return tuple(replace(step, downstream=index > first) for index, step in enumerate(steps))


def recorded_advice(
    calls: Sequence[RecordedCall], revision_of: Callable[[str, int], Coaching | None], without: Collection[str]
) -> list[tuple[Advice, str]]:
    """The advice in the receipts, its text made anew from the very revisions they name, and what is to be said of it.

    Args:
        calls: Recorded calls.
        revision_of: A coaching at a revision, or None where it was erased.
        without: Coachings to leave out.
    """
    known = cache(revision_of)  # a run names the same few again and again
    return [_recorded_advice_of(call, known, without) for call in calls]


def _recorded_advice_of(
    call: RecordedCall, revision_of: Callable[[str, int], Coaching | None], without: Collection[str]
) -> tuple[Advice, str]:
    applied = [receipt for receipt in call.step.receipts if receipt.applied]
    found = {receipt.id: revision_of(receipt.coaching_id or "", receipt.revision or 0) for receipt in applied}
    kept = [receipt for receipt in call.step.receipts if receipt.coaching_id not in without]
    stay = {receipt.id: found[receipt.id] for receipt in applied if receipt.coaching_id not in without}
    erased = [f"{one.coaching_id} revision {one.revision}" for one in applied if one.id in stay and not stay[one.id]]
    if not applied and len(kept) == len(call.step.receipts):  # what there is of it is without receipts
        return Advice(considered=kept, prompt=call.step.coaching), ""
    if not erased:
        return Advice(considered=kept, prompt=block([entry(one) for one in stay.values() if one])), ""
    gone = [found[name] for name in found if name not in stay]
    if all(gone):  # the recorded prompt, which has the text of the erased, without the text of the others
        text = call.step.coaching
        for one in gone:
            text = text.replace(f"\n{entry(one)}\n", "\n", 1) if one else text
        return Advice(considered=kept, prompt=text), f"{', '.join(erased)} is erased, its text is the recorded one"
    text = block([entry(one) for one in stay.values() if one])
    return Advice(considered=kept, prompt=text), f"{', '.join(erased)} is erased and its text could not be made again"
