"""Exchange: a coaching as one readable text, and the coaching in such a text.

The text says everything a person can say, in the order of `ORDER`, and at its end what it was exported from: the
revision, a digest of what that said, and the digests of those before it. By these two stores find what they last had in
common. The namespace is left out, since a text may go into another one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.behavior import behavior_of
from langgraph_coaching.coaching.compose import scope_of
from langgraph_coaching.coaching.model import Coaching, Example, Scope, Source, refuse_id
from langgraph_coaching.coaching.validation import CheckedModel
from langgraph_coaching.coaching.yaml_form import read_yaml, write_yaml
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

FORM = "1"
"""What stands after `coaching:`; a reader takes this form only."""

EARLIER_LIMIT = 20
"""Digests of earlier revisions that a text carries."""

KEPT_BY_STORE = ("namespace", "updated_at", "deleted", "lineage", "content_hash")
"""Fields of a coaching that are no part of its text."""

SAID = tuple(
    name for name in Coaching.model_fields if name not in (*KEPT_BY_STORE, "id", "notes", "created_at", "revision")
)
"""Fields that make up what it says, notes apart: those that a digest covers."""

ORDER = ("id", *SAID, "notes", "created_at", "revision")
"""Fields in the order they are written in."""

_SIDES = {"also": True, "never": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachingText:
    """What a text says."""

    coaching: Coaching
    """At the revision it was exported at; 1 where none is given."""
    digest: str | None
    """Of what was exported; None where the text was written by hand."""
    earlier: tuple[str, ...] = ()
    """Digests of the revisions before, oldest first."""
    notes_given: bool = False
    notes_digest: str | None = None

    @property
    def edited(self) -> bool:
        """Whether it says something else than what was exported."""
        notes = self.notes_given and self.notes_digest != digest_of_notes(self.coaching)
        return notes or self.digest != digest_of(self.coaching)


def digest_of(coaching: Coaching) -> str:
    """12 hex digits of the SHA-256 over a revision's number and what it says, notes apart."""
    said = coaching.model_dump(mode="json", include={*SAID, "revision"})
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


def digest_of_notes(coaching: Coaching) -> str:
    """12 hex digits of the SHA-256 over its notes."""
    return hashlib.sha256(coaching.notes.encode()).hexdigest()[:12]


def write_coaching(coaching: Coaching, earlier: Sequence[str] = (), *, notes: bool = False) -> str:
    """A coaching as text; the same always gives the same.

    Args:
        coaching: The revision.
        earlier: Digests of those before it, oldest first.
        notes: Whether its private notes go along.
    """
    told = {name: getattr(coaching, name) for name in ORDER if notes or name != "notes"}
    always = {"id", "intent", "behavior", "status", "notes", "created_at", "revision"}
    fields = {
        name: _written_value(name, value)
        for name, value in told.items()
        if name in always or value != Coaching.model_fields[name].default
    }
    fields["exported"] = " ".join([digest_of(coaching), *([digest_of_notes(coaching)] if notes else [])])
    if earlier:
        fields["earlier"] = [*earlier[-EARLIER_LIMIT:]]
    return write_yaml({"coaching": int(FORM), **fields})


def _written_value(name: str, value: Any) -> Any:
    if name == "examples":
        return [_written_example(example) for example in value]
    if name == "behavior":
        fields = dict(_changed_fields(value))
        how = {"instruction": fields.pop("instruction")} if "instruction" in fields else {}
        return {"type": value.type, **fields, **how}
    if isinstance(value, CheckedModel):
        return {key: list(held) if isinstance(held, tuple) else held for key, held in _changed_fields(value)}
    return value


def _changed_fields(value: CheckedModel) -> Iterable[tuple[str, Any]]:
    fields = type(value).model_fields
    return ((key, held) for key, held in value if held != fields[key].get_default(call_default_factory=True))


def _written_example(example: Example) -> dict[str, Any]:
    turns = [{"user" if user else "agent": text} for text, user in example.turns]
    more = {key: held for key, held in _changed_fields(example) if key not in {"text", "turns", "applies"}}
    return {"also" if example.applies else "never": example.text, **more} | ({"turns": turns} if turns else {})


