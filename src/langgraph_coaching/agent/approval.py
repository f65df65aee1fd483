"""Approval: a person is asked, by LangGraph's `interrupt`, before something is enforced."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any

from langgraph.config import get_config
from langgraph.types import interrupt

from langgraph_coaching.agent.enforce import Answer, Choice, approval_payload, read_answer

if TYPE_CHECKING:
    from langgraph_coaching.recall.receipt import Receipt

MOST_ANSWERS = 256
"""Answers that are kept for tries of the same run of a node."""

NO_CHECKPOINTER = "a person has to approve it, and nobody can be asked without a checkpointer and a thread"
NO_GRAPH = "a person has to approve it, and nobody can be asked outside of a graph"


def ask_for_approval(choice: Choice, winner: Receipt) -> Answer:
    """What a person says to what is to be enforced.

    A node that is tried again in the same run is not asked again; one that is run anew, on resume, has its answer from
    LangGraph, which counts the interrupts of a node in their order.

    Args:
        choice: What is to be enforced.
        winner: Its receipt.

    Raises:
        GraphInterrupt: Nobody has answered yet; LangGraph stops here, and comes back.
    """
    if (unasked := _why_unasked()) is not None:
        return Answer(approved=False, unasked=unasked)
    scratchpad: Any = get_config()["configurable"].get("__pregel_scratchpad")
    key = (id(scratchpad), winner.coaching_id, winner.revision, winner.situation)
    if (known := _answers.get(key)) is not None:
        return known[1]
    answer = read_answer(interrupt(approval_payload(choice, winner)))
    with _lock:
        _answers[key] = scratchpad, answer
        while len(_answers) > MOST_ANSWERS:
            _answers.popitem(last=False)
    return answer


_answers: OrderedDict[tuple[Any, ...], tuple[Any, Answer]] = OrderedDict()
"""By the run of the node, which is kept so that no other gets its place in memory."""

_lock = Lock()


def _why_unasked() -> str | None:
    try:
        configurable = get_config().get("configurable") or {}
    except RuntimeError:
        return NO_GRAPH
    if "__pregel_scratchpad" not in configurable:
        return NO_GRAPH
    saved = configurable.get("__pregel_checkpointer") is not None and configurable.get("thread_id")
    return None if saved else NO_CHECKPOINTER
