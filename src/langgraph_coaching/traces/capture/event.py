"""Callback events of a running graph, kept as they came; the assembler reads them off the graph's path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

Kind = Literal[
    "chain_start",
    "chain_end",
    "chain_error",
    "chat_model_start",
    "llm_start",
    "llm_end",
    "llm_error",
    "tool_start",
    "tool_end",
    "tool_error",
    "retriever_start",
    "retriever_end",
    "retriever_error",
    "interrupt",
    "resume",
    "flush",
]


@dataclass(frozen=True, slots=True)
class Event:
    """One call of a callback handler's method."""

    kind: Kind
    run_id: UUID | None = None
    parent_run_id: UUID | None = None
    at: float = 0.0
    """Seconds since 1970."""
    data: Any = None
    """Inputs, outputs, messages or the error, untouched; lists of messages are copies, the messages are not."""
    name: str | None = None
    tags: Sequence[str] = ()
    metadata: Mapping[str, Any] | None = None
    more: Any = None
    """What only this kind has: a model's parameters, a tool call's id, what a failed model had said so far."""


FLUSH = Event("flush")
"""Asks the assembler for the runs that are still going on."""
