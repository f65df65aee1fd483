"""Templates: escaped everywhere, and strict about names."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from langgraph_coaching import __version__
from langgraph_coaching.coaching.enforcement import describe_enforcement
from langgraph_coaching.coaching.one_line import cut_line
from langgraph_coaching.refining.markup import name_unseen
from langgraph_coaching.studio.plain_words import say_plainly
from langgraph_coaching.studio.receipt_words import enforcement_words, outcome_words
from langgraph_coaching.studio.text import show_text, show_unseen, tell_unseen

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def show_age(time: datetime) -> str:
    """How long ago, such as `5 min` or `3 d`; from a month on the day."""
    seconds = (datetime.now(UTC) - time).total_seconds()
    if seconds < _MINUTE:
        return "now"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min"
    if seconds < _DAY:
        return f"{seconds // _HOUR:.0f} h"
    return f"{seconds // _DAY:.0f} d" if seconds < 30 * _DAY else f"{time:%Y-%m-%d}"


def show_time(time: datetime) -> str:
    """To the second, in UTC."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def show_json(value: Any) -> str:
    """Values as JSON, readable."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def show_percent(share: float) -> str:
    """A share of 0..1."""
    return f"{100 * share:.0f} %"


def show_share(share: float) -> str:
    """A share of 0..1, such as of a canary, as exact as it was given."""
    return f"{100 * share:.4g} %"


TEMPLATES = Environment(
    loader=PackageLoader("langgraph_coaching.studio"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
"""`text` is the filter for whatever was recorded or typed by somebody; `unseen` the same without its element, and
`bare` where no element may stand: in an option, a title, an attribute. What a field holds stays as it is; `unseen_in`
says what of it cannot be seen."""

TEMPLATES.filters |= {
    "age": show_age,
    "time": show_time,
    "json": show_json,
    "percent": show_percent,
    "share": show_share,
    "text": show_text,
    "unseen": show_unseen,
    "bare": name_unseen,
    "unseen_in": tell_unseen,
    "line": cut_line,
    "plain": say_plainly,
}
TEMPLATES.filters |= {"outcome": outcome_words, "enforcement": enforcement_words, "enforced": describe_enforcement}
TEMPLATES.globals["version"] = __version__
