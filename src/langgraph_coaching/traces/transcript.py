"""The transcript: what was said and done in one run, in order, each message of it once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, ChatMessage, HumanMessage, RemoveMessage, SystemMessage, ToolMessage

from langgraph_coaching.recall.prompt import BLOCK
from langgraph_coaching.recall.situation import text_of
from langgraph_coaching.traces.conversation import answer_parts
from langgraph_coaching.traces.storable import storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from langchain_core.messages import BaseMessage

_MODELS_OWN = frozenset(("model_name", "model", "token_usage", "finish_reason", "stop_reason"))
"""Keys of `response_metadata` that only a model's answer has."""

_DESTINATION = "__handoff_destination"
"""Key of `response_metadata` under which langgraph-supervisor keeps the agent that a tool has handed over to."""


@dataclass(slots=True, eq=False)
class Entry:
    """One message, or one event that is no message, and the steps it stands for."""

    steps: list[dict[str, Any]]
    """Fields of a `Step` without its place."""
    message: BaseMessage | None = None
    happened: bool = False
    """Whether this run did it: nothing that is learnt later is put in front of it, unless it is older than the run."""
    older: bool = False
    """Whether it stands in front of everything that belongs to this run."""
    settled: bool = False
    """Whether the graph knows it by its id. Until then a message of the same words may be this one with its id."""


