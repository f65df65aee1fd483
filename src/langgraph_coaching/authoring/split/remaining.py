"""What remains of a prompt once pieces are taken out: its Markdown stays what it was."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from langgraph_coaching.authoring.split.passage import Section
    from langgraph_coaching.authoring.split.piece import Span

_BULLET_ONLY = re.compile(r"\s*(?:[-*+\u2022\u2013\u25cf]|\(?\d{1,3}[.)]|\(?[a-z][.)])?\s*$")


def remaining_text(text: str, document: Section, spans: Iterable[Span]) -> str:
    """The prompt without these spans, without bullets that nothing follows, and without headings that nothing is under.

    Args:
        text: The prompt.
        document: It, as it was read.
        spans: What goes.
    """
    gone = bytearray(len(text))
    for start, end in spans:
        gone[start:end] = b"\1" * (end - start)
    for section in document.each():
        _take_heading(section, text, gone)
    lines: list[str] = []
    place = 0
    for line in text.split("\n"):
        end = place + len(line)
        left = "".join(sign for sign, out in zip(line, gone[place:end], strict=True) if not out)
        touched = len(left) != len(line)
        if not touched or not _BULLET_ONLY.fullmatch(left):
            lines.append(re.sub(r"(?<=\S) {2,}", " ", left).rstrip() if touched else line)
        place = end + 1
    return _without_gaps(lines, text)


def _take_heading(section: Section, text: str, gone: bytearray) -> None:
    """Takes the heading of a section along where all that is in it goes."""
    passages = [one for passage in section.all_passages() for one in passage.each()]
    if section.title and passages and all(gone[one.start] for one in passages):
        gone[section.start : section.body] = b"\1" * (section.body - section.start)
        if section.tag:
            closing = text.rfind("</", section.start, section.end)
            if closing >= 0:
                gone[closing : section.end] = b"\1" * (section.end - closing)


def _without_gaps(lines: list[str], text: str) -> str:
    """The lines, where no more blank ones follow each other than in the prompt."""
    most = max((len(found[0]) - 1 for found in re.finditer(r"\n{2,}", text)), default=1)
    kept: list[str] = []
    for line in lines:
        if line.strip() or _blank_end(kept) < most:
            kept.append(line)
    while kept and not kept[0].strip() and text[:1] != "\n":
        kept.pop(0)
    return "\n".join(kept)


def _blank_end(lines: list[str]) -> int:
    """How many blank lines are at the end."""
    count = 0
    while count < len(lines) and not lines[-1 - count].strip():
        count += 1
    return count
