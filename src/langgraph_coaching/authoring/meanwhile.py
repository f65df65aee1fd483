"""What was changed meanwhile: of two people who change one coaching, the second is told, and overwrites nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.compose import edit_coaching
from langgraph_coaching.errors import ChangedMeanwhileError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from langgraph_coaching.coaching.model import Coaching, Example

FIELDS = ("intent", "behavior", "priority", "status", "share", "notes", "author", "source", "expires_at", "deleted")
"""What is compared as a whole; labels of the scope and examples are compared one by one."""

_SHOWN = 160
"""Characters of a value in a message."""

_Values = dict[str, tuple[Any, Any]]


def edit_revision(latest: Coaching, *, began: Coaching | None, changes: Mapping[str, Any]) -> Coaching:
    """The next revision for somebody who has looked at an earlier one; what verdicts have taught since is no conflict.

    Args:
        latest: The coaching as it is now.
        began: The revision that they looked at; None for whatever it is now.
        changes: As `edit_coaching` takes them.

    Raises:
        ChangedMeanwhileError: Somebody has changed it since.
        InvalidCoachingError: A change is not acceptable.
        NotFoundError: It was deleted.
    """
    if began is None:
        return edit_coaching(latest, changes)
    since = {name: pair for name, pair in _changes_by_people(began, latest).items() if name != "deleted"}
    if since:
        raise _conflict(began, latest, since)
    return keep_both(began, latest, edit_coaching(latest, changes))


def changes_since(began: Coaching, latest: Coaching) -> list[str]:
    """What people have changed between two revisions, in words; what verdicts have taught is left out."""
    return [_describe(name, *pair) for name, pair in _changes_by_people(began, latest).items()]


def _changes_by_people(began: Coaching, latest: Coaching) -> _Values:
    return field_changes(began, latest) | _example_changes(began, latest, learned=False)


def keep_both(began: Coaching, latest: Coaching, changed: Coaching) -> Coaching:
    """The changed coaching, where nothing that others have changed meanwhile is changed back or over.

    Args:
        began: What the change was begun over.
        latest: The coaching as it is now.
        changed: The latest one with the change.

    Raises:
        ChangedMeanwhileError: Both have changed the same.
    """
    mine = field_changes(latest, changed)
    both = {name: pair for name, pair in field_changes(began, latest).items() if name in mine}
    theirs, then, now = (_example_sides(one) for one in (latest, began, changed))
    over = [*((theirs - then) - now), *((then - theirs) & now)]
    both |= {name: pair for name, pair in _example_changes(began, latest).items() if pair[0] in over or pair[1] in over}
    if both:
        raise _conflict(began, latest, both)
    return changed


def field_changes(before: Coaching, after: Coaching) -> _Values:
    """The fields, without examples, in which two revisions differ: what was there, and what is."""
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in FIELDS}
    pairs |= {name: (getattr(before.scope, name), getattr(after.scope, name)) for name in ("agent", "node", "tags")}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


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


def _conflict(began: Coaching, latest: Coaching, pairs: _Values) -> ChangedMeanwhileError:
    lines = "\n".join(f"  {_describe(name, *pair)}" for name, pair in pairs.items())
    return ChangedMeanwhileError(
        f"{latest.id} was changed meanwhile; you began at revision {began.revision}, it is at {latest.revision} "
        f"({latest.updated_at:%Y-%m-%d %H:%M} UTC) now:\n{lines}\n"
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
