"""Standing instructions: what holds in every conversation belongs into the system prompt, not into a coaching."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.lint.finding import Finding, quote

if TYPE_CHECKING:
    from langgraph_coaching.coaching.model import Coaching

_EVERY = r"(?:every|each|any|all)"
_ANSWER = r"(?:conversations?|chats?|messages?|repl(?:y|ies)|answers?|responses?|turns?|interactions?)"
_TALK = rf"(?:{_ANSWER}|questions?|requests?|situations?|calls?|cases?|inputs?|topics?)"
_END = r"(?=\s*(?:$|[,.;:!?)]|whatever\b|no matter\b|at all\b))"
_SEARCHED = r"(?:size|colou?r|(?:they|the\s+\w+|you)\s+(?:search|try|tries|click|enter|type))"
_WHOEVER = r"(?:they|the\s+(?:user|customer|caller|client)s?|anyone|people|you\s+are)"
_SAYS = r"(?:asks?|says?|wants?|writes?|asked)"
_ANYTHING = (
    rf"\bno\s+matter\s+what\b(?!\s+{_SEARCHED})"
    r"|\bwhatever\s+(?:they|the\s+\w+|somebody|someone|people|is|it\s+is\s+(?:they|that))\b"
    r"(?:\s+(?:asks?|says?|wants?|writes?|needs?|being\s+asked|asked|said))?"
    r"|\bregardless\s+of\s+(?:what|the\s+(?:question|topic|request|situation))\b"
)
_IN_INTENT = re.compile(
    rf"(?i)^\W*(?:always|at\s+all\s+times|all\s+the\s+time|every\s+time)\b|\balways{_END}|{_ANYTHING}"
    rf"|\b(?:in|to|for|with|during|on|at\s+the\s+(?:start|beginning|end)\s+of)\s+{_EVERY}\s+(?:\w+\s+)?{_TALK}\b{_END}"
    rf"|^\W*(?:in\s+)?{_EVERY}\s+(?:\w+\s+)?{_TALK}\W*$"
    r"|\b(?:asks?|says?|writes?|wants?|sends?|needs?)\s+(?:about\s+|for\s+)?"
    r"(?:anything|something|any\s+question|a\s+question|a\s+message|help)(?:\s+at\s+all|\s+whatsoever)?\W*$"
    r"|^\W*(?:anything|everything|whatever)\b"
)
_IN_BEHAVIOR = re.compile(
    r"(?i)\b(?:in|to|for|at\s+the\s+(?:start|beginning|end)\s+of)\s+(?:every|each|all)\s+(?:single\s+|(?:of\s+)?your\s+)?"
    rf"{_ANSWER}\b"
    r"|\b(?:sign|end|start|begin|open|close|finish|keep|write)\s+(?:every|each|all)\s+(?:single\s+|(?:of\s+)?your\s+)?"
    rf"{_ANSWER}\b"
    rf"|\b(?:whatever|no\s+matter\s+what)\s+{_WHOEVER}\s+{_SAYS}\b"
    rf"|\bregardless\s+of\s+(?:what\s+{_WHOEVER}\s+\w+|the\s+(?:question|topic|request|situation)\b)"
    rf"|\bin\s+(?:all\s+(?:cases|situations)|any\s+(?:case|situation)){_END}|\bat\s+all\s+times\b"
)


def standing_words(coaching: Coaching) -> str:
    """The words that say that it holds everywhere, or ""."""
    found = _IN_INTENT.search(coaching.intent) or _IN_BEHAVIOR.search(_instruction_of(coaching))
    return found[0].strip(" ,.;:") if found else ""


def _instruction_of(coaching: Coaching) -> str:
    behavior = coaching.behavior
    return behavior.text if behavior.type == "reply" else behavior.instruction


def standing_instruction(coaching: Coaching) -> Finding | None:
    """What says itself that it holds everywhere."""
    if not (words := standing_words(coaching)):
        return None
    return Finding(
        severity="warning",
        rule="system_prompt",
        what=f"{quote(words)} says that it holds everywhere",
        why="a coaching is recalled where its situation is, and takes the place of others where it has none",
        remedy="move it into the system prompt, or say in which one situation it is needed",
        coaching_ids=(coaching.id,),
    )
