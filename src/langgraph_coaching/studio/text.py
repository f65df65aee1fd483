"""Recorded text on a page: never markup, and nothing in it unseen."""

from __future__ import annotations

import unicodedata

from markupsafe import Markup, escape

from langgraph_coaching.refining.markup import UNSEEN

_TOLD = 3


def show_text(text: str) -> Markup:
    """The text, with every character that cannot be seen shown by its number, and its direction kept to itself.

    Args:
        text: Any.
    """
    return Markup("<bdi>{}</bdi>").format(show_unseen(text.replace("\r\n", "\n")))


def show_unseen(text: str) -> Markup:
    """The text, escaped, with what cannot be seen shown by its number."""
    shown, last = [], 0
    for found in UNSEEN.finditer(text):
        name = unicodedata.name(found[0], "control character").lower()
        mark = Markup('<span class="unseen" title="{}">U+{:04X}</span>').format(name, ord(found[0]))
        shown += [escape(text[last : found.start()]), mark]
        last = found.end()
    return Markup("").join([*shown, escape(text[last:])])


def tell_unseen(text: str) -> str:
    """Says which characters in a text cannot be seen, where a field holds it just as it is; "" where all can.

    Args:
        text: What the field holds.
    """
    found = dict.fromkeys(found[0] for found in UNSEEN.finditer(text.replace("\r\n", "\n")))
    named = [f"U+{ord(one):04X} {unicodedata.name(one, 'control character').lower()}" for one in found]
    more = f" and {len(named) - _TOLD} others" if len(named) > _TOLD else ""
    return f"Holds what cannot be seen: {', '.join(named[:_TOLD])}{more}" if named else ""
