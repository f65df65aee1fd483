"""One cassette a test, recorded and replayed: parameters, classes, folders and names that are shared on purpose."""

import pytest

pytest_plugins = "pytester"

ASKED = "MODEL.invoke(said).text"

PARAMETERS = """
@pytest.mark.coaching_cassette
@pytest.mark.parametrize("said", ["a/b", "a:b", "a?b", "a-b", "A-b", "\\u00e9", "e\\u0301", "x" * 300], ids=str)
def test_one(said):
    assert ANSWERED.setdefault(said, MODEL.invoke(said).text)

ANSWERED = {}
"""


def written(pytester):
    return sorted(path.relative_to(pytester.path).as_posix() for path in pytester.path.rglob("*.yaml"))


@pytest.mark.parametrize("record", ["new", "rewrite"])
def test_every_parameter_has_a_cassette_of_its_own(record, project, pytester, provider):
    project(PARAMETERS, f"--coaching-record={record}").assert_outcomes(passed=8)
    assert len({name.lower() for name in written(pytester)}) == 8
    provider.shutdown()
    strict = ("--coaching-unused=error", "--coaching-orphans=cassettes")
    project("", *strict).assert_outcomes(passed=8)
    one = project("", "test_shop.py::test_one[a:b]")
    one.assert_outcomes(passed=1)


CLASSES = """
class TestA:
    class TestX:
        def test_one(self, coaching_cassette):
            assert MODEL.invoke("a").text

class TestB:
    class TestX:
        def test_one(self, coaching_cassette):
            assert MODEL.invoke("b").text

class Testx:
    def test_one(self, coaching_cassette):
        assert MODEL.invoke("c").text

class TestX:
    def test_one(self, coaching_cassette):
        assert MODEL.invoke("d").text
    def test_One(self, coaching_cassette):
        assert MODEL.invoke("e").text
"""


def test_classes_and_capitals(project, pytester):
    project(CLASSES, "--coaching-record=rewrite").assert_outcomes(passed=5)
    names = written(pytester)
    assert len({name.lower() for name in names}) == 5
    assert "cassettes/test_shop/TestA.TestX.test_one.yaml" in names
    project("", "--coaching-unused=error", "--coaching-orphans=cassettes").assert_outcomes(passed=5)


IN_A_FOLDER = """
@pytest.mark.coaching_cassette(folder="tapes")
def test_one():
    assert MODEL.invoke("{said}").text
"""


def test_two_files_that_share_a_folder_recorded_one_after_the_other(project, pytester):
    record = "--coaching-record=rewrite"
    project(IN_A_FOLDER.format(said="a"), record, "test_shop.py").assert_outcomes(passed=1)
    assert written(pytester) == ["tapes/test_one.yaml"]
    project(IN_A_FOLDER.format(said="b"), record, "test_other.py", name="test_other").assert_outcomes(passed=1)
    assert len(written(pytester)) == 2
    project("", "--coaching-unused=error", "--coaching-orphans=tapes").assert_outcomes(passed=2)
    project("", "test_shop.py").assert_outcomes(passed=1)
    project("", record).assert_outcomes(passed=2)
    assert len(written(pytester)) == 2


SHARED = """
@pytest.mark.coaching_cassette("Shared")
@pytest.mark.parametrize("said", ["hello", "more", "hello "])
def test_one(said):
    assert MODEL.invoke(said.strip()).text
"""


def test_tests_that_share_a_cassette_do_not_drop_each_others_recordings(project, pytester):
    for _ in range(2):
        project(SHARED, "--coaching-record=rewrite").assert_outcomes(passed=3)
        assert written(pytester) == ["cassettes/test_shop/Shared.yaml"]
        assert project("", "--coaching-unused=error").ret == 0
    text = (pytester.path / "cassettes/test_shop/Shared.yaml").read_text()
    assert text.count("method: POST") == 2
    project(SHARED.replace('"more", ', ""), "--coaching-record=rewrite").assert_outcomes(passed=2)
    assert "more" not in (pytester.path / "cassettes/test_shop/Shared.yaml").read_text()


def test_recording_what_is_shared_in_several_processes_is_refused(project, pytester):
    # What pytest-xdist sets in a process that runs a part of the tests.
    pytester.makeconftest("def pytest_configure(config):\n    config.workerinput = {'workerid': 'gw0'}\n")
    result = project(SHARED, "--coaching-record=rewrite")
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(["*several tests share *Shared.yaml; record it in one process, with -n 0*"])
    project(SHARED.replace('"Shared"', ""), "--coaching-record=rewrite").assert_outcomes(passed=3)


ONE = """
@pytest.mark.coaching_cassette
@pytest.mark.parametrize("said", {said})
def test_one(said):
    assert MODEL.invoke(said).text
"""


def test_what_an_earlier_version_has_recorded_is_replayed(project, pytester, provider):
    project(ONE.format(said=["a/b"]), "--coaching-record=new").assert_outcomes(passed=1)
    (new,) = pytester.path.rglob("*.yaml")
    old = new.rename(new.with_name("test_one[a-b].yaml"))
    strict = ("--coaching-unused=error", "--coaching-orphans=cassettes")
    assert project("", *strict).ret == 0
    project("", "--coaching-record=new").assert_outcomes(passed=1)
    assert len(provider.asked) == 1  # nothing was missing
    project(ONE.format(said=["a/b", "a:b"])).assert_outcomes(failed=2)  # nobody knows whose it is
    before = old.read_text()
    project("", "--coaching-record=rewrite").assert_outcomes(passed=2)
    assert old.read_text() == before
    result = project("", *strict)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*test_one[[]a-b].yaml: no test asks for it*"])
