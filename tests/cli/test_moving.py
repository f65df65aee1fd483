"""`export` and `import`: coachings as files, told apart from recorded runs."""

import json

import pytest


@pytest.fixture
def files(tmp_path):
    return tmp_path / "files"


def test_out_edited_and_in_again(command, shop, files):
    done = command("export", files)
    assert done.code == 0
    assert done.out.splitlines()[0].startswith("3 written, 0 removed, 0 unchanged in ")
    path = files / "swap.yaml"
    assert "PRIVATE" not in path.read_text(encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace("priority: 5", "priority: 6"), encoding="utf-8")
    done = command("import", files, "--dry-run")
    assert (done.code, shop.get("swap").priority) == (0, 5)
    assert "  changed   swap: priority" in done.out.splitlines()
    assert command("import", files, "--json").json["changed"] == {"swap": ["priority"]}
    assert shop.get("swap").priority == 6
    assert command("export", files, "--json", "--notes").json["written"] != []
    assert "PRIVATE" in path.read_text(encoding="utf-8")


def test_a_conflict_is_shown_and_said_by_the_exit_code(command, shop, files):
    command("export", files)
    path = files / "swap.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("priority: 5", "priority: 6"), encoding="utf-8")
    shop.edit("swap", priority=7)
    done = command("import", files)
    assert done.code == 2
    assert "conflict  swap" in done.out
    told = command("import", files, "--json").json["conflicts"]
    assert told == {"swap": [{"field": "priority", "base": 5, "file": 6, "store": 7}]}
    kept = command("export", files)
    assert "kept     swap.yaml: says what the store does not say" in kept.out
    assert command("import", files, "--prefer", "file").code == 0
    assert shop.get("swap").priority == 6


def test_a_bad_file_is_named_and_nothing_is_imported(command, shop, files):
    command("export", files)
    (files / "bad.yaml").write_text("coaching: 1\nid: bad\nintent: [\n")
    done = command("import", files)
    assert (done.code, done.out) == (2, "")
    assert "bad.yaml line 4: cannot be read as YAML" in done.err


def test_a_folder_of_runs_is_still_one_of_runs(command, shop, tmp_path):
    runs = tmp_path / "runs"
    runs.mkdir()
    row = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]
    (runs / "a.json").write_text(json.dumps(row))
    assert "traces: 1," in command("import", runs).out
    done = command("import", runs, "--dry-run")
    assert done.code == 2
    assert "--dry-run and --prefer are for coachings" in done.err


def test_another_products_export_is_told_by_what_is_in_it(command, shop, tmp_path):
    path = tmp_path / "annotations.csv"
    path.write_text("\ufeffQuestion,Answer\nDo you ship to Peru?,Yes.\nempty,\n", encoding="utf-8")
    done = command("import", path, "--dry-run")
    assert (done.code, len(shop.list(status="draft"))) == (0, 0)
    done = command("import", path, "--author", "Lee")
    (made,) = shop.list(status="draft")
    assert f"  added     {made.id}: the user asks whether the agent ships to Peru" in done.out.splitlines()
    assert "annotations.csv row 3 unreadable: has an empty answer; it was left out" in done.out
    assert (made.changed_by, command("restore", made.id).code, shop.get(made.id).status) == ("Lee", 0, "active")
    assert command("import", path, "--json").json["findings"][0]["row"] == 3
    ada = {"_id": "1", "used_coaching": [{"id": "c1", "coaching_intent": "it rains", "coaching_instructions": "Run."}]}
    path.write_text(json.dumps({"data": [ada]}))
    assert command("import", path, "--status", "active", "--json").json["added"] == ["ada-c1"]
    assert shop.get("ada-c1").status == "active"
