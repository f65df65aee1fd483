"""Bounds that make no sense are refused by name."""

import math

import pytest

from langgraph_coaching import Limits
from langgraph_coaching.errors import InvalidCoachingError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("floor", -0.1), ("floor", 1.1), ("floor", 7), ("floor", math.nan), ("items", 0), ("items", -1),
        ("tokens", 0), ("considered", 0), ("deadline", 0), ("deadline", -1), ("deadline", math.nan),
        ("deadline", math.inf),
    ],
)  # fmt: skip
def test_a_senseless_bound_is_refused(name, value):
    with pytest.raises(InvalidCoachingError, match=f"^{name} .*not {value}"):
        Limits(**{name: value})


def test_the_edges_are_allowed():
    assert Limits(floor=0.0, items=1, tokens=1, considered=1, deadline=0.001).floor == 0.0
    assert Limits(floor=1).floor == 1
