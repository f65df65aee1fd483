"""Handoffs: steps at which a run went from one agent to another, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.traces.capture.transcript import Entry
from langgraph_coaching.traces.messages import handoff_step

if TYPE_CHECKING:
    from langgraph_coaching.traces.capture.run import Run
    from langgraph_coaching.traces.capture.transcript import Transcript


class Handoffs:
    """Adds handoffs to a transcript, each once, however many events tell of it.

    Args:
        transcript: Of the run.
    """

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._sent: list[tuple[Entry, str, Run, dict[str, Any]]] = []

    def read_delegation(self, run: Run, shared: dict[str, Any]) -> None:
        """A sub-agent starts inside a tool that names it: that tool has handed over to it.

        Args:
            run: The tool's run.
            shared: Fields of the step.
        """
        if run.given.delegate is None or run.delegated:
            return
        run.delegated = True
        target, handed = run.given.delegate
        known = run.conversation or self._transcript.main
        asked = self._transcript.find_asking_step(run.start.more, known) or {}
        more = {"call": asked.get("call"), "text": handed}
        step = shared | handoff_step(target, run.start.more) | more
        self._transcript.add(Entry([step], happened=True), known)
        for above in run.lineage():
            above.handed.add(target)

    def read_tool_end(self, run: Run, shared: dict[str, Any]) -> None:
        """A tool has answered: with a `Command` that goes to another agent it has handed over.

        Args:
            run: The tool's run; the texts it was called with say why.
            shared: Fields of the step.
        """
        if not run.result.targets:
            return
        call_id = run.start.more
        known = run.conversation or self._transcript.main
        asked = self._transcript.find_asking_step(call_id, known) or {}
        more = {"call": asked.get("call"), "text": run.given.reason}
        for target in run.result.targets:
            self._transcript.handed.add(str(call_id))
            self._transcript.add(Entry([shared | handoff_step(target, call_id) | more], happened=True), known)
            for above in run.lineage():
                above.handed.add(target)

    def read_node_end(self, run: Run, shared: dict[str, Any]) -> None:
        """A node has returned: a `Command` that goes elsewhere is a handoff if there is an agent, not a mere node."""
        for target in run.result.targets:
            if target not in run.handed:
                self._sent.append((self._transcript.add(Entry([])), target, run, shared))

    def read_model_start(self, run: Run) -> None:
        """A model is called: nodes it is called in are agents, so what went to them was handed over."""
        nodes = set(run.path.split("|"))
        for sent in [sent for sent in self._sent if sent[1] in nodes - set(sent[2].path.split("|"))]:
            entry, target, source, shared = sent
            # Without a model's answer in the node it is the graph's own decision.
            author = "system" if source.call is None else "agent"
            entry.steps = [shared | handoff_step(target) | {"author": author, "call": source.call}]
            entry.happened = True
            self._sent.remove(sent)
