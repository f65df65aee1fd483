"""Enforcement, decided: which applied coaching is enforced, and how, given what a request or a graph has.

One at a time, by precedence: what stands first in the prompt (priority, then probability). Only where the turn begins:
what is done once is not asked for again, so that no agent goes round in circles. What cannot be done stays advice, and
its receipt says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.enforcement import find_name, plain_words, receiver_of
from langgraph_coaching.coaching.one_line import SHORT, cut_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from langgraph_coaching.recall.receipt import Enforced, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What there is to enforce with, at one model call or node."""

    tools: tuple[str, ...] = ()
    """Names of the tools that the call is offered."""
    targets: tuple[str, ...] = ()
    """Nodes that the graph may go to from here."""
    called: tuple[str, ...] = ()
    """Names of the tools that were called in this turn."""
    no_tools: str = ""
    """Why no tool can be chosen here; "" where one can."""
    begun: str = ""
    """Why this is not where the turn begins; "" where it is."""
    is_node: bool = False
    """Whether it is a node in front of the model call, which can go elsewhere and choose no tool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person has said to what was to be enforced, or why nobody could be asked."""

    approved: bool
    by: str = ""
    """Who said so, where that is known."""
    unasked: str = ""
    """Why nobody was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is enforced, and the receipts that say so."""

    receipts: tuple[Receipt, ...]
    """All of them, in their order."""
    winner: Receipt | None = None
    """Of what is enforced; None where nothing is."""
    tool: str | None = None
    """The tool that the call has to choose."""
    target: str | None = None
    """The node that the graph goes to."""
    waits: bool = False
    """Whether a person has to approve it first."""


@dataclass(slots=True)
class _Chooser:
    offer: Offer
    answers: Mapping[str, Answer]
    """By the id of the receipt."""
    winner: Receipt | None = None
    tool: str | None = None
    target: str | None = None
    waits: bool = False
    unknown: bool = False
    """Whether something with precedence can only be enforced later, at the model call."""

    def take(self, receipt: Receipt) -> Receipt:
        """The receipt with what becomes of it here."""
        if not is_undecided(receipt) or (self.unknown and self.winner is None):
            return receipt
        answer = self.answers.get(receipt.id)
        obstacle = self._obstacle(receipt, answer)
        return self._enforce(receipt, answer) if obstacle is None else _decided(receipt, *obstacle)

    def _obstacle(self, receipt: Receipt, answer: Answer | None) -> tuple[Enforced, str] | None:
        """What keeps it from being enforced, whatever the offer is."""
        if self.winner is not None:
            return "advice", f"one is enforced at a time, and {self.winner.coaching_id} goes first"
        if (done := _tool_for(receipt, self.offer.called)) is not None:
            return "done", f"the tool {done} was called in this turn already"
        if self.offer.begun:
            return "advice", self.offer.begun
        if answer is None or answer.approved:
            return None
        return ("advice", answer.unasked) if answer.unasked else ("refused", f"refused by {answer.by or 'a person'}")

    def _enforce(self, receipt: Receipt, answer: Answer | None) -> Receipt:
        target = None if receipt.behavior == "action" else find_name(receipt.enforced_name, self.offer.targets)
        if target is None and self.offer.is_node:
            self.unknown = receipt.behavior == "action"
            return receipt
        tool = None if target is not None or self.offer.no_tools else _tool_for(receipt, self.offer.tools)
        if target is None and tool is None:
            return _decided(receipt, "advice", self.offer.no_tools or _missing(receipt, self.offer))
        self.tool, self.target = tool, target
        self.waits = receipt.enforce == "approval" and answer is None
        approved = "" if answer is None else f"approved by {answer.by or 'a person'}; "
        done = f"the graph went on at {target}" if target is not None else f"the call had to choose the tool {tool}"
        self.winner = _decided(receipt, "goto" if target is not None else "tool_choice", f"{approved}{done}")
        return self.winner


