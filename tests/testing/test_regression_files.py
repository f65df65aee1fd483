"""A test from a correction loads exported files: it needs no store, and sees what a person edits in them."""

import re
import shutil
from pathlib import Path

import pytest

from langgraph_coaching import Coach, Limits, Reply, coach_from
from langgraph_coaching.errors import InvalidCoachingError

pytest_plugins = "pytester"

BROKEN = "I just opened my parcel and the glass bowl in it is broken."
ASK = "Say sorry and ask for a photo of the damage."


@pytest.fixture
def shop(tmp_path, embeddings, monkeypatch):
    """A store with one correction and one other coaching."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    with Coach(tmp_path / "store", embeddings=embeddings) as coach:
        coach.add(
            id="damaged", intent="something in a customer's parcel is broken", behavior=Reply(ASK), examples=[BROKEN]
        )
        coach.add(id="shipping", intent="a customer asks what shipping costs", behavior=Reply("Ask where to."))
        yield coach


@pytest.fixture
def outcome(pytester, tmp_path):
    """Runs a test file and counts."""

    def run(path):
        plugin = ("-p", "langgraph_coaching.pytest_plugin", "-p", "no:cacheprovider", "--tb=short", "-q")
        return pytester.runpytest_inprocess(*plugin, f"--rootdir={tmp_path}", path)

    return run


def test_it_runs_without_a_store_where_the_folder_was_moved_to(shop, tmp_path, outcome):
    written = shop.write_test("damaged", tmp_path / "tests" / "test_damaged.py")
    assert sorted(path.name for path in (tmp_path / "tests" / "coachings").iterdir()) == [
        "damaged.yaml",
        "shipping.yaml",
    ]
    assert "coaching files: 2 written, 0 removed, 0 unchanged" in str(written)
    shop.close()
    shutil.rmtree(tmp_path / "store")
    moved = shutil.move(tmp_path / "tests", tmp_path / "elsewhere")
    outcome(f"{moved}/test_damaged.py").assert_outcomes(passed=2)
    assert not (tmp_path / "store").exists()
    text = (tmp_path / "elsewhere" / "test_damaged.py").read_text()
    assert 'coach_from(Path(__file__).parent / "coachings")' in text
    assert str(tmp_path) not in text


@pytest.mark.parametrize(
    ("line", "edited", "passed"),
    [
        ("Say sorry and ask for a photo", "Tell them it is their fault; no photo", 2),
        ("status: active", "status: archived", 2),
        (BROKEN, "How do I reset my password?", 1),
        ("id: damaged", "id: renamed", 2),
    ],
    ids=["behavior", "status", "example", "id"],
)
def test_an_edit_by_hand_is_seen(shop, tmp_path, outcome, line, edited, passed):
    path = tmp_path / "test_damaged.py"
    shop.write_test("damaged", path)
    file = tmp_path / "coachings" / "damaged.yaml"
    text = file.read_text()
    assert line in text
    file.write_text(text.replace(line, edited))
    result = outcome(path)
    assert result.ret == 1
    assert result.parseoutcomes().get("passed", 0) <= passed


def test_a_file_that_was_edited_and_not_imported_counts_as_it_is(shop, tmp_path, outcome):
    path, file = tmp_path / "test_damaged.py", tmp_path / "coachings" / "damaged.yaml"
    shop.export(file.parent)
    file.write_text(file.read_text().replace("ask for a photo of the damage", "offer a new bowl"))
    written = shop.write_test("damaged", path)
    assert "damaged.yaml says what the store does not say; the test loads it as it is" in str(written)
    assert "Say sorry and offer a new bowl." in path.read_text()
    outcome(path).assert_outcomes(passed=2)


def test_several_tests_share_a_folder_that_is_named(shop, tmp_path, outcome):
    folder = tmp_path / "review" / "our coachings"
    for name in ("damaged", "shipping"):
        path = tmp_path / "tests" / "unit" / f"test_{name}.py"
        shop.write_test(name, path, coachings=folder)
        assert f"test new {name} test_{name}.py --coachings '../../review/our coachings' --force" in path.read_text()
    assert not (tmp_path / "tests" / "unit" / "coachings").exists()
    result = outcome(tmp_path / "tests")
    assert result.ret == 0
    assert result.parseoutcomes() == {"passed": 4}


@pytest.mark.parametrize("damage", ["gone", "cut off", "empty folder"])
def test_files_that_cannot_be_read_are_one_clear_message(shop, tmp_path, outcome, damage):
    path, folder = tmp_path / "test_damaged.py", tmp_path / "coachings"
    shop.write_test("damaged", path)
    if damage == "cut off":
        (folder / "shipping.yaml").write_text("coaching: 1\nid: [shipping\n")
    else:
        shutil.rmtree(folder)
        if damage == "empty folder":
            folder.mkdir()
    shown = outcome(path).stdout.str()
    told = (
        r"1 of 2 files in \S+ cannot be read.*\n.*shipping.yaml line \d"
        if damage == "cut off"
        else "holds no coaching files"
    )
    assert re.search(told, shown)
    if damage == "cut off":
        with pytest.raises(InvalidCoachingError, match=r"coachings cannot be read(.|\n)*shipping\.yaml line"):
            shop.write_test("damaged", path, force=True)


def test_what_an_export_writes_from_a_text_runs_nothing(shop, tmp_path, outcome, monkeypatch, pytester):
    monkeypatch.chdir(pytester.path)
    hostile = '")) or open("ran", "w").write("1") #'
    folder = tmp_path / f"it's {hostile.replace('/', '')}"
    shop.edit(
        "damaged", behavior=Reply(f'{ASK} {hostile} """ !!python/object:os.system'), add_examples=[f"broken {hostile}"]
    )
    shop.write_test("damaged", tmp_path / "test_damaged.py", coachings=folder)
    outcome(tmp_path / "test_damaged.py").assert_outcomes(passed=3)
    assert not [*pytester.path.rglob("ran"), *tmp_path.rglob("ran")]


def test_a_coach_from_files_recalls_and_leaves_nothing_behind(shop, tmp_path, embeddings):
    shop.export(tmp_path / "files")
    before = (tmp_path / "files" / "damaged.yaml").read_bytes()
    with coach_from(tmp_path / "files", embeddings=embeddings, limits=Limits(items=1, deadline=30)) as coach:
        assert coach.advise([("user", "A cup in my parcel is broken.")]).applied[0].coaching_id == "damaged"
        coach.edit("damaged", intent="something else")
        place = coach.uri
    assert not Path(place).exists()
    assert (tmp_path / "files" / "damaged.yaml").read_bytes() == before


def test_no_store_stays_where_files_cannot_be_read(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(InvalidCoachingError, match="holds no coaching files"):
        coach_from(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


def test_verdicts_and_traffic_of_the_store_play_no_part(shop, tmp_path, outcome):
    """What the store has learned beside the files is not in them: cases are found as the test will see them."""
    receipt = shop.advise_batch([[("user", BROKEN)]], keep=True)[0].applied[0]
    shop.verdict(receipt, correct=True)
    shop.write_test("damaged", tmp_path / "test_damaged.py")
    result = outcome(tmp_path / "test_damaged.py")
    assert result.ret == 0
