"""Why one coaching applied in a situation or did not: the whole reckoning in words, and what would change it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from langgraph_coaching.coaching.notebook import printed_html
from langgraph_coaching.recall.eligibility import Exclusion
from langgraph_coaching.recall.reasons import WRONG, foreign_language, split_reason
from langgraph_coaching.recall.receipt import Outcome
from langgraph_coaching.recall.situation import Situation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.recall.receipt import Receipt

Standing = Outcome | Exclusion | Literal["not_ranked", "not_found", "not_known", "nothing_said"]
"""What became of a coaching: the outcome of its receipt, or what kept it from being looked at.

`not_ranked`: others rank before it, so that it was no candidate. `not_found`: the namespace has none of that id.
`not_known`: the advice comes from JSON and has no receipt of it. `nothing_said`: no user has said anything yet.
"""

_CUT = 200
"""Characters of a quoted text that are shown; `to_json` has all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A turn of the situation."""

    speaker: Literal["user", "agent"]
    text: str
    weight: float | None = None
    """0..1: its share in what was matched; None where only the receipt is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One of the coaching's own texts, beside the situation."""

    kind: Literal["intent", "also here", "never here"]
    text: str
    likeness: float
    """On the embedder's own scale: 0 unrelated, 1 as near as what is said of one thing in other words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The reckoning for one coaching in one situation; `str` of it is for people."""

    coaching_id: str
    revision: int | None = None
    """That was looked at; the latest where none was."""
    intent: str = ""
    outcome: Standing
    reason: str
    """What it came down to."""
    change: str = ""
    """The one call or command that would change the outcome."""
    probability: float | None = None
    """0..1: of the receipt; otherwise what it would be if nothing else kept it out."""
    floor: float | None = None
    """Below this probability nothing applies."""
    now: float | None = None
    """0..1: what it would be for the same revision as the store is now, which the following are held against."""
    situation: tuple[Turn, ...] = ()
    """What was matched, oldest turn first."""
    texts: int | None = None
    """By how many texts it is known: its intent, and each example in which it also applies."""
    nearest: Text | None = None
    """The nearest of them."""
    never: Text | None = None
    """The nearest "never here", where it has one."""
    without_never: float | None = None
    """The probability without any "never here"."""
    without_traffic: float | None = None
    """The probability without what else is said in this namespace; None where too little is recorded."""
    reserve: float = 0.0
    """0 or more: what the store's reserve takes from the logit."""
    without_reserve: float | None = None
    """The probability without it; None where there is none."""
    taught: float | None = None
    """The probability if this situation were among its examples."""
    language: str | None = None
    """What the situation looks like, where nothing applied and the embedder does not know that language."""
    note: str = ""
    """What has become of the coaching since."""
    receipt_id: str | None = None
    """Of the receipt that this explains."""

    @property
    def applied(self) -> bool:
        """Whether it was put into the prompt."""
        return self.outcome == "applied"

    @classmethod
    def of_receipt(cls, receipt: Receipt) -> Why:
        """What a receipt alone tells."""
        ground, change = split_reason(receipt.reason)
        if receipt.outcome == "failed":
            change = change or "what the reason says; then ask again"
        elif not change:
            call = f"coach.advise(messages).why({receipt.coaching_id!r})"
            change = WRONG if receipt.applied else f"{call} says what would, as the store is now"
        return cls(
            coaching_id=receipt.coaching_id or "",
            revision=receipt.revision,
            intent=receipt.intent,
            outcome=receipt.outcome,
            reason=ground,
            change=change,
            probability=None if receipt.outcome == "failed" else receipt.probability,
            situation=_turns(receipt.situation),
            reserve=receipt.reserve,
            receipt_id=receipt.id,
        )

    def to_json(self) -> dict[str, Any]:
        """JSON values of all of it."""
        return asdict(self) | {"situation": [asdict(turn) for turn in self.situation], "applied": self.applied}

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _repr_html_(self) -> str:
        return printed_html(str(self))

    def _lines(self) -> Iterator[str]:
        revision = f", revision {self.revision}" if self.revision else ""
        yield f"{self.coaching_id or 'no coaching'}{revision}{f': {self.intent}' if self.intent else ''}"
        yield _line("applied" if self.applied else "not applied", self.reason)
        if self.note:
            yield _line("since then", self.note)
        for number, turn in enumerate(self.situation):
            share = "" if turn.weight is None else f" ({turn.weight:.0%})"
            yield _line("" if number else "situation", f"{turn.speaker}{share}: {_shorten(turn.text)}")
        if self.language and foreign_language(self.language) not in self.reason:
            yield _line("language", foreign_language(self.language))
        if self.nearest is not None:
            yield _line("known by", "its intent alone" if self.texts == 1 else f"{self.texts} texts")
            yield _line("nearest", f"{self.nearest.kind}: {_quote(self.nearest)}")
        if self.never is not None and self._differs(self.without_never):
            without = f"without it the probability would be {self.without_never:.2f}"
            yield _line("never here", f"{_quote(self.never)}; {without}")
        yield from self._numbers()
        if self.change:
            yield _line("if wrong" if self.applied else "to change it", self.change)

    def _differs(self, other: float | None) -> bool:
        return other is not None and self.now is not None and abs(other - self.now) >= _SAME

    def _numbers(self) -> Iterator[str]:
        if self.without_traffic is None:
            traffic = "too little is recorded yet to say anything"
        elif self._differs(self.without_traffic):
            traffic = f"without what else is said here it would be {self.without_traffic:.2f}"
        else:
            traffic = "what else is said here changes nothing"
        if self.now is not None:
            yield _line("traffic", traffic)
        if self.reserve:
            less = f"; without, it would be {self.without_reserve:.2f}" if self._differs(self.without_reserve) else ""
            yield _line("reserve", f"what verdicts have taught takes {self.reserve:.2f} from its logit{less}")
        if self.probability is not None:
            floor = "" if self.floor is None else f"; the floor is {self.floor:.2f}"
            supposed = ", were it looked at" if self.outcome in get_args(Exclusion) else ""
            now = f"; as the store is now it would be {self.now:.2f}" if self._differs(self.probability) else ""
            yield _line("probability", f"{self.probability:.2f}{supposed}{now}{floor}")
        if self.taught is not None and not self.applied:
            yield _line("taught", f"with this situation among its examples it would be {self.taught:.2f}")


_SAME = 0.005


def _turns(text: str) -> tuple[Turn, ...]:
    turns = tuple(turn_of(*turn) for turn in reversed(Situation.from_text(text).turns))
    return turns or ((Turn(speaker="user", text=text),) if text else ())


def turn_of(text: str, user: bool, weight: float | None = None) -> Turn:
    """A turn as a situation has it."""
    return Turn(speaker="user" if user else "agent", text=text, weight=weight)


def _line(name: str, text: str) -> str:
    return f"  {name:<13}{text}"


def _quote(text: Text) -> str:
    return f'"{_shorten(text.text)}", likeness {text.likeness:.2f}'


def _shorten(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= _CUT else said[: _CUT - 1] + "…"


def why_without_store(coaching_id: str, receipt: Receipt | None) -> Why:
    """What there is to say without asking the store.

    Args:
        coaching_id: Which coaching.
        receipt: Of it, or of the whole call where that failed; None where there is none.
    """
    if receipt is not None:
        return replace(Why.of_receipt(receipt), coaching_id=coaching_id)
    return Why(
        coaching_id=coaching_id,
        outcome="not_known",
        reason="there is no receipt of it here, and this advice does not know its store",
        change=f"coach.advise(messages).why({coaching_id!r})",
    )
