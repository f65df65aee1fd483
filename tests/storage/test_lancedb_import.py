"""LanceDB is imported without the clients of a service that no store needs here; whoever needs them has them."""

import importlib
import subprocess
import sys
import threading

import pytest

from langgraph_coaching.storage.lancedb_import import CLIENTS, defer_names

BODY = """
from threading import get_ident
from {name} import first
from {name}.second import there
import sys
sys.loads = [*getattr(sys, "loads", []), get_ident()]
__all__ = ["there", "first"]
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of two modules whose own names are deferred; the value is its name."""
    name = f"deferred_{tmp_path.name.replace('-', '_')}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text(BODY.format(name=name))
    (folder / "first.py").write_text("value = 1")
    (folder / "second.py").write_text(f"from {name} import first\nthere = first.value + 1")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "loads", [], raising=False)
    defer_names(name)
    yield name
    for known in [one for one in sys.modules if one.split(".")[0] == name]:
        del sys.modules[known]


def test_modules_within_it_are_imported_without_it(package):
    assert importlib.import_module(f"{package}.first").value == 1
    assert sys.loads == []
    assert not hasattr(sys.modules[package], "__warningregistry__")
    assert sys.loads == []


@pytest.mark.parametrize(
    "code", ["from {} import there", "import {0}; there = {0}.there", "from {} import *", "from {}.second import there"]
)
def test_its_own_names_are_there_when_asked_for(package, code):
    found = {}
    exec(code.format(package), found)  # noqa: S102 - what somebody may write
    assert found["there"] == 2


def test_a_name_that_it_has_not_is_an_attribute_error(package):
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'nothing'"):
        _ = importlib.import_module(package).nothing
    with pytest.raises(ImportError):
        exec(f"from {package} import nothing")  # noqa: S102


def test_two_threads_that_ask_at_once_both_have_them(package):
    found, start = [], threading.Barrier(4)

    def ask(name):
        start.wait(timeout=30)
        found.append(getattr(sys.modules[package], name))

    threads = [threading.Thread(target=ask, args=(name,)) for name in ("there", "first", "there", "second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    first, second = (importlib.import_module(f"{package}.{name}") for name in ("first", "second"))
    assert len(found) == 4
    assert all(one in (2, first, second) for one in found)


def test_what_is_there_or_not_installed_stays_as_it_is():
    before = sys.modules["json"]
    defer_names("json")
    defer_names("no_such_package_anywhere")
    assert sys.modules["json"] is before
    assert "no_such_package_anywhere" not in sys.modules


@pytest.mark.slow
def test_a_store_is_used_without_the_clients_and_they_are_there_for_others(folder):
    code = f"""
import sys
from langgraph_coaching import Coach, Reply
with Coach({str(folder)!r}) as coach:
    coach.add(intent="a refund", behavior=Reply("r"), examples=["my money back"])
    assert coach.advise("my money back").applied
assert "lancedb" in sys.modules and "{CLIENTS}.api" not in sys.modules, "they are imported after all"
from {CLIENTS} import ApiClient, TableApi
print(ApiClient.__name__, TableApi.__name__)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=240)
    assert done.stdout.split() == ["ApiClient", "TableApi"]
