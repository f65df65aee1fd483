"""A trace: one recorded run of an agent, as an ordered list of typed steps."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from langgraph_coaching.coaching.completion import CompletedModel
from langgraph_coaching.coaching.notebook import card_html
from langgraph_coaching.coaching.one_line import cut_line, quote_line
from langgraph_coaching.recall.receipt import Receipt
from langgraph_coaching.recall.simulated import SIMULATED

StepType = Literal["user", "message", "reasoning", "tool_call", "tool_result", "handoff", "system"]

Origin = Literal["live", "simulated", "imported"]
"""Where a trace comes from. Coaching from a simulated conversation is as good as from a live one."""

Author = Literal["agent", "user", "tool", "system", "canned"]
"""Who made a step; `canned` is text the agent sent without a model having written it."""


class Step(CompletedModel):
    """One thing that happened."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    index: int
    """Its place in the trace, from 0."""
    trace_id: str
    type: StepType
    author: Author
    text: str = ""
    """What was said; for a tool call its arguments as JSON, for a handoff why, where a reason was given."""
    name: str | None = None
    """The tool, or the agent handed over to."""
    arguments: dict[str, Any] | None = None
    tool_call_id: str | None = None
    message_id: str | None = None
    history: bool = False
    """True for what was already said before this run began."""
    node: str | None = None
    checkpoint_ns: str | None = None
    """With the trace's thread, the key that survives retry and resume."""
    branch: str | None = None
    """The sub-agent or parallel branch it belongs to, named by where that runs; None of the conversation itself."""
    aside: bool = False
    """True for what a model was asked besides, such as a grade or a summary: its answer stands in no conversation."""
    run_id: str | None = None
    call: int | None = None
    """Number of the model call that made it, from 0; steps of one answer share it."""
    model: str | None = None
    at: AwareDatetime | None = None
    duration_ms: float | None = None
    usage: dict[str, int] | None = None
    """Tokens: `input_tokens`, `output_tokens`, `total_tokens`; on the first step of a model call."""
    error: str | None = None
    receipts: tuple[Receipt, ...] = ()
    """What coaching was considered for this model call; on the first step of the call."""
    coaching: str = ""
    """The prompt block the model saw, on the first step of the call."""
    exact: dict[str, Any] = Field(default_factory=dict)
    """On the first step of a message, what type and text cannot say of it: fields of LangChain's message, such as
    `content` with an image or with blanks around the words."""
    extra: dict[str, Any] = Field(default_factory=dict)
    """Parts of the recording nothing else here has a place for."""

    def __repr__(self) -> str:
        """One line: where it stands, its type, and how it begins."""
        name = f" {self.name}" if self.name else ""
        return f"Step({self.trace_id}:{self.index} {self.type}{name} {quote_line(self.error or self.text)})"

    def __str__(self) -> str:
        """The same; `model_dump` has all of it."""
        return repr(self)

    def _repr_html_(self) -> str:
        reason = self.not_coachable_because
        state = f"{self.type} by {self.author}, {f'not coachable: {reason}' if reason else 'coachable'}"
        rows = [
            (self.name or "said", self.text),
            ("error", self.error or ""),
            ("model", self.model or ""),
            *(
                ("coaching", f"{one.coaching_id} applied at {one.probability:.2f}")
                for one in self.receipts
                if one.applied
            ),
        ]
        return card_html(f"{self.trace_id}:{self.index}", state, rows)

    @property
    def coachable(self) -> bool:
        """Whether the agent's own reasoning made it."""
        return self.not_coachable_because is None

    @property
    def not_coachable_because(self) -> str | None:
        """Why it cannot be coached, or None."""
        reasons = {
            "user": "a user said it; coach the agent's answer to it",
            "tool": "a tool returned it; coach the call that asked for it, or the answer that was made of it",
            "system": "it is a system event; coach what the agent did because of it",
            "canned": "it is canned text that no model wrote; change it where it is written",
        }
        if self.author in reasons:
            return reasons[self.author]
        if self.type == "message" and not self.text.strip():
            return "it is empty"
        return None


