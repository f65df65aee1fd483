"""Specifics: what belongs to one person or one day is dropped from a text before it is embedded.

"Where is my order 4471?" is about an order, not about 4471: the number moves the vector away from everybody else who
asks the same. Stored texts and prompts keep their specifics; only the vector does without.
"""

from __future__ import annotations

import re

from langgraph_coaching.recall.normalization.names import drop_names

_LEFT, _RIGHT = r"(?<![A-Za-z\d])", r"(?![A-Za-z\d])"
"""Edges of a number; `\\b` is none where no blanks are written, as in 订单4471."""

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b(?:\.(?= ?\d))?"
)
_ABROAD = (
    r"(?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember"
    r"|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
    r"|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre)\b"
)
_TIME = r"\d{1,2}:\d\d(?::\d\d(?:\.\d{1,9})?)?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? (?:the )?)?"
_DATE = (
    rf"(?:{_WEEKDAY}(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?:[T ]{_TIME}(?:Z|[+-]\d\d:?\d\d)?)?"
    rf"|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{4}}|\d{{1,2}}/\d{{1,2}}/\d\d"
    rf"|{_MONTH} {_DAY}(?!\w)(?:,? \d{{4}})?|{_DAY} (?:of )?{_MONTH}(?:,? \d{{4}})?|{_MONTH},? \d{{4}}"
    rf"|\d{{1,2}}\.? (?:de )?{_ABROAD}(?: (?:de |del )?\d{{4}})?"
    rf"|(?:\d{{4}}年 ?)?\d{{1,2}}月 ?\d{{1,2}}[日号號]){_RIGHT})"
)
_ON = r",? ?\b(?:on|by|for|from|since|before|after|until|till|in|dated|around|as of|between|to)"
_SHORT_DATE = rf"(?:\d{{1,2}}/\d{{1,2}}{_RIGHT}|the \d{{1,2}}(?:st|nd|rd|th)(?=\s*(?:[,.!?;]|$|and\b|at\b|of\b)))"
_HOUR = rf"(?:{_TIME}(?: ?[ap](?:\.m\.|m\b))?|\d{{1,2}}(?:\.\d\d)? ?(?:[ap](?:\.m\.|m\b)|o'?clock\b|uhr\b))"
_CLOCK = rf"{_LEFT}(?:\d{{1,2}} ?[-–] ?)?{_HOUR}(?: ?(?:-|–|to|and|until|till) ?{_HOUR})?{_RIGHT}"
_AT = r",? ?\b(?:at|by|for|on|from|until|till|around|after|before|between|to|since|um)"

_SIGN = "[$€£¥₹₩₽₺₪฿₫₴]"
_AMOUNT = r"\d{1,12}(?:[.,']\d{1,12}){0,4}(?: \d{3}(?!\d)){0,3}"
_UNIT = r"(?:dollars?|bucks|euros?|quid|cents|usd|eur|gbp|chf|cad|aud|inr|rupees|yen|pesos|reais|zł|złoty|rubles?)\b"
_ONE_PRICE = (
    rf"(?:(?:{_SIGN}|\b(?:us\$|r\$|usd|eur|gbp|chf|cad|aud|inr|rs\.?)) ?{_AMOUNT}(?:[km]\b)?"
    rf"|{_LEFT}{_AMOUNT}[km]? ?(?:{_SIGN}|{_UNIT}))"
)
_MONEY = rf"{_ONE_PRICE}(?: ?(?:-|–|to|and) ?{_ONE_PRICE})?"
_SMALL_WORDS = (
    r"(?:is|was|are|were|has|have|does|did|will|can|on|for|to|in|and|or|but|from|that|this|which|its|you|i|it|we|they|my"
    r"|the|at|by|with|as|of|into|back|when|where|if|never|still|not|now|status|says|shows|needs|keeps|fails|always)\b"
)

