"""Enforcement: whether a graph is made to do what a behavior says, and by which names tools and nodes go.

An action, a handoff, a process and a playbook can be enforced; what that does in a running graph, `agent.enforce` says.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, model_serializer

from langgraph_coaching.coaching.validation import CheckedModel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import SerializerFunctionWrapHandler

APPROVAL: Literal["approval"] = "approval"

_WRITTEN = {"true": True, "yes": True, "false": False, "no": False, APPROVAL: APPROVAL}

_OTHER = re.compile(r"[\W_]+")
_TRANSFER = re.compile(r"^(?:transfer|hand ?off|delegate|escalate)(?: back)? to ")


def _read_enforce(value: object) -> object:
    found = _WRITTEN.get(value.strip().casefold()) if isinstance(value, str) else value
    if not isinstance(found, bool) and found != APPROVAL:
        raise ValueError(f"must be True, False or {APPROVAL!r}, which asks a person first")
    return found


Enforce = Annotated[Literal[False, True, "approval"], BeforeValidator(_read_enforce)]
"""Whether it is enforced: no, yes, or once a person has approved."""


class EnforceableBehavior(CheckedModel):
    """A behavior that can be enforced."""

    enforce: Enforce = False
    """Whether the graph is made to do it: True, or "approval" for once a person has approved; False for advice only."""

    @model_serializer(mode="wrap")
    def _leave_out_default(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # What asks for no enforcement is written, and digested, as before there was any.
        fields: dict[str, Any] = handler(self)
        return fields if fields.get("enforce") else {key: held for key, held in fields.items() if key != "enforce"}

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return [(name, held) for name, held in super().__repr_args__() if held or name != "enforce"]


def enforced_name(behavior: Any) -> str:
    """The tool, node or agent that a behavior is about; "" where it can't be enforced."""
    if not isinstance(behavior, EnforceableBehavior):
        return ""
    return str(getattr(behavior, {"action": "tool", "handoff": "target"}.get(behavior.type, "name")))  # type: ignore[attr-defined]


def describe_enforcement(behavior: Any) -> str:
    """In words how a behavior is enforced; "" where it is not."""
    asked = vars(behavior).get("enforce", False)  # of those that have none `getattr` takes pydantic ten times as long
    return {True: "enforced", APPROVAL: "enforced once a person approves"}.get(asked, "")


def plain_words(name: str) -> str:
    """A name as it is compared: `Billing Team` and `billing_team` are the same."""
    return _OTHER.sub(" ", name.casefold()).strip()


def receiver_of(tool: str) -> str:
    """To whom a tool hands over, as names are compared: `billing` of `transfer_to_billing`; "" where it does not."""
    bare, words = _TRANSFER.sub("", plain_words(tool)), plain_words(tool)
    return bare if bare != words else ""


def find_name(wanted: str, known: Iterable[str]) -> str | None:
    """The one of these names that is meant: the very one, or the one that differs in spelling alone."""
    names = list(known)
    if wanted in names:
        return wanted
    return next((name for name in names if plain_words(name) == plain_words(wanted)), None)
