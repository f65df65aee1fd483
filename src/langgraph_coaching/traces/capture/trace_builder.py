"""Trace builder: the events of one run become a transcript, the fields of a trace and its model calls."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from langchain_core.messages import SystemMessage, ToolMessage

from langgraph_coaching.traces.capture.attribution import Attribution
from langgraph_coaching.traces.capture.conversations import Conversations
from langgraph_coaching.traces.capture.handoffs import Handoffs
from langgraph_coaching.traces.capture.model_calls import PendingCall
from langgraph_coaching.traces.capture.model_events import read_answer, read_partial, read_prompt
from langgraph_coaching.traces.capture.run import header_of, timestamp
from langgraph_coaching.traces.capture.transcript import Entry, Transcript
from langgraph_coaching.traces.messages import result_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.traces.capture.event import Event
    from langgraph_coaching.traces.capture.run import Run

_STOPPED = (asyncio.CancelledError, GeneratorExit, KeyboardInterrupt)


class TraceBuilder:
    """One run of an agent.

    Args:
        root: Its root run.
        receipt_of: Finds a receipt by its id.
        prompts: Whether prompts tell the conversation where no state does.
    """

    def __init__(self, root: Run, receipt_of: Callable[[str], Receipt | None], *, prompts: bool = False) -> None:
        self.root = root
        self.header: dict[str, Any] = header_of(root.start) | {"status": "running"}
        """Fields of the `Trace` without its steps."""
        self.transcript = Transcript(simulated=self.header["origin"] == "simulated")
        self.models: dict[str, None] = {}
        self.nodes: dict[str, None] = {}
        self._receipts = Attribution(receipt_of)
        self._conversations = Conversations(root, self.transcript, prompts=prompts)
        self._handoffs = Handoffs(self.transcript)
        self.calls: list[PendingCall] = []
        """The model calls that have ended."""
        self._prompts: dict[str, str] = {}
        self._interrupts: set[str] = set()
        self._resumed, self._status = False, "done"

    # ── what starts ──

    def read_start(self, run: Run) -> None:
        """Reads the event that starts a run."""
        match run.start.kind:
            case "chain_start" if run is self.root:
                self._read_root_start(run)
            case "chain_start" if run.task:
                self._read_node_start(run)
            case "chain_start" if not self.calls and isinstance(run.given.data, dict) and not run.namespace:
                self._conversations.read_input(run)
            case "chat_model_start" | "llm_start":
                self._read_model_start(run)

    def _read_root_start(self, run: Run) -> None:
        self._resumed = run.given.resumes
        if run.given.resume is not None:
            self._add_event(run, run.start, "resume", text=run.given.resume)
        self._conversations.read_input(run)

    def _read_node_start(self, run: Run) -> None:
        graph, earlier = run.parent, False
        name = str(run.node)
        self.nodes[name] = None
        self.transcript.agents.add(name)
        if graph is not None and graph is not self.root and not graph.opened:
            self._read_delegation(graph)
        # The first state a graph shows holds what was said before the run; later ones, what its nodes returned.
        if graph is not None and not run.sent and run.given.channels:
            step = run.metadata.get("langgraph_step")
            graph.first_step = step if graph.first_step is None else graph.first_step
            earlier = graph.first_step == step
        self._conversations.read_node_input(run, older=earlier)
        run.advice = run.given.advice
        self._receipts.remember_advice(run.advice)

    def _read_delegation(self, graph: Run) -> None:
        if name := graph.name:
            self.transcript.agents.add(name)
        for above in graph.lineage():
            if above.task:
                return
            if above.start.kind == "tool_start":
                self._handoffs.read_delegation(above, _shared_fields(above, graph.start))

    def _read_model_start(self, run: Run) -> None:
        run.prompt = prompt = read_prompt(run.start)
        self._handoffs.read_model_start(run)
        made = _shared_fields(run, run.start)
        alone = run is self.root and run.start.kind == "llm_start"
        if not alone and prompt.system and prompt.system != self._prompts.get(run.path):
            # Recorded once for each agent, and again when it changes.
            if run.path in self._prompts or self.transcript.find_system(prompt.system) is None:
                fields = {**made, "type": "system", "author": "system", "name": "prompt"}
                entry = Entry([fields | {"text": prompt.system}], SystemMessage(prompt.system))
                self.transcript.add(entry) if self.calls else self.transcript.add_first(entry)
            self._prompts[run.path] = prompt.system
        entries = self._conversations.match_prompt(run, prompt, made)
        system = self.transcript.find_system(prompt.system) if len(prompt.front) == 1 else None
        front = [(self.transcript.find_by_id(message.id) or system, message) for message in prompt.front]
        run.pending_call = PendingCall(
            front, prompt.messages, entries if prompt.messages else (), tools=prompt.tools, parameters=prompt.parameters
        )

    # ── what ends ──

    def read_end(self, run: Run, event: Event) -> None:
        """Reads the event that ends a run, pauses it or lets it go on."""
        match event.kind:
            case "chain_end" if run.task or run is self.root:
                self._read_output(run, event)
            case "llm_end":
                self._read_model_end(run, event)
            case "tool_end":
                self._read_tool_end(run, event)
            case "retriever_end":
                self._receipts.note_looked_up(run, event.data or ())
            case "chain_error" | "llm_error" | "tool_error" | "retriever_error":
                self._read_error(run, event)
            case "resume" | "interrupt":
                self._read_pause(run, event)

    def close(self, event: Event) -> None:
        """The root run has ended."""
        for namespace, receipts in self._receipts.unattributed().items():
            self._place_receipts(namespace, receipts, event)
        self.header |= {"status": self._status, "ended_at": timestamp(event.at)}

    def _place_receipts(self, namespace: str, receipts: tuple[Receipt, ...], event: Event) -> None:
        """Puts receipts that belong to no model call to what their node has said, or to a step of their own."""
        steps = (step for entry in reversed(self.transcript.entries) for step in entry.steps)
        own = (step for step in steps if step.get("checkpoint_ns") == namespace)
        step = next((step for step in own if step.get("type") not in ("user", "system")), None)
        if step is not None:
            step["receipts"] = (*step.get("receipts", ()), *receipts)
        elif any(receipt.applied for receipt in receipts):
            node = next((receipt.node for receipt in receipts if receipt.node), None)
            where = {"node": node, "checkpoint_ns": namespace or None}
            self._add_event(self.root, event, "coaching", receipts=receipts, **where)

    def note_unreadable(self, run: Run, event: Event, failure: str) -> None:
        """Says in the transcript that an event could not be read."""
        self._add_event(run, event, "unreadable", text=event.kind, error=failure)

    def _read_output(self, run: Run, event: Event) -> None:
        made = _shared_fields(run, event)
        # Where nothing ran, the state a graph returns is the one it was resumed with.
        self._conversations.read_output(run, made, older=run is self.root and self._resumed and not run.opened)
        self._receipts.remember_advice(run.result.advice)
        if run.task:
            self._handoffs.read_node_end(run, made)

    def _read_model_end(self, run: Run, event: Event) -> None:
        answer = read_answer(event.data)
        shared, once = self._add_call(run, event, answer.model)
        shared |= {"author": "agent", "message_id": answer.message.id}
        once |= {"usage": answer.usage}
        if answer.alternatives:
            once["extra"] = {"alternatives": answer.alternatives}
        first, *rest = answer.steps
        steps = [shared | once | first, *(shared | part for part in rest)]
        entry = self.transcript.add(Entry(steps, answer.message, happened=True, own=run.aside), run.conversation)
        self.calls[-1].answer = entry, answer.message

    def _add_call(self, run: Run, event: Event, model: str | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Fields of all steps of a model call, and those of its first step."""
        prompt = run.prompt
        name = (prompt.model if prompt else None) or model
        if name:
            self.models[name] = None
        shared = _shared_fields(run, event) | {"call": len(self.calls), "run_id": str(run.start.run_id)}
        once = {
            "model": name,
            "duration_ms": _duration_ms(run, event),
            "coaching": prompt.coaching if prompt else "",
            "receipts": self._receipts.receipts_of(run, prompt.coaching if prompt else ""),
        }
        for above in run.lineage():
            above.call = len(self.calls)
        self.calls.append(run.pending_call or PendingCall())
        return shared, once

    def _read_tool_end(self, run: Run, event: Event) -> None:
        output, call_id = run.result, run.start.more
        made = _shared_fields(run, event) | {"run_id": str(run.start.run_id)}
        results = output.results
        own = next((m for m in results if m.tool_call_id == call_id or (call_id is None and len(results) == 1)), None)
        if own is None and not output.commands:
            own = ToolMessage(output.text, tool_call_id=call_id or "", name=run.start.name)
        if own is not None:
            fields = (
                made
                | {"name": run.start.name, "duration_ms": _duration_ms(run, event)}
                | self._unasked_arguments(run, own)
            )
            result = {name: value for name, value in result_of(own).items() if value is not None}
            step = fields | result | {"message_id": own.id}
            self.transcript.add(Entry([step], own, happened=True), run.conversation)
        self._conversations.read_output(run, made)
        self._handoffs.read_tool_end(run, made)

    def _unasked_arguments(self, run: Run, result: ToolMessage) -> dict[str, Any]:
        """The arguments of a tool that no model has called, or not with these."""
        asked = self.transcript.find_asking_step(result.tool_call_id, self._conversations.conversation(run))
        given = run.given.arguments
        told = given != asked.get("arguments") if asked else not result.tool_call_id
        return {"arguments": given} if given and told else {}

    # ── what goes wrong, or waits ──

    def _read_error(self, run: Run, event: Event) -> None:
        from langgraph.errors import GraphBubbleUp, GraphInterrupt

        error, above = event.data, [*run.lineage()][1:]
        failure, passed = run.result.failure, run.result.passed
        known, model = failure in run.failures, event.kind == "llm_error"
        for other in above:
            other.failures.add(failure)
        if passed is not None:
            if not known:
                run.result = passed
                self._read_output(run, event)
        elif isinstance(error, GraphInterrupt):
            self._add_interrupts(run, event)
        elif isinstance(error, (GraphBubbleUp, *_STOPPED)) and not model:
            if run is self.root:
                self._status, self.header["error"] = "interrupted", failure
        else:
            if not known:
                self._add_failure(run, event, failure)
            if run is self.root:
                self._status, self.header["error"] = "error", failure

    def _add_failure(self, run: Run, event: Event, failure: str) -> None:
        kind = event.kind.removesuffix("_error").replace("llm", "model")
        if kind == "chain":
            kind = "graph" if run is self.root else "node"
        fields: dict[str, Any] = {"duration_ms": _duration_ms(run, event)}
        if kind == "model":
            shared, once = self._add_call(run, event)
            fields |= shared | once | {"text": read_partial(event.more)}
        elif kind == "tool":
            fields |= {"tool_call_id": run.start.more, "extra": {"tool": run.start.name}}
        self._add_event(run, event, f"{kind}_error", error=failure, **fields)

    def _read_pause(self, run: Run, event: Event) -> None:
        if run is self.root:
            self.header["checkpoint_id"] = event.data.checkpoint_id
        if event.kind == "resume":
            self._resumed = True
        elif run.result.interrupts:
            self._add_interrupts(run, event)
        else:
            self._status = "interrupted"
            if event.data.status in ("interrupt_before", "interrupt_after"):
                self._add_event(run, event, "interrupt", text=event.data.status)

    def _add_interrupts(self, run: Run, event: Event) -> None:
        self._status = "interrupted"
        for interrupt_id, asked in run.result.interrupts:
            if interrupt_id not in self._interrupts:
                self._interrupts.add(interrupt_id)
                self._add_event(run, event, "interrupt", text=asked)

    def _add_event(self, run: Run, event: Event, name: str, **fields: Any) -> None:
        step = {
            **_shared_fields(run, event),
            "run_id": str(run.start.run_id),
            "type": "system",
            "author": "system",
            "name": name,
        }
        self.transcript.add(Entry([step | fields], happened=True), run.conversation)


def _shared_fields(run: Run, event: Event) -> dict[str, Any]:
    return {"node": run.node, "checkpoint_ns": run.namespace or None, "at": timestamp(event.at), "within": run}


def _duration_ms(run: Run, event: Event) -> float:
    return round(max(0.0, event.at - run.start.at) * 1000, 3)