_THING = (
    r"(?:orders?|reservations?|bookings?|tickets?|items?|products?|articles?|flights?|trains?|accounts?|invoices?|users?"
    r"|parcels?|packages?|shipments?|cases?|claims?|contracts?|polic(?:y|ies)|tracking|transactions?|payments?|cards?"
    r"|customers?|members?|membership|meters?|devices?|requests?|builds?|jobs?|deployments?|deploys?|runs?|pipelines?"
    r"|projects?|issues?|refunds?|pnrs?|references?|confirmations?|ids?|numbers?|nos?\.|nrs?\.?|serials?|rooms?|seats?"
    r"|gates?|rows?|zip|pin|postal|postcode|passport|certificates?|vouchers?|coupons?)"
)
_COUNTED = (
    rf"\d{{1,3}} (?:people|persons|children|adults|more|of|other)\b"
    rf"|\d{{1,3}}(?: (?!{_SMALL_WORDS})[a-z]+)? (?!{_SMALL_WORDS})[a-z]+s\b"
    r"|\d+(?:\.\d|%|(?:h|hrs?|mins?|days?|kg|lbs?|cm|mm|gb|mb|st|nd|rd|th)\b)"
)
_CODE = rf"(?!{_COUNTED})[#№]?(?=[a-z_/-]{{0,40}}\d)[a-z\d][a-z\d_/-]*(?![a-z\d])"
_LONG_CODE = rf"(?=[#№a-z_/-]{{0,40}}\d[a-z_/-]{{0,40}}\d[a-z_/-]{{0,40}}\d){_CODE}"
_LOCATOR = re.compile(
    r"\b((?:[Rr]eservation|[Bb]ooking|[Cc]onfirmation|[Rr]ef|[Rr]eference|[Ll]ocator)(?: (?:number|no\.?|code|id|ID))?)"
    r"(?: is|:)? (?!PLEASE|URGENT|STATUS|NUMBER|CANCEL|REFUND)[A-Z]{6}(?!\w)"
)
"""Airlines' codes of six letters."""

_TERMS = "sha256 sha512 base64 covid19 covid-19 utf-16 iso8601 oauth2 x86_64 1080p 1440p 2160p 1099 8080"
_WORDS_WITH_DIGITS = frozenset(_TERMS.split())
_FAULT = re.compile(
    r"(?:\b(?:error|exit|status|https?|port|version|errno|sqlstate|signal)(?: codes?| numbers?)?(?: is)?[ :=#]{0,3}"
    r"|\b(?:iso|rfc) )$",
    re.IGNORECASE,
)
"""Before a number that tells what happened, not to whom."""

_FAULT_CODE = re.compile(r"(?:ORA|CVE|RFC|ISO|ERR|KB|HTTP)[-_]?\d[\d-]*")

_NUMBER = re.compile(r"\d|@|://|\bwww\.", re.IGNORECASE)

_CAPITALS = re.compile(r"(?=[A-Z]*\d)(?=(?:[A-Z]*\d){2})[A-Z\d]{6,}")
_VERSION = re.compile(r"[A-Za-z-]*\d{1,3}(?:\.[A-Za-z\d]{1,3})+")
_SOME, _MANY, _LONG = 3, 4, 5


def _replace_dialled(digits: str) -> str:
    count = sum(letter.isdigit() for letter in digits)
    if count > 12:  # noqa: PLR2004 - the most digits that are dialled
        return "a card number"
    groups = re.findall(r"\d+", digits)
    years = all(re.fullmatch(r"(?:19|20)\d\d", group) for group in groups)
    dialled = digits[0] in "(0" or any(len(group) == 3 for group in groups)  # noqa: PLR2004 - as phone numbers are written
    return "a phone number" if count >= 7 and dialled and not years else digits  # noqa: PLR2004 - the fewest


