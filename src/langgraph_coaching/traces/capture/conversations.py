"""Conversations: which messages of inputs, states and prompts belong to which of them, and who says each.

The user's words are those of the graph's input and of its state. What a sub-agent or a `Send` branch is asked opens a
conversation of its own. What a model is asked besides, such as a grader's prompt, stays with that call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.messages import HumanMessage, RemoveMessage, ToolMessage

from langgraph_coaching.recall.user import human
from langgraph_coaching.traces.branches import CONTINUES
from langgraph_coaching.traces.capture.channels import MESSAGES
from langgraph_coaching.traces.capture.message_index import MessageIndex
from langgraph_coaching.traces.capture.run import timestamp
from langgraph_coaching.traces.capture.transcript import Entry
from langgraph_coaching.traces.messages import count_answered, source_of, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.traces.capture.model_events import Prompt
    from langgraph_coaching.traces.capture.payload import Payload
    from langgraph_coaching.traces.capture.run import Run
    from langgraph_coaching.traces.capture.transcript import Transcript

QUOTED = 20
"""Characters from which an answer that stands in another task's prompt shows that this one goes on from it."""


class Conversations:
    """Merges the messages of inputs, states and prompts into a transcript, each into its conversation.

    Args:
        root: The root run.
        transcript: Of the run.
        prompts: Whether prompts tell the conversation where no state does, as in what a tracer has kept.
    """

    def __init__(self, root: Run, transcript: Transcript, *, prompts: bool = False) -> None:
        self._root = root
        self._transcript = transcript
        self._told_by_prompts = self._imported = prompts
        self._channels: set[str] = set()
        self._branches: set[str | None] = set()

    def conversation(self, run: Run) -> MessageIndex:
        """The conversation a run belongs to."""
        return run.conversation or self._transcript.main

    # ── inputs and states ──

    def read_input(self, run: Run) -> None:
        """Merges the input of the root run, or of a chain outside of any graph that is handed the history."""
        for messages in self._lists_in(run.given):
            self._transcript.merge_messages(messages, count_answered(messages), {"at": timestamp(run.start.at)})

    def read_node_input(self, run: Run, *, older: bool) -> None:
        """Merges the state that a graph's node is given.

        Args:
            run: The node.
            older: Whether what is new in it was said before the run.
        """
        graph, opens = run.parent, False
        if graph is not None and graph is not self._root and not graph.opened:
            opens = True
            self._merge_task(graph, graph.given, _inner_branch(run, graph), run, older=False)
        if graph is not None:
            graph.opened = True
            graph.tasks.setdefault((run.metadata.get("langgraph_step"), run.called), []).append(run)
        if run.sent:
            self._merge_task(run, run.given, run.namespace, run, older=older)
        elif opens and graph is not None:
            self._merge_task(graph, run.given, _inner_branch(run, graph), run, older=older)
        elif not run.called:
            self._merge_state(run, run.given, {"at": timestamp(run.start.at)}, older=older)

    def read_output(self, run: Run, made: dict[str, Any], *, older: bool = False) -> None:
        """Merges what a node, a tool or the graph itself has returned."""
        self._merge_state(run, run.result, made, older=older)

    def _merge_state(self, run: Run, payload: Payload, shared: dict[str, Any], *, older: bool) -> None:
        known = self.conversation(run)
        for messages in self._lists_in(payload, known):
            self._transcript.merge_messages(
                messages, len(messages) if older else 0, shared, known, shown=not run.called
            )

    def _merge_task(self, owner: Run, payload: Payload, branch: str, run: Run, *, older: bool) -> None:
        """Merges what a sub-agent or a branch starts with: whatever is new in a person's place is what it is asked."""
        seen: dict[str, Any] = {"at": timestamp(run.start.at)}
        for messages in self._lists_in(payload, self.conversation(run)):
            if owner.known is None and _is_in_tool(owner) and self._is_separate_task(messages):
                owner.known = MessageIndex(None, self._unique_branch(branch))
            known = self.conversation(run)
            found = self._transcript.match_messages(messages, known, passed=True)
            new = [m for m, entry in zip(messages, found, strict=True) if entry is None and human(m)]
            opens = any(not source_of(message) for message in new) and owner.known is None
            if opens:
                known = owner.known = MessageIndex(known, self._unique_branch(branch))
            own = known is not self._transcript.main
            shared = seen | {"within": run, "checkpoint_ns": run.namespace} if own else seen
            count = count_answered(messages) if own else len(messages) if older else 0
            entries = self._transcript.merge_messages(messages, count, shared, known, asked=own)
            goes_on = any(entry is not None and human(m) for m, entry in zip(messages, found, strict=True))
            if opens and goes_on:
                first = next(entry for m, entry in zip(messages, entries, strict=True) if m is new[0])
                first.steps[0]["extra"] = {CONTINUES: True}

    def _is_separate_task(self, messages: Sequence[BaseMessage]) -> bool:
        """Whether a sub-agent in a tool is asked something, in whatever words, and handed no conversation."""
        people = [message for message in messages if human(message)]
        return bool(people) and not any(message.id and self._transcript.find_by_id(message.id) for message in people)

    def _unique_branch(self, branch: str) -> str:
        number, name = 1, branch
        while name in self._branches:
            number += 1
            name = f"{branch}:{number}"
        self._branches.add(name)
        return name

    def _lists_in(self, payload: Payload, known: MessageIndex | None = None) -> list[list[BaseMessage]]:
        """The lists of messages in a payload; outside of the user's channel without what a person seems to say."""
        given = (
            (name, [m for m in messages if not isinstance(m, RemoveMessage)]) for name, messages in payload.channels
        )
        found = [(name, messages) for name, messages in given if messages]
        if found and not self._channels:
            names = {name for name, _ in found}
            self._channels = {MESSAGES} if MESSAGES in names else names
        if known is not None and known is not self._transcript.main:
            return [messages for _, messages in found]
        return [
            messages if name in self._channels else self._without_people(messages, known) for name, messages in found
        ]

    def _without_people(self, messages: list[BaseMessage], known: MessageIndex | None) -> list[BaseMessage]:
        entries = self._transcript.match_messages(messages, known or self._transcript.main)
        return [m for m, entry in zip(messages, entries, strict=True) if entry is not None or not human(m)]

    # ── prompts ──

    def match_prompt(self, run: Run, prompt: Prompt, made: dict[str, Any]) -> Sequence[Entry | None]:
        """Matches the messages of a prompt with entries; None for what is only in this prompt."""
        messages, known = prompt.messages, self.conversation(run)
        if run is self._root:
            if run.start.kind == "llm_start":
                self._transcript.merge_messages([HumanMessage(prompt.system)], 0, made)
            return self._transcript.merge_messages(messages, count_answered(messages), made)
        inside = any(above.task for above in run.lineage())
        spoken = any(one.spoken if inside else one.now for one in known.lineage)
        if not spoken:
            self._add_opening(prompt, made, inside=inside)
        found = self._transcript.match_messages(messages, known)
        shared = [human(m) and entry is not None for m, entry in zip(messages, found, strict=True)]
        run.aside = not any(shared)
        for entry in found:
            if entry is not None:
                entry.shown = entry.shown or not run.aside
        # An importer has marked what is not the user's.
        told = self._imported and any(human(message) and not source_of(message) for message in messages)
        if told or (self._told_by_prompts and (any(shared) or not spoken)):
            run.aside = False
            return self._transcript.merge_messages(messages, 0, made, known)
        if inside and any(shared) and (earlier := _count_history(messages, found, shared)):
            self._transcript.merge_messages(messages[:earlier], earlier, made, known)
            found = self._transcript.match_messages(messages, known)
        self._note_continuation(run, prompt, found)
        return found

    def _add_opening(self, prompt: Prompt, made: dict[str, Any], *, inside: bool) -> None:
        """Adds the user's words where no state holds any: a text of the input, or else what the prompt asks."""
        people = [message for message in prompt.messages if human(message) and not source_of(message)]
        told = "\n".join([prompt.system, *(words_of(message) for message in people)])
        if question := self._root.given.question(told):
            same = [message for message in people if words_of(message).strip() == question]
            entry = {"at": made["at"], "type": "user", "author": "user", "text": question}
            message = same[-1] if same else HumanMessage(question)
            self._transcript.add_opening(Entry([entry | {"message_id": message.id}], message))
        elif not inside:
            self._told_by_prompts = True

    def _note_continuation(self, run: Run, prompt: Prompt, found: Sequence[Entry | None]) -> None:
        """Notes that a task which a node calls is given what an earlier one has made: both are one branch."""
        task = next((above for above in run.lineage() if above.called), None)
        if task is None or task.parent is None or task.continues is not None:
            return
        heard = {id(entry) for entry in found if entry is not None}
        told = "\n".join([prompt.system, *(words_of(message) for message in prompt.messages)])
        for entry in reversed(self._transcript.entries):
            if entry.happened and (id(entry) in heard or _is_quoted(entry, told)):
                other = _task_of(entry)
                if (
                    other is not None
                    and other.call is not None
                    and other.parent is task.parent
                    and other.first is not task
                ):
                    task.continues = other
                    return


