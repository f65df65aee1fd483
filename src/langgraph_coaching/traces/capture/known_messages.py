"""What is known of one conversation: its messages by id, by tool call and by words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, ToolMessage

from langgraph_coaching.recall.prompt import BLOCK
from langgraph_coaching.recall.user import is_human
from langgraph_coaching.traces.messages import call_ids, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.traces.capture.transcript import Entry


@dataclass(slots=True, eq=False)
class Known:
    """The messages of the user's conversation, of a sub-agent's, or of a branch that is asked something of its own."""

    above: Known | None = None
    """The conversation out of which it is asked."""
    branch: str | None = None
    """Its name, as in `Step.branch`; None of the user's."""
    spoken: bool = False
    """Whether it has a person's words, or what stands in their place."""
    now: bool = False
    """Whether some of those were said in this run."""
    _by_id: dict[str, Entry] = field(default_factory=dict)
    _by_words: dict[Any, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    _asked: dict[str, Entry] = field(default_factory=dict)
    _answered: dict[str, Entry] = field(default_factory=dict)

    def line(self) -> Iterator[Known]:
        """Itself, and the conversations it is asked out of."""
        known: Known | None = self
        while known is not None:
            yield known
            known = known.above

    def add(self, entry: Entry) -> None:
        """Takes an entry in by its message."""
        if (message := entry.message) is None:
            return
        self._by_words[words(message)].append(entry)
        if is_human(message):
            self.spoken, self.now = True, self.now or not entry.older
        if message.id:
            self._by_id[message.id] = entry
        for call_id in call_ids(message):
            self._asked[call_id] = entry
            self._answered.pop(call_id, None)  # some models count their calls from 0 again in each answer
        if isinstance(message, ToolMessage) and message.tool_call_id:
            self._answered[message.tool_call_id] = entry

    def settle(self, entry: Entry, message: BaseMessage) -> None:
        """Learns under which id an entry goes."""
        if message.id:
            self._by_id[message.id] = entry
        if isinstance(message, ToolMessage):
            self._answered[message.tool_call_id] = entry

    def named(self, message_id: str | None) -> Entry | None:
        """The message of that id, in this conversation or in one above."""
        return next((found for known in self.line() if (found := known._by_id.get(message_id or ""))), None)  # noqa: SLF001

    def asking(self, tool_call_id: str | None) -> Entry | None:
        """The answer that asked for a tool call, in this conversation or in one above."""
        return next((found for known in self.line() if (found := known._asked.get(tool_call_id or ""))), None)  # noqa: SLF001

    def by_call(self, message: BaseMessage) -> Entry | None:
        """The entry of a tool's result by its call, or of an answer by the calls in it."""
        for known in self.line():
            if isinstance(message, ToolMessage):
                entry = known._answered.get(message.tool_call_id)  # noqa: SLF001
            else:
                asked = [known._asked.get(call_id) for call_id in call_ids(message)]  # noqa: SLF001
                entry = asked[0] if asked and None not in asked else None
            if entry is not None:
                return entry
        return None

    def saying(self, said: Any) -> list[Entry]:
        """The entries of these words, in this conversation and in those above, the nearest last."""
        return [entry for known in reversed([*self.line()]) for entry in known._by_words.get(said, ())]  # noqa: SLF001


def words(message: BaseMessage) -> Any:
    """Equal for messages that say the same in the same role."""
    kind = "ai" if isinstance(message, AIMessage) else message.type
    text = words_of(message)
    return kind, BLOCK.sub("", text) if kind == "system" else text, tuple(call_ids(message))
