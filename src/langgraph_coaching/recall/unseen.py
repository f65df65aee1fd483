"""Unseen characters: what a text holds that nobody reads, and what it is without.

Tags, turns of direction, blanks of no width and variation selectors carry words past the eyes of whoever reviews a
coaching, and a model reads them. Those that a script or an emoji needs to be written are kept where it needs them.
"""

from __future__ import annotations

import re

_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_JOINING = (  # scripts whose letters take another form beside a joiner
    "\u0600-\u061b\u061d-\u109f\u1700-\u17b3\u17b6-\u180a\u1810-\u1cff\ua840-\uabff\U00010a00-\U00011fff\U0001e900-\U0001e95f"
)
_WITHOUT_BLANKS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17b3\u17b6-\u17ff\u1950-\u19df\u1a20-\u1aaf\uaa60-\uaadf"
_IDEOGRAPH = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_FLAG = "".join(chr(0xE0000 + ord(letter)) for letter in "gb")
_NATIONS = "|".join("".join(chr(0xE0000 + ord(letter)) for letter in name) for name in ("eng", "sct", "wls"))

_NEEDED = "|".join(
    (
        f"(?<=\U0001f3f4){_FLAG}(?:{_NATIONS})\U000e007f",  # three flags are written with tags
        f"(?<=[{_EMOJI}])[\ufe0e\ufe0f]|(?<=[0-9#*])\ufe0f(?=\u20e3)",
        f"(?:(?<=[{_EMOJI}])|(?<=[{_EMOJI}]\ufe0f))\u200d(?=[{_EMOJI}])",
        f"(?<=[{_JOINING}])[\u200c\u200d]",
        f"(?<=[{_WITHOUT_BLANKS}])\u200b(?=[{_WITHOUT_BLANKS}])",
        "(?<=[\u1820-\u18aa])[\u180b-\u180f]",
        f"(?<=[\u1000-\u109f\u2200-\u22ff\u2a00-\u2aff\u3000-\u303f\ua840-\ua87f\uff00-\uff5e{_IDEOGRAPH}])[\ufe00-\ufe02]",
        f"(?<=[{_IDEOGRAPH}])[\U000e0100-\U000e010f]",
        "(?<=[\u1100-\u115e])\u1160|\u115f(?=[\u1161-\u11a7])",  # half of a syllable
    )
)

_UNSEEN = re.compile(
    f"(?P<needed>{_NEEDED})|"
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)

_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""Ends a line for some reader, and not for others."""

_TAGS = range(0xE0020, 0xE007F)
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def drop_unseen(text: str) -> str:
    """The text as a person reads it: every end of a line is a line feed, and nothing is there that cannot be seen.

    Args:
        text: Any; a half character becomes a question mark in a lozenge.
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub(_seen, _LINE_END.sub("\n", text))


def _seen(found: re.Match[str]) -> str:
    if found["needed"]:
        return found[0]
    if "\ud800" <= found[0] <= "\udfff":
        return "\ufffd"
    return " " if found[0] in "\u3164\uffa0" else ""


def find_unseen(text: str) -> str:
    """The characters of a text that nobody sees and nothing needs, in their order.

    Args:
        text: Any.
    """
    ends = _LINE_END.findall(text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join([*(found[0] for found in _UNSEEN.finditer(text) if not found["needed"]), *ends])


def hidden_words(unseen: str) -> str:
    """What tags spell, or ""."""
    return "".join(chr(ord(one) - 0xE0000) for one in unseen if ord(one) in _TAGS)


def hides_something(unseen: str) -> bool:
    """Whether unseen characters are such as hide words or turn them around, and not what comes with pasted text."""
    odd = [one for one in unseen if any(ord(one) in some for some in _SELECTORS)]
    return bool(hidden_words(unseen) or not _TURNS.isdisjoint(unseen) or len(odd) > 1)
