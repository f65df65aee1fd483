"""Reasons in words: what keeps a coaching out, what it was compared with, the one call that would change that.

They hold ids and numbers and no text of a coaching or a conversation, since reasons travel with runs and messages; a
`Why` quotes the texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.coaching.model import PRIORITY_LIMIT
from langgraph_coaching.errors import say_error
from langgraph_coaching.recall.loading import StillLoading

if TYPE_CHECKING:
    from langgraph_coaching.recall.nearest_texts import NearestTexts

FEW = 3
"""Texts up to which a coaching needs more of what people say before anything else."""

WRONG = "coach.verdict(receipt, correct=False), if it should not have applied"
"""What changes that a coaching applied."""

RIGHTLY = ", if it should have applied"
"""Said with what teaches a coaching to apply: mostly it is silent because it should be."""

_CHANGE = ". To change that: "

_QUOTED = 160
"""Characters of a text in a call that is proposed; a longer one is cut, and the dots say so."""


def join_reason(ground: str, change: str) -> str:
    """A reason: what keeps it out, and what would change that."""
    return f"{ground}{_CHANGE}{change}" if change else ground


def split_reason(reason: str) -> tuple[str, str]:
    """What `join_reason` was given; of other words, such as an older receipt's, the change is ""."""
    ground, _, change = reason.partition(_CHANGE)
    return ground, change


def failure_reason(error: Exception, deadline: float) -> str:
    """Why nothing was looked up for a model call, and what would change that.

    Args:
        error: That has kept it from being looked up.
        deadline: Seconds that looking it up may take.
    """
    said, change = say_error(error), ""
    if isinstance(error, StillLoading):
        change = "coach.load() where the process starts, which waits for it, or a longer Limits(deadline=…)"
    elif isinstance(error, TimeoutError):
        late = f"it took longer than the deadline of {deadline:g} s"
        said, change = said if str(error) else late, "a quicker embedder or store, or a longer Limits(deadline=…)"
    return join_reason(f"no coaching was looked up: {said}", change)


def foreign_language(language: str) -> str:
    """That the embedded embedder cannot know what was said."""
    return f"it looks like {language}, which the embedded embedder does not know"


def multilingual_change(coaching_id: str) -> str:
    """What helps where the embedder does not know the language."""
    return (
        "use a multilingual embedder, or add examples in that language: "
        f"coach.propose({coaching_id!r}, model, languages=[…])"
    )


def unlikely_reason(coaching_id: str, nearest: NearestTexts | None, language: str | None) -> tuple[str, str]:
    """Why a coaching is not likely enough, and what would make it likelier.

    Args:
        coaching_id: Which one.
        nearest: What it has nearest to the situation, where that is known.
        language: What the situation looks like, where that is another one than the embedder knows.
    """
    if language is not None:
        return foreign_language(language), multilingual_change(coaching_id)
    if nearest is None:
        return "", add_example(coaching_id)
    if nearest.silenced:
        own, never = nearest.likeness, nearest.never_likeness
        ground = (
            f'a "never here" of it is nearer, with a likeness of {never:.2f}, than any text it is known by, {own:.2f}'
        )
        return ground, f"{remove_example(coaching_id)}, if it was not meant"
    return nearest_reason(nearest), teaching_change(coaching_id, nearest.texts)


def nearest_reason(nearest: NearestTexts) -> str:
    """By how many texts a coaching is known, and how near the nearest is."""
    if nearest.texts == 1:
        return f"it is known by its intent alone, with a likeness of {nearest.likeness:.2f}"
    which = "an example" if nearest.nearest else "its intent"
    return f"of the {nearest.texts} texts it is known by, {which} is nearest, with a likeness of {nearest.likeness:.2f}"


def teaching_change(coaching_id: str, texts: int) -> str:
    """What makes a coaching likelier where it should have applied."""
    if texts <= FEW:
        return f"add what people say: coach.propose({coaching_id!r}, model) or {add_example(coaching_id)}"
    return f"coach.verdict(receipt, correct=False){RIGHTLY}"


def outranking_change(coaching_id: str, above: int, otherwise: str) -> str:
    """What puts a coaching before one of this priority; where there is no higher one, something else."""
    return f"coach.edit({coaching_id!r}, priority={above + 1})" if above < PRIORITY_LIMIT else otherwise


def add_example(coaching_id: str, text: str | None = None) -> str:
    """The call that says where else a coaching applies."""
    return f"coach.edit({coaching_id!r}, add_examples=[{_quote(text)}])"


def add_never(coaching_id: str, text: str | None = None) -> str:
    """The call that says where a coaching never applies."""
    return f"coach.edit({coaching_id!r}, add_never=[{_quote(text)}])"


def remove_example(coaching_id: str, text: str | None = None) -> str:
    """The call that takes one example away, of either kind."""
    return f"coach.edit({coaching_id!r}, remove=[{_quote(text)}])"


def _quote(text: str | None) -> str:
    if text is None:
        return "…"
    return repr(text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…")