def read_coaching(text: str, namespace: str = "default") -> CoachingText:
    """The coaching in a text.

    Args:
        text: As `write_coaching` gives it, perhaps edited by hand.
        namespace: Where it shall belong.

    Raises:
        InvalidCoachingError: It is none; the message begins with the line.
    """
    fields, lines = read_yaml(text)
    if "coaching" not in fields:
        raise InvalidCoachingError("line 1: is no coaching (there is no line `coaching: 1`); move it elsewhere")
    if fields.pop("coaching") != FORM:
        raise InvalidCoachingError(
            f"line {lines['coaching']}: is of another form than {FORM}; upgrade langgraph-coaching to read it"
        )
    notes_given = "notes" in fields
    digests = str(fields.pop("exported", "")).split()
    earlier = fields.pop("earlier", [])
    if not isinstance(earlier, list) or not all(isinstance(one, str) for one in earlier):
        raise InvalidCoachingError(f"line {lines['earlier']}: earlier must be a list; leave it as it was exported")
    if unknown := next((name for name in fields if name not in ORDER), None):
        raise InvalidCoachingError(f"line {lines[unknown]}: `{unknown}` is no field; use {', '.join(ORDER)}")
    if missing := next((name for name in ("id", "intent", "behavior") if not fields.get(name)), None):
        raise InvalidCoachingError(f"line {lines.get(missing, 1)}: `{missing}` is required")
    given = {
        name: _read_value(name, value, lines[name])
        for name, value in fields.items()
        if value not in ("", [])  # a field that was emptied is one that was left out
    }
    return CoachingText(
        coaching=Coaching(**given, namespace=namespace),
        digest=digests[0] if digests else None,
        earlier=tuple(earlier),
        notes_given=notes_given,
        notes_digest=digests[1] if len(digests) > 1 else None,
    )


def _read_value(name: str, value: Any, line: int) -> Any:
    try:
        read = _READERS[name](value) if name in _READERS else value
        if name == "id":
            refuse_path(read)
        # Checked field by field, so that a fault has its line.
        stand_in = {"id": "c", "intent": "i", "behavior": {"type": "reply", "text": "r"}, name: read}
        return getattr(Coaching(**stand_in), name)
    except InvalidCoachingError as error:
        raise InvalidCoachingError(f"line {line}: {error}") from None


def refuse_path(name: Any) -> None:
    """Refuses an id that is more than a name.

    Raises:
        InvalidCoachingError: It holds anything but letters, digits and `_.:-`.
    """
    if not isinstance(name, str):
        raise InvalidCoachingError("id must be a short name of letters, digits and the signs _ . : -")
    refuse_id(name)


def _read_examples(value: Any) -> tuple[Example, ...]:
    if not isinstance(value, list):
        raise InvalidCoachingError("examples must be a list, each beginning with `- also:` or `- never:`")
    found = []
    for number, item in enumerate(value, 1):
        try:
            found.append(_read_example(item))
        except InvalidCoachingError as error:
            raise InvalidCoachingError(f"example {number}: {error}") from None
    return tuple(found)


def _read_example(item: Any) -> Example:
    fields = dict(item) if isinstance(item, dict) else {"also": item}
    sides = [side for side in _SIDES if side in fields]
    if len(sides) != 1:
        raise InvalidCoachingError("begin it with `also:` (where it applies) or with `never:`, not with both")
    text, turns = fields.pop(sides[0]), fields.pop("turns", [])
    return Example(**{**fields, "text": text, "applies": _SIDES[sides[0]], "turns": _read_turns(turns)})


def _read_turns(value: Any) -> tuple[tuple[str, bool], ...]:
    turns: list[Any] = value if isinstance(value, list) else [None]
    if not all(isinstance(turn, dict) and len(turn) == 1 and {*turn} <= {"user", "agent"} for turn in turns):
        raise InvalidCoachingError("turns must be a list of `- user: …` and `- agent: …`, the latest first")
    return tuple((text, who == "user") for turn in turns for who, text in turn.items())


def _read_mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidCoachingError("must have its fields below it, each with two blanks in front")
    return value


_READERS: dict[str, Callable[[Any], Any]] = {
    "behavior": lambda value: behavior_of(_read_mapping(value)),
    "examples": _read_examples,
    "scope": lambda value: scope_of(Scope(), _read_mapping(value)),
    "source": lambda value: Source(**_read_mapping(value)),
}
