"""A prompt read as a document: Markdown headings, tags, labels, lists, and prose cut into sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from langgraph_coaching.authoring.split.passage import LABEL_LEVEL, Passage, Section

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(\S.*?)\s*#*\s*$")
_TAG = re.compile(r"\s*<(/?)([A-Za-z][\w.-]{0,60})(?:\s[^<>]*)?>")
_CLOSING = re.compile(r"</([A-Za-z][\w.-]{0,60})>\s*$")
_ITEM = re.compile(r"(\s*)(?:[-*+\u2022\u2013\u25cf]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+(?=\S)")
_BOLD_LINE = re.compile(r"\s*(?:\*\*|__)([^*_]{1,80}?):?(?:\*\*|__):?\s*$")
_LABEL = re.compile(r"\s*([^\W\d_][^.!?:;]{0,60}?):\s*$")
_BARE = re.compile(r"\s*([^\W\d_][^.!?:;,]{0,60})\s*$")
_SENTENCE = re.compile(
    r"(?<=[.!?\u3002])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bNo\.)(?<!\bMr\.)(?<!\bDr\.)(?<!\betc\.)[\"')\u201d]*\s+(?=[^a-z\s])"
    r"|(?<=\u3002)"
)
_FENCE = re.compile(r"\s*(```|~~~)")
_VERBLESS = re.compile(
    r"(?i)\b(?:if|when|whenever|unless|should|must|can|is|are|do|does|has|have|following|steps|these|includes?|need)\b"
)


class _Line(NamedTuple):
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def read_document(text: str) -> Section:
    """The sections and passages of a prompt; what is in code fences and tables is none.

    Args:
        text: With line feeds between its lines.
    """
    return _Reader(text).read_all()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = [*_lines_of(text)]
        self._root = Section(title="", level=0, start=0, body=0, end=len(text))
        self._open = [self._root]
        self._items: list[tuple[int, Passage]] = []
        """The items that the next one may hang on, with their indents; -1 for the sentence before a list."""
        self._prose: list[_Line] = []

    def read_all(self) -> Section:
        fence = ""
        for number, line in enumerate(self._lines):
            if found := _FENCE.match(line.text):
                self._end_prose()
                fence = "" if fence == found[1] else fence or found[1]
            elif not fence:
                self._take(number, line)
        self._end_prose()
        for section in self._open[1:]:
            section.end = len(self._text)
        return self._root

    def _take(self, number: int, line: _Line) -> None:
        if not line.text.strip():
            self._end_prose()
            if self._open[-1].level == LABEL_LEVEL and not self._follows_item(number):
                self._close(LABEL_LEVEL, line.start)
        elif line.text.lstrip().startswith(("|", "---", "===", "***")) and not _BOLD_LINE.match(line.text):
            self._end_prose()
        elif found := _HEADING.match(line.text):
            self._begin(found[2].strip("*_: "), len(found[1]), line)
        elif found := _tag_of(line.text):
            self._take_tag(number, line, found)
        elif (label := self._label_of(number, line)) is not None:
            self._begin(label, LABEL_LEVEL, line)
        elif found := _ITEM.match(line.text):
            self._end_prose()
            self._add_item(len(found[1].expandtabs(4)), line.start + found.end(), line)
        elif self._items and self._items[-1][0] >= 0 and line.text[:1] in " \t":
            self._lengthen(line)
        else:
            self._items = []
            self._prose.append(line)

    def _take_tag(self, number: int, line: _Line, found: re.Match[str]) -> None:
        self._end_prose()
        begins, ends = line.start + found.end(), line.end
        if found[1]:
            self._close_tag(found[2], begins)
            return
        self._close(LABEL_LEVEL, line.start)
        self._push(Section(found[2], self._open[-1].level, line.start, begins, tag=True))
        if closing := _CLOSING.search(line.text, found.end()):
            self._take(number, _Line(begins, line.text[found.end() : closing.start()]))
            self._end_prose()
            self._close_tag(found[2], ends)

    def _label_of(self, number: int, line: _Line) -> str | None:
        """The title, where a line is one: bold, or few words before a list."""
        if found := _BOLD_LINE.match(line.text):
            return found[1].strip()
        if self._prose or _ITEM.match(line.text):
            return None
        found = _LABEL.match(line.text) or (
            _BARE.match(line.text) if self._follows_item(number, blanks=False) else None
        )
        return (
            found[1].strip()
            if found and not _VERBLESS.search(found[1].split(" ", 1)[0]) and _is_title(found[1])
            else None
        )

    def _follows_item(self, number: int, *, blanks: bool = True) -> bool:
        for line in self._lines[number + 1 :]:
            if line.text.strip() or not blanks:
                return _ITEM.match(line.text) is not None
        return False

    def _begin(self, title: str, level: int, line: _Line) -> None:
        self._end_prose()
        self._close(level, line.start)
        self._push(Section(title, level, line.start, line.end))

    def _push(self, section: Section) -> None:
        self._items = []
        self._open[-1].sections.append(section)
        self._open.append(section)

    def _close(self, level: int, at: int) -> None:
        """Ends the sections that a heading of this level ends; a tag holds what is in it."""
        while self._open[-1].level >= level and not self._open[-1].tag and len(self._open) > 1:
            self._open.pop().end = at
        self._items = []

    def _close_tag(self, name: str, at: int) -> None:
        if any(one.tag and one.title == name for one in self._open):
            while True:
                closed = self._open.pop()
                closed.end = at
                if closed.tag and closed.title == name:
                    break
        self._items = []

    def _add_item(self, indent: int, start: int, line: _Line) -> None:
        passage = Passage(start, line.end, line.text[start - line.start :].strip(), item=True)
        while self._items and self._items[-1][0] >= indent:
            self._items.pop()
        (self._items[-1][1].children if self._items else self._open[-1].passages).append(passage)
        self._items.append((indent, passage))

    def _lengthen(self, line: _Line) -> None:
        passage = self._items[-1][1]
        passage.end, passage.text = line.end, f"{passage.text} {line.text.strip()}"

    def _end_prose(self) -> None:
        if self._prose:
            start, end = self._prose[0].start, self._prose[-1].end
            found = [*_sentences(self._text, start, end)]
            self._open[-1].passages += found
            self._items = [(-1, found[-1])] if found and found[-1].text.endswith(":") else []
            self._prose = []


def _lines_of(text: str) -> Iterator[_Line]:
    start = 0
    for line in text.split("\n"):
        yield _Line(start, line)
        start += len(line) + 1


def _tag_of(line: str) -> re.Match[str] | None:
    """The tag that a line is, or that holds the rest of it; others are text."""
    found = _TAG.match(line)
    if found is None or not line[found.end() :].strip():
        return found
    closing = _CLOSING.search(line, found.end())
    alone = closing is not None and closing[1] == found[2] and "<" not in line[found.end() : closing.start()]
    return found if alone and not found[1] else None


def _sentences(text: str, start: int, end: int) -> Iterator[Passage]:
    begins = start
    for found in [*_SENTENCE.finditer(text, start, end), None]:
        stops = end if found is None else found.start()
        if said := " ".join(text[begins:stops].split()):
            yield Passage(begins + len(text[begins:stops]) - len(text[begins:stops].lstrip()), stops, said)
        begins = end if found is None else found.end()


def _is_title(text: str) -> bool:
    return len(text.split()) <= 6  # noqa: PLR2004 - words
