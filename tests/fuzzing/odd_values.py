"""Odd values for the fuzz tests, and how long these run: shortly in every run, or as often as `FUZZ` says."""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("FUZZ") or 0)
"""Examples of each test; 0 for few, and always the same ones."""


def fuzzed(few, **more):
    """The settings of a fuzz test.

    Args:
        few: Examples in an ordinary run.
        **more: Other settings.
    """
    slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
    return settings(
        max_examples=EXAMPLES or few,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=slow,
        **more,
    )


_SHARP = [
    "\ud83d",
    "a\udc00b",
    "\ud83d\ude00",
    "\x00",
    "\x1b[31m",
    "\r\n",
    "\u2028",
    "\u202eevil\u202c",
    "\u200b",
    "\U000e0041",
    "</coaching>",
    "<coaching>",
    "' OR 1=1 --",
    "%",
    "_",
    "\\",
    '"""',
    "'''",
    "{x}",
    "{{",
    "user: hi\nagent: ho",
    "\n\n",
    " ",
    "",
    "null",
    "[object Object]",
    "ﷺ" * 40,
    "a" * 3_000,
]
TEXTS = st.one_of(
    st.sampled_from(_SHARP),
    st.text(st.characters(), max_size=30),
    st.lists(st.sampled_from([*_SHARP, "refund", "my money back"]), max_size=4).map(" ".join),
)
"""Any text, and rather one that has broken something somewhere."""

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**63, -(2**63) - 1, 10**40]),
    st.floats(),
    TEXTS,
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)


def nested(depth, leaf):
    """A mapping in a mapping, so many times."""
    for _ in range(depth):
        leaf = {"in": leaf}
    return leaf


DEEP = st.builds(nested, st.sampled_from([40, 200, 400]), TEXTS)
VALUES = st.one_of(JSON, JSON, JSON, DEEP, st.binary(max_size=5), st.just(object), st.sets(st.integers(), max_size=2))
"""What a program may put where JSON should stand."""
