"""Of a product of parameters the quick suite has every value, and pairs of many; the rest is left to CI."""

from itertools import product

import pytest

from quick_runs import choose_every_value

pytest_plugins = ["pytester"]


@pytest.mark.parametrize("turn", [0, 1, 5, 100])
@pytest.mark.parametrize("sizes", [(3, 2, 2), (3, 2, 4), (2, 3, 7, 2), (10, 5, 3), (1, 1, 1), (3, 2), (2, 3)])
def test_every_value_stays_and_the_rest_goes(sizes, turn):
    runs = [*product(*([f"{kind}{value}" for value in range(size)] for kind, size in enumerate(sizes)))]
    chosen = choose_every_value(runs, turn)
    assert {value for place in chosen for value in runs[place]} == {value for run in runs for value in run}
    assert len(chosen) == max(sizes)


def test_not_every_test_has_the_same_pairs():
    runs = [(door, style) for door in "abc" for style in ("sync", "async")]
    assert choose_every_value(runs, 0) == [0, 3, 4]
    assert choose_every_value(runs, 1) == [1, 2, 4]
    assert {place for turn in range(6) for place in choose_every_value(runs, turn)} == {*range(6)}


def test_of_what_is_no_whole_product_too():
    runs = [("a", "x", "1"), ("a", "y", "1"), ("b", "x", "2"), ("b", "x", "1")]
    assert choose_every_value(runs) == [0, 1, 2]


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

        @pytest.mark.parametrize("fault", ["x", "y"])
        @pytest.mark.parametrize("table", ["a", "b", "c"])
        def test_two(table, fault): ...

        def test_styles(run): ...
        """
    )
    quick = pytester.runpytest_inprocess("-m", "not slow", "-p", "no:randomly")
    quick.assert_outcomes(passed=3 + 3 + 6 + 2, deselected=9 + 3)
    pytester.runpytest_inprocess("-p", "no:randomly").assert_outcomes(passed=12 + 6 + 6 + 2)
