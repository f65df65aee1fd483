"""Takes out of a text what belongs to one person or one day: names, numbers, addresses, amounts, dates."""

from __future__ import annotations

import re

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = rf"(?:{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?\b|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH})(?:,? \d{{4}})?"
_DATE = (
    r"(?i:\b\d{1,2}/\d{1,2}(?:/\d{2,4})?(?: ?- ?\d{1,2}/\d{1,2}(?:/\d{2,4})?)?\b"
    rf"|{_DAY}|{_MONTH},? \d{{4}}|\d{{1,4}}[/-]\d{{1,2}}[/-]\d{{1,4}})"
)
_CODE = r"(?<!\w)(?:#?(?!\d+[A-Z]{2}\b)(?=[A-Z0-9]*\d)[A-Z0-9]{5,}|#\w+|[A-Za-z]+(?:_[a-z0-9]+)*_\d\w*)(?!\w)"
_CODES = rf"{_CODE}(?:(?:,? (?:and|or) |, ?| ){_CODE})*"
_LOCATOR = rf"(?:{_CODE}|[A-Z]{{6}}\b)"
_KIND = r"(?:orders?|reservations?|bookings?|codes?|tickets?|items?|products?|flights?|accounts?|users?)"
_THING = rf"({_KIND})(?: (?:number|no\.?|id)s?)?(?: is|:)?"
_THING_CODES = rf"{_LOCATOR}(?:(?:,? (?:and|or) |, ?| ){_LOCATOR})*"
_OWNER = r"(?:my|the|this|that|these|those|an?|another|our|your|each|both)"
_MONEY = r"(?:[$€£] ?\d[\d,]*(?:\.\d+)?|\b\d[\d,]*(?:\.\d+)? ?(?:dollars|bucks|credits|euros|usd)\b)"
_PHONE = r"\(?\b\d{3}\)?[ .-]\d{3}[.-]\d{4}\b"
_STREET = r"\b\d+ (?:[A-Z]\w+ ){1,3}(?:Street|St|Avenue|Ave|Drive|Dr|Road|Rd|Lane|Ln|Boulevard|Blvd|Way|Court|Ct)\b\.?"
_MY_NAME = r"(?i:(?:my|the) (?:(?:full|first|last) )?name(?: is|'s))"
_NAME = r"[A-Z][\w'-]+"

_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[^\S\n]+", " "),
        ("[\u2018\u2019]", "'"),
        ("[\u201c\u201d]", '"'),
        ("(?<=\\d)\\s*[\u2013\u2011]\\s*(?=\\d)|\u2011", "-"),
        ("\\s*[\u2014\u2013]\\s*| -- ", " - "),
        (r"[*`]+", ""),
        (r"#{2,}\s*\w+\s*#{2,}|[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", " "),
        (rf"\b(?:{_MY_NAME} {_NAME}(?: {_NAME})*|(?i:this is|i'm|i am) {_NAME}(?: {_NAME})+)(?:,? and\b|,)?\s*", ""),
        (r"https?://\S+", "a link"),
        (r"[\w.+-]+@[\w-]+\.[\w.-]*\w", "an email address"),
        (r"\s*\([^()]*\)", ""),
        (r",? ending (?:in |with )?\d+", ""),
        (rf"(?:^|(?<=[.!?\n] )|(?<=\n))(?:For|On|In|As for) {_CODES},? ", ""),
        (_PHONE, "a phone number"),
        (
            rf"{_STREET}(?:,? (?:Suite|Apt|Unit) \w+)?(?:, [A-Z]\w*(?: [A-Z]\w*)*)*(?:,? \d{{5}})?(?:, USA?)?",
            "an address",
        ),
        (r"(?i:\b(?:zip|postal)(?: ?code)?(?: is|:)?) \d{5}(?:-\d{4})?\b", "ZIP code"),
        (r"\b((?i:pin)(?: number| code)?)(?: is|:)? \d+", r"\1"),
        (rf"(?i:\b(?:(?:the|my|our) )?{_KIND} (?:number|no\.?|id|code|reference) is) {_CODE}(?:,? and\b|,)?\s*", ""),
        (rf"\s(?:with |under )?(?i:id) {_LOCATOR}", ""),
        # Whichever order it is, it stays an order.
        (rf"(?i:\b({_OWNER} (?:\w+ )?){_THING}) {_THING_CODES}", lambda found: found[1] + found[2].lower()),
        (rf"(?i:\b{_THING}) {_THING_CODES}", lambda found: f"the {found[1].lower()}"),
        (rf"(?:,| -| and| from| in| for| on| of| under| with| to| at| by| is| it's)+ {_CODES}", ""),
        (r"(?<!\w)\d{5,}(?!\w)", "a number"),
        (_CODES, "it"),
        (rf"(?i:\b(the|an?|my|your|this|that)) {_MONEY}(?= [a-z])", r"\1"),
        (rf"(?i:\b(the|my|your|this|that)) {_MONEY}", r"\1 money"),
        (rf"(?i:\b(under|over|below|above|than|for|at|about)) {_MONEY}", r"\1 a certain price"),
        (rf"(?i:{_MONEY})", "some money"),
        (rf"(?i:\b({_OWNER} (?:\w+ )?)){_DATE} (?=[a-z])", r"\1"),
        (rf",? ?\b(?i:on|by|for|from|since|before|after|until|in|dated|around) (?:the )?{_DATE}", ""),
        (_DATE, "a certain day"),
        # What is left around the gaps.
        (rf",? which (?:has|is) (?:an? |the )?(?i:{_KIND})(?=\s*(?:[.;!?\n]|$))", ""),
        (r",? which(?: is)?(?=\s*(?:[.;!?\n]|$))", ""),
        (r"(?:\s*,)+(?:\s*\b(?:and|or)\b)?(?=\s*(?:[,.;:!?]|$))", ""),
        (r"[^\S\n]+", " "),
    )
)

_GIVEN = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("name", r"\b(?i:name(?: is|['\u2019]s|:))|\b(?i:this is|i['\u2019]m|i am) [A-Z]\w+ [A-Z]\w+"),
        ("email address", r"\S@\w"),
        ("ZIP code", r"(?i:\b(?:zip|postal)\b)[^.?!]*\d{5}|^\W*\d{5}\W*$"),
        ("address", _STREET),
        ("phone number", _PHONE),
        ("user ID", r"(?i:\buser ?(?:id|name)\b)[^.?!]*[\d_]|^\W*[a-z]+(?:_[a-z]+)*_\d+\W*$"),
        ("order number", r"(?i:\border\b(?: \w+)?(?: is|:)?) #?(?=\w*\d)[A-Z0-9]{5,}"),
        ("reservation number", r"(?i:\b(?:reservation|booking|confirmation)\b(?: \w+)?(?: is|:)?) #?[A-Z0-9]{5,}\b"),
        ("account number", r"(?i:\baccount\b)[^.?!]*\d{4,}"),
        ("PIN", r"(?i:\bpin\b)[^.?!]*\d{3,}"),
        ("date of birth", r"(?i:\bborn\b|\bbirth)"),
    )
)


def scrub(text: str) -> str:
    """The text without names it introduces, ids, addresses, amounts and dates, and with plain quotes and dashes."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text.strip()


def given(text: str) -> list[str]:
    """What people tell about themselves in a text, such as `name`, `email address` or `order number`."""
    return [name for name, pattern in _GIVEN if pattern.search(text)]