class Trace(CompletedModel):
    """One recorded run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    namespace: str = "default"
    origin: Origin = "live"
    name: str | None = None
    """The graph or agent."""
    thread_id: str | None = None
    checkpoint_id: str | None = None
    started_at: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))
    ended_at: AwareDatetime | None = None
    status: Literal["running", "done", "interrupted", "error"] = "done"
    error: str | None = None
    label: str | None = None
    """A word people filter by, such as `success` or `failure`."""
    tags: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    """The nodes that ran, those that said nothing among them, in the order of their first start."""
    steps: tuple[Step, ...] = ()
    calls: tuple[ModelCall, ...] = ()
    """What each model call was given, by its number; `prompt_of` reads it."""
    messages: tuple[dict[str, Any], ...] = ()
    """Messages that models saw and steps cannot say exactly, each once."""
    tools: tuple[list[Any], ...] = ()
    """Every list of tools that a model was offered."""
    parameters: tuple[dict[str, Any], ...] = ()
    """Every set of parameters, such as a temperature, that a model was asked with."""
    metadata: dict[str, Any] = Field(default_factory=dict)

    def __repr__(self) -> str:
        """One line: where it comes from, how it ended, and how it begins."""
        state = ", ".join(filter(None, (self.origin, self.status, self.label)))
        first = next((step.text for step in self.steps if step.type == "user"), "")
        return f"Trace({self.id}: {state}, {len(self.steps)} steps, {quote_line(first)})"

    def __str__(self) -> str:
        """The same; `model_dump` has all of it."""
        return repr(self)

    def _repr_html_(self) -> str:
        state = filter(None, (self.name, self.origin, self.status, self.label, f"{len(self.steps)} steps"))
        return card_html(self.id, ", ".join(state), map(_step_row, self.steps))

    def coachable_steps(self) -> list[Step]:
        """The steps the agent's own reasoning made, in order."""
        return [step for step in self.steps if step.coachable]

    @property
    def is_test(self) -> bool:
        """Whether it was captured from a run that is marked as simulated, such as a test conversation.

        Such a run is no traffic: it is left out where runs are counted. Recordings with simulated users that were
        imported are counted, for that is what they were imported for.
        """
        return self.origin == "simulated" and SIMULATED in self.tags

    @property
    def receipts(self) -> list[Receipt]:
        """Every receipt in it, in the order of the steps."""
        return [receipt for step in self.steps for receipt in step.receipts]

    @property
    def text(self) -> str:
        """What was said in it, for searching."""
        return "\n".join(step.text for step in self.steps if step.text and step.type != "system")


def _step_row(step: Step) -> tuple[str, str]:
    names = ", ".join(str(one.coaching_id) for one in step.receipts if one.applied)
    said = cut_line(f"{f'{step.name} ' if step.name else ''}{step.error or step.text}", 200) or "-"
    return f"{step.index} {step.type}", f"{said}{f' [coaching {names}]' if names else ''}"


def new_trace_id() -> str:
    """A random id, such as `t-9f2c41d07be3`."""
    return "t-" + secrets.token_hex(6)


class ModelCall(CompletedModel):
    """One model call as a trace keeps it, its messages by reference; `Step.call` is its place in `Trace.calls`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: tuple[int | tuple[int, int], ...] | None = None
    """The messages it was given, in order, without the coaching block. A pair is the messages that the steps from its
    first number up to before its second stand for, or, where it begins at a system prompt, that prompt; a number is a
    message of `Trace.messages`. None where it is not known."""
    answer: int | None = None
    """The answer in `Trace.messages`, where steps cannot say it exactly."""
    tools: int | None = None
    """The tools it was offered, in `Trace.tools`."""
    parameters: int | None = None
    """How it was asked, in `Trace.parameters`."""
