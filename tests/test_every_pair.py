"""Of a product of parameters the quick runs show every two values together, and say which runs are left to CI."""

from itertools import combinations, product

import pytest

from every_pair import choose_every_pair

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


def test_a_test_of_three_kinds_is_thinned_and_says_so(pytester):
    pytester.makeconftest(
        """
        import pytest
        from every_pair import runs_beyond_every_pair

        @pytest.hookimpl(tryfirst=True)
        def pytest_collection_modifyitems(items):
            for item in runs_beyond_every_pair(items):
                item.add_marker(pytest.mark.slow)
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
        @pytest.mark.parametrize("style", ["sync", "async"])
        def test_two(door, style): ...
        """
    )
    pytester.runpytest_inprocess("-m", "not slow", "-p", "no:randomly").assert_outcomes(passed=6 + 6, deselected=6)
    pytester.runpytest_inprocess("-p", "no:randomly").assert_outcomes(passed=12 + 6)
