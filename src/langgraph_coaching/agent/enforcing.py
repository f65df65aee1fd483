"""Enforcing: what was decided is done, in a model call or by going elsewhere, and the advice's receipts say so."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langgraph.errors import GraphBubbleUp

from langgraph_coaching.agent.approval import ask_for_approval
from langgraph_coaching.agent.enforce import Answer, Choice, Offer, choose_enforcement, is_left_out, undecide
from langgraph_coaching.agent.enforced_turns import ENFORCED_TURNS
from langgraph_coaching.agent.pending import ISSUED_BLOCKS
from langgraph_coaching.agent.tool_choice import choice_obstacle, choose_tool, offered_tools
from langgraph_coaching.agent.turn import BEGUN, begun_reason, tools_called
from langgraph_coaching.errors import say_error
from langgraph_coaching.recall.prompt import without_entry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.agent.pending import PendingAdvice
    from langgraph_coaching.recall.receipt import Receipt

log = logging.getLogger("langgraph_coaching")

TEXT_ONLY = "a model that completes text is offered no tools"
WAITS = "it waits for a person's approval"


def enforce_in_call(
    model: Any, messages: Sequence[BaseMessage], found: Sequence[PendingAdvice], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """What a model call gets besides what it has, so that it does what is enforced; the receipts say what became of it.

    Args:
        model: That is called.
        messages: It is called with.
        found: The advice of this call.
        kwargs: Of the call.

    Raises:
        GraphInterrupt: A person has to approve it first.
    """
    if not _to_enforce(found):
        return {}
    try:
        return _enforce_in_call(model, messages, found, kwargs)
    except GraphBubbleUp:
        raise
    except Exception as error:  # noqa: BLE001 - coaching never breaks an agent
        decide_without_tools(found, f"it could not be enforced: {type(error).__name__}: {error}")
        log.warning("coaching could not be enforced: %s: %s", type(error).__name__, say_error(error))
        return {}


def _to_enforce(found: Sequence[PendingAdvice]) -> bool:
    return any(receipt.enforce and receipt.applied for pending in found for receipt in pending.advice.considered)


def _enforce_in_call(
    model: Any, messages: Sequence[BaseMessage], found: Sequence[PendingAdvice], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    conversations = [messages, *(pending.conversation for pending in found if pending.conversation)]
    begun = next(filter(None, map(begun_reason, conversations)), "")
    if any(pending.first_prompt not in (None, list(messages)) for pending in found):
        begun = begun or BEGUN  # a node that calls the model again with what it has heard
    if ENFORCED_TURNS.is_later(messages):
        begun = begun or BEGUN
    offer = Offer(
        tools=offered_tools(kwargs),
        called=tuple(dict.fromkeys(name for one in conversations for name in tools_called(one))),
        no_tools=choice_obstacle(model, kwargs),
        begun=begun,
    )
    answers: dict[str, Answer] = {}
    while True:
        choice = choose_enforcement(_receipts(found), offer, answers)
        added = choose_tool(model, kwargs, choice.tool) if choice.tool is not None else {}
        if added is None:
            offer = replace(offer, no_tools="the model takes no tool choice")
        elif not _wait_for_answer(choice, found, answers):
            break
    for pending in found:
        pending.first_prompt = pending.first_prompt or list(messages)
    _keep_receipts(found, choice.receipts)
    if added or answers:
        ENFORCED_TURNS.note(messages)
    return added


def decide_without_tools(found: Sequence[PendingAdvice], why: str) -> None:
    """Notes that nothing is enforced in a call."""
    if _to_enforce(found):
        _keep_receipts(found, choose_enforcement(_receipts(found), Offer(no_tools=why)).receipts)


def choose_target(pending: PendingAdvice, targets: Sequence[str]) -> str | None:
    """Where the graph goes instead of on, or None; the receipts of the advice say so, and what is left of its prompt.

    Args:
        pending: The advice of the node.
        targets: Where the graph may go from here.

    Raises:
        GraphInterrupt: A person has to approve it first.
    """
    if not targets or not _to_enforce([pending]):
        return None
    try:
        return _choose_target(pending, targets)
    except GraphBubbleUp:
        raise
    except Exception as error:  # noqa: BLE001 - coaching never breaks an agent
        log.warning("coaching could not be enforced: %s: %s", type(error).__name__, say_error(error))
        return None


def _choose_target(pending: PendingAdvice, targets: Sequence[str]) -> str | None:
    offer = Offer(
        targets=tuple(targets),
        called=tools_called(pending.conversation),
        begun=begun_reason(pending.conversation),
        is_node=True,
    )
    answers: dict[str, Answer] = {}
    while True:
        choice = choose_enforcement(_receipts([pending]), offer, answers)
        if not _wait_for_answer(choice, [pending], answers):
            break
    _keep_receipts([pending], choice.receipts)
    _leave_out_of_prompt(pending)
    return choice.target


def _wait_for_answer(choice: Choice, found: Sequence[PendingAdvice], answers: dict[str, Answer]) -> bool:
    """Asks a person where one has to be asked, and notes the answer; whether one was asked."""
    if not choice.waits or choice.winner is None:
        return False
    # Whoever goes on with it, perhaps another process, has to find the same advice.
    for pending in found:
        pending.write_unseen(WAITS)
    answers[choice.winner.id] = ask_for_approval(choice, choice.winner)
    return True


def _leave_out_of_prompt(pending: PendingAdvice) -> None:
    applied = pending.advice.applied
    for index in reversed(range(len(applied))):
        if is_left_out(applied[index]):
            pending.advice = replace(pending.advice, prompt=without_entry(pending.advice.prompt, index))
    if pending.advice.prompt:
        ISSUED_BLOCKS.put(pending)


def _receipts(found: Sequence[PendingAdvice]) -> list[Receipt]:
    return undecide(receipt for pending in found for receipt in pending.advice.considered)


def _keep_receipts(found: Sequence[PendingAdvice], receipts: Sequence[Receipt]) -> None:
    decided = {receipt.id: receipt for receipt in receipts}
    for pending in found:
        considered = [decided.get(receipt.id, receipt) for receipt in pending.advice.considered]
        pending.advice = replace(pending.advice, considered=considered)