def _drop_code(found: re.Match[str]) -> str:
    """A token, unless it names one thing among many: `4471`, `BA2490`, `c-k3v9q2m7`, `3f9a2c1`."""
    token = found[0]
    digits = sum(letter.isdigit() for letter in token)
    if digits == 0 or token.lower() in _WORDS_WITH_DIGITS or _VERSION.fullmatch(token) or _FAULT_CODE.fullmatch(token):
        return token
    if _FAULT.search(found.string, max(0, found.start() - 40), found.start()):
        return token
    changes = len(re.findall(r"(?<=\d)(?=[A-Za-z])|(?<=[A-Za-z])(?=\d)", token))
    year = re.fullmatch(r"(?:19|20)\d\d(?:[-/](?:19|20)?\d\d)?", token)
    shouted = any(letter.isupper() for letter in token) and digits >= _SOME and len(token) >= _LONG
    mixed = changes > _SOME and len(token) > _LONG
    specific = token[0] in "#№" or (digits >= _MANY and not year) or shouted or mixed or _CAPITALS.fullmatch(token)
    return "" if specific else token


_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (
            r"(?i)(?<![a-z\d])(?:https?://|www\.)[^\s<>\"'，。、；：！？（）「」]*[^\s<>\"'，。、；：！？（）「」.,;:!?)\]]",
            "a link",
        ),
        (r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", "an email address"),
        (r"(?i)\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", ""),
        (r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2}|:\d{1,5})?(?![\w.]*\d)", "an IP address"),
        (
            (
                r"\b\d{1,6}[a-z]? (?:[A-Z][\w'-]* ){1,3}(?:Street|St|Avenue|Ave|Drive|Dr|Road|Rd|Lane|Ln|Boulevard|Blvd"
                r"|Way|Court|Ct|Square|Place|Terrace|Parkway|Pkwy)\b\.?"
                r"(?:,? (?:Suite|Apt|Unit|Flat|flat|apt)\b\.? ?#?\w+)?"
                r"(?:,? [A-Z][\w'-]*){0,4}(?:,? \d{5}(?:-\d{4})?(?!\d))?(?:,? USA?\b)?"
            ),
            "an address",
        ),
        (r"(?i)\b\d{2,6} [a-z]+ (?:street|avenue|road|boulevard|ave|blvd|rd)\b", "an address"),
        (
            (
                r"(?i)\b\d{1,4},? (?:rue|avenue|place|allée|calle|via|rua"
                r"|plaza)(?: [^\W\d]+){1,4}(?:,? \d{4,5}(?: [^\W\d]+)?)?"
                r"|\b[^\W\d]{2,30}(?:straße|strasse|str\.|gasse|platz|allee|weg|laan|straat) \d{1,4}[a-z]?\b"
                r"(?:,? \d{4,5} [^\W\d]+)?|\bp\.? ?o\.? ?box \d+"
            ),
            "an address",
        ),
        (r"(?i),? ?\b(?:that )?(?:ending|ends|ended)(?: (?:in|with|on))?:? ?[*•x.]{0,8}\d{2,}(?!\w)", ""),
        (r"(?i)(?<!\w)[*•x]{2,16}[- ]?\d{2,4}(?!\w)", ""),
        # "the $50 voucher" is a voucher; "I was charged $50" is some money.
        (rf"(?i)\b(an?|the|my|your|this|that|another) {_MONEY}(?= (?!{_SMALL_WORDS})[a-z])", r"\1"),
        (rf"(?i)\b(the|my|your|this|that) {_MONEY}", r"\1 money"),
        (rf"(?i)(?:\ban? )?{_MONEY}", "some money"),
        (rf"(?i)\b(the|my|your|this|that|an?|our) {_DATE}(?= (?!{_SMALL_WORDS})[a-z])", r"\1"),
        (rf"(?i){_ON} (?:the )?{_DATE}(?: ?(?:-|–|to|and|until|till) ?(?:the )?(?:{_DATE}|{_DAY}{_RIGHT}))?", ""),
        (rf"(?i){_ON} {_SHORT_DATE}(?: ?(?:-|–|to|and|until|till) ?\d{{1,2}}/\d{{1,2}}{_RIGHT})?", ""),
        (rf"(?i){_LEFT}{_DATE}(?: ?(?:-|–|to|until|till) ?(?:{_DATE}|{_DAY}{_RIGHT}))?", ""),
        (rf"(?i){_AT} {_CLOCK}", ""),
        (rf"(?i){_CLOCK}", ""),
        # Whichever order it is, it stays an order.
        (
            (
                rf"(?i)\b({_THING}(?: (?:number|no\b\.?|nr\b\.?|id|code|ref(?:erence)?))?)"
                rf"(?:(?: is| are)? ?[:=]? ?{_LONG_CODE}|[:=]? ?{_CODE})"
                rf"(?:(?:,? (?:and|or|&) |, ?| ?& ?| ){_CODE})*"
            ),
            r"\1",
        ),
        (r"\b[A-Z]{2}\d\d(?: ?[A-Z\d]{4}){3,}(?: ?[A-Z\d]{1,3})?(?!\w)", "an account number"),
        (r"(?<![\w.])\+\d[\d ().\-/]{5,20}\d(?!\w)", "a phone number"),
        (
            (
                r"(?<![\w.,-])\(?\d{2,4}\)?(?:[ .\-/]\d{2,4}){2,}(?![\w-])"
                r"|(?<![\w.-])\(\d{2,4}\) ?\d{3,4}[ .-]?\d{3,5}(?!\w)"
                r"|(?<![\w.-])(?:\d{3}-\d{4}|0\d{2,4}[ /-]\d{5,8})(?!\w)"
            ),
            lambda found: _replace_dialled(found[0]),
        ),
        (rf"{_LEFT}[#№]?[A-Za-z\d][A-Za-z\d_/.-]*[A-Za-z\d]|{_LEFT}[#№]\d", _drop_code),
    )
)

