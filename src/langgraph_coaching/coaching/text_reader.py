"""The coaching in a text, each fault with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.behavior import behavior_of
from langgraph_coaching.coaching.compose import scope_of
from langgraph_coaching.coaching.exchange import FORM, ORDER, CoachingText
from langgraph_coaching.coaching.model import Coaching, Example, Scope, Source, refuse_id
from langgraph_coaching.coaching.yaml_reader import read_yaml
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SIDES = {"also": True, "never": False}


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
    if ("share" in given) != (given.get("status") == "canary"):
        line = lines.get("share", lines.get("status", 1))
        raise InvalidCoachingError(f"line {line}: `status: canary` and `share` go together; give both, or none")
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
        stand_in: dict[str, Any] = {"id": "c", "intent": "i", "behavior": {"type": "reply", "text": "r"}, name: read}
        canary: dict[str, Any] = (
            {"status": "canary", "share": 1.0} if name in ("share", "cohort") or read == "canary" else {}
        )
        return getattr(Coaching(**canary | stand_in), name)
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
