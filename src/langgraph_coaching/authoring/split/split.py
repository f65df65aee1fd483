"""Split: a system prompt taken apart into what always holds and what belongs into coaching; needs no model."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from langgraph_coaching.authoring.split.document import read_document
from langgraph_coaching.authoring.split.finder import find_pieces
from langgraph_coaching.authoring.split.remaining import remaining_text
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from langchain_core.language_models import BaseChatModel

    from langgraph_coaching.authoring.split.passage import Section
    from langgraph_coaching.authoring.split.piece import Piece

LONGEST = 1_000_000
"""Characters of a prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A system prompt, and the pieces that hold in one situation only; iterates over those, and prints as text."""

    text: str
    pieces: tuple[Piece, ...]
    document: Section = field(repr=False)
    warnings: tuple[str, ...] = ()
    """What went wrong while a model was asked."""

    def __iter__(self) -> Iterator[Piece]:
        return iter(self.pieces)

    def __len__(self) -> int:
        return len(self.pieces)

    def remaining(self, pieces: Iterable[Piece] | None = None) -> str:
        """The prompt without pieces.

        Args:
            pieces: Those to take out; all when None.
        """
        taken = self.pieces if pieces is None else pieces
        return remaining_text(self.text, self.document, [span for piece in taken for span in piece.spans])

    def propose(self, model: BaseChatModel) -> Split:
        """The same with the intents that a chat model words, and what it proposes that people say there.

        One call a piece; where the model fails, the piece stays as it is, with a warning.

        Args:
            model: Any chat model.
        """
        from langgraph_coaching.authoring.split.reword import reword_piece

        told = [reword_piece(piece, model) for piece in self.pieces]
        warnings = [warning for _, some in told for warning in some]
        return replace(self, pieces=tuple(piece for piece, _ in told), warnings=(*self.warnings, *warnings))

    def __str__(self) -> str:
        left, whole = len(self.remaining()), len(self.text)
        counted = f"{len(self.pieces)} piece{'' if len(self.pieces) == 1 else 's'} for one situation each"
        told = f"{counted}; {left:,} of {whole:,} characters remain without"
        return "\n".join([*map(str, self.pieces), told])


def split_prompt(text: str, *, graph: Any = None) -> Split:
    """Proposes which passages of a system prompt hold in one situation only, and belong into coaching.

    By rules for English: conditions ("if a customer …", "in case of …", "unless …", "for wholesale customers"), items
    and sections under a heading or in a tag that names a situation ("## Returns"). What holds everywhere stays: role,
    tone, language, format, safety, and what depends on the agent alone ("if you are not sure"). Nothing is changed.

    Args:
        text: The prompt: Markdown, tags, lists or prose.
        graph: The compiled graph, whose tools and nodes are then told from other names.

    Returns:
        The pieces in the order of the prompt, and what remains.

    Raises:
        InvalidCoachingError: There is no text, it is too long, or the graph is none.
    """
    given: Any = text
    if not isinstance(given, str) or not given.strip():
        raise InvalidCoachingError("there is no prompt to split; give its text")
    if len(text) > LONGEST:
        raise InvalidCoachingError(f"a prompt may have {LONGEST:,} characters, not {len(text):,}; give one part of it")
    from langgraph_coaching.authoring.lint.graph_names import names_of_graph

    names = None if graph is None else names_of_graph(graph)
    said = re.sub(r"\r\n?", "\n", text).removeprefix("\ufeff")
    document = read_document(said)
    return Split(text=said, pieces=tuple(find_pieces(said, document, names)), document=document)
