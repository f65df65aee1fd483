"""One coaching: when replying to an intent, show a behavior."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, computed_field, model_validator

from langgraph_coaching.coaching.behavior import Behavior
from langgraph_coaching.coaching.notebook import card_html
from langgraph_coaching.coaching.one_line import quote_line
from langgraph_coaching.coaching.validation import CheckedModel, Line, Name, Prose, Remark
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.surrogates import replace_surrogates

Status = Literal["draft", "shadow", "canary", "active", "archived"]
"""`active` coaching is recalled, a `canary` in a share of the threads; a `shadow` is looked at only: see `stage`."""

PRIORITY_LIMIT = 100
"""Priorities run from -100 to 100; 0 is ordinary."""

_OF_CANARY = ("share", "cohort")

_LATER = ("share", "cohort", "lineage", "changed_in", "changed_by")
"""Fields that an earlier version does not know: it takes no record with one of them."""

_ID = re.compile(r"[\w.:-]+")

_BOILERPLATE = re.compile(
    r"^(?:when(?:ever)?\s+(?:you(?:['\u2019]re| are)\s+)?(?:replying|responding|answering)\s+to\b[\s:,]*)+",
    re.IGNORECASE,
)


def _drop_boilerplate(text: str) -> str:
    return _BOILERPLATE.sub("", text) or text


def _to_utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("is out of range; leave it out if it never ends") from None


UtcTime = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A time with a zone, kept in UTC, so that equal times are equal in every comparison and hash."""


class Example(CheckedModel):
    """A situation in which a coaching also applies, or never does."""

    text: Prose
    """What was said there."""
    turns: tuple[tuple[Prose, bool], ...] = ()
    """The conversation there, where it is known, the latest turn first: a text, and whether the user said it."""
    applies: bool = True
    """False for "never here"."""
    origin: Literal["author", "source", "verdict", "proposed", "recorded"] = "author"
    """Who says so: the author, the step the coaching was written from, a verdict, a proposal that was kept, or the
    answer of a person to a recorded situation."""
    reference: Name | None = None
    """Where it came from, such as a trace or receipt id."""


class Source(CheckedModel):
    """The recorded step a coaching was written from."""

    trace_id: Name
    step: Annotated[int, Field(ge=0)]
    """The step's index in its trace."""
    excerpt: Remark = ""
    """What the agent did there, cut short. Transcript text: shown to people, never put into a prompt."""


