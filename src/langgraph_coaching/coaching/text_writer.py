"""A coaching written as one readable text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.exchange import EARLIER_LIMIT, FORM, ORDER, digest_of, digest_of_notes
from langgraph_coaching.coaching.model import Coaching
from langgraph_coaching.coaching.validation import CheckedModel
from langgraph_coaching.coaching.yaml_writer import write_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from langgraph_coaching.coaching.model import Example


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
        how = {name: fields.pop(name) for name in ("enforce", "instruction") if name in fields}
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
