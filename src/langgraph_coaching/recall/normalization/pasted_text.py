"""Pasted text: a turn keeps what its writer typed, and the beginning of a log, code, a quoted mail or a table.

A wish behind forty lines of a log is beyond what an embedder reads, and forty lines say less of what is wanted than the
one that was typed. Their beginning says what they are.
"""

from __future__ import annotations

import re

SHORT = 160
"""Characters up to which a turn of one line is read as it is."""

LONG = 1_000
"""Characters of what is left that are read: about 220 tokens, less than the default embedder's 256."""

READ = 60_000
"""Characters of a turn that are looked at, half from its front and half from its end."""

BESIDE = 140
"""Characters of what was pasted that are read beside what was typed.

On the tuning half of `tests/benchmarks/field.json` 0, 60, 120, 200 and 400 recall 20, 47, 53, 60 and 53 % of the
wishes and 0, 0, 7, 13 and 27 % of other wishes; the first 1,500 characters of the turn as it is, 40 and 7 %.
"""

_FENCED = re.compile(r"(```|~~~)[^\n]*\n.*?(?:\n\s*\1|\Z)", re.DOTALL)
_QUOTED = re.compile(
    r"(?im)^[ \t]*(?:-{2,} ?(?:original message|forwarded message|forwarded by)\b.*|(?:on|am|le) .{4,120}"
    r"(?:wrote|schrieb|a écrit) ?:[ \t]*|begin forwarded message:)$[\s\S]*\Z"
)
_MACHINE = re.compile(
    r"""(?xi)
    ^\s*>                                                           # quoted
    |^\s*[\[(<]?(?:\d{4}[-/.]\d\d[-/.]\d\d|\d\d[-/.]\d\d[-/.]\d{2,4}|\d\d:\d\d:\d\d|(?:mon|tue|wed|thu|fri|sat|sun)
      ,?\ (?:\d\d?\ )?[a-z]{3}\ |(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\ \ ?\d\d?\ \d\d:)      # dated
    |^\s*[\[(<]?(?:error|warn(?:ing)?|info|debug|trace|fatal|critical|notice|severe)[\])>]?\s*[:|\[-]       # levelled
    |^\s*at\ [\w$.<>/\[\]-]+\s?\(|^\s*File\ ".+",\ line\ \d+|^\s*Traceback\ \(|^\s*(?:Caused\ by|Exception\ in)\b
    |^\s*(?:\w+\.)*\w*(?:Error|Exception|Warning|Interrupt)\b\s*(?::|$)                                     # raised
    |^\s*(?:\$|%|\#|>>>|\.\.\.|PS\ [A-Z]:.*?>|[\w.-]+@[\w.-]+[:~].*?[$\#])\s+\S                             # a prompt
    |^\s*[{}\[\]()<;,"'\d.:=_*|+~^`/\\-]+\s*$                                                               # brackets
    |\S[ \t]{3,}\S|\t\S|^\s*[\[(]\d\d?:\d\d(?::\d\d)?(?:\ ?[ap]m)?[\])]  # columns, a chat
    |^\s*["'][\w .-]+["']\s*:|^\s*<[!/?\w][^>]*>  # JSON, markup
    |^\s*[\w.\[\]-]+\s*(?:=|:=|\+=)\s*\S+\s*;?$|^\s*[\w-]+:\s+\S+$                                          # settings
    |^\s*(?:import|from|def|class|return|if|for|while|public|private|static|void|const|let|var|function|async|await
      |SELECT|INSERT|UPDATE|DELETE|CREATE|FROM|WHERE|JOIN|GROUP\ BY)\b.*[;:({=,)*]\s*$                       # code
    |[;{}]\s*$
    |^\s*(?:npm\ (?:err!|warn)|make(?:\[\d+\])?:|\w+:\d+:\d+|[+-]{3}\ [ab]/|@@\ |diff\ --git|Get:\d+|Step\ \d+/\d+)
    |^\s*(?:from|to|cc|subject|sent|date|received|message-id|content-type):\s.*\d|^\s*(?:from|to|cc):\s.*@   # mail
    """
)
_SIGNATURE = re.compile(r"(?m)^(?:--|__)\s*$[\s\S]{0,400}\Z")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_LISTED = re.compile(r"^\s*(?:[-*•‣]|\d{1,2}(?:\.\d{1,2})*[.)]?|[a-z][.)])\s+\S")
_PROSE, _FEWEST, _TOKEN = 0.62, 3, 40

