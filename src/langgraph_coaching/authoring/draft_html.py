"""A draft as a notebook shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.coaching.notebook import card_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.authoring.draft import Draft


def draft_html(draft: Draft) -> str:
    """When, what, where it comes from, and what is proposed."""
    state = f"next revision of {draft.revises.id}" if draft.revises else "not saved yet"
    return card_html("Draft", state, _rows(draft))


def _rows(draft: Draft) -> Iterator[tuple[str, str]]:
    yield "when replying to", draft.intent
    for suggestion in draft.suggestions:
        yield "or", suggestion
    yield "do this", draft.behavior.render() if draft.behavior else "not chosen yet: draft.reply('…') and the like"
    if draft.step is not None:
        yield "written from", f"{draft.step.trace_id}:{draft.step.index} {draft.step.text}"
    for example in draft.answered:
        yield "also here" if example.applies else "never here", example.text
    for proposal in draft.proposals:
        yield "proposed", str(getattr(proposal, "text", proposal))
    for warning in draft.warnings:
        yield "warning", warning
