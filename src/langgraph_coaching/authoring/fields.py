"""What a person types about a coaching, made into its fields; nothing else gets in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from langgraph_coaching.coaching.behavior import behavior_of
from langgraph_coaching.coaching.model import Coaching, Example, Scope, new_id
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError

FURTHER = ("priority", "status", "notes", "author", "source", "expires_at")
"""Fields of a coaching that a person gives as they are."""

ACCEPTED = ("intent", "behavior", "examples", "never", "scope", "agent", "node", "tags", *FURTHER)
"""Everything a person gives; id and namespace are chosen once, the rest is kept by the store."""


def compose(
    namespace: str,
    /,
    *,
    intent: str,
    behavior: Any,
    examples: Iterable[Any] = (),
    never: Iterable[Any] = (),
    id: str | None = None,  # noqa: A002 - the field's name
    **fields: Any,
) -> Coaching:
    """A coaching from what a person types.

    Args:
        namespace: Where it belongs.
        intent: When replying to what.
        behavior: One of the six, or a mapping with a `type`.
        examples: Texts (or `Example`s) of situations in which it also applies.
        never: Texts of situations in which it never does.
        id: Its id; a random one when None.
        **fields: `agent`, `node` and `tags` (or a whole `scope`); `priority`, `status`, `notes`, `author`, `source`,
            `expires_at`.

    Raises:
        InvalidCoachingError: A field is unknown or not acceptable.
    """
    refuse_unknown(fields)
    return Coaching(
        id=new_id() if id is None else id,
        namespace=namespace,
        intent=intent,
        behavior=behavior_of(behavior),
        examples=(*examples_of(examples), *examples_of(never, applies=False)),
        scope=scope_of(Scope(), fields),
        **{name: value for name, value in fields.items() if name in FURTHER},
    )


def refuse_unknown(fields: Iterable[str]) -> None:
    """Refuses fields that no person gives.

    Raises:
        InvalidCoachingError: The message names them, and those there are.
    """
    if unknown := [name for name in fields if name not in ACCEPTED]:
        raise InvalidCoachingError(f"{', '.join(map(str, unknown))} cannot be given; use {', '.join(ACCEPTED)}")


def scope_of(present: Scope, fields: Mapping[str, Any]) -> Scope:
    """The scope that fields ask for: `scope` whole, or `agent`, `node` and `tags` by name.

    Args:
        present: What is kept where a field is not given.
        fields: As a person types them.

    Raises:
        InvalidCoachingError: A label is not acceptable.
    """
    whole = fields.get("scope", present)
    labels = {name: fields[name] for name in ("agent", "node", "tags") if name in fields}
    if isinstance(labels.get("tags"), str):
        raise InvalidCoachingError("tags is a list of labels; put a single one into brackets")
    kept = whole.model_dump() if isinstance(whole, Scope) else whole
    if not isinstance(kept, Mapping):
        raise InvalidCoachingError("scope must be a Scope, or a mapping of `agent`, `node` and `tags`")
    return Scope(**{**kept, **labels})


def examples_of(texts: Iterable[Any], *, applies: bool = True) -> tuple[Example, ...]:
    """Examples from plain texts.

    Args:
        texts: Texts, `Example`s or mappings with the fields of one.
        applies: Whether the plain texts say where it applies, or where it never does.

    Raises:
        InvalidCoachingError: One text was given where a list is expected, or a text is not acceptable.
    """
    name = "examples" if applies else "never"
    if isinstance(texts, str | Mapping) or not isinstance(texts, Iterable):
        raise InvalidCoachingError(f"{name} is a list of texts; put a single text into brackets")
    found = []
    for number, text in enumerate(texts, 1):
        try:
            found.append(_example(text, applies=applies))
        except InvalidCoachingError as error:
            raise InvalidCoachingError(f"{name} {number}: {error}") from None
    return tuple(found)


def _example(text: Any, *, applies: bool) -> Example:
    if isinstance(text, Example):
        return text
    return Example(**{"applies": applies, **text}) if isinstance(text, Mapping) else Example(text=text, applies=applies)


def edited(coaching: Coaching, changes: Mapping[str, Any]) -> Coaching:
    """The next revision with changes as a person types them.

    Args:
        coaching: A live coaching.
        changes: Fields of a coaching; `examples` and `never` as texts, `agent`, `node` and `tags` by name.

    Raises:
        InvalidCoachingError: A field is unknown, fixed or not acceptable.
        NotFoundError: It was deleted.
    """
    if coaching.deleted:
        raise NotFoundError(f"{coaching.id} was deleted; coach.restore({coaching.id!r}) brings it back")
    if not changes:
        raise InvalidCoachingError("nothing to change: name a field, e.g. intent='…'")
    refuse_unknown(changes)
    changed = {name: value for name, value in changes.items() if name in (*FURTHER, "intent")}
    if "behavior" in changes:
        changed["behavior"] = behavior_of(changes["behavior"])
    if not {"scope", "agent", "node", "tags"}.isdisjoint(changes):
        changed["scope"] = scope_of(coaching.scope, changes)
    if not {"examples", "never"}.isdisjoint(changes):
        applies = changes.get("examples", [example for example in coaching.examples if example.applies])
        never = changes.get("never", [example for example in coaching.examples if not example.applies])
        changed["examples"] = (*examples_of(applies), *examples_of(never, applies=False))
    return coaching.revised(**changed)


def composed_many(namespace: str, rows: Iterable[Mapping[str, Any]]) -> list[Coaching]:
    """Coachings from many rows of fields; all of them are checked before any is written.

    Raises:
        InvalidCoachingError: A row is not acceptable; the message says which, counted from 1.
    """
    found = []
    for number, row in enumerate(rows, 1):
        try:
            found.append(compose(namespace, **{"intent": "", "behavior": None, **row}))
        except InvalidCoachingError as error:
            raise InvalidCoachingError(f"row {number}: {error}; nothing was saved") from None
        except TypeError:
            raise InvalidCoachingError(
                f"row {number}: it must be a mapping of fields such as `intent` and `behavior`; nothing was saved"
            ) from None
    return found