class Scope(CheckedModel):
    """Labels that must match exactly before anything is ranked; an empty scope applies everywhere."""

    agent: Name | None = None
    node: Name | None = None
    tags: Annotated[tuple[Name, ...], AfterValidator(lambda tags: tuple(sorted(set(tags))))] = ()
    """All of these must be among the labels of the call."""

    def covers(self, *, agent: str | None, node: str | None, tags: frozenset[str]) -> bool:
        """Whether a call with these labels is inside this scope."""
        return self.agent in (None, agent) and self.node in (None, node) and tags.issuperset(self.tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Where a call comes from; a coaching's scope is matched against it exactly, before any ranking."""

    agent: str | None = None
    node: str | None = None
    tags: frozenset[str] = frozenset()
    thread_id: str | None = None
    """The thread of the call, which no scope is matched against; it tells in which share of a canary the call is."""

    def __post_init__(self) -> None:
        """Half characters become U+FFFD as in a scope, which is matched, so that receipts can be sent anywhere."""
        for name in ("agent", "node", "thread_id"):
            if isinstance(given := getattr(self, name), str):
                object.__setattr__(self, name, replace_surrogates(given))
        object.__setattr__(self, "tags", frozenset(map(replace_surrogates, self.tags)))


def labels_of(
    agent: str | None = None, node: str | None = None, tags: Iterable[str] = (), thread_id: str | None = None
) -> Labels:
    """The labels of a call; one tag may be given as it is, and a thread by whatever names it.

    Raises:
        InvalidCoachingError: One of them is no text.
    """
    for name, given in (("agent", agent), ("node", node)):
        if not isinstance(given, str | None):
            raise InvalidCoachingError(f"{name} is the name of one as a text, not {type(given).__name__}")
    found = frozenset([tags] if isinstance(tags, str) or not isinstance(tags, Iterable) else tags)
    if not all(isinstance(tag, str) for tag in found):
        raise InvalidCoachingError("tags are several texts, such as ('vip', 'beta')")
    return Labels(agent=agent, node=node, tags=found, thread_id=None if thread_id is None else str(thread_id))


def labels_as_text(agent: Any, node: Any, tags: Any) -> Labels:
    """The same of whatever is given while a graph runs, where nothing is refused: what is no text becomes one."""
    many = [] if tags is None else [tags] if isinstance(tags, str) or not isinstance(tags, Iterable) else [*tags]
    agent, node = (None if given is None else str(given) for given in (agent, node))
    return Labels(agent=agent, node=node, tags=frozenset(map(str, many)))


class ChangeMark(CheckedModel):
    """What a revision knows of the change set that made it, so that the history itself tells of all sets."""

    id: Name
    """Of the set."""
    before: Annotated[int, Field(ge=1)]
    """The revision that was there before."""
    status: Status
    """Of that revision, and what follows too."""
    share: float | None = None
    cohort: Name | None = None
    expires_at: UtcTime | None = None
    replaced_by: tuple[Name, ...] = ()
    """Coachings of the set that took its place; none for those that were promoted."""
    undoes: Name | None = None
    """The set that this one takes back."""
    author: Name | None = None
    note: Remark = ""


class Coaching(CheckedModel):
    """One piece of feedback, at one revision."""

    id: Name
    namespace: Name = "default"
    intent: Annotated[Line, AfterValidator(_drop_boilerplate)]
    """The situation it applies to, one scenario in words; "When replying to" in front is dropped."""
    behavior: Behavior
    examples: tuple[Example, ...] = ()
    source: Source | None = None
    scope: Scope = Scope()
    priority: Annotated[int, Field(ge=-PRIORITY_LIMIT, le=PRIORITY_LIMIT)] = 0
    """Takes precedence over probability when several apply; -100 to 100."""
    status: Status = "active"
    share: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] | None = None
    """Of a canary, and of nothing else: in how many of the threads it is in the prompts, above 0 (that is a shadow) and
    up to 1."""
    cohort: Name | None = None
    """Of a canary: what its threads are drawn by; by its id when None. Canaries of one change set have the same."""
    notes: Remark = ""
    """Private: for authors only, never in a prompt."""
    author: Name | None = None
    changed_by: Name | None = None
    """Who made this revision, where it was not the author or does not show in that; not kept for the next one."""
    created_at: UtcTime = Field(default_factory=lambda: datetime.now(UTC))
    updated_at: UtcTime = Field(default_factory=lambda: datetime.now(UTC))
    expires_at: UtcTime | None = None
    """From then on it is not recalled."""
    revision: Annotated[int, Field(ge=1)] = 1
    """Counts from 1; every edit makes the next one."""
    deleted: bool = False
    """True only in the history of a coaching that was deleted."""
    lineage: tuple[str, ...] = ()
    """Of a revision that came with an import: digests (`exchange.digest_of`) of those it comes from, oldest first."""
    changed_in: ChangeMark | None = None
    """Of a revision that a change set has made: which one, and what it was before."""

    @model_validator(mode="before")
    @classmethod
    def _drop_share_of_others(cls, fields: Any) -> Any:
        if isinstance(fields, dict) and not fields.keys().isdisjoint(_OF_CANARY) and fields.get("status") != "canary":
            return {name: value for name, value in fields.items() if name not in _OF_CANARY}
        return fields

    @model_validator(mode="after")
    def _refuse_canary_without_share(self) -> Self:
        if self.status == "canary" and self.share is None:
            raise ValueError("needs a `share` of the threads, such as 0.1, where its status is canary")
        return self

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def content_hash(self) -> str:
        """First 16 hex digits of the SHA-256 over everything that changes when or what it says."""
        said = self.model_dump(
            mode="json",
            include={"intent", "behavior", "scope", "priority", "status", "expires_at", "deleted"},
        )
        if self.status == "canary":
            said |= {"share": self.share, "cohort": self.cohort}
        said["examples"] = [(example.text, example.turns, example.applies) for example in self.examples]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    def __repr__(self) -> str:
        """One line: id, revision, when and what."""
        state = "deleted" if self.deleted else self.status
        said = f"{quote_line(self.intent)}, {self.behavior.type} {quote_line(self.behavior.render())}"
        return f"Coaching({self.id} revision {self.revision}, {state}: {said})"

    def __str__(self) -> str:
        """The same; `model_dump` has all of it."""
        return repr(self)

    @property
    def unused(self) -> set[str]:
        """Fields that came later and say nothing here; what is written does without them, as it did before."""
        return {name for name in _LATER if getattr(self, name) == type(self).model_fields[name].default}

    def _repr_html_(self) -> str:
        scope = [f"agent {self.scope.agent}"] if self.scope.agent else []
        scope += [f"node {self.scope.node}"] if self.scope.node else []
        rows = [("when replying to", self.intent), ("do this", self.behavior.render())]
        rows += [("also here" if one.applies else "never here", one.text) for one in self.examples]
        rows.append(("only", ", ".join([*scope, *self.scope.tags])))
        rows.append(("priority", str(self.priority or "")))
        rows.append(("until", self.expires_at.isoformat() if self.expires_at else ""))
        rows.append(("written from", f"{self.source.trace_id}:{self.source.step}" if self.source else ""))
        return card_html(self.id, f"{'deleted' if self.deleted else self.status}, revision {self.revision}", rows)

    def unshared(self) -> Self:
        """Itself; a copy where somebody could change it for others, which only arguments of a tool allow."""
        if not getattr(self.behavior, "arguments", None):
            return self
        return self.model_copy(update={"behavior": self.behavior.model_copy(deep=True)})

    def live(self, now: datetime) -> bool:
        """Whether it may be recalled at that time."""
        return self.status == "active" and not self.deleted and not self.expired(now)

    def expired(self, now: datetime) -> bool:
        """Whether it has ended by then."""
        return self.expires_at is not None and self.expires_at <= now

    def revised(self, **changes: Any) -> Self:
        """The next revision with these fields changed, validated anew.

        Raises:
            InvalidCoachingError: A field is unknown, fixed or not acceptable.
        """
        fixed = {"id", "namespace", "revision", "created_at", "updated_at", "content_hash"} & changes.keys()
        if fixed:
            raise InvalidCoachingError(f"{', '.join(sorted(fixed))} cannot be edited; add a new coaching instead")
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        told = {"revision": self.revision + 1, "updated_at": datetime.now(UTC)}
        return type(self)(**fields | {"lineage": (), "changed_in": None, "changed_by": None} | changes | told)


def refuse_id(text: str) -> None:
    """Refuses an id that could be taken for something else in a command, an address or a file.

    Raises:
        InvalidCoachingError: It holds anything but letters, digits and `_.:-`.
    """
    if not _ID.fullmatch(text):
        raise InvalidCoachingError(f"the id {text!r} may hold letters, digits and the signs _ . : - only; or give none")


def new_id() -> str:
    """A short id of 60 random bits, such as `c-k3v9q2m7x4ab`, made before the first write: a retry cannot double it."""
    alphabet = "abcdefghjkmnpqrstuvwxyz023456789"
    return "c-" + "".join(secrets.choice(alphabet) for _ in range(12))
