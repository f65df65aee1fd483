"""Words the intent of a draft from its conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.recall.situation import situate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage


def suggest_intents(messages: Sequence[BaseMessage]) -> list[str]:
    """Wordings, best first."""
    situation = situate(messages)
    return [f'the user says: "{situation.parts[0][0][:200]}"'] if situation else []


def suggest_with(model: BaseChatModel, messages: Sequence[BaseMessage]) -> list[str]:
    """Wordings by a chat model."""
    return suggest_intents(messages)
