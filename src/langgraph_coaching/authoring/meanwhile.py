"""What was changed meanwhile: of two people who change one coaching, none undoes what the other has done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.authoring.merge_fields import merge_labels, merge_situations, merge_values
from langgraph_coaching.coaching.compose import edit_coaching, refuse_share, scope_of
from langgraph_coaching.errors import ChangedMeanwhileError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from langgraph_coaching.coaching.model import Coaching, Example

FIELDS = ("intent", "behavior", "priority", "status", "share", "notes", "author", "source", "expires_at", "deleted")
"""What is compared as a whole; labels of the scope and examples are compared one by one."""

_SHOWN = 160
"""Characters of a value in a message."""

_Values = dict[str, tuple[Any, Any]]


def edit_revision(
    latest: Coaching, *, began: Coaching | None, changes: Mapping[str, Any], strict: bool = True
) -> Coaching:
    """The next revision for somebody who has looked at an earlier one: what both have changed is in it.

    Args:
        latest: The coaching as it is now.
        began: The revision that they looked at; None for whatever it is now.
        changes: As `edit_coaching` takes them.
        strict: Whether it is said where both have changed the same, each in its own way; else theirs has the say.

    Raises:
        ChangedMeanwhileError: Both have; the message has both values.
        InvalidCoachingError: A change is not acceptable.
        NotFoundError: It was deleted.
    """
    if began is None or began.revision == latest.revision or began.deleted or latest.deleted:
        return edit_coaching(latest, changes)
    return merge_edits(began, edit_coaching(began, changes), latest, strict=strict)


def merge_edits(began: Coaching, mine: Coaching, latest: Coaching, *, strict: bool = True) -> Coaching:
    """The next revision, from two that were begun at the same one: whoever has changed a value has the say.

    Labels and examples are merged one by one, so that two who add to a list have both added.

    Args:
        began: What both come from.
        mine: It with the change that is made now.
        latest: It with what others have changed.
        strict: As of `edit_revision`.

    Returns:
        The latest one itself where it says all of it already.

    Raises:
        ChangedMeanwhileError: Both have changed the same.
        InvalidCoachingError: Together they are not acceptable.
    """
    merged: dict[str, Any] = {}
    both: dict[str, Any] = {}
    sides = [_values_of(one) for one in (began, mine, latest)]
    for name, (then, now, theirs) in {name: tuple(side[name] for side in sides) for name in sides[0]}.items():
        found = merge_values(then, then, now, theirs)
        if found is None and strict and name != "author":  # who has made a revision is in its history
            both[name] = now
        merged[name] = (found or (now,))[0]
    examples, over = merge_situations(began.examples, mine.examples, latest.examples)
    if both or (over and strict):
        raise _conflict(began, latest, both, over)
    tags = merge_labels(began.scope.tags, mine.scope.tags, latest.scope.tags)
    merged["scope"] = scope_of(latest.scope, {"agent": merged.pop("agent"), "node": merged.pop("node"), "tags": tags})
    changed = {name: value for name, value in merged.items() if value != getattr(latest, name)}
    changed |= {"examples": examples} if examples != latest.examples else {}
    if not changed:
        return latest
    revised = latest.revised(**changed, changed_by=mine.changed_by)
    refuse_share(revised, changed)
    return revised


def changes_since(began: Coaching, latest: Coaching) -> list[str]:
    """What people have changed between two revisions, in words; what verdicts have taught is left out."""
    return [_describe(name, *pair) for name, pair in _changes_by_people(began, latest).items()]


def _changes_by_people(began: Coaching, latest: Coaching) -> _Values:
    return field_changes(began, latest) | _example_changes(began, latest, learned=False)


def _values_of(coaching: Coaching) -> dict[str, Any]:
    """What is compared as a whole."""
    labels = {name: getattr(coaching.scope, name) for name in ("agent", "node")}
    return {name: getattr(coaching, name) for name in FIELDS} | labels


def field_changes(before: Coaching, after: Coaching) -> _Values:
    """The fields, without examples, in which two revisions differ: what was there, and what is."""
    old, new = ({**_values_of(one), "tags": one.scope.tags} for one in (before, after))
    return {name: (old[name], new[name]) for name in old if old[name] != new[name]}


def _example_changes(before: Coaching, after: Coaching, *, learned: bool = True) -> _Values:
    def sides(coaching: Coaching) -> set[Any]:
        return _example_sides(coaching, learned=learned)

    gone, come = sides(before) - sides(after), sides(after) - sides(before)
    lines = [*((one, None) for one in sorted(gone)), *((None, one) for one in sorted(come))]
    return {f"example {number}": pair for number, pair in enumerate(lines, 1)}


def _example_sides(coaching: Coaching, *, learned: bool = True) -> set[Any]:
    return {_side(one) for one in coaching.examples if learned or one.origin != "verdict"}


def _side(example: Example) -> tuple[bool, tuple[tuple[str, bool], ...]]:
    return example.applies, example.turns or ((example.text, True),)


def _conflict(
    began: Coaching, latest: Coaching, both: Mapping[str, Any], over: Sequence[Example]
) -> ChangedMeanwhileError:
    pairs = _changes_by_people(began, latest)
    yours = {name: f"; yours: {_shorten(value)}" for name, value in both.items()}
    lines = [f"  {_describe(name, *pair)}{yours.get(name, '')}" for name, pair in pairs.items()]
    lines += [f"  yours: {_shorten(one.text)} {'applies' if one.applies else 'never applies'}" for one in over]
    return ChangedMeanwhileError(
        f"{latest.id} was changed meanwhile; you began at revision {began.revision}, it is at {latest.revision} "
        f"({latest.updated_at:%Y-%m-%d %H:%M} UTC) now:\n" + "\n".join(lines) + "\n"
        f"Nothing was saved. Look at it with coach.get({latest.id!r}); to put yours on top, give it again with "
        f"coach.edit({latest.id!r}, revision={latest.revision}, …), or begin a new draft"
    )


def _describe(name: str, before: Any, after: Any) -> str:
    if name.startswith("example"):
        applies, turns = before or after
        kind = "example" if applies else 'example of "never here"'
        return f"{kind} {'removed' if after is None else 'added'}: {_shorten(next(text for text, _ in turns))}"
    return f"{name}: {_shorten(before)} → {_shorten(after)}"


def _shorten(value: Any) -> str:
    said = value.render() if hasattr(value, "render") else value
    text = str(list(said) if isinstance(said, tuple) else said) if not isinstance(said, str) else repr(said)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
