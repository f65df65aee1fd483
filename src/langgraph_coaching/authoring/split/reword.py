"""A piece in a chat model's words: its intent, and what people say where it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.authoring.propose import CoachingBrief, propose
from langgraph_coaching.coaching.model import Scope

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from langgraph_coaching.authoring.split.piece import Piece


def reword_piece(piece: Piece, model: BaseChatModel) -> tuple[Piece, tuple[str, ...]]:
    """The piece with what the model proposes, and what went wrong.

    Args:
        piece: As the rules found it.
        model: Any chat model.
    """
    known = CoachingBrief(id=piece.id, intent=piece.intent, behavior=piece.behavior.render(), scope=Scope())
    found = propose(model, known)
    said = tuple(one.text for one in found.proposals if one.applies)
    return piece.when(found.intent or piece.intent, said), tuple(f"{piece.place}: {w}" for w in found.warnings)
