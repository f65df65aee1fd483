"""Every test has a cassette of its own, on every file system; the names that people have stay."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langgraph_coaching.testing.cassette_name import cassette_paths, owner_line
from langgraph_coaching.testing.session import CassetteSession

FOLDER = Path("tests/cassettes/test_shop")
DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)\s*(?:\.|$)", re.IGNORECASE)


def paths_of(own, folder=FOLDER, *, given=None, inner=None, ambiguous=False, file="tests/test_shop.py"):
    return cassette_paths(
        f"{file}::{own}", folder, given=given, own=own, inner=inner or own, ambiguous=ambiguous, file=Path(file)
    )


def same_file(path):
    """A name as the least exacting file system compares it."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path.as_posix()).casefold())


def check(path):
    assert len(path.name.encode()) <= 143  # an encrypted home directory takes no more
    assert not re.search(r'[<>:"\\|?*\x00-\x1f\x7f/]', path.name)
    assert path.name == path.name.rstrip(" .").lstrip()
    assert not DEVICES.match(path.name)


KINDS = {
    "characters": ["a/b", "a:b", "a?b", "a-b", "a|b", "a*b", "a\\b", 'a"b', "a<b", "a>b", "a%b", "a'b", "a\nb", "a b"],
    "capitals": ["a", "A", "True", "true", "TRUE", "GPT-4o", "gpt-4o"],
    "ways to write a letter": ["\u00e9", "e\u0301", "e", "\u00c9", "\u212a", "k", "K", "\u00df", "ss", "\ufb01", "fi"],
    "blanks": ["a", " a", "a ", "a.", ".a", "", ".", "..", "a\u00a0", "a\t"],
    "escapes": ["\\xe9", "xe9", "-xe9", "\\u00e9"],
    "long": ["x" * 500, "x" * 501, "x" * 100, "\u00fc" * 300, "y" + "x" * 500],
    "scripts": ["\u65e5\u672c", "\u65e5", "\u0645\u0631\u062d\u0628\u0627", "\U0001f600", "\U0001f601"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_distinct_tests_have_distinct_cassettes(kind):
    paths = [paths_of(f"test_one[{text}]").path for text in KINDS[kind]]
    assert len({same_file(path) for path in paths}) == len(paths)
    for path in paths:
        check(path)
        assert path.parent == FOLDER


@pytest.mark.parametrize("kind", KINDS)
def test_distinct_names_have_distinct_cassettes(kind):
    names = [name for name in KINDS[kind] if name not in ("", ".", "..", "a/b")]
    paths = [paths_of("test_one", given=name).path for name in names]
    assert len(set(paths)) == len(paths)
    for path in paths:
        check(path)


@settings(max_examples=500, deadline=None)
@given(st.text(min_size=1, max_size=200), st.text(min_size=1, max_size=200))
def test_any_two_parameters(one, other):
    paths = [paths_of(f"test_one[{text}]").path for text in (one, other)]
    for path in paths:
        check(path)
    assert (same_file(paths[0]) == same_file(paths[1])) is (one == other)


@pytest.mark.parametrize("name", ["con", "NUL", "aux.json", "com1", "lpt9.x", "prn "])
def test_names_of_devices(name):
    for path in (paths_of(name).path, paths_of("test_one", given=name).path):
        check(path)


@pytest.mark.parametrize(
    "own", ["test_one", "test_one[a-b]", "TestShop.test_one", "test_one[1-0.5]", "test_one[gpt-4o, low]", "testOne"]
)
def test_a_name_that_says_enough_stays_as_it_is(own):
    assert paths_of(own).path == FOLDER / f"{own}.yaml"


def test_a_name_that_a_test_gives_stays_as_it_is():
    for name in ("shared", "Refund", "of the shop/refund", "../others/refund"):
        assert paths_of("test_one", given=name).path == FOLDER / f"{name}.yaml"


def test_a_name_is_the_same_in_every_version():
    assert paths_of("test_one[a/b]").path == FOLDER / "test_one[a-b]-9719a14d29.yaml"


def test_classes_within_classes_are_told_apart():
    one = paths_of("TestA.TestX.test_one", inner="TestX.test_one")
    other = paths_of("TestB.TestX.test_one", inner="TestX.test_one")
    assert one.path != other.path
    assert one.old_path == other.old_path == FOLDER / "TestX.test_one.yaml"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "test_shop.py").write_text("")
    (tmp_path / "test_other.py").write_text("")
    (tmp_path / "cassettes").mkdir()
    return tmp_path / "cassettes"


def put(folder, name, text="interactions: []\n"):
    (folder / f"{name}.yaml").write_text(text)
    return folder / f"{name}.yaml"


def looked_for(folder, *owns, which=0, file="test_shop.py", **options):
    session = CassetteSession()
    places = [paths_of(own, folder, file=str(folder.parent / file), **options) for own in owns]
    for each in places:
        session.expect(each)
    return session.locate(places[which])


def test_a_cassette_of_an_earlier_version_is_read_and_the_new_one_written_elsewhere(folder):
    old = put(folder, "test_one[a-b]")
    path, source = looked_for(folder, "test_one[a/b]")
    assert source == old
    assert path == paths_of("test_one[a/b]", folder, file=str(folder.parent / "test_shop.py")).path != old
    path.write_text("")
    assert looked_for(folder, "test_one[a/b]") == (path, path)


@pytest.mark.parametrize("others", [["test_one[a:b]"], ["test_one[a-b]"], ["test_one[a:b]", "test_one[a?b]"]])
def test_one_that_several_tests_may_have_written_is_nobodys(others, folder):
    put(folder, "test_one[a-b]")
    path, source = looked_for(folder, "test_one[a/b]", *others)
    assert path == source
    assert path.name.startswith("test_one[a-b]-")


@pytest.mark.parametrize(
    "own", ["test_one[GPT-4o]", "TestShop.test_one[A]", f"test_one[{'x' * 150}]", "test_one[\u00fc]"]
)
def test_one_whose_name_is_the_tests_own_is_kept_and_written_again(own, folder):
    old = put(folder, own)
    assert looked_for(folder, own) == (old, old)
    assert looked_for(folder, own, own.replace("[", "[a:")) == (old, old)


def test_a_test_beside_one_that_differs_in_capitals(folder):
    options = {"ambiguous": True}
    one, other = (looked_for(folder, "test_one", "test_One", which=n, **options)[0] for n in (0, 1))
    assert one == folder / "test_one.yaml"
    assert other.name.lower() != one.name


def test_two_files_of_tests_that_share_a_folder(folder):
    session = CassetteSession()
    one, other = (
        paths_of("test_one", folder, file=str(folder.parent / name)) for name in ("test_shop.py", "test_other.py")
    )
    session.expect(one)
    session.expect(other)
    assert session.locate(one)[0] != session.locate(other)[0]


def test_a_cassette_that_says_whose_it_is_is_not_written_over(folder):
    mine = paths_of("test_one", folder, file=str(folder.parent / "test_shop.py"))
    assert mine.owner == "../test_shop.py::test_one"
    put(folder, "test_one", owner_line(mine.owner) + "interactions: []\n")
    assert looked_for(folder, "test_one") == (mine.path, mine.path)
    path, source = looked_for(folder, "test_one", file="test_other.py")
    assert path == source == mine.digest_path.with_name(path.name) != mine.path
    (folder.parent / "test_shop.py").rename(folder.parent / "test_store.py")  # the file was only renamed
    assert looked_for(folder, "test_one", file="test_store.py") == (mine.path, mine.path)


def test_what_a_line_cannot_say_it_does_not():
    assert owner_line("a\nb::c") == owner_line("\u00fc::c") == owner_line("") == ""
    assert owner_line("../a.py::test_one") == "# test: ../a.py::test_one\n"
