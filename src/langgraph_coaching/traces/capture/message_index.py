"""Index of one conversation's messages: by id, by tool call and by words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage, ToolMessage

from langgraph_coaching.recall.prompt import BLOCK
from langgraph_coaching.recall.user import human
from langgraph_coaching.traces.messages import call_ids, words_of

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from langgraph_coaching.traces.capture.transcript import Entry

WordsKey = tuple[str, str, tuple[str, ...]]
"""A message's role, its words, and the ids of the tool calls it asks for."""


@dataclass(slots=True, eq=False)
class MessageIndex:
    """Messages of one conversation: the user's, a sub-agent's, or a branch's that is asked something of its own."""

    above: MessageIndex | None = None
    """The conversation out of which it is asked."""
    branch: str | None = None
    """Its name, as in `Step.branch`; None of the user's."""
    spoken: bool = False
    """Whether it has a person's words, or what stands in their place."""
    now: bool = False
    """Whether some of those were said in this run."""
    lineage: tuple[MessageIndex, ...] = field(init=False)
    """Itself, and the conversations it is asked out of, the nearest first."""
    _by_id: dict[str, Entry] = field(default_factory=dict)
    _by_words: dict[WordsKey, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    _asked: dict[str, Entry] = field(default_factory=dict)
    _answered: dict[str, Entry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Notes the conversations above it, which never change."""
        self.lineage = (self, *(self.above.lineage if self.above is not None else ()))

    def add(self, entry: Entry, message: BaseMessage, key: WordsKey) -> None:
        """Indexes an entry by its message.

        Args:
            entry: One that has a message.
            message: That message.
            key: Its `words_key`.
        """
        self._by_words[key].append(entry)
        if human(message):
            self.spoken, self.now = True, self.now or not entry.older
        if message.id:
            self._by_id[message.id] = entry
        for call_id in key[2]:
            self._asked[call_id] = entry
            self._answered.pop(call_id, None)  # some models count their calls from 0 again in each answer
        if isinstance(message, ToolMessage) and message.tool_call_id:
            self._answered[message.tool_call_id] = entry

    def learn_id(self, entry: Entry, message: BaseMessage) -> None:
        """Indexes an entry by the id that its message has got."""
        if message.id:
            self._by_id[message.id] = entry
        if isinstance(message, ToolMessage):
            self._answered[message.tool_call_id] = entry

    def find_by_id(self, message_id: str | None) -> Entry | None:
        """The message of that id, in this conversation or in one above."""
        for known in self.lineage if message_id else ():
            if (found := known._by_id.get(message_id)) is not None:  # type: ignore[arg-type]  # noqa: SLF001
                return found
        return None

    def find_asker(self, tool_call_id: str | None) -> Entry | None:
        """The answer that asked for a tool call, in this conversation or in one above."""
        for known in self.lineage if tool_call_id else ():
            if (found := known._asked.get(tool_call_id)) is not None:  # type: ignore[arg-type]  # noqa: SLF001
                return found
        return None

    def find_by_call(self, message: BaseMessage) -> Entry | None:
        """The entry of a tool's result by its call, or of an answer by the calls in it."""
        for known in self.lineage:
            if isinstance(message, ToolMessage):
                entry = known._answered.get(message.tool_call_id)  # noqa: SLF001
            else:
                asked = [known._asked.get(call_id) for call_id in call_ids(message)]  # noqa: SLF001
                entry = asked[0] if asked and None not in asked else None
            if entry is not None:
                return entry
        return None

    def find_by_words(self, key: WordsKey) -> list[Entry]:
        """The entries of these words, in this conversation and in those above, the nearest last."""
        return [entry for known in reversed(self.lineage) for entry in known._by_words.get(key, ())]  # noqa: SLF001


def words_key(message: BaseMessage) -> WordsKey:
    """Key of a message without its id: the role, the words, and the ids of the tool calls it asks for."""
    kind = "ai" if isinstance(message, AIMessage) else message.type
    text = words_of(message)
    return kind, BLOCK.sub("", text) if kind == "system" else text, tuple(call_ids(message))
