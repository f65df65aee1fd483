"""Specifics: what belongs to one person or one day, taken out of a text before it is embedded, on both sides alike.

"Where is my order 4471?" is about an order, not about 4471: the number moves the vector away from everybody else who
asks the same. Stored texts and prompts keep their specifics; only the vector does without.
"""

from __future__ import annotations

import re

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = (
    rf"(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}|(?!24/7)\d{{1,2}}/\d{{1,2}}(?!\d)"
    rf"|{_MONTH}\.? {_DAY}\b(?:,? \d{{4}})?|{_DAY} (?:of )?{_MONTH}\b\.?(?:,? \d{{4}})?|{_MONTH},? \d{{4}})"
)
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})? ?(?:[ap]\.?m\b\.?|h\b)?|\d{1,2}(?:\.\d{2})? ?(?:[ap]\.?m\b\.?|h\b|o'clock)"
_MONEY = (
    r"(?:(?:[$€£¥]|\b(?:usd|eur|gbp|chf|rs\.?) ?) ?\d[\d.,]*\d|(?:[$€£¥]) ?\d"
    r"|\b\d[\d.,]* ?(?:[$€£¥]|(?:dollars?|bucks|euros?|pounds|quid|cents|usd|eur|gbp|chf|rupees)\b))k?"
)
_THING = (
    r"(?:orders?|reservations?|bookings?|tickets?|items?|products?|articles?|flights?|trains?|accounts?|invoices?|users?"
    r"|parcels?|packages?|shipments?|cases?|claims?|contracts?|polic(?:y|ies)|tracking|transactions?|payments?|cards?"
    r"|customers?|members?|membership|meters?|devices?|requests?|builds?|jobs?|deployments?|deploys?|runs?|pipelines?"
    r"|projects?|issues?|refunds?|pnrs?|references?|confirmations?|ids?|numbers?|nos?\.|nrs?\.?|serials?)"
)
_CODE = r"(?!\d{1,2} [a-z]+s\b)(?:[#№]?\w[\w/-]*\d[\w/-]*|[#№]?\d[\w/-]*)"
_LIST = rf"(?:{_CODE})(?:(?:,? (?:and|or|&) |, ?| ?& ?)(?:{_CODE}))*"
_NAMES = frozenset(
    ["aaron", "abby", "adam", "adrian", "ahmed", "aisha", "alan", "albert", "alex", "alexander", "alice", "alicia", "amanda", "amelia", "amir", "amy", "ana", "andrea", "andrew", "angela", "anita", "anna", "anne", "anthony", "antonio", "arthur", "barbara", "ben", "benjamin", "beth", "brandon", "brenda", "brian", "bruno", "carla", "carlos", "carol", "caroline", "catherine", "charles", "charlotte", "chris", "christian", "christina", "christine", "christopher", "claire", "clara", "claudia", "craig", "cynthia", "daniel", "daniela", "dave", "david", "deborah", "dennis", "derek", "diana", "diego", "dmitri", "donna", "dorothy", "doug", "douglas", "edward", "elena", "elizabeth", "ellen", "emily", "emma", "eric", "erik", "erin", "ethan", "eva", "evan", "evelyn", "fatima", "felix", "fernando", "fiona", "francesca", "frederick", "gabriel", "gareth", "gary", "george", "georgia", "gerald", "gloria", "greg", "gregory", "hannah", "hans", "harry", "hassan", "heather", "hector", "helen", "henry", "howard", "hugo", "ian", "ibrahim", "igor", "ingrid", "isaac", "isabel", "isabella", "ivan", "jack", "jacob", "james", "jamie", "jan", "jane", "janet", "jason", "jean", "jeff", "jeffrey", "jennifer", "jenny", "jeremy", "jessica", "jim", "joan", "joanna", "joe", "joel", "john", "jonas", "jonathan", "jorge", "jose", "joseph", "joshua", "juan", "julia", "julian", "julie", "karen", "karl", "kate", "katherine", "kathleen", "katie", "keith", "kelly", "ken", "kenneth", "kevin", "kim", "kyle", "lara", "larry", "laura", "lauren", "lena", "leo", "leon", "leonard", "lewis", "liam", "linda", "lisa", "lucas", "lucia", "lucy", "luis", "luke", "luna", "maria", "marcel", "marco", "marcus", "margaret", "maria", "marie", "marina", "mario", "marion", "martha", "martin", "mary", "mateo", "matthew", "maya", "megan", "mei", "melissa", "mia", "michael", "michelle", "miguel", "mike", "mohamed", "mohammed", "monica", "nadia", "nancy", "natalie", "nathan", "nicholas", "nick", "nicole", "nina", "noah", "nora", "oliver", "olivia", "omar", "oscar", "pablo", "pamela", "patricia", "patrick", "paul", "paula", "pedro", "peter", "philip", "priya", "rachel", "rafael", "raj", "ralph", "ramon", "rebecca", "renee", "ricardo", "richard", "robert", "roberto", "roger", "roland", "ronald", "rosa", "roy", "russell", "ruth", "ryan", "sabrina", "samantha", "samuel", "sandra", "sara", "sarah", "scott", "sean", "sebastian", "sergei", "sharon", "simon", "sofia", "sonia", "sophia", "sophie", "stefan", "stephanie", "stephen", "steve", "steven", "susan", "tanya", "tara", "teresa", "thomas", "tim", "timothy", "tina", "tobias", "todd", "tom", "tony", "tracy", "tyler", "valentina", "valerie", "vanessa", "victor", "victoria", "vincent", "vivian", "vladimir", "walter", "wendy", "wei", "wendell", "william", "yuki", "yusuf", "zoe"]
)
"""Given names that are hardly ever anything else."""

_NAME = r"[A-Z][a-z]+\b(?:(?: [A-Z]\.)? [A-Z][a-z'-]+\b)?"
_TERMS = frozenset({"sha256", "sha512", "base64", "covid19", "covid-19", "utf-16", "iso8601", "oauth2", "x86_64"})
"""Words with digits that are words."""

_HINT = re.compile(r"\d|@|www\.|://|[A-Z][a-z]")
"""Without any of these there is nothing specific in a text."""

_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(?i)\b(?:https?://|www\.)\S+", "a link"),
        (r"[\w.+-]+@[\w-]+\.[\w.-]*\w", "an email address"),
        (r"(?i)\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", ""),
        (
            r"\b\d+[a-z]? (?:[A-Z][\w'-]+ ){1,3}(?:Street|St|Avenue|Ave|Drive|Dr|Road|Rd|Lane|Ln|Boulevard|Blvd|Way"
            r"|Court|Ct|Square|Place)\b\.?(?:,? (?:Suite|Apt|Unit|Flat) \w+)?",
            "an address",
        ),
        # "the $50 voucher" is a voucher; "I was charged $50" is some money.
        (rf"(?i)\b(a|an|the|my|your|this|that|of) {_MONEY}(?= [a-z])", r"\1"),
        (rf"(?i){_MONEY}", "some money"),
        (rf"(?i)\b(the|my|your|this|that|a|our) {_DATE}(?= [a-z])", r"\1"),
        (rf"(?i),? ?\b(?:on|by|for|from|since|before|after|until|till|in|dated|around) (?:the )?{_DATE}(?!\w)", ""),
        (rf"(?i)(?<!\w){_DATE}(?!\w)", ""),
        (rf"(?i),? ?\b(?:at|by|from|until|till|around|after|before) (?:{_CLOCK})(?!\w)", ""),
        (rf"(?i)(?<!\w)(?:{_CLOCK})(?!\w)", ""),
        # Whichever order it is, it stays an order.
        (
            rf"(?i)\b({_THING}(?: (?:number|no\.?|nr\.?|id|code|ref(?:erence)?))?):? ?(?:is |= ?)?(?:{_LIST})(?!\w)",
            r"\1",
        ),
        (r"(?<![\w-])(?=(?:\D?\d){7})\+?\(?\d{2,4}\)?[ .-]\(?\d{2,4}\)?(?:[ .-]?\d{2,4})+(?!\w)", "a phone number"),
        (r"(?i)\b(?:my|the) (?:(?:full|first|last) )?name(?: is|'s|:) [\w'-]+(?: [A-Z][\w'-]+)*[,.]?", ""),
        (
            rf"\b(?:this is|i'm|i am|it's|hi|hello|hey|dear|This is|I'm|I am|It's|Hi|Hello|Hey|Dear|thanks|Thanks)"
            rf",? ({_NAME})(?:,? (?:and|here)\b|[,.!])?",
            lambda found: "" if _named(found[1]) else found[0],
        ),
        (r"\b(?:Mr|Mrs|Ms|Dr|Prof)\.? [A-Z][\w'-]+", "someone"),
        (rf"(?:^|\n|[,.!?-] ?)({_NAME})[.!]?\s*$", lambda found: "" if _named(found[1]) else found[0]),
        (rf"\b{_NAME}", lambda found: "someone" if _named(found[0]) else found[0]),
    )
)
_TOKEN = re.compile(r"[#№]?[\w][\w/-]*")
_LAST = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\(\s*\)|\[\s*\]", ""),
        (r"\s+([,.;:!?])", r"\1"),
        (r"(?:[,;:] ?)+(?=[,.;:!?])", ""),
        (r"(?i)\b(?:for|on|in|at|by|from|of|with|under):?(?=\s*(?:[.,;!?]|$))(?!\s*\?)", ""),
        (r"^[\s,.;:!?-]+", ""),
        (r"[^\S\n]+", " "),
        (r" +(?=[,.;:!?])", ""),
    )
)