_BLOCK = 6
"""Lines of a paragraph from which it was pasted, where there is a shorter one: who types breaks no lines."""

_LIST = 4
"""Items from which a list was."""


def drop_pasted(text: str) -> str:
    """What of a turn was typed.

    Args:
        text: A turn of any language and length.

    Returns:
        At most `LONG` characters of what was typed, its front and its end where it is longer, and `BESIDE` of what was
        pasted. The text itself, as short, where all of it was pasted or nothing.
    """
    if len(text) <= SHORT and "\n" not in text:
        return text
    if len(text) > READ:
        text = f"{text[: READ // 2]}\n{text[-READ // 2 :]}"
    plain = _FENCED.sub("\n", text)
    said = _SIGNATURE.sub("", _QUOTED.sub("", plain))
    said = said if _WORDS.search(said) else plain
    blocks = [block.splitlines() for block in re.split(r"\n[ \t]*\n", said) if block.strip()]
    kept = [_typed_lines(block) for block in blocks]
    if any(len(_WORDS.findall(line)) >= _FEWEST for block in kept if len(block) < _BLOCK for line in block):
        kept = [block for block in kept if len(block) < _BLOCK]
    typed = "\n".join(line.strip() for block in kept for line in block).strip()
    typed = " ".join(token for token in typed.split(" ") if len(token) <= _TOKEN or "\n" in token)
    if len(_WORDS.findall(typed)) < _FEWEST:
        return _shorten(text.strip())
    return "\n".join(part for part in (_shorten(typed), _pasted_beginning(text, kept)) if part)


def _pasted_beginning(text: str, kept: list[list[str]]) -> str:
    """The beginning of what was pasted."""
    typed_ = {line.strip() for block in kept for line in block}
    rest = (line.strip() for line in text.splitlines())
    return " ".join(line for line in rest if line and line not in typed_)[:BESIDE].strip()


def _typed_lines(block: list[str]) -> list[str]:
    """The lines of a paragraph that somebody typed: of one that is a machine's, what stands before and after it."""
    pasted = [_is_pasted(line) for line in block]
    if not any(pasted):
        listed = [bool(_LISTED.match(line)) for line in block]
        return [line for line, item in zip(block, listed, strict=True) if not item] if sum(listed) >= _LIST else block
    first, last = pasted.index(True), len(pasted) - 1 - pasted[::-1].index(True)
    if sum(pasted) * 2 < last - first + 1:
        return [line for line, gone in zip(block, pasted, strict=True) if not gone]
    return [*block[:first], *block[last + 1 :]]


def _is_pasted(line: str) -> bool:
    """Whether a line is a machine's."""
    line = line.rstrip()
    if _MACHINE.search(line):
        return True
    letters = sum(letter.isalpha() or letter == " " for letter in line)
    return len(line) >= _TOKEN // 2 and letters < _PROSE * len(line) and line.isascii()


def _shorten(text: str) -> str:
    """Its front and its end, whole sentences where there are such: a wish stands in one of them."""
    if len(text) <= LONG:
        return text
    parts = [part for part in _SENTENCE.split(text) if part.strip()]
    front: list[str] = []
    back: list[str] = []
    room = LONG
    while parts and room > 0:
        behind = len(back) <= len(front)
        part = parts.pop(-1 if behind else 0)
        part = part[-room:] if behind else part[:room]
        (back if behind else front).append(part)
        room -= len(part) + 1
    return " ".join([*front, *reversed(back)])
