"""Unseen: characters that nobody sees who reads a coaching, and that are left out of the prompt."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.lint.finding import Finding, quote
from langgraph_coaching.recall.unseen import find_unseen, hidden_words, hides_something

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.coaching.model import Coaching

_NAMED = 3


def unseen_characters(coaching: Coaching) -> Iterator[Finding]:
    """What in a coaching nobody sees: an error where it may hide words, else what came along with a pasted text."""
    scope = coaching.scope
    labels = " ".join(filter(None, (scope.agent, scope.node, *scope.tags)))
    texts = (("intent", coaching.intent), ("behavior", coaching.behavior.render()), ("scope", labels))
    for name, text in texts:
        if unseen := find_unseen(text):
            hidden = f", which spell {quote(said)}" if (said := hidden_words(unseen)) else ""
            yield Finding(
                severity="error" if hides_something(unseen) else "warning",
                rule="unseen",
                what=f"its {name} holds {_describe(unseen)}{hidden}",
                why="nobody sees them who reads it, and they are left out of the prompt",
                remedy="type that text anew; a label with one in it is that of no call" if name == "scope" else
                "type that text anew, without what was pasted",
                coaching_ids=(coaching.id,),
            )  # fmt: skip


def _describe(unseen: str) -> str:
    kinds = list(dict.fromkeys(unseen))
    named = [f"U+{ord(one):04X} {unicodedata.name(one, 'a control character').lower()}" for one in kinds[:_NAMED]]
    more = f" and {len(kinds) - _NAMED} others" if len(kinds) > _NAMED else ""
    return f"{len(unseen)} unseen character{'' if len(unseen) == 1 else 's'} ({', '.join(named)}{more})"
