"""A coaching composed of the fields that a person types: each is checked, and nothing else gets in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from langgraph_coaching.coaching.behavior import behavior_of
from langgraph_coaching.coaching.example_changes import CHANGES, examples_after
from langgraph_coaching.coaching.examples import examples_of
from langgraph_coaching.coaching.model import Coaching, Scope, new_id, refuse_id
from langgraph_coaching.coaching.stage import STAGED
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError

FURTHER = ("priority", "status", "share", "notes", "author", "source", "expires_at")
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
        **fields: `agent`, `node` and `tags` (or a whole `scope`); `priority`, `status`, `share`, `notes`, `author`,
            `source`, `expires_at`.

    Raises:
        InvalidCoachingError: A field is unknown or not acceptable.
    """
    refuse_unknown(fields)
    coaching = Coaching(
        id=new_id() if id is None else id,
        namespace=namespace,
        intent=intent,
        behavior=behavior_of(behavior),
        examples=(*examples_of(examples), *examples_of(never, applies=False)),
        scope=scope_of(Scope(), fields),
        **{name: value for name, value in fields.items() if name in FURTHER},
    )
    refuse_id(coaching.id)
    refuse_share(coaching, fields)
    return coaching


def refuse_share(coaching: Coaching, fields: Mapping[str, Any]) -> None:
    """Refuses a share that was given for what is no canary.

    Raises:
        InvalidCoachingError: The message says what to give.
    """
    if fields.get("share") is not None and coaching.status != "canary":
        raise InvalidCoachingError(f"share is of a canary, and this is {coaching.status}: give status='canary' with it")


def refuse_unknown(fields: Iterable[str], accepted: tuple[str, ...] = ACCEPTED) -> None:
    """Refuses fields that no person gives.

    Raises:
        InvalidCoachingError: The message names them, and those there are.
    """
    if unknown := [name for name in fields if name not in accepted]:
        raise InvalidCoachingError(f"{', '.join(map(str, unknown))} cannot be given; use {', '.join(accepted)}")


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


def edit_coaching(coaching: Coaching, changes: Mapping[str, Any]) -> Coaching:
    """The next revision with changes as a person types them.

    Args:
        coaching: A live coaching.
        changes: Fields of a coaching, `agent`, `node` and `tags` by name. `examples` and `never` are the author's own
            ones, given anew; `add_examples`, `add_never` and `remove` leave the others as they are.

    Returns:
        The same revision where its examples are what they were.

    Raises:
        InvalidCoachingError: A field is unknown, fixed or not acceptable, or there is no such example to remove.
        NotFoundError: It was deleted.
    """
    if coaching.deleted:
        raise NotFoundError(f"{coaching.id} was deleted; coach.restore({coaching.id!r}) brings it back")
    if not changes.keys() - {"changed_by"}:
        raise InvalidCoachingError("nothing to change: name a field, e.g. intent='…'")
    refuse_unknown(changes, (*ACCEPTED, *CHANGES, "changed_by"))
    changed = {name: value for name, value in changes.items() if name in (*FURTHER, "intent")}
    if "behavior" in changes:
        changed["behavior"] = behavior_of(changes["behavior"])
    if not {"scope", "agent", "node", "tags"}.isdisjoint(changes):
        changed["scope"] = scope_of(coaching.scope, changes)
    if not {"examples", "never", *CHANGES}.isdisjoint(changes):
        changed["examples"] = examples_after(coaching.examples, changes)
        if changed == {"examples": coaching.examples}:
            return coaching
    revised = coaching.revised(**changed, changed_by=_changer_of(coaching, changes))
    refuse_share(revised, changes)
    return revised


def _changer_of(coaching: Coaching, changes: Mapping[str, Any]) -> str | None:
    """Who makes a change; an author who stays the same does not show in that field."""
    named: str | None = changes.get("changed_by")
    author: str | None = changes.get("author")
    return author if named is None and author == coaching.author else named


def restore_coaching(latest: Coaching, wanted: Coaching | None, by: str | None = None) -> Coaching:
    """The next revision, active again: as it last was, or with what an earlier revision said.

    What was deleted in shadow or as a canary is that again: only `promote` brings it into every prompt.

    Args:
        latest: The latest revision, deleted or not.
        wanted: An earlier one of the same coaching.
        by: Who brings it back.
    """
    said = ("intent", "behavior", "examples", "scope", "priority", "notes", "expires_at")
    fields = {} if wanted is None else {name: getattr(wanted, name) for name in said}
    status = latest.status if latest.deleted and latest.status in STAGED else "active"
    return latest.revised(**fields, status=status, deleted=False, changed_by=by)


def compose_many(namespace: str, rows: Iterable[Mapping[str, Any]]) -> list[Coaching]:
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
