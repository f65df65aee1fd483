"""Validation of what a person writes: what is accepted in an intent, a behavior or a note."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, StringConstraints, ValidationError

from langgraph_coaching.coaching.completion import CompletedModel
from langgraph_coaching.errors import InvalidCoachingError

INTENT_LIMIT = 500
"""Characters of an intent: one scenario in words. Longer ones hold several scenarios and match none of them well."""

NAME_LIMIT = 200
"""Characters of a name or an id."""

PROSE_LIMIT = 4_000
"""Characters of a behavior or a note, about 1,000 tokens: more than one prompt's whole budget belongs in a document."""

_HINTS = {
    "string_too_long": "is longer than {max_length:,} characters; shorten it or move the details into a document",
    "string_too_short": "must not be empty",
    "missing": "is required",
    "extra_forbidden": "is not a field here; check its spelling",
    "union_tag_invalid": "is of unknown type {tag}; use one of {expected_tags}",
    "union_tag_not_found": "needs a `type`: reply, search_knowledge, action, process, playbook or handoff",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "greater_than": "must be above {gt:g}",
    "less_than_equal": "must be at most {le:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "literal_error": "must be {expected}",
    "timezone_aware": "needs a time zone, such as datetime.now(UTC) or 2030-01-31T12:00:00Z",
    "datetime_type": "must be a moment such as 2030-01-31T12:00:00Z",
    "datetime_parsing": "must be a moment such as 2030-01-31T12:00:00Z",
    "datetime_from_date_parsing": "must be a moment such as 2030-01-31T12:00:00Z",
    "model_attributes_type": "must be a mapping of fields with a `type`",
    "model_type": "must be a mapping of fields, or a {class_name}",
    "dict_type": "must be a mapping",
    "tuple_type": "must be a list",
}


_NOT_TYPED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but for tab and newline, and half characters (Unicode's categories Cc and Cs)."""


def _clean_text(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if found := _NOT_TYPED.search(text):
        if found[0] >= "\ud800":
            raise ValueError("contains half a character (a lone surrogate); decode the text as UTF-8 before saving it")
        raise ValueError(f"contains the control character U+{ord(found[0]):04X}; remove it")
    return text


def quote_text(text: str, limit: int) -> str:
    """Transcript text as it may be kept beside a coaching: cut, and without the characters a person may not type."""
    return _NOT_TYPED.sub("", text).strip()[:limit]


def single_line(value: object) -> object:
    """A text as a name or an intent is kept: cleaned, every run of white space one blank.

    Raises:
        ValueError: It holds a control character or half a character.
    """
    text = _clean_text(value)
    return " ".join(text.split()) if isinstance(text, str) else text


def is_name(text: str) -> bool:
    """Whether a text is a name as it is kept, so that two that look alike in a query are the same."""
    return 0 < len(text) <= NAME_LIMIT and text.isprintable() and text == single_line(text)


# The constraint stands first, so that it sees the cleaned text.
Line = Annotated[str, StringConstraints(min_length=1, max_length=INTENT_LIMIT), BeforeValidator(single_line)]
"""One line of text, 1 to 500 characters."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=NAME_LIMIT), BeforeValidator(single_line)]
"""A name: of a tool, an article, an agent, an author, a namespace; 1 to 200 characters."""

Prose = Annotated[str, StringConstraints(min_length=1, max_length=PROSE_LIMIT), BeforeValidator(_clean_text)]
"""Text of several lines, 1 to 4,000 characters."""

Remark = Annotated[str, StringConstraints(max_length=PROSE_LIMIT), BeforeValidator(_clean_text)]
"""Like `Prose`, and may be empty."""


def invalid_error(error: ValidationError, within: str = "") -> InvalidCoachingError:
    """Says in one sentence a field what pydantic found.

    Args:
        error: What validation raised.
        within: Name of the field that holds what was validated; none when empty.

    Returns:
        An error whose message names every field and its rule.
    """
    findings = []
    for item in error.errors(include_url=False):
        field = ".".join(str(part) for part in (within, *item["loc"]) if part != "") or error.title
        hint = _HINTS.get(item["type"])
        context = item.get("ctx", {})
        said = hint.format(**context) if hint else item["msg"].removeprefix("Value error, ")
        findings.append(said if said.startswith(f"{field} ") else f"{field} {said}")
    return InvalidCoachingError("; ".join(dict.fromkeys(findings)))


class CheckedModel(CompletedModel):
    """Base of the values a person writes: frozen, and every fault is one sentence a field.

    Raises:
        InvalidCoachingError: A field is unknown, missing or not acceptable.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    def __init__(self, **fields: Any) -> None:
        try:
            super().__init__(**fields)
        except ValidationError as error:
            raise invalid_error(error) from None