def choose_enforcement(
    receipts: Sequence[Receipt], offer: Offer, answers: Mapping[str, Answer] | None = None
) -> Choice:
    """Chooses what is enforced at one model call or node.

    Args:
        receipts: Of the advice, the applied ones in the order of the prompt.
        offer: What there is to enforce with.
        answers: What persons have said so far, by the id of the receipt.
    """
    if _went(receipts):
        return Choice(receipts=tuple(receipts))
    chooser = _Chooser(offer, answers or {})
    decided = tuple(chooser.take(receipt) for receipt in receipts)
    if chooser.winner is None:
        return Choice(receipts=decided)
    if chooser.target is not None:  # the model call at which they could have been enforced is not made now
        decided = tuple(
            _decided(one, "advice", f"{one.enforced_name} is nowhere the graph may go from here")
            if is_undecided(one)
            else one
            for one in decided
        )
    return Choice(
        receipts=decided, winner=chooser.winner, tool=chooser.tool, target=chooser.target, waits=chooser.waits
    )


def undecide(receipts: Iterable[Receipt]) -> list[Receipt]:
    """Receipts as they are before a call is made, perhaps again; what a person said and where the graph went stays."""
    given = list(receipts)
    if _went(given):
        return given
    return [
        one if one.enforced in (None, "refused") else replace(one, enforced=None, enforced_reason="") for one in given
    ]


def _went(receipts: Iterable[Receipt]) -> bool:
    return any(receipt.enforced == "goto" for receipt in receipts)


def is_left_out(receipt: Receipt) -> bool:
    """Whether a receipt's coaching is in no prompt because the graph has done it: who takes over hands nothing over."""
    return receipt.enforced == "goto" and receipt.behavior == "handoff"


def is_undecided(receipt: Receipt) -> bool:
    """Whether it is of applied coaching that is to be enforced and was not decided on."""
    return bool(receipt.enforce) and receipt.applied and receipt.enforced is None


def _decided(receipt: Receipt, enforced: Enforced, reason: str) -> Receipt:
    return replace(receipt, enforced=enforced, enforced_reason=reason)


def _tool_for(receipt: Receipt, tools: Sequence[str]) -> str | None:
    """The tool that does what the behavior says: of its name, or one that hands over to that target."""
    wanted = receipt.enforced_name
    if found := find_name(wanted, tools) if receipt.behavior != "action" else wanted if wanted in tools else None:
        return found
    if receipt.behavior != "handoff":
        return None
    return next((tool for tool in tools if receiver_of(tool) == plain_words(wanted)), None)


def _missing(receipt: Receipt, offer: Offer) -> str:
    has = f"it has {', '.join(offer.tools[:8])}" if offer.tools else "it has none"
    if receipt.behavior == "action":
        return f"the call is offered no tool {receipt.enforced_name}: {has}"
    tool = f"no tool that hands over to {receipt.enforced_name}" if receipt.behavior == "handoff" else "no such tool"
    return f"{receipt.enforced_name} is nowhere the graph may go from here, and the call is offered {tool}: {has}"


def approval_payload(choice: Choice, winner: Receipt) -> dict[str, Any]:
    """What an interrupt says of what waits for approval: JSON values."""
    what = f"go on at {choice.target}" if choice.target is not None else f"call the tool {choice.tool}"
    return {
        "what": what,
        "why": winner.reason,
        "coaching_id": winner.coaching_id,
        "revision": winner.revision,
        "intent": winner.intent,
        "behavior": winner.behavior,
        "name": winner.enforced_name,
        "options": ["approve", "refuse"],
    }


_YES = ("approve", "approved", "accept", "yes", "true", "ok")


def read_answer(given: Any) -> Answer:
    """What a person has answered; whatever is no clear approval is a refusal.

    Args:
        given: True, "approve", or a mapping such as `{"decision": "approve", "by": "ann"}`; also LangChain's
            `{"decisions": [{"type": "approve"}]}`.
    """
    if isinstance(given, Mapping):
        decisions = given.get("decisions")
        if isinstance(decisions, list) and len(decisions) == 1 and isinstance(decisions[0], Mapping):
            return read_answer({**given, **decisions[0], "decisions": None})
        said = next((given[key] for key in ("decision", "type", "approved") if key in given), None)
        by = given.get("by")
        return Answer(approved=_is_yes(said), by=cut_line(by, SHORT) if isinstance(by, str) else "")
    return Answer(approved=_is_yes(given))


def _is_yes(said: Any) -> bool:
    return said is True or (isinstance(said, str) and said.strip().casefold() in _YES)
