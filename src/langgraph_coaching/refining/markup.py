"""Markup: HTML and SVG put together of elements, in which every text that is not markup itself is escaped."""

from __future__ import annotations

from html import escape

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
    said = "".join(
        f' {key.strip("_").replace("_", "-")}="{_number(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if tag in _EMPTY:
        return Markup(f"<{tag}{said}/>")
    return Markup(f"<{tag}{said}>{join_markup(children)}</{tag}>")


def join_markup(children: tuple[str, ...] | list[str], between: str = "") -> Markup:
    """Some markup and texts, one after the other; the texts are escaped."""
    return Markup(escape(between).join(one if isinstance(one, Markup) else escape(_clean(one)) for one in children))


def _number(value: str | float) -> str:
    return escape(_clean(value)) if isinstance(value, str) else f"{value:.6g}"


def _clean(text: str) -> str:
    """Without what no page may hold: half characters, and control characters besides white space."""
    return "".join(c for c in text if (c >= " " and not "\ud800" <= c <= "\udfff" and c != "\x7f") or c in "\n\t")
