"""Control characters: what a terminal would obey is shown instead, whoever has said it."""

from __future__ import annotations

import re
from typing import Any

from rich.console import Console
from rich.text import Text

_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]"
)
"""All but the end of a line and the tab: those that begin commands, turn a line around, or are seen by nobody."""

_PICTURES = 0x2400


def show_controls(text: str) -> str:
    """The text with a picture in place of every character that a terminal obeys; as long as before.

    Args:
        text: Any.
    """
    return text if text.isascii() and text.isprintable() else _OBEYED.sub(_picture, text)


def escape_controls(document: str) -> str:
    """A JSON document with those characters as escapes; the ends of its lines stay.

    Args:
        document: Any.
    """
    return _OBEYED.sub(lambda found: _escape(ord(found[0])), document)


class PlainConsole(Console):
    """A console on which no text that is printed commands the terminal; styles are those of the program alone."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Prints texts, and whatever else rich can."""
        super().print(*map(_show_text, objects), **options)


def _show_text(printed: Any) -> Any:
    if isinstance(printed, str):
        return show_controls(printed)
    if isinstance(printed, Text):
        printed = printed.copy()
        printed.plain = show_controls(printed.plain)
    return printed


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(_PICTURES + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"  # noqa: PLR2004 - of ASCII


def _escape(code: int) -> str:
    if code < 0x10000:  # noqa: PLR2004 - what one escape holds
        return f"\\u{code:04x}"
    return f"\\u{0xD800 + (code - 0x10000 >> 10):04x}\\u{0xDC00 + (code - 0x10000 & 0x3FF):04x}"
