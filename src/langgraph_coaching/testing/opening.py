"""Opening: the expression by which a test opens its coach, on coaching files or on a store."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from langgraph_coaching.recall.limits import Limits
from langgraph_coaching.testing.expression import constructor_expression
from langgraph_coaching.testing.literal import literal

FOLDER = "coachings"
"""Name of the folder beside a test that coachings are exported to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a test opens its coach."""

    folder: Path | None
    """Of coaching files; None to open the store."""
    store: str
    namespace: str
    """Of the store; a file names none."""
    embeddings: Any
    """Those that are not the default ones, or None."""
    limits: Limits

    def expression(self, path: Path, imports: dict[str, set[str]]) -> str:
        """The Python source of it.

        Args:
            path: The test file; folders are named as seen from it.
            imports: Takes up the names that the expression needs, by module.

        Raises:
            InvalidCoachingError: It cannot be told how the embeddings were made.
        """
        function = "Coach" if self.folder is None else "coach_from"
        imports.setdefault("langgraph_coaching", set()).add(function)
        given = [_place(self.store if self.folder is None else str(self.folder), path)]
        if self.folder is None and self.namespace != "default":
            given.append(f"namespace={literal(self.namespace)}")
        if self.embeddings is not None:
            given.append(f"embeddings={constructor_expression(self.embeddings, imports)}")
        if self.limits != Limits():
            imports["langgraph_coaching"].add("Limits")
            bounds = [f"{field.name}={literal(getattr(self.limits, field.name))}" for field in fields(self.limits)]
            given.append(f"limits=Limits({', '.join(bounds)})")
        return f"{function}({', '.join(given)})"

    def options(self, path: Path) -> list[str]:
        """What `langgraph-coaching test new` needs beside the names to write the same test anew, from its folder."""
        if self.folder is None:
            return ["--live"]
        relative = _relative(str(self.folder), path)
        return [] if relative == FOLDER else ["--coachings", relative]


def _place(store: str, path: Path) -> str:
    return literal(store) if "://" in store else f"Path(__file__).parent / {literal(_relative(store, path))}"


def _relative(folder: str, path: Path) -> str:
    return Path(os.path.relpath(Path(folder).resolve(), path.parent.resolve())).as_posix()
