"""The fields of a coaching as a person types them, so that a type checker and an editor know their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Required, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from langgraph_coaching.coaching.behavior import Behavior, BehaviorType
    from langgraph_coaching.coaching.examples import Answerable
    from langgraph_coaching.coaching.model import Example, Scope, Source, Status

    ExampleLike = str | Answerable | Example | Mapping[str, Any]
    """A situation: a text, a recorded one, or an example with its fields."""


class CommonFields(TypedDict, total=False):
    """What may be given whenever a coaching is written."""

    examples: Iterable[ExampleLike]
    """Situations in which it also applies."""
    never: Iterable[ExampleLike]
    """Situations in which it never does."""
    scope: Scope | Mapping[str, Any]
    """All labels at once; or by name, as the next three."""
    agent: str | None
    node: str | None
    tags: Iterable[str]
    priority: int
    """-100 to 100; takes precedence over probability."""
    status: Status
    share: float | None
    """Of a canary: in how many of the threads it is in the prompts, above 0 and up to 1."""
    notes: str
    """Private: for authors only, never in a prompt."""
    author: str | None
    source: Source | Mapping[str, Any] | None
    """The recorded step it was written from."""
    expires_at: datetime | str | None
    """A moment with a time zone, or the same as ISO 8601; from then on it is not recalled."""


class NewFields(CommonFields, total=False):
    """What may be given besides intent and behavior when a coaching is new."""

    id: str | None
    """Chosen once; a random one when it is not given."""


class NewCoaching(NewFields, total=False):
    """A new coaching as one mapping, such as a row of `add_many`."""

    intent: Required[str]
    """When replying to what."""
    behavior: Required[Behavior | Mapping[str, Any]]
    """What to do then: one of the six, or a mapping with a `type`."""


class Changes(CommonFields, total=False):
    """What may be changed of a saved coaching."""

    intent: str
    behavior: Behavior | Mapping[str, Any]
    add_examples: Iterable[ExampleLike]
    """Further situations in which it also applies; those that are known stay."""
    add_never: Iterable[ExampleLike]
    """Further situations in which it never does."""
    changed_by: str | None
    """Who makes the change, for the history; the author where it is left out and `author` is given."""
    remove: Iterable[ExampleLike]
    """Examples that are no longer any, whoever said so."""


class Filters(TypedDict, total=False):
    """Which coachings are listed; those that all of these hold for, None for any."""

    status: Status | None
    text: str | None
    """Somewhere in intent, behavior, examples or notes, in any case."""
    behavior: BehaviorType | None
    agent: str | None
    node: str | None
    tag: str | None
    trace_id: str | None
    """Written from a step of this trace."""
    expired: bool | None
    """Only those that have ended, or only those that have not."""
