"""Outcome: what one check found, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Status = Literal["passed", "failed", "left_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one check found; prints as a line."""

    name: str
    status: Status
    said: str
    """What was found; for one that failed, what was expected besides."""
    advice: str = ""
    """What to do, where it failed."""
    seconds: float = 0.0
    """How long it took."""

    def __str__(self) -> str:
        mark = {"passed": "passed", "failed": "FAILED", "left_out": "left out"}[self.status]
        advice = f"\n{'':27}{self.advice}" if self.advice else ""
        return f"{mark:9} {self.name:16} {self.said}{advice}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conformance:
    """What all checks of one store and embedder found; true where none failed; prints as a line a check."""

    uri: str
    embedder: str
    """Its id, as the store knows it."""
    outcomes: tuple[Outcome, ...]

    @property
    def passed(self) -> bool:
        """Whether every check was made, and passed."""
        return bool(self.outcomes) and all(one.status == "passed" for one in self.outcomes)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Those that failed."""
        return tuple(one for one in self.outcomes if one.status == "failed")

    def __bool__(self) -> bool:
        return self.passed

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self) | {"passed": self.passed, "outcomes": [asdict(one) for one in self.outcomes]}

    def __str__(self) -> str:
        good = sum(one.status == "passed" for one in self.outcomes)
        left = sum(one.status == "left_out" for one in self.outcomes)
        end = f"{good} of {len(self.outcomes)} passed, {len(self.failed)} failed"
        end += f", {left} left out" if left else ""
        return "\n".join([*map(str, self.outcomes), f"{end}: {self.uri} with {self.embedder}"])


class Unfit(Exception):  # noqa: N818 - a finding
    """What a check found is not as it must be.

    Args:
        said: What was found, and what was expected.
        advice: What to do.
    """

    def __init__(self, said: str, advice: str) -> None:
        super().__init__(said)
        self.advice = advice


def expect(found: object, said: str, advice: str) -> None:
    """Goes on where something was found to be so.

    Args:
        found: Whether it is.
        said: Otherwise, what was found and what was expected.
        advice: And what to do.

    Raises:
        Unfit: It is not.
    """
    if not found:
        raise Unfit(said, advice)
