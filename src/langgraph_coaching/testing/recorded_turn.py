"""Recorded turn: what an agent once did in a situation, with the coaching it had read."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import RecordingError
from langgraph_coaching.recall.situation import read_messages, situate
from langgraph_coaching.traces.followed import check_followed
from langgraph_coaching.traces.messages import jsonable_parts
from langgraph_coaching.traces.model import Step

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from langchain_core.messages import AIMessage

    from langgraph_coaching.coaching.behavior import Behavior
    from langgraph_coaching.recall.receipt import Followed
    from langgraph_coaching.testing.scrub import Scrub

Conversation = tuple[tuple[str, str], ...]
"""Pairs of a role, `user` or `assistant`, and what was said, oldest first."""

_TASK = re.compile(r":[^|]*")
_KEPT = {"index", "trace_id", "type", "author", "text", "name", "arguments", "node", "checkpoint_ns"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedTurn:
    """What an agent did in one turn."""

    conversation: Conversation = ()
    """What had been said."""
    coaching: str = ""
    """The prompt block it had read."""
    steps: tuple[Step, ...]
    """What it did then, up to what the user said next."""
    model: str | None = None

    @property
    def text(self) -> str:
        """What it said."""
        return "\n".join(step.text for step in self.steps if step.type == "message")

    def follows(self, behavior: Behavior) -> tuple[Followed, str]:
        """Whether it shows a behavior, and why that is known; "unknown" of a reply, whose words take a reader."""
        return check_followed(behavior, self.steps)

    def to_json(self) -> str:
        """Text for a file."""
        # Without the ids of this one run: a turn that shows the same is the same file.
        named = ({"trace_id": "take", "checkpoint_ns": _TASK.sub("", step.checkpoint_ns or "")} for step in self.steps)
        bare = [step.model_copy(update=names) for step, names in zip(self.steps, named, strict=True)]
        steps = [step.model_dump(mode="json", include=_KEPT, exclude_defaults=True) for step in bare]
        value = {"model": self.model, "conversation": self.conversation, "coaching": self.coaching, "steps": steps}
        return json.dumps(value, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def load(cls, path: Path) -> RecordedTurn:
        """Reads what `to_json` wrote.

        Raises:
            RecordingError: The file is not there, or holds something else.
        """
        try:
            value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            steps = tuple(Step.model_validate(step) for step in value["steps"])
            conversation = tuple((role, text) for role, text in value["conversation"])
            return cls(conversation=conversation, coaching=value["coaching"], steps=steps, model=value["model"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RecordingError(
                f"{path} cannot be read ({type(error).__name__}: {error}); write the test anew with "
                "`langgraph-coaching test new … --force`"
            ) from error


def recorded_turn_of(answer: AIMessage) -> RecordedTurn:
    """The turn that one answer of a model is."""
    parts = enumerate(jsonable_parts(answer))
    steps = tuple(Step(index=index, trace_id="answer", author="agent", **part) for index, part in parts)
    return RecordedTurn(steps=steps or (Step(index=0, trace_id="answer", author="agent", type="message"),))


def turns_in(messages: Any) -> Conversation:
    """What of a conversation is matched: the latest turns as pairs; () where no user has said anything."""
    situation = situate(read_messages(messages))
    turns = reversed(situation.turns) if situation else ()
    return tuple(("user" if user else "assistant", text) for text, user in turns)


def scrub_turns(said: Conversation, scrub: Scrub) -> Conversation:
    """The same without the secrets that were told in it."""
    return tuple((role, scrub.text(text)) for role, text in said)


def missing(text: str, expected: Sequence[str]) -> list[str]:
    """Which of the expected regular expressions a text does not hold, in any case."""
    return [pattern for pattern in expected if not re.search(pattern, text, re.IGNORECASE)]
