"""The package from outside: what it exports, and what importing it costs."""

import importlib
import subprocess
import sys
import tomllib
import types
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

import langgraph_coaching

HEAVY = ("lancedb", "pyarrow", "onnxruntime", "tokenizers", "langchain", "langchain_core", "langgraph", "numpy",
         "pandas", "torch", "pydantic", "rich", "typer")  # fmt: skip


def loaded_after(code):
    """Which heavy packages a new process has loaded after running code."""
    script = f"{code}\nimport sys\nprint(*(name for name in {HEAVY} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=120)
    return set(done.stdout.split())


def test_importing_it_loads_nothing_heavy():
    assert loaded_after("import langgraph_coaching") == set()


def test_errors_and_the_record_load_only_what_they_need():
    assert loaded_after("from langgraph_coaching import CoachingError") == set()
    assert loaded_after("from langgraph_coaching import Coaching, Reply, Scope") == {"pydantic"}


def test_making_a_coach_and_asking_an_absent_store_loads_no_database_and_no_model(tmp_path):
    made = f"from langgraph_coaching import Coach\ncoach = Coach({str(tmp_path / 'store')!r})\n"
    heaviest = {"lancedb", "onnxruntime", "tokenizers", "langchain", "langgraph", "pandas", "torch", "rich", "typer"}
    assert loaded_after(made) & heaviest == set()
    used = made + "assert (coach.advise('hello').considered, coach.list(), coach.receipts()) == ([], [], [])"
    assert loaded_after(used) & heaviest == set()


@pytest.mark.slow
def test_a_coach_that_only_recalls_loads_nothing_that_words_intents(tmp_path):
    code = f"from langgraph_coaching import Coach\nCoach({str(tmp_path / 'store')!r}).advise('hello')\nimport sys\n"
    shown = "print(*(name for name in sys.modules if 'authoring.intents' in name or name.endswith('propose')))"
    done = subprocess.run([sys.executable, "-c", code + shown], check=True, capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == []


def test_what_it_exports_is_what_is_public():
    exported = langgraph_coaching.__all__
    assert exported == sorted(exported)
    assert sorted(langgraph_coaching._ROOMS) == exported
    assert dir(langgraph_coaching) == exported
    for name in exported:
        assert getattr(langgraph_coaching, name).__module__.startswith("langgraph_coaching.")
    public = {
        name
        for name, value in vars(langgraph_coaching).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    } - {"annotations", "TYPE_CHECKING", "Any"}
    assert public == set(exported)


@pytest.mark.parametrize("name", langgraph_coaching.__all__)
def test_every_export_is_the_one_of_its_room_and_has_a_docstring(name):
    exported = getattr(langgraph_coaching, name)
    room = importlib.import_module(f"langgraph_coaching.{langgraph_coaching._ROOMS[name]}")
    assert getattr(room, name) is exported
    assert exported.__doc__


def test_what_the_design_promises_is_exported():
    for name in ("Coach", "CoachingState", "coached", "import_traces", "Reply", "SearchKnowledge", "Action", "Process",
                 "Playbook", "Handoff"):  # fmt: skip
        assert name in langgraph_coaching.__all__


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        langgraph_coaching.nothing  # noqa: B018
    with pytest.raises(ImportError):
        from langgraph_coaching import nothing  # noqa: F401


def test_the_command_is_installed():
    assert version("langgraph-coaching")
    (command,) = entry_points(group="console_scripts", name="langgraph-coaching")
    assert command.value == "langgraph_coaching.cli:main"


def test_it_is_typed_and_brings_its_model_with_its_licence():
    from importlib.resources import files

    package = files("langgraph_coaching")
    for name in ("py.typed", "recall/minilm/LICENSE", "recall/minilm/NOTICE", "recall/minilm/model_int8.onnx"):
        assert (package / name).is_file()


def test_cassettes_need_one_version_of_vcrpy():
    settings = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    extras = settings["project"]["optional-dependencies"]
    wanted = [each for name in ("demo", "testing") for each in extras[name] if each.startswith("vcrpy")]
    assert len(wanted) == 2
    assert len(set(wanted)) == 1
