"""Run: one node of the tree that LangChain's run ids make: a graph, a graph's node, a model call, a tool call."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from langgraph_coaching.recall.simulated import SIMULATED, is_simulated
from langgraph_coaching.traces.capture.payload import NOTHING
from langgraph_coaching.traces.jsonable import to_jsonable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.traces.capture.event import Event
    from langgraph_coaching.traces.capture.message_index import MessageIndex
    from langgraph_coaching.traces.capture.model_calls import PendingCall
    from langgraph_coaching.traces.capture.model_events import Prompt
    from langgraph_coaching.traces.capture.payload import Payload
    from langgraph_coaching.traces.model import Origin


_TASK_ID = re.compile(r":[^|]*")
_ENTRY = "__start__"
_PUSHED = "__pregel_push"


@dataclass(slots=True, eq=False)
class Run:
    """A run that has not ended, and what the runs inside of it have left for it."""

    start: Event
    parent: Run | None
    given: Payload
    """What it was started with."""
    result: Payload = NOTHING
    """What the latest event of it carries: what it has returned, how it failed, or what it waits for."""
    metadata: Mapping[str, Any] = field(init=False)
    """The metadata it was started with."""
    namespace: str = field(init=False)
    """Its checkpoint namespace, such as `agent:5d0c…|model:77ab…`; "" outside of a graph's node."""
    node: str | None = field(init=False)
    """The name of the node it is, or is in; None outside of a graph's node."""
    task: bool = field(init=False)
    """Whether it is a graph's node itself: not something inside one, and not the entry that passes the input on."""
    sent: bool = False
    """Whether it is a node that was started by a `Send`, with a state of its own."""
    called: bool = False
    """Whether it is a task that another node called, as in the functional API."""
    opened: bool = False
    """Of a graph: whether its first node has started."""
    first_step: Any = None
    """Of a graph: the superstep in which a state with messages was first seen."""
    advice: Advice | None = None
    """Of a node: the advice in the state it was given."""
    prompt: Prompt | None = None
    """Of a model call."""
    pending_call: PendingCall | None = None
    """Of a model call, as far as it has come."""
    aside: bool = False
    """Of a model call: whether its prompt is its own, without anything that was said in the conversation."""
    call: int | None = None
    """Number of the latest model call in it."""
    handed: set[str] = field(default_factory=set)
    """The agents that tools in it have handed over to."""
    known: MessageIndex | None = None
    """Of a graph or a branch that is asked something of its own: its conversation."""
    delegated: bool = False
    """Of a tool: whether it has gone over to the sub-agent it is called for."""
    tasks: dict[Any, list[Run]] = field(default_factory=dict)
    """Of a graph: its nodes by the superstep they run in, and the tasks that one of its nodes calls."""
    continues: Run | None = None
    """Of a task that a node calls: an earlier one whose results it was given."""
    failures: set[str] = field(default_factory=set)
    """How things in it have failed. The same again is the same failure on its way up."""

    def __post_init__(self) -> None:
        """Reads its metadata once: what it says is asked for at every event below it."""
        self.metadata = self.start.metadata or {}
        self.namespace = str(self.metadata.get("langgraph_checkpoint_ns") or "")
        node = self.metadata.get("langgraph_node")
        self.node = None if node is None else to_jsonable(str(node))
        inside = self.parent is not None and self.parent.namespace == self.namespace
        self.task = bool(self.namespace) and node != _ENTRY and not inside
        path = self.metadata.get("langgraph_path") if self.task else None
        if isinstance(path, list | tuple) and _PUSHED in path:
            self.called = path[-1] is True
            self.sent = not self.called

    @property
    def id(self) -> UUID:
        """Its id."""
        return self.start.run_id  # type: ignore[return-value]

    @property
    def name(self) -> str | None:
        """What it is called, such as the name of its graph."""
        return to_jsonable(self.start.name)  # type: ignore[no-any-return]

    @property
    def path(self) -> str:
        """The namespace without the ids of tasks, such as `agent|model`: the same each time that node runs."""
        return _TASK_ID.sub("", self.namespace)

    @property
    def conversation(self) -> MessageIndex | None:
        """The conversation it belongs to; None for the user's."""
        return next((run.known for run in self.lineage() if run.known is not None), None)

    @property
    def branch(self) -> str | None:
        """The branch it belongs to, as in `Step.branch`; known only once everything beside it has started."""
        for run in self.lineage():
            if run.known is not None:
                return run.known.branch
            if run.task and run.is_parallel:
                return run.first.namespace
        return None

    @property
    def first(self) -> Run:
        """Of tasks that go on where others ended, the first; else itself."""
        return self if self.continues is None else self.continues.first

    @property
    def is_parallel(self) -> bool:
        """Whether others run beside it, and a model is called in one of them: neither sees what the other does."""
        if self.parent is None:
            return False
        step = self.metadata.get("langgraph_step")
        others = self.parent.tasks.get((step, self.called), ())
        if self.called:
            lines = {run.first.namespace for run in others if run.call is not None}
            return self.call is not None and len(lines) > 1
        return len({run.namespace for run in others}) > 1 and any(run.call is not None for run in others)

    def release(self) -> None:
        """Lets go of what was only needed while it ran."""
        self.start = replace(self.start, data=None)
        self.given = self.result = NOTHING
        self.prompt = self.pending_call = self.advice = None

    def lineage(self) -> Iterator[Run]:
        """Itself, its parent, and so on up to the root."""
        run: Run | None = self
        while run is not None:
            yield run
            run = run.parent


LABEL = "coaching_label"
"""Key of run metadata with the trace's label."""

_INTERNAL_TAG = re.compile(r"(seq|map|graph|langsmith):")
_INTERNAL_KEY = re.compile(r"langgraph_|ls_|lc_|__|coaching|thread_id$|checkpoint_|LANGSMITH_|LANGCHAIN_")
_UNNAMED = ("LangGraph", None)


def header_of(start: Event) -> dict[str, Any]:
    """Fields of a `Trace`, from the event that starts its root run."""
    metadata, tags = start.metadata or {}, [str(tag) for tag in start.tags]
    names = (metadata.get("lc_agent_name"), metadata.get("graph_id"), start.name)
    name = next((found for found in names if found), None) if start.name in _UNNAMED else start.name
    simulated = is_simulated(metadata, tags)
    if simulated and SIMULATED not in tags:
        tags.append(SIMULATED)
    origin: Origin = "simulated" if simulated else "live"
    fields = {
        "id": f"t-{start.run_id.hex}" if start.run_id else "t-unknown",
        "origin": origin,
        "name": name,
        "thread_id": metadata.get("thread_id"),
        "checkpoint_id": metadata.get("checkpoint_id"),
        "label": metadata.get(LABEL),
    }
    texts = {key: None if value is None else to_jsonable(str(value)) for key, value in fields.items()}
    return texts | {
        "started_at": timestamp(start.at),
        "tags": tuple(to_jsonable(tag) for tag in tags if not _INTERNAL_TAG.match(tag)),
        "metadata": {key: value for key, value in to_jsonable(metadata).items() if not _INTERNAL_KEY.match(key)},
    }


def timestamp(at: float) -> datetime:
    """Seconds since 1970 as a time in UTC."""
    return datetime.fromtimestamp(at, UTC)
