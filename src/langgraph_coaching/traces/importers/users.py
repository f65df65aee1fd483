"""User of an imported run: their words are the run's own input, not what its parts asked of models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, HumanMessage

from langgraph_coaching.recall.situation import text_of
from langgraph_coaching.traces.importers.findings import Repairs
from langgraph_coaching.traces.importers.span_messages import messages_in
from langgraph_coaching.traces.importers.span_repair import spans_above
from langgraph_coaching.traces.importers.steps import SOURCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.traces.importers.spans import Span

TASK = "task"
"""Says that a part of the agent has asked it."""


def fill_root(root: Span, given: Any, gave: Any, spans: Sequence[Span]) -> None:
    """Fills the root span's input and output with those of the whole trace.

    Args:
        root: The topmost run; changed in place.
        given: What a tracer says that the whole was given, beside the runs.
        gave: What the whole gave.
        spans: All of the run.
    """
    muted = Repairs(0)  # what a whole is given may be anything
    if not _user_words(root.given):
        found = messages_in(given, muted)
        root.given = found if _user_words(found) else root.given
    answers = [_words(m) for span in spans if span.kind == "model" for m in span.gave if isinstance(m, AIMessage)]
    said = root.gave or messages_in(gave, muted, speaker="assistant")
    if len(said) == 1 and any(_contains(_words(said[0]), answer) for answer in answers):
        said = []  # it is what a model said
    root.gave = said


def mark_speakers(spans: Sequence[Span], root: Span, repairs: Repairs) -> None:
    """Marks in prompts and states what stands in a user's place and is none of a user's words.

    Args:
        spans: All of the run; their `given` is changed in place.
        root: The topmost of them.
        repairs: Told where the recording leaves open who the user is.
    """
    known = {span.id: span for span in spans}
    inside = {span.id for span in spans if any(one.kind == "tool" for one in spans_above(span, known))}
    calls = [span for span in spans if span.kind == "model" and span.id not in inside]
    said = _user_words(root.given) if root.kind == "model" else _stated_words(spans, root, known)
    said = said or _guess_words(calls, repairs)
    for span in spans:
        if span is not root and span.kind in ("model", "chain"):
            mine = set() if span.id in inside else said
            span.given = _mark_messages(span.given, mine, history=span.kind == "model" and not _in_graph(span))
        if span.id in inside:
            span.gave = _mark_messages(span.gave, set(), history=False)


def _in_graph(span: Span) -> bool:
    return bool(span.metadata.get("langgraph_node"))


def _stated_words(spans: Sequence[Span], root: Span, known: dict[str, Span]) -> set[str]:
    """The user's words where the run says them: in its input, or in the state that its own nodes were given."""
    said = _user_words(root.given)
    for span in spans:
        place = str(span.metadata.get("langgraph_checkpoint_ns") or "")
        inside = any(one.kind in ("tool", "model") for one in spans_above(span, known))
        if span.kind == "chain" and _in_graph(span) and "|" not in place and not inside:
            said |= _user_words(span.given)
    return said


def _guess_words(calls: Sequence[Span], repairs: Repairs) -> set[str]:
    """The user's words where only prompts are known: those of the conversation that the run began with.

    Calls that share a message of a user are one conversation. One that quotes another asks about it.
    """
    talks: list[set[str]] = []
    for call in calls:
        heard = _user_words(call.given)
        shared = [talk for talk in talks if talk & heard]
        if not heard:
            continue
        if shared:
            shared[0] |= heard.union(*shared[1:])
            talks = [talk for talk in talks if talk is shared[0] or not any(talk is one for one in shared)]
        else:
            talks.append(heard)
    quoting = [
        talk for talk in talks if any(_quotes(mine, other) for other in talks if other is not talk for mine in talk)
    ]
    left = [talk for talk in talks if not any(talk is one for one in quoting)] or talks
    if len(talks) > 1:
        repairs.note("what the user said is not in the recording by itself: taken from the first of its model calls")
    return left[0] if left else set()


def _quotes(text: str, talk: set[str]) -> bool:
    return any(other != text and other in text for other in talk)


def _mark_messages(messages: Sequence[BaseMessage], said: set[str], *, history: bool) -> list[BaseMessage]:
    """The messages, those in a user's place that are not theirs with a mark."""
    mine = [isinstance(message, HumanMessage) and _words(message) in said for message in messages]
    last = max((place for place, user in enumerate(mine) if user), default=-1)
    found: list[BaseMessage] = []
    for place, message in enumerate(messages):
        earlier = history and place < last and _is_answered(messages, place)
        if not isinstance(message, HumanMessage) or mine[place] or earlier or message.additional_kwargs.get(SOURCE):
            found.append(message)
        else:
            found.append(message.model_copy(update={"additional_kwargs": {**message.additional_kwargs, SOURCE: TASK}}))
    return found


def _is_answered(messages: Sequence[BaseMessage], place: int) -> bool:
    """Whether the agent's words come before the next of a user."""
    behind = next((m for m in messages[place + 1 :] if isinstance(m, AIMessage | HumanMessage)), None)
    return isinstance(behind, AIMessage)


def _user_words(messages: Sequence[BaseMessage]) -> set[str]:
    """What users say in messages, without what says of itself that it is not a user's."""
    users = (m for m in messages if isinstance(m, HumanMessage) and not m.additional_kwargs.get(SOURCE))
    return {words for message in users if (words := _words(message))}


def _words(message: BaseMessage) -> str:
    return " ".join(text_of(message).split())


def _contains(one: str, other: str) -> bool:
    return bool(one) and (one in other or (bool(other) and other in one))
