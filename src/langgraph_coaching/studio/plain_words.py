"""Plain words: what the library says, without the Python that it advises, which the page has buttons for."""

from __future__ import annotations

import re

_ARGUMENTS = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_CALL = re.compile(rf"\bcoach\.\w+(?:\.\w+)?{_ARGUMENTS}|\bgive model=")
_MARK = "\x00"
_BEFORE = rf"(?:^|[;:.,]\s+|\s+(?=(?:or|and|by) {_MARK}))[^;:.,{_MARK}]*"
_CLAUSE = re.compile(rf"{_BEFORE}{_MARK}(?:(?!, or )[^;.\n])*")
_NOTHING_TO_DO = re.compile(r"\.?\s*To change that:?\s*$")


def say_plainly(text: str) -> str:
    """The text without the clauses that call a coach; as it is, where nothing would be left.

    Args:
        text: A reason, a remedy or an error of the library.
    """
    said = _CLAUSE.sub("", _CALL.sub(_MARK, text.replace(_MARK, " "))).strip()
    return _NOTHING_TO_DO.sub("", said).replace(_MARK, "").strip() or text
