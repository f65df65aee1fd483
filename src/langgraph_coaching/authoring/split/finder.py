"""The pieces of a document: sections of one topic, and passages that say on what they depend."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.split.condition import PERSON, Condition, condition_of
from langgraph_coaching.authoring.split.instructed import behavior_in
from langgraph_coaching.authoring.split.passage import LABEL_LEVEL
from langgraph_coaching.authoring.split.piece import Piece
from langgraph_coaching.authoring.split.topic import is_domain, is_standing, is_telling, title_of, topic_why
from langgraph_coaching.authoring.split.wording import person_in, word_condition, word_title
from langgraph_coaching.coaching.validation import PROSE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from langgraph_coaching.authoring.lint.graph_names import GraphNames
    from langgraph_coaching.authoring.split.passage import Passage, Section

_FOLLOWS = re.compile(
    r"(?i)^(?:then|otherwise|in that case|in this case|if so|if not|if they do|if it is|if it isn't|to do so|after that"
    r"|afterwards|do so|do this|this|that|these|else|also then|even then)\b"
)
_DENIED = re.compile(r"(?i)^if not\b|^otherwise\b|^else\b")


def find_pieces(text: str, document: Section, names: GraphNames | None) -> Iterator[Piece]:
    """The pieces, in the order of the prompt."""
    finder = _Finder(text, names)
    yield from sorted(finder.pieces_of(document, titled=_is_title(document)), key=lambda piece: piece.spans[0])


def _is_title(document: Section) -> bool:
    """Whether the only heading of the first level is the title of the whole."""
    return sum(one.level == 1 for one in document.sections) == 1


class _Finder:
    def __init__(self, text: str, names: GraphNames | None) -> None:
        self._text, self._names, self._person = text, names, person_in(text)

    def pieces_of(self, section: Section, *, titled: bool = False, domain: bool = False) -> Iterator[Piece]:
        """The pieces of a section and of those in it.

        Args:
            section: Not one that is a topic as a whole.
            titled: Whether a heading of the first level is only a title.
            domain: Whether it describes what there is.
        """
        yield from self._find_conditions(section.passages, domain=domain)
        for inner in section.sections:
            topic = None if (titled and inner.level == 1) or domain else self._topic_of(inner, section)
            if topic is None:
                yield from self.pieces_of(inner, domain=domain or is_domain(inner))
            else:
                yield from self._of_topic(inner, *topic)

    def _topic_of(self, section: Section, around: Section) -> tuple[str, str, bool] | None:
        """The intent of a section of one situation, why, and whether that is sure."""
        title = title_of(section)
        found = topic_why(section)
        if found is None:
            beside = [one for one in around.sections if one is not section and topic_why(one)]
            if is_standing(section) or section.level == LABEL_LEVEL or len(beside) < 2 or not is_telling(section):  # noqa: PLR2004
                return None
            found = f'it stands under "{title}", beside sections of one situation each', False
        if (label := condition_of(title)) is not None:
            return word_condition(label, self._person), *found
        return word_title(title, self._person, verb="may want" in found[0]), *found

    def _of_topic(self, section: Section, intent: str, why: str, sure: bool) -> Iterator[Piece]:
        """A section as one piece; sections in it that are a topic of their own as others."""
        passages = [*section.passages]
        for inner in section.sections:
            topic = None if inner.level == LABEL_LEVEL else self._topic_of(inner, section)
            if topic is None:
                passages.append(inner.as_passage())
            else:
                yield from self._of_topic(inner, *topic)
        for some in _in_bounds(sorted(passages, key=lambda one: one.start)):
            told = "\n".join(line for one in some for line in one.lines("  " if one.item else ""))
            yield self._piece(some, intent, told, why, sure=sure)

    def _find_conditions(self, passages: Sequence[Passage], *, domain: bool) -> Iterator[Piece]:
        place = 0
        while place < len(passages):
            passage = passages[place]
            place += 1
            found = condition_of(passage.text)
            if found is None or (domain and not re.search(rf"(?i)\b{PERSON}\b", found.words)):
                yield from self._find_conditions(passage.children, domain=domain)
                continue
            some = [passage]
            while place < len(passages) and not passage.item and _FOLLOWS.match(passages[place].text):
                some.append(passages[place])
                place += 1
            yield self._of_condition(some, found)

    def _of_condition(self, some: list[Passage], found: Condition) -> Piece:
        first, *further = some
        under = [line for child in first.children for line in child.lines("  ")]
        more = [line for one in further for line in one.lines()]
        whole = any(_DENIED.match(one.text) for one in further)
        then = first.text if whole or not found.then else found.then
        if not found.then and under:
            then = ""
        told = "\n".join(filter(None, [then[:1].upper() + then[1:], *under, *more]))
        intent = word_condition(found, self._person)
        return self._piece(some, intent, told, found.why, sure=found.sure)

    def _piece(self, some: Sequence[Passage], intent: str, told: str, why: str, *, sure: bool) -> Piece:
        behavior, lack = behavior_in(told, self._names)
        spans = tuple((one.start, one.end) for passage in some for one in passage.each())
        start, end = spans[0][0], max(stop for _, stop in spans)
        return Piece(
            text=self._text[start:end],
            first_line=self._text.count("\n", 0, start) + 1,
            last_line=self._text.count("\n", 0, end) + 1,
            intent=intent,
            behavior=behavior,
            why=f"{why}; {lack}" if lack else why,
            sure=sure,
            spans=spans,
        )


def _in_bounds(passages: Sequence[Passage]) -> Iterator[list[Passage]]:
    """The passages of a topic, in groups that one coaching can hold."""
    group: list[Passage] = []
    length = 0
    for passage in passages:
        size = sum(len(line) + 1 for line in passage.lines("  "))
        if group and length + size > PROSE_LIMIT:
            yield group
            group, length = [], 0
        group.append(passage)
        length += size
    if group:
        yield group
