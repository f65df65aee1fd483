"""Several processes of pytest-xdist: what they have asked for and played is judged once, for all of them."""

import pytest

pytestmark = pytest.mark.slow

pytest_plugins = "pytester"

TESTS = """
@pytest.mark.coaching_cassette
@pytest.mark.parametrize("said", ["a", "b", "c"])
def test_one(said):
    assert MODEL.invoke(said).text
"""


@pytest.fixture
def spread(project, pytester, monkeypatch):
    """Runs the project's tests in two processes; the options are given to pytest."""

    def run(*options):
        monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", raising=False)
        return pytester.runpytest_subprocess("-q", "-n", "2", "-p", "no:randomly", *options)

    return run


def test_what_every_process_asks_for_is_no_orphan_and_what_nobody_does_is(project, spread, pytester):
    project(TESTS, "--coaching-record=new").assert_outcomes(passed=3)
    (pytester.path / "cassettes/test_shop/gone.yaml").write_text("interactions: []\n")
    result = spread("--coaching-unused=error", "--coaching-orphans=cassettes", "-k", "a or b")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*gone.yaml: no test asks for it*"])
    assert "test_one" not in str(result.stdout)


def test_a_recording_that_no_process_has_played_is_found(project, spread):
    shared = TESTS.replace("coaching_cassette", 'coaching_cassette("shared")')
    project(shared, "--coaching-record=new").assert_outcomes(passed=3)
    project(shared.replace('"c"]', '"b"[:1]]'))
    result = spread("--coaching-unused=error")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*shared.yaml: recording 3 of 3*"])
