"""Account numbers: of payment cards and of banks, told from order numbers by their check digits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIGITS = re.compile(r"(?<![\w.,+-])\d(?:[ -]?\d){12,18}(?![\w-]|[.,]\d)", re.ASCII)
_CARD = re.compile(
    r"4(?:\d{15}|\d{18})|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[68]\d)\d{11}|(?:6011|65\d{2}|64[4-9]\d|35(?:2[89]|[3-8]\d))\d{12}|62\d{14,17}"
)
"""How the numbers of the large networks begin, and how long they are."""

_GROUPS = re.compile(r"\d{4}([ -])\d{4}\1\d{4}\1\d{2,7}|\d{4}([ -])\d{6}\2\d{4,5}|\d{14,19}")
"""As it is printed on the card, or without a gap."""

_ORDERED = re.compile(
    r"(?i)\b(?:orders?|tracking|parcel|shipment|invoice|booking|ticket|case|reference|ref|serial|id|sku|imei)"
    r"(?: (?:no|nr|number|num|id|is|code))*[ .:#=\"']{0,4}\Z"
)
"""In front of a number it says that it is none of a card."""

_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_LENGTHS = {
    length: frozenset(countries.split())
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK", 21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
    }.items()
}  # fmt: skip
"""Characters of an account number in each country that has any."""


def account_spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Where account numbers stand in a text, each with what it is: `card` or `IBAN`.

    Args:
        text: Any.
    """
    for found in _DIGITS.finditer(text):
        if _is_card(found[0]) and not _ORDERED.search(text, max(0, found.start() - 40), found.start()):
            yield *found.span(), "card"
    for found in _IBAN.finditer(text):
        if (end := _end_of_iban(found[0])) is not None:
            yield found.start(), found.start() + end, "IBAN"


def _is_card(said: str) -> bool:
    digits = re.sub("[ -]", "", said)
    return bool(_GROUPS.fullmatch(said) and _CARD.fullmatch(digits)) and _luhn(digits) and len(set(digits)) > 1


def _luhn(digits: str) -> bool:
    doubled = (int(one) * (1 + place % 2) for place, one in enumerate(reversed(digits)))
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0  # noqa: PLR2004 - its two digits are added


def _end_of_iban(said: str) -> int | None:
    """How many characters of it are an account number: capitals that follow are none of it."""
    places = [place for place, one in enumerate(said) if one != " "]
    country = said[:2]
    length = next((some for some, countries in _LENGTHS.items() if country in countries), 0)
    if not 0 < length <= len(places):
        return None
    end = places[length - 1] + 1
    if end < len(said) and said[end] != " ":
        return None
    bare = "".join(said[place] for place in places[:length])
    number = "".join(str(int(one, 36)) for one in bare[4:] + bare[:4])
    return end if int(number) % 97 == 1 else None
