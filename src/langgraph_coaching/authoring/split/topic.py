"""Topics: which headings name a situation of users, and which name what holds in every conversation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.split.condition import PERSON

if TYPE_CHECKING:
    from langgraph_coaching.authoring.split.passage import Section

_STANDING = re.compile(
    r"(?i)\b(?:role|tone|style|voice|identity|persona|personality|character|language|format|formatting|output|response|answer"
    r"|answers|reply|replies|safety|security|privacy|general|generic|guidelines?|rules?|principles?|constraints?|limits?"
    r"|instructions?|introduction|overview|background|context|about|company|domain|basics?|glossary|definitions?|tools?"
    r"|functions?|capabilities|scope|goals?|objectives?|mission|tasks?|important|notes?|examples?|system|knowledge"
    r"|authenticat\w+|verif\w+|identification|lookup|workflow|steps|process(?:es)?|behaviou?r|conversation|greetings?"
    r"|communication|data|user|customer|product|order|plan|line|bill|device|flight|reservation|payment method|facts"
    r"|hours"
    r"|contact|do|don't|dos|don'ts|policy|policies|reference|actions?|memory|thinking|reasoning|message|prompt|persona)\b"
)
_CONDITIONAL = re.compile(
    rf"(?i)^(?:if|when(?:ever)?|in case|for|unless|should)\s+\S|\b{PERSON}\s+(?:is|are|who|with|wants?|asks?)\b"
)
_VERB = re.compile(
    r"(?i)^(?:cancel|return|exchange|modify|change|book|refund|reset|update|track|upgrade|downgrade|renew|transfer|report"
    r"|replace|repair|pay|order|redeem|claim|dispute|close|open|activate|deactivate|unlock|block|lift|add|remove|schedule"
    r"|reschedule|extend|request|apply|subscribe|unsubscribe|delete|swap|ship|buy|sell|register|sign up"
    r"|suspend|resume)\b"
)
_NOUN = re.compile(
    r"(?i)\b(?:returns?|refunds?|refunding|compensations?|cancell?ations?|exchanges?|shipping|shipments?|deliver(?:y|ies)"
    r"|billing|bills?|invoices?|payments?|complaints?|warrant(?:y|ies)|guarantees?|subscriptions?|memberships?|discounts?"
    r"|coupons?|vouchers?|promotions?|loyalty|upgrades?|outages?|roaming|suspensions?|refuel(?:ing|ling)?|support"
    r"|troubleshooting"
    r"|problems?|issues?|errors?|lost|stolen|damaged?|broken|missing|late|delays?|delayed|luggage|baggage|passwords?|logins?"
    r"|fraud"
    r"|disputes?|chargebacks?|appointments?|bookings?|check-?out|check-?in|repairs?|replacements?|prescriptions?"
    r"|emergenc(?:y|ies)"
    r"|angry|escalations?|wholesale|gifts?|taxes|customs|insurance|claims?|transfers?|loans?|mortgages?|closures?"
    r"|overdue)\b"
)
_DIRECTIVE = re.compile(
    r"(?i)\b(?:must|should|need(?:s)? to|can(?:not|'t)?|ask|offer|do not|never|check|confirm|only|may)\b"
)


def title_of(section: Section) -> str:
    """Its heading in plain words: a tag's name without what joins them."""
    said = re.sub(r"[_-]+", " ", section.title) if section.tag else section.title
    return re.sub(r"^\s*(?:\d+[.)]|[IVX]+\.)\s*", "", said).strip(" *_:")


def topic_why(section: Section) -> tuple[str, bool] | None:
    """Why a section is about one situation, and whether that is sure; None where it is not."""
    title = title_of(section)
    if not title:
        return None
    if _CONDITIONAL.search(title):
        return f'it stands under "{title}"', True
    if (
        _VERB.match(title)
        and len(title.split()) > 1
        and not re.search(r"(?i)\b(?:rules?|tools?|format|style)\b", title)
    ):
        return f'it stands under "{title}", which a user may want', True
    if _NOUN.search(title) and not re.search(r"(?i)\b(?:rules?|tools?|format|style|tone|general|basics?)\b", title):
        return f'it stands under "{title}", which a user may come with', True
    return None


def is_standing(section: Section) -> bool:
    """Whether its heading says that what is under it holds in every conversation, or describes the domain."""
    return bool(_STANDING.search(title_of(section)))


def is_domain(section: Section) -> bool:
    """Whether it says what there is, not what to do."""
    return bool(
        re.search(r"(?i)\b(?:domain|basics?|glossary|definitions?|data model|schema|background)\b", title_of(section))
    )


def is_telling(section: Section) -> bool:
    """Whether most of what is in it says what to do."""
    said = [one.text for one in section.all_passages()]
    return bool(said) and sum(bool(_DIRECTIVE.search(one)) for one in said) * 2 >= len(said)
