"""Recorded text on a page: never markup, and nothing in it unseen."""

from __future__ import annotations

import re
import unicodedata

from markupsafe import Markup, escape

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Controls, marks that turn the direction, blanks of no width, tags and half characters; not line break and tab."""


def show_text(text: str) -> Markup:
    """The text, with every character that cannot be seen shown by its number, and its direction kept to itself.

    Args:
        text: Any.
    """
    return Markup("<bdi>{}</bdi>").format(show_unseen(text.replace("\r\n", "\n")))


def show_unseen(text: str) -> Markup:
    """The text, escaped, with what cannot be seen shown by its number."""
    shown, last = [], 0
    for found in _UNSEEN.finditer(text):
        name = unicodedata.name(found[0], "control character").lower()
        mark = Markup('<span class="unseen" title="{}">U+{:04X}</span>').format(name, ord(found[0]))
        shown += [escape(text[last : found.start()]), mark]
        last = found.end()
    return Markup("").join([*shown, escape(text[last:])])
