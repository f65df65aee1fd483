"""Advice: what coaching applies here, with one receipt for each coaching that was looked at."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.notebook import card_html
from langgraph_coaching.coaching.one_line import quote_line
from langgraph_coaching.recall.receipt import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable

    from langgraph_coaching.recall.why import Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What applies, what else was looked at and why it does not, and the text for the prompt."""

    considered: list[Receipt] = field(default_factory=list)
    """Everything that was looked at, the applied ones too, most probable first."""
    prompt: str = ""
    """What goes into the prompt; "" when nothing applies."""
    situation: str = ""
    """The text that was matched."""
    seconds: float = 0.0
    """Time it took."""
    explain: Callable[[Advice, str], Why] | None = field(default=None, compare=False, repr=False)
    """Asks the store for `why`; not part of the value: neither a pickle nor JSON has it."""

    def __repr__(self) -> str:
        """One line: how much applies, and what."""
        if self.failure is not None:
            return f"Advice(failed: {quote_line(self.failure)})"
        names = ", ".join(str(receipt.coaching_id) for receipt in self.applied[:3])
        return f"Advice({len(self.applied)} of {len(self.considered)} considered apply{f': {names}' if names else ''})"

    def _repr_html_(self) -> str:
        state = self.failure or f"{len(self.applied)} of {len(self.considered)} considered apply"
        rows = [
            (str(one.coaching_id), f"{one.outcome} at {one.probability:.2f}: {one.intent}; {one.reason}")
            for one in self.considered
            if one.coaching_id
        ]
        return card_html("Advice", state, [("situation", self.situation), *rows])

    @property
    def applied(self) -> list[Receipt]:
        """The receipts of what is in the prompt, in its order."""
        return [receipt for receipt in self.considered if receipt.applied]

    @property
    def failure(self) -> str | None:
        """Why nothing could be looked at, or None."""
        return next((receipt.reason for receipt in self.considered if receipt.outcome == "failed"), None)

    @property
    def is_test(self) -> bool:
        """Whether it was given to a run that is marked as simulated."""
        return any(receipt.is_test for receipt in self.considered)

    def receipt(self, coaching_id: str) -> Receipt | None:
        """The receipt of one coaching, or None where it was not looked at."""
        return next((receipt for receipt in self.considered if receipt.coaching_id == coaching_id), None)

    def why(self, coaching_id: str) -> Why:
        """Why one coaching applied or did not: the whole reckoning in words, and what would change it.

        Of any coaching, looked at or not. It reads the store and embeds some texts (milliseconds), so that on an event
        loop it belongs into a thread; advice that was read from JSON explains from its receipts alone.

        Args:
            coaching_id: Any id.

        Returns:
            The reckoning; `print` it.

        Raises:
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        from langgraph_coaching.recall.why import why_without_store

        failure = next((one for one in self.considered if one.outcome == "failed"), None)
        if self.explain is None or failure is not None:
            return why_without_store(coaching_id, failure or self.receipt(coaching_id))
        return self.explain(self, coaching_id)

    def to_json(self) -> dict[str, Any]:
        """JSON values of all of it, for a checkpoint, a file or another process."""
        return {
            "considered": [asdict(r) | {"at": r.at.isoformat()} for r in self.considered],
            "prompt": self.prompt,
            "situation": self.situation,
            "seconds": self.seconds,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Advice:
        """Reads what `to_json` wrote; what else is in it is not part of the advice."""
        considered = [Receipt.from_json(row) for row in value["considered"]]
        fields = {name: value[name] for name in ("prompt", "situation", "seconds") if name in value}
        return cls(considered=considered, **fields)


def failed_advice(reason: str, *, situation: str = "", namespace: str = "default", seconds: float = 0.0) -> Advice:
    """Empty advice with the one receipt that says why."""
    receipt = Receipt(
        coaching_id=None,
        revision=None,
        probability=0.0,
        outcome="failed",
        reason=reason,
        situation=situation,
        namespace=namespace,
    )
    return Advice(considered=[receipt], situation=situation, seconds=seconds)
