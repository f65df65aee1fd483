"""Masking of specifics: what belongs to one person or one day is taken out, what is left still reads as a sentence."""

from __future__ import annotations

import re

from langgraph_coaching.recall.normalization.specifics import general

_CODE = r"(?<!\w)(?:#?(?!\d+[A-Z]{2}\b)(?=[A-Z0-9]*\d)[A-Z0-9-]{5,}|#\w+|[A-Za-z]+(?:_[a-z0-9]+)*_\d\w*)(?!\w)"
_CODES = rf"{_CODE}(?:(?:,? (?:and|or) |, ?| ){_CODE})*"
_LOCATOR = rf"(?:{_CODE}|\d{{3,}}(?!\w)|[A-Z]{{6}}\b)"
_LOCATORS = rf"{_LOCATOR}(?:(?:,? (?:and|or) |, ?| ){_LOCATOR})*"
_KIND = (
    r"(?:orders?|reservations?|bookings?|codes?|tickets?|items?|products?|flights?|accounts?|users?|parcels?|packages?"
    r"|invoices?|builds?|jobs?|cases?|claims?|deployments?|runs?)"
)
_THING = rf"({_KIND})(?: (?:number|no\.?|id)s?)?(?: is|:)?"
_OWNER = r"(?:my|the|this|that|these|those|an?|another|our|your|each|both)"
_MONEY = r"(?:[$€£] ?\d[\d,]*(?:\.\d+)?|\b\d[\d,]*(?:\.\d+)? ?(?:dollars|bucks|credits|euros|usd)\b)"
_PROPER = r"(?:St\. )?[A-Z][\w'-]*\w(?:(?: (?:of|de|la))? [A-Z][\w'-]*\w)*"

_BEFORE = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[^\S\n]+", " "),
        ("[\u2018\u2019\u02bc]", "'"),
        ("[\u201c\u201d]", '"'),
        ("(?<=\\d)\\s*[\u2013\u2011]\\s*(?=\\d)|\u2011", "-"),
        ("\\s*[\u2014\u2013]\\s*| -- ", " - "),
        (r"[*`]+", ""),
        (r"#{2,}\s*\w+\s*#{2,}|[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", " "),
        (r"\s*\([^()]*\)", ""),
        (rf"(?:^|(?<=[.!?\n] )|(?<=\n))(?:For|On|In|As for) (?:{_OWNER} )?(?:{_KIND} )?{_CODES},? ", ""),
        (rf"(?i:\b(?:(?:the|my|our) )?{_KIND} (?:number|no\.?|id|code|reference) is) {_CODE}(?:,? and\b|,)?\s*", ""),
        (rf"\s(?:with |under )?(?i:id) {_LOCATOR}", ""),
        # Whichever order it is, it stays an order.
        (rf"(?i:\b({_OWNER} (?:\w+ )?){_THING}) {_LOCATORS}", lambda found: found[1] + found[2].lower()),
        (rf"(?i:\b{_THING}) {_LOCATORS}", lambda found: f"the {found[1].lower()}"),
        (rf"\b(tied|linked|related|connected|attached|belongs?) to {_CODES}", r"\1 to an order"),
        (rf"(?:,| -| and| from| in| for| on| of| under| with| to| at| by| is| it's)+ {_CODES}", ""),
        (rf"(?i:\b(under|over|below|above|than|for|at|about)) {_MONEY}", r"\1 a certain price"),
        (rf",? \b[Bb]etween {_PROPER} (?:and|to) {_PROPER}", ""),
        (rf",? \b[Ff]rom {_PROPER} to {_PROPER}(?: and back)?", ""),
        (r"\b[A-Z]{3} ?(?:to|-|->) ?[A-Z]{3}\b ?", ""),
    )
)

_AFTER = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (rf",? which (?:has|is) (?:an? |the )?(?i:{_KIND})(?=\s*(?:[.;!?\n]|$))", ""),
        (r",? which(?: is)?(?=\s*(?:[.;!?\n]|$))", ""),
        (r"(?:\s*,)+(?:\s*\b(?:and|or)\b)?(?=\s*(?:[,.;:!?]|$))", ""),
        (r", someone(?=\s*(?:[.;!?\n]|$))", ""),
        (r"[^\S\n]+", " "),
    )
)

_STREET = r"\b\d+ (?:[A-Z]\w+ ){1,3}(?:Street|St|Avenue|Ave|Drive|Dr|Road|Rd|Lane|Ln|Boulevard|Blvd|Way|Court|Ct)\b\.?"
_GIVEN = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("name", r"\b(?i:name(?: is|['\u2019]s|:))|\b(?i:this is|i['\u2019]m|i am) [A-Z]\w+ [A-Z]\w+"),
        ("email address", r"\S@\w"),
        ("ZIP code", r"(?i:\b(?:zip|postal)\b)[^.?!]*\d{5}|^\W*\d{5}\W*$"),
        ("address", _STREET),
        ("phone number", r"\(?\b\d{3}\)?[ .-]\d{3}[.-]\d{4}\b"),
        ("user ID", r"(?i:\buser ?(?:id|name)\b)[^.?!]*[\d_]|^\W*[a-z]+(?:_[a-z]+)*_\d+\W*$"),
        ("order number", r"(?i:\border\b(?: \w+)?(?: is|:)?) #?(?=\w*\d)[A-Z0-9]{5,}"),
        ("reservation number", r"(?i:\b(?:reservation|booking|confirmation)\b(?: \w+)?(?: is|:)?) #?[A-Z0-9]{5,}\b"),
        ("account number", r"(?i:\baccount\b)[^.?!]*\d{4,}"),
        ("PIN", r"(?i:\bpin\b)[^.?!]*\d{3,}"),
        ("date of birth", r"(?i:\bborn\b|\bbirth|\bd\.?o\.?b\b)"),
        ("ID", r"(?i:\bid(?: is|:)? ?#?\d+)"),
        ("number", r"^\W*(?i:it'?s |it is )?#?(?=\w*\d)(?:[A-Z0-9-]{5,}|\d{4,})\W*$"),
    )
)


def mask_specifics(text: str) -> str:
    """The text without specifics, brackets and markup, and with plain quotes and dashes."""
    for pattern, replacement in _BEFORE:
        text = pattern.sub(replacement, text)
    text = general(text.strip())
    for pattern, replacement in _AFTER:
        text = pattern.sub(replacement, text)
    return text.strip()


def facts_in(text: str) -> list[str]:
    """The personal facts in a text, such as `name`, `email address` or `order number`."""
    found = [name for name, pattern in _GIVEN if pattern.search(text)]
    return [name for name in found if name not in ("number", "ID")] or found[:1]
