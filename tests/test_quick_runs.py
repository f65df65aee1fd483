"""Of a product of parameters the quick suite has every two values together, or every value; the rest is left to CI."""

from itertools import combinations, product

import pytest

from quick_runs import choose_every_pair, choose_every_value

pytest_plugins = ["pytester"]


def pairs(runs):
    """Every two values that stand together in a run."""
    return {pair for run in runs for pair in combinations(enumerate(run), 2)}


@pytest.mark.parametrize(
    ("sizes", "fewest"), [((3, 2, 2), 6), ((3, 2, 4), 12), ((2, 3, 7, 2), 21), ((10, 5, 3), 50), ((1, 1, 1), 1)]
)
def test_every_pair_stays_and_the_rest_goes(sizes, fewest):
    runs = [*product(*([f"{kind}{value}" for value in range(size)] for kind, size in enumerate(sizes)))]
    chosen = [runs[place] for place in choose_every_pair(runs)]
    assert pairs(chosen) == pairs(runs)
    assert fewest <= len(chosen) <= fewest + 1


def test_of_what_is_no_whole_product_too():
    runs = [("a", "x", "1"), ("a", "y", "1"), ("b", "x", "2"), ("b", "x", "1")]
    assert choose_every_pair(runs) == [0, 1, 2, 3]
    assert choose_every_pair([*runs, ("a", "x", "1")]) == [0, 1, 2, 3]


def test_every_value_of_two_kinds_in_turn():
    runs = [(door, style) for door in "abc" for style in ("sync", "async")]
    for turn, expected in ((0, [0, 3, 4]), (1, [1, 2, 5]), (2, [0, 3, 4])):
        assert choose_every_value(runs, turn) == expected
    ways = [(door, style) for door in "ab" for style in ("sync", "async", "batch")]
    assert choose_every_value(ways, 0) == [0, 2, 4]
    assert choose_every_value([run[::-1] for run in ways], 0) == [0, 2, 4]
    assert choose_every_value(runs[:5], 0) == [0, 1, 2, 3, 4]


def test_what_is_left_says_so(pytester):
    pytester.makeconftest(
        """
        import pytest
        from quick_runs import left_to_ci

        def pytest_collection_modifyitems(items):
            for item in left_to_ci(items):
                item.add_marker(pytest.mark.slow)

        @pytest.fixture(params=["sync", "async"])
        def run(request): ...
        """
    )
    pytester.makeini("[pytest]\nmarkers = slow: later")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize(("door", "said"), [("a", 1), ("b", 1), ("c", 2)])
        @pytest.mark.parametrize("style", ["sync", "async"])
        @pytest.mark.parametrize("saver", ["memory", "sqlite"])
        def test_three(door, said, style, saver): ...

        @pytest.mark.parametrize("door", ["a", "b", "c"])
        def test_a_style_and_another(door, run): ...

        @pytest.mark.parametrize("door", ["a", "b", "c"])
        @pytest.mark.parametrize("fault", ["x", "y"])
        def test_two(door, fault): ...

        def test_styles(run): ...
        """
    )
    quick = pytester.runpytest_inprocess("-m", "not slow", "-p", "no:randomly")
    quick.assert_outcomes(passed=6 + 3 + 6 + 2, deselected=6 + 3)
    pytester.runpytest_inprocess("-p", "no:randomly").assert_outcomes(passed=12 + 6 + 6 + 2)
