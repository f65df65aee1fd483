"""Transcript of one run: messages and events in order, each message once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, RemoveMessage, SystemMessage, ToolMessage

from langgraph_coaching.recall.user import by_user, human
from langgraph_coaching.traces.branches import TASK
from langgraph_coaching.traces.capture.message_index import MessageIndex, WordsKey, words_key
from langgraph_coaching.traces.messages import RELAYED, UNNAMED, source_of, steps_of, words_of

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
    own: bool = False
    """Whether a model made it of a prompt of its own, in which the conversation does not stand."""
    shown: bool = False
    """Whether it stands in a state, or in a prompt with the conversation."""
    settled: bool = False
    """Whether the graph knows it by its id. Until then a message of the same words may be this one with its id."""


@dataclass
class Transcript:
    """Entries in order. Messages are told apart by id, tool results by the call they answer, others by their words."""

    entries: list[Entry] = field(default_factory=list)
    main: MessageIndex = field(default_factory=MessageIndex)
    """The user's conversation."""
    handed: set[str] = field(default_factory=set)
    """Ids of the tool calls whose handoff is in it already."""
    agents: set[str] = field(default_factory=set)
    """Names of nodes and agents: what stands under one of them in a person's place is no person's."""
    simulated: bool = False
    """Whether a model plays the user."""
    _all: MessageIndex = field(default_factory=MessageIndex)
    _older: int = 0

    def add(self, entry: Entry, known: MessageIndex | None = None) -> Entry:
        """Puts an entry behind all others.

        Args:
            entry: What was said or happened.
            known: The conversation it belongs to; the user's where none is given.
        """
        self._insert(len(self.entries), entry, known or self.main)
        return entry

    def add_first(self, entry: Entry) -> None:
        """Puts an entry in front of all others."""
        entry.older = True
        self._insert(0, entry, self.main)

    def add_opening(self, entry: Entry) -> None:
        """Puts an entry in front of everything that belongs to this run."""
        self._insert(self._older, entry, self.main)

    def find_asking_step(self, tool_call_id: str | None, known: MessageIndex) -> dict[str, Any] | None:
        """The step that asked for a tool call in a conversation, or None."""
        entry = known.find_asker(tool_call_id)
        return next((step for step in entry.steps if step.get("tool_call_id") == tool_call_id), None) if entry else None

    def find_by_id(self, message_id: str | None) -> Entry | None:
        """The message of that id, or None."""
        return self._all.find_by_id(message_id)

    def find_system(self, text: str) -> Entry | None:
        """The latest system message of exactly this text, or None."""
        found = self._all.find_by_words(words_key(SystemMessage(text)))
        return found[-1] if found else None

    def merge_messages(
        self,
        messages: Sequence[BaseMessage],
        earlier: int,
        shared: dict[str, Any],
        known: MessageIndex | None = None,
        *,
        asked: bool = False,
        shown: bool = True,
    ) -> list[Entry]:
        """Adds those messages that are not in it yet, each where it belongs among those that are.

        Args:
            messages: A conversation as somebody saw it, oldest first.
            earlier: How many of them, counted from the front, were said before this run if they are not known yet.
            shared: Fields of every new step, such as `node`.
            known: The conversation; the user's where none is given.
            asked: Whether what is new in a person's place is what a part of the graph is asked by another one.
            shown: Whether it is a state, rather than what one task hands to another.

        Returns:
            The entry of each of the messages, without those that only remove another one.
        """
        known = known or self.main
        seen = [message for message in messages if not isinstance(message, RemoveMessage)]
        found = self.match_messages(seen, known)
        for entry in found:
            if entry is not None:
                entry.shown = entry.shown or shown
        if all(found):
            return [entry for entry in found if entry is not None]
        speakers = self._speakers(seen, known, asked=asked)
        following: Entry | None = None
        nexts = []
        for entry in reversed(found):
            nexts.append(following)
            following = entry or following
        entries: list[Entry] = []
        last: tuple[Entry | None, bool, int] | None = None
        for index, (message, entry, after) in enumerate(zip(seen, found, reversed(nexts), strict=True)):
            if entry is None:
                new = self._new_entry(
                    message, shared, speakers[index], older=index < earlier, own=known is not self.main
                )
                behind = last is not None and last[:2] == (after, new.older)  # no need to look for its place again
                place = last[2] + 1 if last is not None and behind else self._index_of_new(new, after)
                self._insert(place, new, known)
                last = after, new.older, place
            entries.append(entry or new)
        return entries

    def match_messages(
        self, messages: Sequence[BaseMessage], known: MessageIndex, *, passed: bool = False
    ) -> list[Entry | None]:
        """Those of the messages that are in a conversation already, or in one that it is asked out of.

        Args:
            messages: Without those that only remove another one.
            known: The conversation.
            passed: Whether they are handed on to another graph, which knows them by ids of its own.
        """
        found = [self._match_id(message, known) for message in messages]
        taken = {id(entry) for entry in found if entry is not None}
        for entry, message in zip(found, messages, strict=True):
            if entry is not None and entry.message is not None and entry.message.id == message.id:
                entry.settled = True
        if all(found):
            return found
        left: dict[WordsKey, list[Entry]] = {}
        # From the end: what is given to a run, still without ids, is the last of a conversation.
        for index, message in reversed([*enumerate(messages)]):
            entry = None if found[index] else self._match_call(message, known, taken)
            entry = entry or (None if found[index] else self._match_words(message, known, taken, left, passed=passed))
            if entry is not None:
                found[index] = entry
                taken.add(id(entry))
                self._adopt_ids(entry, message, known, passed=passed and human(message))
        return found

    def _speakers(self, messages: Sequence[BaseMessage], known: MessageIndex, *, asked: bool) -> list[str]:
        """Who else than the user speaks in each message that stands in a person's place."""
        users = [user and known is self.main for user in by_user(messages)]
        return [
            source_of(message) or (TASK if asked else "" if user and not self._is_relayed(message) else RELAYED)
            for message, user in zip(messages, users, strict=True)
        ]

    def _is_relayed(self, message: BaseMessage) -> bool:
        if self.simulated or not human(message):
            return False
        text = words_of(message)
        said = self._all.find_by_words(words_key(AIMessage(text))) if text.strip() else ()
        return message.name in self.agents or any(entry.happened for entry in said)

    def _new_entry(
        self, message: BaseMessage, shared: dict[str, Any], speaker: str, *, older: bool, own: bool
    ) -> Entry:
        fields = ({**shared, "history": True} if own else {"history": True}) if older else shared
        steps = [
            {**fields, "message_id": message.id, **step}
            for step in steps_of(message, known=not older, speaker=speaker)
            if step["type"] != "handoff" or step["tool_call_id"] not in self.handed
        ]
        if len(steps) > 1 and message.id is None:  # one name holds the steps of one message together
            steps = [{**step, "message_id": f"{UNNAMED}{len(self.entries)}"} for step in steps]
        # Before everything else stands only what the user has seen.
        return Entry(steps, message, older=older and not own, settled=message.id is not None)

    def _index_of_new(self, entry: Entry, after: Entry | None) -> int:
        if entry.older:
            return self.entries.index(after) if after is not None and after.older else self._older
        if after is not None and not after.older:
            place = self.entries.index(after)
            if not any(other.happened for other in self.entries[place:]):
                return place
        return len(self.entries)

    def _insert(self, place: int, entry: Entry, known: MessageIndex) -> None:
        self.entries.insert(place, entry)
        self._older += entry.older
        if (message := entry.message) is not None:
            key = words_key(message)
            known.add(entry, message, key)
            self._all.add(entry, message, key)

    def _match_id(self, message: BaseMessage, known: MessageIndex) -> Entry | None:
        # What a branch is asked may go under one id in several of them.
        own = known is not self.main and human(message)
        return known.find_by_id(message.id) or (None if own else self._all.find_by_id(message.id))

    def _match_call(self, message: BaseMessage, known: MessageIndex, taken: set[int]) -> Entry | None:
        entry = known.find_by_call(message)
        return None if id(entry) in taken else entry

    def _match_words(
        self,
        message: BaseMessage,
        known: MessageIndex,
        taken: set[int],
        left: dict[WordsKey, list[Entry]],
        *,
        passed: bool,
    ) -> Entry | None:
        key = words_key(message)
        if key not in left:
            near = known.find_by_words(key)
            far = self._all.find_by_words(key) if isinstance(message, AIMessage) else []
            both = [*(entry for entry in far if entry not in near), *near]
            left[key] = [entry for entry in both if id(entry) not in taken]
        answers = ("", getattr(message, "tool_call_id", ""))
        for place in range(len(left[key]) - 1, -1, -1):
            entry = left[key][place]
            other = getattr(entry.message, "tool_call_id", "") not in answers or (message.id and entry.settled)
            other = other and not (passed and human(message))
            if id(entry) not in taken and not other:
                return left[key].pop(place)
        return None

    def _adopt_ids(self, entry: Entry, message: BaseMessage, known: MessageIndex, *, passed: bool) -> None:
        if passed:  # in the user's conversation it goes under another id
            known.learn_id(entry, message)
            return
        names: dict[str, Any] = {}
        if message.id:
            names = {} if entry.settled else {"message_id": message.id}
            entry.settled = True
        if isinstance(message, ToolMessage):
            names["tool_call_id"] = message.tool_call_id
        for one in (known, self._all):
            one.learn_id(entry, message)
        for step in entry.steps:
            step.update(names)
        entry.message = message