def _is_in_tool(graph: Run) -> bool:
    """Whether a graph runs inside a tool, rather than as a node or in one."""
    for above in graph.lineage():
        if above.start.kind == "tool_start":
            return True
        if above.task:
            return False
    return False


def _inner_branch(run: Run, graph: Run) -> str:
    """The name of the branch that is a graph inside another's node."""
    above = run.namespace.rpartition("|")[0]
    return f"{above}|{graph.start.name or 'graph'}"


def _count_history(messages: Sequence[BaseMessage], found: Sequence[Entry | None], shared: Sequence[bool]) -> int:
    """How many messages in front of the user's first known words were said in earlier runs: those have ids."""
    first = shared.index(True)
    front = [message for message, entry in zip(messages[:first], found, strict=False) if entry is None]
    return first if front and all(message.id for message in front if not isinstance(message, ToolMessage)) else 0


def _is_quoted(entry: Entry, told: str) -> bool:
    said = words_of(entry.message) if entry.message is not None else ""
    return len(said) >= QUOTED and said in told


def _task_of(entry: Entry) -> Run | None:
    """The task called by a node in which an entry was made."""
    maker: Run | None = entry.steps[0].get("within") if entry.steps else None
    return next((run for run in maker.lineage() if run.called), None) if maker is not None else None
