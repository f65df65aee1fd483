"""Receipt: the record of one coaching at one model call, considered, applied, followed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from langgraph_coaching.coaching.enforcement import Enforce, enforced_name  # pydantic reads it, in a step of a trace
from langgraph_coaching.coaching.notebook import card_html
from langgraph_coaching.recall.simulated import SIMULATED

if TYPE_CHECKING:
    from langgraph_coaching.coaching.model import Coaching

Outcome = Literal[
    "applied",
    "not seen by the model",
    "below_floor",
    "denied",
    "less_probable",
    "duplicate",
    "over_limit",
    "over_budget",
    "shadow",
    "held_back",
    "paused",
    "failed",
]
"""What became of a coaching at a step. `applied` was in the request of a model call, or is what `coach.advise` hands
out, or the graph was made to go where it says; `not seen by the model` was chosen, and in none. `shadow` would have
been applied, were it not in shadow, and `held_back` a canary that would have been, were the thread in its share.
`paused` and `failed` are the whole call's: nothing was looked at.
"""

NOT_SEEN: Literal["not seen by the model"] = "not seen by the model"

NOTHING = ("failed", "paused")
"""Outcomes of a whole call, in which nothing was looked at: made again, it is looked at again."""

SUPPOSED = ("shadow", "held_back")
"""Outcomes of what would have been applied."""

_WHY = f"; {NOT_SEEN}: "

Followed = Literal["yes", "no", "unknown"]

Enforced = Literal["tool_choice", "goto", "refused", "done", "advice"]
"""What became of a coaching that is to be enforced: the model call had to choose the tool; the graph went there; a
person refused; it was done in this turn already; or it could not be enforced here and was advice.
"""


_ENFORCED_WORDS: dict[Enforced, str] = {
    "tool_choice": "enforced",
    "goto": "enforced",
    "refused": "not enforced",
    "done": "not enforced again",
    "advice": "not enforced",
}


def new_ids(count: int) -> list[str]:
    """Ids of so many receipts, drawn at once."""
    drawn = secrets.token_hex(8 * count)
    return [f"r-{drawn[at : at + 16]}" for at in range(0, 16 * count, 16)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The record of one coaching at one model call."""

    id: str = field(default_factory=lambda: new_ids(1)[0])
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
    enforce: Enforce = False
    """Whether its author asks that it is enforced."""
    enforced_name: str = ""
    """The tool, node or agent that the behavior is about, where it is to be enforced."""
    enforced: Enforced | None = None
    """What became of that; None where nothing was to be enforced, or no model call and no node has come to it."""
    enforced_reason: str = ""
    """Why; who approved or refused, where they said so."""

    def __repr__(self) -> str:
        """One line: which coaching, what became of it, and where."""
        which = f"{self.coaching_id} revision {self.revision}" if self.coaching_id else "no coaching"
        where = f" in {self.trace_id}:{self.step}" if self.trace_id else ""
        return f"Receipt({self.id}: {which}, {self.outcome} at {self.probability:.2f}{where})"

    def _repr_html_(self) -> str:
        revision = f" revision {self.revision}" if self.revision else ""
        rows = [
            ("coaching", f"{self.coaching_id}{revision}: {self.intent}" if self.coaching_id else ""),
            ("why", self.reason),
            ("followed", self.followed if self.applied else ""),
            ("situation", self.situation),
            ("where", f"{self.trace_id}:{self.step}" if self.trace_id else ""),
        ]
        return card_html(self.id, f"{self.outcome} at {self.probability:.2f}", rows)

    @property
    def applied(self) -> bool:
        """Whether it was put into the prompt."""
        return self.outcome == "applied"

    @property
    def supposed(self) -> bool:
        """Whether it would have been put into the prompt, were it not in shadow or held back."""
        return self.outcome in SUPPOSED

    @property
    def is_test(self) -> bool:
        """Whether it is of a run that is marked as simulated, such as a test conversation: it is no traffic."""
        return SIMULATED in self.tags

    @property
    def full_reason(self) -> str:
        """The reason, and in front of it what became of enforcing it."""
        if self.enforced is None:
            return self.reason
        return f"{_ENFORCED_WORDS[self.enforced]}: {self.enforced_reason}; {self.reason}"

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
            **(enforcement_of(coaching.behavior) | fields),
        )

    def unseen(self, why: str) -> Receipt:
        """The receipt of a chosen coaching that was in the request of no model call; any other stays as it is."""
        if not self.applied or self.enforced == "goto":
            return self
        return replace(self, outcome=NOT_SEEN, reason=f"{self.reason}{_WHY}{why}")

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
        enforced = {"enforced": self.enforced, "enforced_reason": self.enforced_reason} if self.enforced else {}
        return {
            "id": self.id,
            "coaching_id": self.coaching_id,
            "revision": self.revision,
            "probability": round(self.probability, 4),
            "outcome": self.outcome,
            "reason": self.reason,
            **enforced,
        }

    def to_json(self) -> dict[str, Any]:
        """JSON values of all of it; of enforcement only where there is some."""
        told = {name: getattr(self, name) for name in self.__slots__} | {"at": self.at.isoformat()}
        return {key: value for key, value in told.items() if value or not key.startswith("enforce")}


def enforcement_of(behavior: Any) -> dict[str, Any]:
    """What a receipt says of a behavior that is to be enforced."""
    asked = vars(behavior).get("enforce", False)
    return {"enforce": asked, "enforced_name": enforced_name(behavior)} if asked else {}