@dataclass
class Transcript:
    """Entries in order. Messages are told apart by id, tool results by the call they answer, others by their words."""

    entries: list[Entry] = field(default_factory=list)
    handed: set[str] = field(default_factory=set)
    """Ids of the tool calls whose handoff is in it already."""
    _older: int = 0
    _by_id: dict[str, Entry] = field(default_factory=dict)
    _by_words: dict[Any, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    _asked: dict[str, Entry] = field(default_factory=dict)
    _answered: dict[str, Entry] = field(default_factory=dict)

    def steps(self) -> Iterator[dict[str, Any]]:
        """The fields of every step, in order."""
        return (step for entry in self.entries for step in entry.steps)

    def add(self, entry: Entry) -> Entry:
        """Puts an entry behind all others."""
        self._insert(len(self.entries), entry)
        return entry

    def add_first(self, entry: Entry) -> None:
        """Puts an entry in front of all others."""
        entry.older = True
        self._insert(0, entry)

    def asking(self, tool_call_id: str | None) -> dict[str, Any] | None:
        """The step that asked for a tool call, or None."""
        entry = self._asked.get(tool_call_id or "")
        return next((step for step in entry.steps if step.get("tool_call_id") == tool_call_id), None) if entry else None

    def has_system(self, text: str) -> bool:
        """Whether a system message of exactly this text is in it."""
        return bool(self._by_words.get(_words(SystemMessage(text))))

    def place(self, messages: Sequence[BaseMessage], earlier: int, shared: dict[str, Any]) -> None:
        """Adds those messages that are not in it yet, each where it belongs among those that are.

        Args:
            messages: A conversation as somebody saw it, oldest first.
            earlier: How many of them, counted from the front, were said before this run if they are not known yet.
            shared: Fields of every new step, such as `node`.
        """
        seen = [message for message in messages if not isinstance(message, RemoveMessage)]
        known = self._known(seen)
        following: Entry | None = None
        nexts = []
        for entry in reversed(known):
            nexts.append(following)
            following = entry or following
        for index, (message, entry, after) in enumerate(zip(seen, known, reversed(nexts), strict=True)):
            if entry is None:
                older = index < earlier
                fields = {"history": True} if older else shared
                steps = [
                    {**fields, "message_id": message.id, **step}
                    for step in steps_of(message, known=not older)
                    if step["type"] != "handoff" or step["tool_call_id"] not in self.handed
                ]
                if len(steps) > 1 and message.id is None:  # one name holds the steps of one message together
                    steps = [{**step, "message_id": f"unnamed-{len(self.entries)}"} for step in steps]
                new = Entry(steps, message, older=older, settled=message.id is not None)
                self._insert(self._place(new, after), new)

    def _place(self, entry: Entry, after: Entry | None) -> int:
        if entry.older:
            return self.entries.index(after) if after is not None and after.older else self._older
        if after is not None and not after.older:
            place = self.entries.index(after)
            if not any(other.happened for other in self.entries[place:]):
                return place
        return len(self.entries)

    def _insert(self, place: int, entry: Entry) -> None:
        self.entries.insert(place, entry)
        self._older += entry.older
        if (message := entry.message) is None:
            return
        self._by_words[_words(message)].append(entry)
        if message.id:
            self._by_id[message.id] = entry
        for call_id in _call_ids(message):
            self._asked[call_id] = entry
        if isinstance(message, ToolMessage) and message.tool_call_id:
            self._answered[message.tool_call_id] = entry

    def _known(self, messages: Sequence[BaseMessage]) -> list[Entry | None]:
        found = [self._by_name(message) for message in messages]
        taken = {id(entry) for entry in found if entry is not None}
        for index, message in enumerate(messages):
            if found[index] is None and (entry := self._by_text(message, taken)) is not None:
                found[index] = entry
                taken.add(id(entry))
                self._settle(entry, message)
        return found

    def _by_name(self, message: BaseMessage) -> Entry | None:
        if isinstance(message, ToolMessage):
            return self._answered.get(message.tool_call_id)
        entry = self._by_id.get(message.id or "")
        if entry is not None:
            entry.settled = True
            return entry
        calls = [self._asked.get(call_id) for call_id in _call_ids(message)]
        return calls[0] if calls and None not in calls else None

    def _by_text(self, message: BaseMessage, taken: set[int]) -> Entry | None:
        for entry in self._by_words.get(_words(message), ()):
            other = getattr(entry.message, "tool_call_id", "") or (message.id and entry.settled)
            if id(entry) not in taken and not other:
                return entry
        return None

    def _settle(self, entry: Entry, message: BaseMessage) -> None:
        entry.message = message
        names: dict[str, Any] = {"message_id": message.id} if message.id else {}
        if isinstance(message, ToolMessage):
            names["tool_call_id"] = message.tool_call_id
            self._answered[message.tool_call_id] = entry
        if message.id:
            self._by_id[message.id] = entry
            entry.settled = True
        for step in entry.steps:
            step.update(names)


def steps_of(message: BaseMessage, *, known: bool) -> Iterable[dict[str, Any]]:
    """The steps of a message that is found in a conversation, not seen while a model or a tool made it.

    Args:
        message: Any message.
        known: Whether everything that models wrote is known: then an agent's message that is not among it is canned.
    """
    text = BLOCK.sub("", words_of(message)) if isinstance(message, SystemMessage) else words_of(message)
    role = getattr(message, "role", "").lower() if isinstance(message, ChatMessage) else ""
    if isinstance(message, HumanMessage) or role in ("user", "human"):
        return [{"type": "user", "author": "user", "text": text}]
    if isinstance(message, AIMessage) or role in ("assistant", "ai"):
        author = "canned" if known and not made_by_model(message) else "agent"
        return [{"author": author, **part} for part in parts_of(message)]
    if isinstance(message, ToolMessage):
        target = message.response_metadata.get(_DESTINATION)
        handoffs = [handoff_step(str(target), message.tool_call_id)] if target else []
        return [result_of(message), *handoffs]
    if isinstance(message, SystemMessage):
        return [{"type": "system", "author": "system", "name": "prompt", "text": text}] if text else []
    return [{"type": "system", "author": "system", "name": role or message.type, "text": text}]


def handoff_step(target: str, tool_call_id: str | None = None) -> dict[str, Any]:
    """The step of going over to another agent."""
    return {"type": "handoff", "author": "agent", "name": target, "tool_call_id": tool_call_id}


def answered(messages: Sequence[BaseMessage]) -> int:
    """How many messages there are up to the agent's last one: of a conversation that is given, what is already over."""
    return next((index for index in range(len(messages), 0, -1) if isinstance(messages[index - 1], AIMessage)), 0)


def parts_of(message: BaseMessage) -> list[dict[str, Any]]:
    """`answer_parts`, whatever the arguments of its tool calls hold."""
    if calls := getattr(message, "tool_calls", None):
        message = message.model_copy(update={"tool_calls": storable(calls)})
    return list(answer_parts(message))


def result_of(message: ToolMessage) -> dict[str, Any]:
    """The step of a tool's answer."""
    text = words_of(message)
    error = {"error": text or "the tool failed"} if message.status == "error" else {}
    named = {"name": message.name, "tool_call_id": message.tool_call_id or None}
    return {"type": "tool_result", "author": "tool", "text": text, **named, **error}


def words_of(message: BaseMessage) -> str:
    """The text of a message; of one without any, the types of what is in it, such as `[image]`."""
    if (text := text_of(message)) or not isinstance(message.content, list):
        return text
    return " ".join(f"[{part.get('type', 'data')}]" for part in message.content if isinstance(part, dict))


def made_by_model(message: BaseMessage) -> bool:
    """Whether a message says of itself that a model made it, perhaps one that was called past LangChain."""
    named = (message.id or "").startswith(("run-", "lc_run-")) or not _MODELS_OWN.isdisjoint(message.response_metadata)
    return named or bool(getattr(message, "usage_metadata", None))


def _call_ids(message: BaseMessage) -> list[str]:
    calls = (*getattr(message, "tool_calls", ()), *getattr(message, "invalid_tool_calls", ()))
    return [str(call["id"]) for call in calls if call.get("id")]


def _words(message: BaseMessage) -> Any:
    kind = "ai" if isinstance(message, AIMessage) else message.type
    text = words_of(message)
    return kind, BLOCK.sub("", text) if kind == "system" else text, tuple(_call_ids(message))
