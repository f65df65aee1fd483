"""The texts a person writes: what is accepted in an intent, a behavior or a note, and what is not."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from pydantic import ValidationError

INTENT_LIMIT = 500
"""Characters of an intent: one scenario in words. Longer ones hold several scenarios and match none of them well."""

PROSE_LIMIT = 4_000
"""Characters of a behavior or a note, about 1,000 tokens: more than one prompt's whole budget belongs in a document."""

_HINTS = {
    "string_too_long": "is longer than {max_length:,} characters; shorten it or move the details into a document",
    "string_too_short": "must not be empty",
    "missing": "is required",
    "extra_forbidden": "is not a field here",
    "union_tag_invalid": "is of unknown type {tag}; use one of {expected_tags}",
    "union_tag_not_found": "needs a `type`: reply, search_knowledge, action, process, playbook or handoff",
}


def _clean(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    for character in text:
        category = unicodedata.category(character)
        if category == "Cs":
            raise ValueError("contains half a character (a lone surrogate); decode the text as UTF-8 before saving it")
        if category == "Cc" and character not in "\n\t":
            raise ValueError(f"contains the control character U+{ord(character):04X}; remove it")
    return text


def _single_line(text: str) -> str:
    return " ".join(text.split())


Line = Annotated[
    str, BeforeValidator(_clean), AfterValidator(_single_line), StringConstraints(min_length=1, max_length=INTENT_LIMIT)
]
"""One line of text, 1 to 500 characters."""

Name = Annotated[
    str, BeforeValidator(_clean), AfterValidator(_single_line), StringConstraints(min_length=1, max_length=200)
]
"""A name: of a tool, an article, an agent, an author, a namespace; 1 to 200 characters."""

Prose = Annotated[str, BeforeValidator(_clean), StringConstraints(min_length=1, max_length=PROSE_LIMIT)]
"""Text of several lines, 1 to 4,000 characters."""

Remark = Annotated[str, BeforeValidator(_clean), StringConstraints(max_length=PROSE_LIMIT)]
"""Like `Prose`, and may be empty."""


def invalid(error: ValidationError) -> InvalidCoachingError:
    """Says in one sentence a field what pydantic found.

    Args:
        error: What validation raised.

    Returns:
        An error whose message names every field and its rule.
    """
    findings = []
    for item in error.errors(include_url=False):
        field = ".".join(str(part) for part in item["loc"]) or error.title
        hint = _HINTS.get(item["type"])
        context = item.get("ctx", {})
        said = hint.format(**context) if hint else item["msg"].removeprefix("Value error, ")
        findings.append(said if said.startswith(f"{field} ") else f"{field} {said}")
    return InvalidCoachingError("; ".join(dict.fromkeys(findings)))
