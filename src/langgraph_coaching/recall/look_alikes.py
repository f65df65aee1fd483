"""Look-alikes: marks in a text that a lenient reader could take for the fence of a prompt, or for an entry of its own.

What counts is how they look: other letters and brackets that look the same, other case, blanks and signs in between,
and marks that are written as entities or escapes.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import unquote

from langgraph_coaching.recall.unseen import drop_unseen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SAME_LOOK = {
    "a": "@4\u0251\u1d00\u0430\u03b1\u0561\u13aa\u15c5\u2c6d\u0250",
    "c": "\u00a2\u0188\u1d04\u0441\u03f2\u2ca5\u13df\u1455\u03c2\u0547\u20b5\u2282",
    "d": "\u0501\u0257\u13a0\u15de",
    "e": "3\u0435\u0454\u03b5\u212e\u13ac\u0259\u04bd",
    "g": "9\u0261\u0262\u0581\u050d\u13c0\u0260\u0123\u10db",
    "h": "\u04bb\u043d\u029c\u0570\u13bb\u0266\u0127\u03b7\u0452",
    "i": "1\u0131\u026a\u0456\u03b9\u13a5\u2c93\u0269\u04cf",
    "l": "\u01c0\u029f\u2113\u05c0\u217c\u0142\u13de",
    "n": "\u0274\u043f\u03c0\u0578\u057c\u0438\u0273\u0146\u014b\u0272\u1d70",
    "o": "0\u1d0f\u043e\u03bf\u0585\u2c9f\u00f8\u0398\u03b8\u0f00\u0ed0\u0d20\u101d\u25cb\u25ef\u3007\u0275",
    "p": "\u0440\u03c1\u1d18\u2ca3\u13e2\u03f8",
    "r": "\u0280\u0433\u1d26\u13a1\u027e",
    "s": "5$\u0455\ua731\u13da\u0282",
    "t": "7\u0442\u03c4\u1d1b\u13a2\u0288",
    "u": "\u03c5\u057d\u1d1c\u0446",
    "w": "\u0461\u0448\u03c9\u1d21\u13b3\u051d\u0561",
    "y": "\u0443\u03b3\u04af\u028f\u13bd\u0263",
    "<": "\u02c2\u1438\u226a\u22d6\u276c\u276e\u27e8\u2329\u29fc\u2991\u00ab\u2039\u3008\u300a\u27ea\u276f",
    ">": "\u02c3\u1433\u226b\u22d7\u276d\u27e9\u232a\u29fd\u2992\u00bb\u203a\u3009\u300b\u27eb",
    "/": "\\\u2044\u2215\u29f8\u2571\u3033\u29f5\u2216\u27cb\u1735",
    ":": "\u2236\ua789\u0589\u05c3\u0703\u0704\uff1a\u02d0\u02f8",
    "[": "\u3010\u3014\u2045\u27e6\u300c",
    "|": "\u2223\u2502\u01c0\u2758\u2016",
}
_ROUND = (0x249C, 0x24D0, 0x24B6, 0x1F110, 0x1F130, 0x1F150, 0x1F170, 0x1F1E6)
"""Where the letters of the alphabet begin once more, in brackets, circles and squares."""

_QUOTING = frozenset("[{\u3010\u3014\u2045\u27e6\u00ab\u2039\u3008\u300a\u300c\u27ea\u2329")
"""Brackets in which a word may stand for itself; with a slash behind it, it may not."""


class _Folding(dict[int, str]):
    """How each character looks, in small letters of ASCII where it looks like one; always a single character."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", chr(code))[0]
        found = " " if unicodedata.category(plain)[0] == "M" else plain.lower()[0]
        found = _KNOWN.get(ord(found), found)
        if len(self) < 20_000:  # noqa: PLR2004 - an attacker may send every character there is
            self[code] = found
        return found


_KNOWN = {ord(one): letter for letter, others in _SAME_LOOK.items() for one in others}
_KNOWN |= {begin + index: chr(ord("a") + index) for begin in _ROUND for index in range(26)}
_FOLDING = _Folding(_KNOWN)

