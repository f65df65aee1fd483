"""One line: a text cut to what a `repr`, a list or a message can show of it."""

from __future__ import annotations

SHORT = 60
"""Characters of a text in a `repr`."""


def cut_line(text: str, limit: int) -> str:
    """The text on one line, cut.

    Args:
        text: Any.
        limit: Most characters.
    """
    said = " ".join(text[: 4 * limit].split())
    return said if len(said) <= limit and len(text) <= 4 * limit else said[: limit - 1] + "…"


def quote_line(text: str, limit: int = SHORT) -> str:
    """The text on one line, cut and quoted, such as `'a customer asks to …'`.

    Args:
        text: Any.
        limit: Most characters between the quotes.
    """
    return repr(cut_line(text, limit))
