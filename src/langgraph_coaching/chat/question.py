"""Question: what a graph asks a person, in words, and the answer in the form that the graph takes."""

from __future__ import annotations

import json
from typing import Any

from langgraph_coaching.errors import InvalidCoachingError

_YES, _NO = ("y", "yes", "approve"), ("n", "no", "reject")

_JSON = ("{", "[", '"')
_WORDS = ("true", "false", "null")


def question_lines(value: Any, text: str) -> list[str]:
    """What the graph asks, and how it may be answered.

    Args:
        value: What it handed over to its `interrupt`.
        text: The same as text.
    """
    if (requests := action_requests(value)) is None:
        return [f"the graph asks: {text}", "your next line is the answer; JSON is handed over as what it says"]
    calls = [f"the graph asks whether it may call {call_line(one.get('name'), one.get('args'))}" for one in requests]
    return [*calls, "answer yes, or no with a reason, or the JSON that its middleware takes"]


def answer_of(value: Any, said: str) -> Any:
    """An answer in the form that the graph takes.

    Args:
        value: What it handed over.
        said: What the person says.

    Raises:
        InvalidCoachingError: It is no answer to this.
    """
    said = said.strip()
    requests = action_requests(value)
    if requests is None:
        return _read_json(said)
    word, _, reason = said.partition(" ")
    word = word.strip(",.:;").casefold()
    if word in _YES:
        return {"decisions": [{"type": "approve"} for _ in requests]}
    if word in _NO:
        said_why = {"message": reason.strip()} if reason.strip() else {}
        return {"decisions": [{"type": "reject", **said_why} for _ in requests]}
    found = _read_json(said)
    if isinstance(found, dict):
        return found
    raise InvalidCoachingError("answer yes, or no with a reason, or JSON")


def call_line(name: Any, arguments: Any) -> str:
    """A tool call on one line."""
    given = arguments.items() if isinstance(arguments, dict) else ()
    inside = ", ".join(f"{key}={json.dumps(value, ensure_ascii=False, default=str)}" for key, value in given)
    return f"{name}({inside})"


def action_requests(value: Any) -> list[dict[str, Any]] | None:
    """The calls that LangChain's HumanInTheLoopMiddleware asks about, or None where it is another question."""
    found = value.get("action_requests") if isinstance(value, dict) else None
    return found if isinstance(found, list) and all(isinstance(one, dict) for one in found) else None


def _read_json(said: str) -> Any:
    if said.startswith(_JSON) or said in _WORDS:
        try:
            return json.loads(said)
        except ValueError:
            return said
    return said
