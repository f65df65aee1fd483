"""Behaviors: the six types of what the agent should do, each rendered as an instruction for the prompt."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from langgraph_coaching.coaching.enforcement import Enforce, EnforceableBehavior
from langgraph_coaching.coaching.validation import PROSE_LIMIT, CheckedModel, Name, Prose, Remark, invalid_error
from langgraph_coaching.errors import InvalidCoachingError


def _check_json(arguments: dict[str, Any]) -> dict[str, Any]:
    try:
        written = json.dumps(arguments, allow_nan=False, ensure_ascii=False)
        written.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"must hold JSON values only: {error}") from None
    if len(written) > PROSE_LIMIT:
        raise ValueError(f"are longer than {PROSE_LIMIT:,} characters of JSON; say in words where the values come from")
    read: dict[str, Any] = json.loads(written)  # tuples become the lists that a stored copy holds
    return read


class _InstructedBehavior(CheckedModel):
    instruction: Remark = ""
    """How to do it, in words; may be empty."""

    def _with_instruction(self, sentence: str) -> str:
        return f"{sentence} {self.instruction}".rstrip()


class Reply(CheckedModel):
    """Answer in a certain way: `Reply("Confirm they are in the US before quoting shipping.")`."""

    type: Literal["reply"] = "reply"
    text: Prose
    """What to say or how to say it, 1 to 4,000 characters."""

    def __init__(self, text: str = "", **fields: Any) -> None:
        super().__init__(**{"text": text} | fields)

    def render(self) -> str:
        """The instruction for the prompt."""
        return self.text


class SearchKnowledge(_InstructedBehavior):
    """Read an article before answering: `SearchKnowledge("Returns policy", query="return window")`."""

    type: Literal["search_knowledge"] = "search_knowledge"
    article: Name
    """The article's title, id or address, as the agent's search knows it."""
    query: Remark = ""
    """What to search for; the article's name when empty."""

    def __init__(self, article: str = "", query: str = "", **fields: Any) -> None:
        super().__init__(**{"article": article, "query": query} | fields)

    def render(self) -> str:
        """The instruction for the prompt."""
        searching = f' by searching for "{self.query}"' if self.query else ""
        return self._with_instruction(
            f'Look up the knowledge article "{self.article}"{searching} and answer from what it says.'
        )


class Action(EnforceableBehavior, _InstructedBehavior):
    """Call a tool: `Action("get_order_details", {"order_id": "the order they named"})`."""

    type: Literal["action"] = "action"
    tool: Name
    """The tool's name, as the model knows it."""
    arguments: Annotated[dict[str, Any], AfterValidator(_check_json)] = Field(default_factory=dict)
    """Hints for its arguments: values, or words that say where the value comes from. JSON values only."""

    def __init__(
        self, tool: str = "", arguments: dict[str, Any] | None = None, *, enforce: Enforce = False, **fields: Any
    ) -> None:
        given = {} if arguments is None else arguments
        super().__init__(**{"tool": tool, "arguments": given, "enforce": enforce} | fields)

    def render(self) -> str:
        """The instruction for the prompt."""
        hints = f" with {json.dumps(self.arguments, ensure_ascii=False)}" if self.arguments else ""
        return self._with_instruction(f"Call the tool `{self.tool}`{hints}.")


class Process(EnforceableBehavior, _InstructedBehavior):
    """Follow a named process: `Process("delivered-order exchange")`."""

    type: Literal["process"] = "process"
    name: Name
    """The process's name; a node of that name counts as having followed it."""

    def __init__(self, name: str = "", *, enforce: Enforce = False, **fields: Any) -> None:
        super().__init__(**{"name": name, "enforce": enforce} | fields)

    def render(self) -> str:
        """The instruction for the prompt."""
        return self._with_instruction(f'Follow the process "{self.name}" step by step.')


class Playbook(EnforceableBehavior, _InstructedBehavior):
    """Switch to a named playbook: `Playbook("angry customer")`."""

    type: Literal["playbook"] = "playbook"
    name: Name
    """The playbook's name; a node of that name counts as having followed it."""

    def __init__(self, name: str = "", *, enforce: Enforce = False, **fields: Any) -> None:
        super().__init__(**{"name": name, "enforce": enforce} | fields)

    def render(self) -> str:
        """The instruction for the prompt."""
        return self._with_instruction(f'Use the playbook "{self.name}" for this conversation.')


class Handoff(EnforceableBehavior, _InstructedBehavior):
    """Hand the conversation over: `Handoff("billing team")`."""

    type: Literal["handoff"] = "handoff"
    target: Name
    """The agent, node or team that takes over."""

    def __init__(self, target: str = "", *, enforce: Enforce = False, **fields: Any) -> None:
        super().__init__(**{"target": target, "enforce": enforce} | fields)

    def render(self) -> str:
        """The instruction for the prompt."""
        return self._with_instruction(f'Hand the conversation over to "{self.target}" instead of handling it yourself.')


Behavior = Annotated[Reply | SearchKnowledge | Action | Process | Playbook | Handoff, Field(discriminator="type")]
"""Any of the six, told apart by `type`."""

BehaviorType = Literal["reply", "search_knowledge", "action", "process", "playbook", "handoff"]

_ADAPTER: TypeAdapter[Reply | SearchKnowledge | Action | Process | Playbook | Handoff] = TypeAdapter(Behavior)


def behavior_of(value: Any) -> Reply | SearchKnowledge | Action | Process | Playbook | Handoff:
    """Reads a behavior from a mapping such as `{"type": "reply", "text": "…"}`, or passes one through.

    Args:
        value: A behavior, or a mapping with a `type`.

    Returns:
        The behavior.

    Raises:
        InvalidCoachingError: The type is unknown or a field is not acceptable.
    """
    try:
        return _ADAPTER.validate_python(value)
    except ValidationError as error:
        raise invalid_error(error, "behavior") from None
    except TypeError:
        raise InvalidCoachingError("behavior must be one of the six, or a mapping of named fields") from None
