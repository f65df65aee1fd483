"""Stream: what LangGraph streams of a run, read into the events of a turn, each thing once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolMessage

from langgraph_coaching.chat.event import ChatEvent
from langgraph_coaching.traces.jsonable import safe_repr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_INTERRUPT = "__interrupt__"


class StreamReader:
    """Reads the streams of one conversation's runs."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        """Ids of messages, tool calls, results and questions that are known."""
        self.first: Any = None
        """The state at the beginning of the run."""
        self.last: Any = None
        """The state, or what the graph returned, as it is by now."""
        self.spoke = False
        """Whether an answer was streamed in this run."""
        self.questions: list[Any] = []
        """Interrupts of this run."""

    def begin(self, earlier: Iterable[Any]) -> None:
        """A run begins.

        Args:
            earlier: The messages that are there already.
        """
        self.first = self.last = None
        self.spoke, self.questions = False, []
        for message in earlier:
            self._seen.update(_names_of(message))

    def read(self, namespace: Sequence[str], mode: str, data: Any) -> Iterator[ChatEvent]:
        """The events that a piece of a stream tells of.

        Args:
            namespace: Where in the graph.
            mode: `messages`, `updates` or `values`.
            data: As LangGraph streams it in this mode.
        """
        if mode == "messages":
            message, metadata = data
            yield from self._read_message(message, _place_of(namespace, metadata), streamed=True)
        elif mode == "updates":
            yield from self._read_updates(namespace, data)
        elif not namespace:
            self.last = data
            self.first = data if self.first is None else self.first

    def _read_updates(self, namespace: Sequence[str], data: Any) -> Iterator[ChatEvent]:
        for node, update in data.items() if isinstance(data, dict) else ():
            if node == _INTERRUPT:
                yield from self._read_interrupts(update)
                continue
            place = _place_of(namespace, {"langgraph_node": node})
            for message in _messages_in(update):
                yield from self._read_message(message, place, streamed=False)

    def _read_message(self, message: Any, place: Mapping[str, Any], *, streamed: bool) -> Iterator[ChatEvent]:
        if isinstance(message, ToolMessage):
            if self._is_new(f"result {message.tool_call_id}"):
                failed = "failed" if message.status == "error" else None
                fields: dict[str, Any] = {"name": message.name, "id": message.tool_call_id, "value": failed}
                yield ChatEvent(kind="tool_result", text=message.text, **fields, **place)
            return
        if not isinstance(message, AIMessage):
            return
        # A message that was streamed comes once more, whole, in an update; then its tool calls are complete.
        if streamed and message.text and (isinstance(message, AIMessageChunk) or self._is_new(f"said {message.id}")):
            self._seen.add(f"said {message.id}")
            self.spoke = True
            yield ChatEvent(kind="token", text=message.text, id=message.id, **place)
        if streamed and isinstance(message, AIMessageChunk):
            return
        for call in message.tool_calls:
            if self._is_new(f"call {call['id']}"):
                yield ChatEvent(kind="tool_call", name=call["name"], value=call["args"], id=call["id"], **place)

    def _read_interrupts(self, interrupts: Any) -> Iterator[ChatEvent]:
        for one in interrupts or ():
            if self._is_new(f"question {one.id}"):
                self.questions.append(one)
                text = one.value if isinstance(one.value, str) else safe_repr(one.value)
                yield ChatEvent(kind="question", text=text, id=one.id, value=one.value)

    def outputs(self, key: str | None) -> list[ChatEvent]:
        """What a graph returned that has streamed no answer: its texts, each a field of its state.

        Args:
            key: The field of the state that takes what the user says.
        """
        last, first = self.last, self.first
        if isinstance(last, str):
            return [ChatEvent(kind="output", text=last, id="output")]
        if not isinstance(last, dict):
            return []
        earlier = first if isinstance(first, dict) and first is not last else {}
        found = [
            (name, value)
            for name, value in last.items()
            if isinstance(value, str) and value.strip() and name != key and earlier.get(name) != value
        ]
        return [ChatEvent(kind="output", name=name, text=value, id=f"output {name}") for name, value in found]

    def _is_new(self, name: str) -> bool:
        known = name in self._seen
        self._seen.add(name)
        return not known


def _place_of(namespace: Sequence[str], metadata: Mapping[str, Any]) -> dict[str, Any]:
    node = metadata.get("langgraph_node")
    agent = None
    if namespace:
        agent = metadata.get("lc_agent_name") or namespace[-1].partition(":")[0]
    return {"agent": agent, "node": node}


def _messages_in(update: Any) -> Iterator[BaseMessage]:
    """The messages in what a node returned, however deep."""
    if isinstance(update, BaseMessage):
        yield update
    elif isinstance(update, dict):
        for value in update.values():
            yield from _messages_in(value)
    elif isinstance(update, list | tuple):
        for value in update:
            yield from _messages_in(value)
    elif (inner := getattr(update, "update", None)) is not None and not callable(inner):  # a Command
        yield from _messages_in(inner)


def _names_of(message: Any) -> Iterator[str]:
    """What of a message is known from then on."""
    if isinstance(message, ToolMessage):
        yield f"result {message.tool_call_id}"
    if isinstance(message, AIMessage):
        yield f"said {message.id}"
        yield from (f"call {call['id']}" for call in message.tool_calls)
