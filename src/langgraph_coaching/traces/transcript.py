"""The transcript: what was said and done in one run, in order, each message of it once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, RemoveMessage, SystemMessage, ToolMessage

from langgraph_coaching.recall.prompt import BLOCK
from langgraph_coaching.traces.conversation import UNNAMED
from langgraph_coaching.traces.message import call_ids, steps_of, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage


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

    def named(self, message_id: str | None) -> Entry | None:
        """The message of that id, or None."""
        return self._by_id.get(message_id or "")

    def system(self, text: str) -> Entry | None:
        """The latest system message of exactly this text, or None."""
        found = self._by_words.get(_words(SystemMessage(text)))
        return found[-1] if found else None

    def place(self, messages: Sequence[BaseMessage], earlier: int, shared: dict[str, Any]) -> list[Entry]:
        """Adds those messages that are not in it yet, each where it belongs among those that are.

        Args:
            messages: A conversation as somebody saw it, oldest first.
            earlier: How many of them, counted from the front, were said before this run if they are not known yet.
            shared: Fields of every new step, such as `node`.

        Returns:
            The entry of each of the messages, without those that only remove another one.
        """
        seen = [message for message in messages if not isinstance(message, RemoveMessage)]
        known = self._known(seen)
        if all(known):
            return [entry for entry in known if entry is not None]
        following: Entry | None = None
        nexts = []
        for entry in reversed(known):
            nexts.append(following)
            following = entry or following
        found: list[Entry] = []
        last: tuple[Entry | None, bool, int] | None = None
        for index, (message, entry, after) in enumerate(zip(seen, known, reversed(nexts), strict=True)):
            if entry is None:
                new = self._new(message, shared, older=index < earlier)
                behind = last is not None and last[:2] == (after, new.older)  # no need to look for its place again
                place = last[2] + 1 if last is not None and behind else self._place(new, after)
                self._insert(place, new)
                last = after, new.older, place
            found.append(entry or new)
        return found

    def _new(self, message: BaseMessage, shared: dict[str, Any], *, older: bool) -> Entry:
        fields = {"history": True} if older else shared
        steps = [
            {**fields, "message_id": message.id, **step}
            for step in steps_of(message, known=not older)
            if step["type"] != "handoff" or step["tool_call_id"] not in self.handed
        ]
        if len(steps) > 1 and message.id is None:  # one name holds the steps of one message together
            steps = [{**step, "message_id": f"{UNNAMED}{len(self.entries)}"} for step in steps]
        return Entry(steps, message, older=older, settled=message.id is not None)

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
        for call_id in call_ids(message):
            self._asked[call_id] = entry
            self._answered.pop(call_id, None)  # some models count their calls from 0 again in each answer
        if isinstance(message, ToolMessage) and message.tool_call_id:
            self._answered[message.tool_call_id] = entry

    def _known(self, messages: Sequence[BaseMessage]) -> list[Entry | None]:
        found = [self._by_id.get(message.id or "") for message in messages]
        taken = {id(entry) for entry in found if entry is not None}
        for entry in found:
            if entry is not None:
                entry.settled = True
        if all(found):
            return found
        left: dict[Any, list[Entry]] = {}
        # From the end: what is given to a run, still without ids, is the last of a conversation.
        for index, message in reversed([*enumerate(messages)]):
            entry = None if found[index] else self._by_call(message, taken) or self._by_text(message, taken, left)
            if entry is not None:
                found[index] = entry
                taken.add(id(entry))
                self._settle(entry, message)
        return found

    def _by_call(self, message: BaseMessage, taken: set[int]) -> Entry | None:
        if isinstance(message, ToolMessage):
            entry = self._answered.get(message.tool_call_id)
        else:
            asked = [self._asked.get(call_id) for call_id in call_ids(message)]
            entry = asked[0] if asked and None not in asked else None
        return None if id(entry) in taken else entry

    def _by_text(self, message: BaseMessage, taken: set[int], left: dict[Any, list[Entry]]) -> Entry | None:
        words = _words(message)
        if words not in left:
            left[words] = [entry for entry in self._by_words.get(words, ()) if id(entry) not in taken]
        answers = ("", getattr(message, "tool_call_id", ""))
        for place in range(len(left[words]) - 1, -1, -1):
            entry = left[words][place]
            other = getattr(entry.message, "tool_call_id", "") not in answers or (message.id and entry.settled)
            if id(entry) not in taken and not other:
                return left[words].pop(place)
        return None

    def _settle(self, entry: Entry, message: BaseMessage) -> None:
        names: dict[str, Any] = {}
        if message.id:
            self._by_id[message.id] = entry
            names = {} if entry.settled else {"message_id": message.id}
            entry.settled = True
        if isinstance(message, ToolMessage):
            names["tool_call_id"] = message.tool_call_id
            self._answered[message.tool_call_id] = entry
        for step in entry.steps:
            step.update(names)
        entry.message = message


def _words(message: BaseMessage) -> Any:
    kind = "ai" if isinstance(message, AIMessage) else message.type
    text = words_of(message)
    return kind, BLOCK.sub("", text) if kind == "system" else text, tuple(call_ids(message))
