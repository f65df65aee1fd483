"""A run in the tree of runs: a graph, a node, a model call, a tool call or anything else that has started."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.traces.event import Event
    from langgraph_coaching.traces.exchange import Exchange
    from langgraph_coaching.traces.modelcall import Prompt

_TASK_ID = re.compile(r":[^|]*")
_ENTRY = "__start__"


@dataclass(slots=True, eq=False)
class Run:
    """A run that has not ended, with what its children have left for it."""

    start: Event
    parent: Run | None
    opened: bool = False
    """Of a graph: whether its first node has started."""
    first_step: Any = None
    """Of a graph: the superstep in which a state with messages was first seen."""
    advice: Advice | None = None
    """Of a node: the advice in the state it was given."""
    prompt: Prompt | None = None
    """Of a model call."""
    exchange: Exchange | None = None
    """Of a model call, as far as it has come."""
    call: int | None = None
    """Number of the latest model call in it."""
    handed: set[str] = field(default_factory=set)
    """The agents that tools in it have handed over to."""
    failures: set[str] = field(default_factory=set)
    """How things in it have failed. The same again is the same failure on its way up."""

    @property
    def id(self) -> UUID:
        """Its id."""
        return self.start.run_id  # type: ignore[return-value]

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata it was started with."""
        return self.start.metadata or {}  # type: ignore[return-value]

    @property
    def namespace(self) -> str:
        """Its checkpoint namespace, such as `agent:5d0c…|model:77ab…`; "" outside of a graph's node."""
        return str(self.metadata.get("langgraph_checkpoint_ns") or "")

    @property
    def path(self) -> str:
        """The namespace without the ids of tasks, such as `agent|model`: the same each time that node runs."""
        return _TASK_ID.sub("", self.namespace)

    @property
    def task(self) -> bool:
        """Whether it is a graph's node itself: not something inside one, and not the entry that passes the input on."""
        entry = self.metadata.get("langgraph_node") == _ENTRY
        return bool(self.namespace) and not entry and (self.parent is None or self.parent.namespace != self.namespace)

    def line(self) -> Iterator[Run]:
        """Itself, its parent, and so on up to the root."""
        run: Run | None = self
        while run is not None:
            yield run
            run = run.parent
