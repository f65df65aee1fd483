"""Markup: HTML and SVG put together of elements; every text that is not markup itself is escaped, and none unseen."""

from __future__ import annotations

import re
from functools import cache
from html import escape

UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Controls, marks that turn the direction, blanks of no width, tags and half characters; not line break and tab."""

_TO_CHANGE = re.compile(f"[&<>\"']|{UNSEEN.pattern}")
"""What most texts have nothing of: it is looked for first."""

_EMPTY = frozenset({"meta", "rect", "line"})
"""Elements that hold nothing."""


class Markup(str):
    """A text that is HTML already; only functions here make it of other texts."""

    __slots__ = ()


def element(tag: str, /, *children: str, **attributes: str | float | None) -> Markup:
    """One element.

    Args:
        tag: Its name, as the code says it: never from data.
        *children: What stands in it; what is no `Markup` is escaped.
        **attributes: Its attributes, escaped; `class_` for `class`, `aria_label` for `aria-label`; None is left out.
    """
    said = "".join([f' {_name(key)}="{_value(value)}"' for key, value in attributes.items() if value is not None])
    if tag in _EMPTY:
        return Markup(f"<{tag}{said}/>")
    return Markup(f"<{tag}{said}>{join_markup(children)}</{tag}>")


def join_markup(children: tuple[str, ...] | list[str], between: str = "") -> Markup:
    """Some markup and texts, one after the other; the texts are escaped."""
    return Markup(escape(between).join([one if isinstance(one, Markup) else _escape_text(one) for one in children]))


def name_unseen(text: str) -> str:
    """The text, with the number of every character that cannot be seen in its place, such as `[U+202E]`.

    Args:
        text: Any.
    """
    return UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


@cache
def _name(key: str) -> str:
    return key.strip("_").replace("_", "-")


def _escape_text(text: str) -> str:
    return escape(name_unseen(text)) if _TO_CHANGE.search(text) else text


def _value(value: str | float) -> str:
    return _escape_text(value) if isinstance(value, str) else f"{value:.6g}"
