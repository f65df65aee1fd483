"""How people really write, on the half that nothing was tuned on: what the README says of it holds."""

import pytest

pytestmark = pytest.mark.slow  # thousands of texts are embedded for it


@pytest.fixture(scope="module")
def applied(benchmark):
    rates = benchmark("field").rates("report", None)
    return {row: rate for row, (rate, _, _) in rates.items()}


@pytest.mark.parametrize(
    ("row", "least"),
    [
        ("a wish alone", 45),
        ("a new wish after another topic", 40),
        ("an answer within the topic", 50),
        ("slips", 55),
        ("chat speak", 80),
        ("wish beside a paste", 30),
        ("wish with a negation in it", 25),
    ],
)
def test_what_is_wanted_is_recalled(applied, row, least):
    assert applied[row] >= least


@pytest.mark.parametrize(
    ("row", "most"),
    [
        ("the old topic then", 25),
        ("an uncoached wish after a topic", 30),
        ("goodbye after a topic", 40),
        ("negated wish", 15),
        ("slips, something else", 10),
        ("another wish beside a paste", 10),
    ],
)
def test_what_is_not_wanted_stays_out(applied, row, most):
    assert applied[row] <= most
