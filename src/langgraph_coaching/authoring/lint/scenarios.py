"""Several scenarios in one intent: told apart from one wish that has two names, "a refund or exchange"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.lint.finding import Finding, quote

if TYPE_CHECKING:
    from langgraph_coaching.coaching.model import Coaching

UNLIKE = 0.7
"""On the embedder's own scale, likeness below which two parts of an intent are not the same wish in other words."""

_WHO = (
    r"(?:(?:(?:a|an|the|another|some|any)\s+)?(?:\w+\s+)?(?:customer|user|client|caller|person|guest|member|visitor|buyer"
    r"|patient|passenger|travell?er|tenant|student|employee|someone|somebody)s?|they|he|she)\s+(?:who\s+|that\s+)?"
)
_TELLS = (
    r"(?:asks?|asking|wants?|wanting|wishes|needs?|needing|requests?|requesting|says?|saying|reports?|reporting|complains?"
    r"|complaining|inquires?|inquiring|enquires?|wonders?|would\s+like|tries|is\s+(?:trying|asking|looking|calling)"
    r"|mentions?|claims?|disputes?|has\s+(?:a\s+)?(?:questions?|problems?|trouble))"
)
_ACT = (
    r"(?:add|apply|ask|book|buy|cancel|change|check|claim|close|complain|confirm|create|delete|dispute|download|exchange"
    r"|extend|find|get|know|link|move|open|order|pay|postpone|redeem|register|remove|renew|replace|report|rebook|reschedule"
    r"|reserve|reset|return|schedule|see|send|speak|stop|subscribe|switch|track|transfer|update|upgrade|use|verify|withdraw)"
)
_JOINTS = re.compile(
    rf"(?i)\s*;\s*(?:(?:or|and)\s+)?(?=\w+\s+\w)"
    rf"|,?\s+(?:or|and|as\s+well\s+as)\s+(?:also\s+|else\s+|even\s+)?(?=(?:when|whenever|if|where)\s+{_WHO})"
    rf"|,?\s+or\s+(?:also\s+|else\s+|even\s+|when\s+|if\s+)?(?:that\s+)?(?={_WHO}{_TELLS}\b|{_TELLS}\s)"
    rf"|,?\s+(?:or|and\s+also)\s+(?:also\s+|else\s+)?(?=(?:to\s+)?{_ACT}\s+(?!or\b)\w)"
    rf"|\.\s+(?:also|or|and)\b,?\s*(?={_WHO}|when\b)"
)
_FRAME = re.compile(
    rf"(?i)^(?:(?:when(?:ever)?|if|where)\s+)?(?:{_WHO})?(?:{_TELLS}\s+)?(?:(?:about|for|to|how\s+to|whether|if|that)\s+)?"
)
_CIRCUMSTANCE = re.compile(
    r"(?i)^(?:the|their|this|it|they|he|she|no|we)\b(?!\s+(?:"
    + _TELLS
    + r"))|^(?:but|not|never|only|even|after|before|while|because|since|with|without)\b"
)
_VERB_ALONE = re.compile(rf"(?i)(?:to\s+)?{_ACT}")
"""Its object is that of the next: "to return or exchange an item"."""

_WHY = "what it is known by is the mean of both, so that it is near to neither"


def split_scenarios(intent: str) -> list[str]:
    """The scenarios that an intent may hold, without who asks; one where it holds no joint.

    A wish of two names shares its object, "to return or exchange an item", and is not cut. What is cut may still be one
    wish in other words, which only likeness can tell.
    """
    parts = [_FRAME.sub("", part, count=1).strip(" ,.;") for part in _JOINTS.split(intent)]
    if len(parts) > 1 and any(_CIRCUMSTANCE.match(part) for part in _JOINTS.split(intent)[1:]):
        return [intent]
    whole = all(part and not _VERB_ALONE.fullmatch(part) for part in parts)
    return parts if whole and len(parts) > 1 else [intent]


def several_scenarios(coaching: Coaching, parts: list[str], likeness: float) -> Finding | None:
    """An intent whose parts are unlike each other.

    Args:
        coaching: Any.
        parts: What `split_scenarios` gives.
        likeness: Of the two that are least alike, on the embedder's own scale.
    """
    if len(parts) < 2 or not likeness < UNLIKE:  # noqa: PLR2004 - one scenario
        return None
    said = " and ".join(map(quote, parts))
    remedy = "save a coaching for each, with the same behavior"
    what = f"its intent holds {len(parts)} scenarios, {said}"
    return Finding(
        severity="warning", rule="several_scenarios", what=what, why=_WHY, remedy=remedy, coaching_ids=(coaching.id,)
    )