_GAP = r"[^a-z\d<>]{0,3}"
_WORD = re.compile(_GAP.join(("c", "o", "a", "c", "h", "[il|!]", "n", "[gq6]")) + r"(?![a-z\d])")
_LETTER = re.compile(r"[a-z\d]")
_AFTER = re.compile(r"[^a-z\d<\n]*?>")
_TEMPLATE = re.compile(
    r"<\s*\|(?P<chat>[^|<>\n]{1,40})\|\s*>|\[\s*(?P<inst>/?\s*inst)\s*\]|<\s*<\s*(?P<sys>/?\s*sys)\s*>\s*>"
    r"|<(?P<turn>(?:start|end)_of_turn)>"
)
"""What chat models are told with where a turn of theirs begins."""

_ENTRY = re.compile(r"(?m:^[^\w\n]*)?\bwhen[^a-z\d]+rep[il|]y[il|]n[gq][^a-z\d]+to[^a-z\d:]*:")
_DO_THIS = re.compile(r"\bdo[^a-z\d]+th[il|]s[^a-z\d:]*:")
_HEAD = re.compile(r"(?m)^[^a-z\d\n]*(?=what[^a-z\d]+to[^a-z\d]+te[l|i]{2}[^a-z\d]+the[^a-z\d]+user)")
_ESCAPE = re.compile(r"(?<!\\)\\+(?:u\{?([0-9a-f]{1,6})\}?|x([0-9a-f]{2}))", re.IGNORECASE)
_ROUNDS = 3
"""How often something may be escaped over what is escaped already."""

_SIGNS = re.compile(r"[<\[{(&%\\#:]")
"""Without one of these a text of ASCII holds no look-alike."""

_Span = tuple[int, int, str]


def make_harmless(text: str, *, one_line: bool = False) -> str:
    """A text in which nothing looks like a fence, an entry or a turn of its own; ordinary texts are as they were.

    Args:
        text: Without unseen characters, see `unseen.drop_unseen`.
        one_line: Whether it is an intent, behind which the instruction begins.
    """
    if text.isascii() and not _SIGNS.search(text):
        return text
    text = decoded = _replace(text, _spans(text, one_line=one_line))
    for _ in range(_ROUNDS):
        read, decoded = decoded, drop_unseen(_decode(decoded))
        if decoded == read:
            break
        if spans := sorted(_spans(decoded, one_line=one_line)):
            text = decoded = _replace(decoded, spans)
    return text


def _decode(text: str) -> str:
    text = html.unescape(text)
    text = unquote(text) if "%" in text else text
    return _ESCAPE.sub(_escaped, text) if "\\" in text else text


def _escaped(found: re.Match[str]) -> str:
    code = int(found[1] or found[2], 16)
    return chr(code) if code < 0x110000 else found[0]  # noqa: PLR2004 - there are no characters beyond


def _spans(text: str, *, one_line: bool) -> Iterator[_Span]:
    """Where look-alikes stand, and what stands there instead."""
    look = text.translate(_FOLDING)
    yield from _fences(text, look)
    for found in _TEMPLATE.finditer(look):
        said = next(name for name in ("chat", "inst", "sys", "turn") if found[name])
        yield *found.span(), f"({text[found.start(said) : found.end(said)].strip()})"
    yield from ((*found.span(), "(when replying to)") for found in _ENTRY.finditer(look))
    yield from ((*found.span(), "") for found in _HEAD.finditer(look) if "#" in found[0])
    if one_line:
        yield from ((*found.span(), "(do this)") for found in _DO_THIS.finditer(look))


def _fences(text: str, look: str) -> Iterator[_Span]:
    end = 0
    for word in _WORD.finditer(look):
        begin = word.start()
        while begin > end and not _LETTER.match(look, begin - 1):
            begin -= 1
        end = word.end()
        if (opening := _opening(text, look, begin, word.start())) is not None:
            after = _AFTER.match(look, end)
            yield opening, after.end() if after else end, "(coaching)" if after else "(coaching"


def _opening(text: str, look: str, start: int, end: int) -> int | None:
    slash = look.rfind("/", start, end)
    for place in range(start, end):
        if look[place] in "<[{" and (text[place] not in _QUOTING or place < slash):
            return place
    return None


def _replace(text: str, spans: Iterable[_Span]) -> str:
    parts, at = [], 0
    for start, end, instead in sorted(spans):
        if start >= at:
            parts += [text[at:start], instead]
            at = end
    return "".join([*parts, text[at:]])
