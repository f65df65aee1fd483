"""Assembler: interleaved events of any number of runs become one trace a run; no I/O."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from langgraph_coaching.traces.capture.model_calls import CallReferences, add_exact_fields
from langgraph_coaching.traces.capture.payload import NOTHING, Payload
from langgraph_coaching.traces.capture.run import Run
from langgraph_coaching.traces.capture.trace_builder import TraceBuilder
from langgraph_coaching.traces.jsonable import describe_error, safe_repr, to_jsonable
from langgraph_coaching.traces.model import ModelCall, Step, Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.traces.capture.event import Event

log = logging.getLogger("langgraph_coaching")

MOST_OPEN = 1_000
"""Runs that are followed at once; beyond it the one that has been silent longest is given up as it is."""

T = TypeVar("T")

_DURING = ("interrupt", "resume")


class Assembler:
    """Follows runs by their events. Not thread-safe: one thread reads the events of all runs.

    Args:
        receipt_of: Finds a recent receipt by its id, or returns None.
        prompts: Whether prompts tell the conversation where no state does, as in what a tracer has kept.
    """

    def __init__(self, receipt_of: Callable[[str], Receipt | None] = lambda _: None, *, prompts: bool = False) -> None:
        self._receipt_of = receipt_of
        self._prompts = prompts
        self._runs: dict[UUID, tuple[Run, TraceBuilder]] = {}
        self._nodes: dict[str, tuple[Run, TraceBuilder]] = {}
        self._open: OrderedDict[UUID, TraceBuilder] = OrderedDict()

    def consume(self, events: Iterable[Event]) -> list[Trace]:
        """Reads events in the order they happened; never raises.

        Args:
            events: Any number. `FLUSH` among them asks for the runs that are still going on.

        Returns:
            The traces of runs that have ended, and at each `FLUSH` of those that have not (`status` is `running`);
            those are returned again, by the same id, once they have ended.
        """
        traces: list[Trace] = []
        for event in events:
            try:
                traces += [trace_of(builder) for builder in self._read(event)]
            except Exception:
                log.exception("an event of a run could not be read, nor be recorded as such")
        return traces

    def _read(self, event: Event) -> list[TraceBuilder]:
        """Reads one event; returns the builders whose traces are asked for or complete by it."""
        if event.kind == "flush":
            return [*self._open.values()]
        known = self._runs.get(event.run_id) if event.run_id else None
        payload = Payload(event.data)
        if not event.kind.endswith("_start"):
            known = known or self._start_unseen(event)
            return self._continue(event, payload, *known) if known else []
        run, builder = self._begin(event, payload)
        self._attempt(builder, run, event, lambda: builder.read_start(run))
        return self._evict_silent()

    def _start_unseen(self, event: Event) -> tuple[Run, TraceBuilder] | None:
        """The run of a model whose start langchain-core has told only to another handler; None for any other run."""
        above = self._runs.get(event.parent_run_id) if event.parent_run_id and event.kind == "llm_end" else None
        if above is None:
            return None
        start = replace(event, kind="llm_start", data=None, metadata=above[0].metadata)
        return Run(start, above[0], NOTHING), above[1]

    def _continue(self, event: Event, payload: Payload, run: Run, builder: TraceBuilder) -> list[TraceBuilder]:
        run.result = payload
        self._open.move_to_end(builder.root.id)
        self._attempt(builder, run, event, lambda: builder.read_end(run, event))
        if event.kind in _DURING:
            return []
        self._forget(run)
        if run is not builder.root:
            run.release()
            return []
        builder.close(event)
        self._drop(builder)
        return [] if event.kind.startswith("retriever") else [builder]  # a search by itself is no run of an agent

    def _begin(self, event: Event, payload: Payload) -> tuple[Run, TraceBuilder]:
        above = self._runs.get(event.parent_run_id) if event.parent_run_id else None
        if above is None:  # other tracers may stand between a node and its model call: then the namespace tells
            above = self._nodes.get(str((event.metadata or {}).get("langgraph_checkpoint_ns") or ""))
        run = Run(event, above[0] if above else None, payload)
        builder = above[1] if above else TraceBuilder(run, self._receipt_of, prompts=self._prompts)
        self._runs[run.id] = run, builder
        if run.task:
            self._nodes[run.namespace] = run, builder
        self._open[builder.root.id] = builder
        self._open.move_to_end(builder.root.id)
        return run, builder

    def _attempt(self, builder: TraceBuilder, run: Run, event: Event, read: Callable[[], None]) -> None:
        try:
            read()
        except Exception as error:
            log.debug("an event of a run could not be read", exc_info=True)
            builder.note_unreadable(run, event, describe_error(error))

    def _forget(self, run: Run) -> None:
        self._runs.pop(run.id, None)
        if (known := self._nodes.get(run.namespace)) is not None and known[0] is run:
            del self._nodes[run.namespace]

    def _drop(self, builder: TraceBuilder) -> None:
        self._open.pop(builder.root.id, None)
        for run in [run for run, other in self._runs.values() if other is builder]:
            self._forget(run)

    def _evict_silent(self) -> list[TraceBuilder]:
        found = []
        while len(self._open) > MOST_OPEN:
            found.append(next(iter(self._open.values())))
            self._drop(found[-1])
        return found


def trace_of(builder: TraceBuilder) -> Trace:
    """The trace that a builder has so far."""
    header = builder.header
    steps: list[Step] = []
    for entry in builder.transcript.entries:
        # A helper's answer that no state ever held is not said in the conversation.
        aside = {"aside": True} if entry.own and not entry.shown else {}
        own = [_step(fields | aside, header["id"], len(steps) + place) for place, fields in enumerate(entry.steps)]
        steps += _read_or(own, add_exact_fields, own, entry.message)
    references = CallReferences(steps, builder.transcript.entries)
    calls = tuple(_read_or(ModelCall(), references.refer, call) for call in builder.calls)
    return Trace(
        **header,
        models=tuple(builder.models),
        nodes=tuple(builder.nodes),
        steps=tuple(steps),
        calls=calls,
        messages=tuple(references.messages.values),
        tools=tuple(references.tools.values),
        parameters=tuple(references.parameters.values),
    )


def _read_or(otherwise: T, read: Callable[..., T], *given: Any) -> T:
    """What a function returns, or something else where it raises: values that a graph has put there may do anything."""
    try:
        return read(*given)
    except Exception:
        log.debug("a part of a recording could not be read", exc_info=True)
        return otherwise


def _step(fields: dict[str, Any], trace_id: str, index: int) -> Step:
    exact: dict[str, Any] = {"index": index, "trace_id": trace_id, "at": fields.get("at")}
    within: Run | None = fields.get("within")
    exact["branch"] = None if within is None else within.branch
    exact["receipts"] = tuple(replace(r, trace_id=trace_id, step=index) for r in fields.get("receipts", ()))
    plain = {name: to_jsonable(value) for name, value in fields.items() if name not in exact and name != "within"}
    try:
        return Step(**exact, **plain)
    except ValidationError as error:
        exact |= {"type": "system", "author": "system", "name": "unreadable"}
        return Step(**exact, text=safe_repr(plain), error=describe_error(error))