_TIDY = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\(\s*\)|\[\s*\]", ""),
        (r"[^\S\n]+", " "),
        (r" (?=[,.;:!?])", ""),
        (r"[,;:]+(?=[,.;:!?])", ""),
        (r"(?i)\b(?:for|on|in|at|by|from|of|to|with|under|and|or):?(?= ?(?:[.,;!]|$))", ""),
        (r" (?=[,.;:!?])", ""),
        (r"(?m)^ | $", ""),
    )
)


def drop_specifics(text: str) -> str:
    """The text without what belongs to one person or one day.

    Numbers of orders, flights, parcels and the like are dropped, dates and clock times too; links, mail, phone numbers,
    addresses, amounts and people become what they are ("a link"). Small numbers stay: "2 tickets", "error 502". Words
    around a number are English, digits, links, mail and the commonest dates of any language.

    Args:
        text: Anything.

    Returns:
        What is embedded; the text itself where nothing in it is specific, and never nothing where it holds words.
    """
    for _ in range(_PASSES):
        kept = _drop_once(text)
        if kept == text:
            break
        text = kept
    return text


_MOMENT = re.compile(rf"(?i){_LEFT}{_DATE}|{_CLOCK}|\b{_SHORT_DATE}")

_PASSES = 8
"""What one pass leaves can be specific in the light of the gap beside it; twice is rare."""


def _drop_once(text: str) -> str:
    kept = text
    if _NUMBER.search(kept):
        for pattern, replacement in _RULES:
            kept = pattern.sub(replacement, kept)
    kept = drop_names(_LOCATOR.sub(r"\1", kept))
    if kept == text:
        return text
    for pattern, replacement in _TIDY:
        kept = pattern.sub(replacement, kept)
    if re.search(r"\w", kept):
        return kept.lstrip(" \n\t,.;:!?-").rstrip(" \n\t,;:-")
    if _MOMENT.search(text):
        return "a certain time"
    return "a number" if re.search(r"\d", text) else "a name"
