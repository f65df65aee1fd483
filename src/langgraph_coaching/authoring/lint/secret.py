"""Secret: a key, a password or an account number in what every user's prompt, or an export, would hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.authoring.lint.finding import Finding
from langgraph_coaching.traces.redact_secrets import redact_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.coaching.model import Coaching


def secrets_in_words(coaching: Coaching) -> Iterator[Finding]:
    """Where a coaching holds what looks like a secret; it is not said which."""
    examples = "\n".join(one.text for one in coaching.examples)
    texts = {"intent": coaching.intent, "behavior": coaching.behavior.render(), "examples": examples}
    for name, text in (texts | {"notes": coaching.notes}).items():
        if redact_secrets(text) != text:
            in_prompt = name in ("intent", "behavior")
            yield Finding(
                severity="error" if in_prompt else "warning",
                rule="secret",
                what=f"its {name} {'hold' if name.endswith('s') else 'holds'} what looks like a key, a password or an "
                "account number",
                why="it goes into the prompt of every user in that situation"
                if in_prompt
                else "it is kept as it was typed, and goes along in exports",
                remedy="take it out, and change the secret if it was saved",
                coaching_ids=(coaching.id,),
            )