def general(text: str) -> str:
    """The text without what belongs to one person or one day.

    Numbers of orders, flights, parcels and the like are dropped, links, mail, phone numbers, addresses and amounts
    become what they are ("a link"), dates, clock times and names of people go. Small numbers stay: "2 tickets", "error
    502". English patterns; digits, links and mail of any language.

    Args:
        text: Anything.

    Returns:
        What is embedded; the text itself where nothing would be left of it, or nothing in it is specific.
    """
    if not _HINT.search(text):
        return text
    told = text
    for pattern, replacement in _RULES:
        told = pattern.sub(replacement, told)
    told = _TOKEN.sub(_without_code, told)
    if told == text:
        return text
    for pattern, replacement in _LAST:
        told = pattern.sub(replacement, told)
    told = told.strip()
    return told if re.search(r"\w\w", told) else ("a number" if re.search(r"\d", text) else text)


def _named(words: str) -> bool:
    return words.split(maxsplit=1)[0].lower() in _NAMES


def _without_code(found: re.Match[str]) -> str:
    """A token of one word, unless it names one thing among many: `4471`, `BA2490`, `c-k3v9q2m7`, `3f9a2c1`."""
    token = found[0]
    digits = sum(letter.isdigit() for letter in token)
    if digits == 0 or token.lower() in _TERMS:
        return token
    changes = len(re.findall(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)", token))
    shouted = any(letter.isupper() for letter in token)
    year = re.fullmatch(r"(?:19|20)\d\d", token)
    if token[0] in "#№" or (digits >= _MANY and not year) or (shouted and digits >= _SOME and len(token) >= _LONG):
        return ""
    return "" if changes > _SOME and len(token) > _LONG else token


_SOME, _MANY, _LONG = 3, 4, 5
