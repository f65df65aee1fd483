"""What `replay --using` names: a saved coaching, at a revision or not, or those of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from langgraph_coaching.cli.ids import coaching_id
from langgraph_coaching.cli.rows import read_rows
from langgraph_coaching.coaching.compose import compose_many
from langgraph_coaching.coaching.model import Coaching
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from langgraph_coaching.coach import Coach


def supposed_coachings(coach: Coach, named: list[str]) -> list[Coaching]:
    """The coachings that a replay shall suppose to be active.

    Args:
        coach: Where they are saved.
        named: Each an id, `ID:REVISION`, or a file of coachings as `add --from` reads it.

    Raises:
        InvalidCoachingError: A file cannot be read, or a revision is no number.
        NotFoundError: There is no such coaching or revision.
    """
    return [one for given in named for one in _read_supposed(coach, given)]


def _read_supposed(coach: Coach, given: str) -> list[Coaching]:
    if given.endswith((".jsonl", ".json")) or Path(given).is_file():
        return compose_many(coach.namespace, read_rows(Path(given)))
    name, _, revision = given.rpartition(":")
    if name and not coach.find_ids(given, kind="coaching"):
        if not revision.isdecimal() or int(revision) < 1:
            raise InvalidCoachingError(f"--using is ID, ID:REVISION or a file, not {given!r}; `history ID` has them")
        found = coach.get(coaching_id(coach, name), revision=int(revision))
    else:
        found = coach.get(coaching_id(coach, given))
    fields = {field: getattr(found, field) for field in Coaching.model_fields}
    return [Coaching(**fields | {"status": "active", "deleted": False})]
