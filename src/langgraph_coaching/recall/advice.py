"""The answer to "what coaching applies here?", and one receipt for each coaching it looked at."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.why import Why

Outcome = Literal[
    "applied",
    "not seen by the model",
    "below_floor",
    "denied",
    "less_probable",
    "duplicate",
    "over_limit",
    "over_budget",
    "failed",
]
"""What became of a coaching at a step. `applied` was in the request of a model call, or is what `coach.advise` hands
out; `not seen by the model` was chosen, and in none. `failed` is the whole call's: nothing was looked at.
"""

NOT_SEEN: Literal["not seen by the model"] = "not seen by the model"

_WHY = f"; {NOT_SEEN}: "

Followed = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The record of one coaching at one model call."""

    id: str = field(default_factory=lambda: "r-" + secrets.token_hex(8))
    coaching_id: str | None
    """None where the call failed before any coaching was looked at."""
    revision: int | None
    """The exact revision that was considered."""
    content_hash: str | None = None
    intent: str = ""
    behavior: str | None = None
    """Type of the behavior, such as `reply`."""
    probability: float
    """0..1: how likely this coaching is right here; calibrated, comparable across embedders."""
    reserve: float = 0.0
    """0 or more: what the store's reserve has taken from its logit."""
    outcome: Outcome
    reason: str
    """Why it was applied; or what keeps it out, what it was compared with, and the one call that would change that."""
    followed: Followed = "unknown"
    situation: str = ""
    """The text that was matched."""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    namespace: str = "default"
    thread_id: str | None = None
    checkpoint_ns: str | None = None
    """With the thread, the stable key of the step: it survives a retry and a resume, run ids do not."""
    node: str | None = None
    agent: str | None = None
    """Label of the calling agent, which scopes are matched against; so are `node` and `tags`."""
    tags: tuple[str, ...] = ()
    trace_id: str | None = None
    step: int | None = None
    """Index of the step in its trace."""

    @property
    def applied(self) -> bool:
        """Whether it was put into the prompt."""
        return self.outcome == "applied"

    @classmethod
    def of(cls, coaching: Coaching, **fields: Any) -> Receipt:
        """A receipt of this revision.

        Args:
            coaching: Whose id, revision, digest, intent and behavior it names.
            **fields: What else it holds.
        """
        return cls(
            coaching_id=coaching.id,
            revision=coaching.revision,
            content_hash=coaching.content_hash,
            intent=coaching.intent,
            behavior=coaching.behavior.type,
            **fields,
        )

    def unseen(self, why: str) -> Receipt:
        """The receipt of a chosen coaching that was in the request of no model call; any other stays as it is."""
        return replace(self, outcome=NOT_SEEN, reason=f"{self.reason}{_WHY}{why}") if self.applied else self

    def chosen(self) -> Receipt:
        """The receipt as it was before `unseen`."""
        if self.outcome != NOT_SEEN:
            return self
        return replace(self, outcome="applied", reason=self.reason.partition(_WHY)[0])

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Receipt:
        """Reads the JSON values of one."""
        return cls(**row | {"at": datetime.fromisoformat(row["at"]), "tags": tuple(row.get("tags", ()))})

    def brief(self) -> dict[str, Any]:
        """What run metadata, messages and documents carry: JSON values, no text of the coaching."""
        return {
            "id": self.id,
            "coaching_id": self.coaching_id,
            "revision": self.revision,
            "probability": round(self.probability, 4),
            "outcome": self.outcome,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What applies, what else was looked at and why it does not, and the text for the prompt."""

    considered: list[Receipt] = field(default_factory=list)
    """Everything that was looked at, the applied ones too, most probable first."""
    prompt: str = ""
    """What goes into the prompt; "" when nothing applies."""
    situation: str = ""
    """The text that was matched."""
    seconds: float = 0.0
    """Time it took."""
    asked: Callable[[Advice, str], Why] | None = field(default=None, compare=False, repr=False)
    """Asks the store for `why`; not part of the value: neither a pickle nor JSON has it."""

    @property
    def applied(self) -> list[Receipt]:
        """The receipts of what is in the prompt, in its order."""
        return [receipt for receipt in self.considered if receipt.applied]

    @property
    def failure(self) -> str | None:
        """Why nothing could be looked at, or None."""
        return next((receipt.reason for receipt in self.considered if receipt.outcome == "failed"), None)

    def receipt(self, coaching_id: str) -> Receipt | None:
        """The receipt of one coaching, or None where it was not looked at."""
        return next((receipt for receipt in self.considered if receipt.coaching_id == coaching_id), None)

    def why(self, coaching_id: str) -> Why:
        """Why one coaching applied or did not: the whole reckoning in words, and what would change it.

        Of any coaching, looked at or not. It reads the store and embeds some texts (milliseconds), so that on an event
        loop it belongs into a thread; advice that was read from JSON explains from its receipts alone.

        Args:
            coaching_id: Any id.

        Returns:
            The reckoning; `print` it.

        Raises:
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        from langgraph_coaching.recall.why import unexplained

        failure = next((one for one in self.considered if one.outcome == "failed"), None)
        if self.asked is None or failure is not None:
            return unexplained(coaching_id, failure or self.receipt(coaching_id))
        return self.asked(self, coaching_id)

    def to_json(self) -> dict[str, Any]:
        """JSON values of all of it, for a checkpoint, a file or another process."""
        return {
            "considered": [asdict(r) | {"at": r.at.isoformat()} for r in self.considered],
            "prompt": self.prompt,
            "situation": self.situation,
            "seconds": self.seconds,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Advice:
        """Reads what `to_json` wrote; what else is in it is not part of the advice."""
        considered = [Receipt.from_json(row) for row in value["considered"]]
        told = {name: value[name] for name in ("prompt", "situation", "seconds") if name in value}
        return cls(considered=considered, **told)


def failed(reason: str, *, situation: str = "", namespace: str = "default", seconds: float = 0.0) -> Advice:
    """Empty advice with the one receipt that says why."""
    receipt = Receipt(
        coaching_id=None,
        revision=None,
        probability=0.0,
        outcome="failed",
        reason=reason,
        situation=situation,
        namespace=namespace,
    )
    return Advice(considered=[receipt], situation=situation, seconds=seconds)
