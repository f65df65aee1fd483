"""The pool: whatever many model calls share, kept once in a trace and referred to by its place."""

from __future__ import annotations

import json
from typing import Any


class Pool:
    """Distinct values of JSON's types, in the order they came."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self.values: list[Any] = []

    def place(self, value: Any) -> int:
        """The place of a value, which is kept if it is not there yet."""
        text = json.dumps(value)
        if text not in self._places:
            self._places[text] = len(self.values)
            self.values.append(value)
        return self._places[text]
