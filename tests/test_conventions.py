"""The habits of the code, held as tests: small modules, one-way imports, no copied bodies, no orphan recordings."""

import ast
import gc
import importlib
import re
import statistics
import subprocess
import sys
import tomllib
from functools import cache
from itertools import product
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "langgraph_coaching"
MODULES = sorted(SOURCE.rglob("*.py"))
FACES = [path for path in MODULES if path.name == "__init__.py"]

MOST_LINES = 300
MEDIAN_LINES = 100
MOST_STATEMENTS = 4


@cache
def text_of(path):
    return path.read_text(encoding="utf-8")


@cache
def parse(path):
    """Each file once, and only for a test that looks at it: collecting them costs nothing."""
    return ast.parse(text_of(path))


@cache
def functions_of(path):
    """The functions of a module, wherever they stand."""
    return [node for node in ast.walk(parse(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.fixture(scope="module", autouse=True)
def read_once():
    """What was read of all files, a million objects, is looked through for garbage by nobody, and goes at the end."""
    gc.disable()
    yield
    for read in (text_of, parse, functions_of):
        read.cache_clear()
    gc.enable()


def named(path):
    return str(path.relative_to(SOURCE))


def test_modules_are_small():
    lines = {named(path): len(text_of(path).splitlines()) for path in MODULES}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}
    assert statistics.median(lines.values()) < MEDIAN_LINES


def test_no_module_is_a_drawer():
    drawers = {"utils", "util", "common", "helpers", "helper", "base", "misc"}
    assert [named(path) for path in SOURCE.rglob("*") if path.stem in drawers] == []


def test_every_module_says_what_it_is_for():
    assert [named(path) for path in MODULES if not ast.get_docstring(parse(path))] == []


_WORDS = """
admitted advised alike answered asked assessed awaited bare begun beside carried caught chosen closed compared composed
conditional copied displaced done dressed driven earlier ended expected failed forked found gathered general given heard
hopeless indirect invalid joined kept known labelled learned left listed loaded located made matched merged named often
opened ordered paired past phrased placed plain prepared quoted read reembedded refined remembered replayed retold
revised said saved scaled seen shortened shown silent small streamed supposed third tidied told undecided understood
unwatched weighed whole wrapped written
"""
NO_OBJECT = frozenset(_WORDS.split())
"""Participles and adjectives that name no function by themselves: a function is a verb, or says what it returns."""

NAMED_SO = {"coaching/model.py:revised"}
"""Methods of classes that users have in hand."""

NAMED_LATER = {
    "authoring/editor.py",
    "coaching/coachings.py",
    "coaching/compose.py",
    "refining/reviewer.py",
    "replay/replayer.py",
}


def test_functions_have_an_object():
    rooms = {"agent", "authoring", "coaching", "refining", "replay", "cli", "errors.py", "lazy.py"}
    functions = [
        f"{named(path)}:{node.name}"
        for path in MODULES
        if path.relative_to(SOURCE).parts[0] in rooms and named(path) not in NAMED_LATER
        for node in functions_of(path)
        if node.name.strip("_") in NO_OBJECT
        # A property may be an adjective: `receipt.applied`.
        and not any("property" in ast.unparse(decorator) for decorator in node.decorator_list)
    ]
    assert set(functions) - NAMED_SO == set()


def scopes_of(tree):
    """The module and its classes, with the functions that stand directly in each."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef):
            yield {f.name: f for f in node.body if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.fixture(scope="module")
def twins():
    """Pairs of functions that are one thing in two call styles: `advise` and `aadvise`, `_look` and `_alook`."""
    found = {}
    for path in MODULES:
        if "async def" not in text_of(path):
            continue
        for functions in scopes_of(parse(path)):
            for name, function in functions.items():
                bare = name.lstrip("_")
                other = functions.get(name[: len(name) - len(bare)] + "a" + bare)
                if isinstance(function, ast.FunctionDef) and isinstance(other, ast.AsyncFunctionDef):
                    found[f"{named(path)}:{function.lineno}:{name}"] = function, other
    return found


def statements(function):
    """How many simple statements a body has, those inside `with`, `try` and `if` counted too, a docstring not."""
    found = [node for node in ast.walk(function) if isinstance(node, ast.stmt) and not hasattr(node, "body")]
    return len(found) - bool(ast.get_docstring(function))


def test_there_are_twins_to_look_at(twins):
    assert {"advise", "wrap_model_call"} <= {function.name for function, _ in twins.values()}


def test_a_twin_has_no_copied_body(twins):
    counted = {name: [*map(statements, pair)] for name, pair in twins.items()}
    assert {name: counts for name, counts in counted.items() if max(counts) > MOST_STATEMENTS} == {}


def parameters(node):
    """Names with their types, and the defaults."""
    asked = node.args
    names = [(a.arg, ast.unparse(a.annotation) if a.annotation else None) for a in (*asked.args, *asked.kwonlyargs)]
    return names, [ast.unparse(default) for default in (*asked.defaults, *filter(None, asked.kw_defaults))]


def test_twins_take_the_same(twins):
    for where, pair in twins.items():
        mine, theirs = map(parameters, pair)
        assert [name for name, _ in mine[0]] == [name for name, _ in theirs[0]], where
        assert mine[1] == theirs[1], where
        for (name, ours), (_, others) in zip(mine[0], theirs[0], strict=True):
            # What is called back, or calls back, is of another type in the other style.
            assert ours == others or "Callable" in ours or others == f"Async{ours}", (where, name)


def test_imports_run_one_way():
    # In a process of its own: it configures logging anew, and with that silences every logger there is.
    check = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", check, "--no-cache"], check=False, cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout


def test_every_room_is_in_the_contract():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (c for c in settings["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    layers = {part.strip().split(".")[1] for layer in contract["layers"] for part in re.split("[|:]", layer)}
    rooms = {path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert rooms - {"__init__"} == layers


CALLED_IN_ONE_THREAD = {
    "_situation_vector",
    "turn_weights",
    "standalone_shares",
    "request_scores",
    "_linear",
    "_correct",
    "_logits",
    "_nearby",
    "_chances",
    "_shortlist",
    "opening_penalties",
}
"""Functions with products of numpy that are only called where these use one thread."""


def multiplies(node):
    """Whether it is a product that numpy leaves to BLAS, or an equation that it leaves to LAPACK."""
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        return called in ("np.dot", "np.vdot", "np.matmul") or re.fullmatch(r"np\.linalg\.(?!norm).*", called)
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)


def test_products_of_numpy_use_one_thread():
    """Those of several threads wait for each other by spinning, and a busy machine has none to spare."""
    loose = set()
    for path in MODULES:
        if " @ " not in text_of(path) and "np." not in text_of(path):
            continue
        blocks = [node for node in ast.walk(parse(path)) if isinstance(node, ast.With)]
        held = [node for node in blocks if "one_thread()" in map(ast.unparse, node.items)]
        inside = {id(one) for node in held for one in ast.walk(node)}
        for function in functions_of(path):
            for node in ast.walk(function):
                if multiplies(node) and id(node) not in inside:
                    loose.add((named(path), function.name, ast.unparse(node)[:60]))
    assert {one for one in loose if one[1] not in CALLED_IN_ONE_THREAD} == set()


def test_nothing_is_left_for_later():
    marks = [a + b for a, b in product(("TO", "FIX", "X"), ("DO", "ME", "XX"))]
    found = [named(path) for path in MODULES if any(f"# {mark}" in text_of(path) for mark in marks)]
    assert found == []
    empty = [
        f"{named(path)}:{node.name}"
        for path in MODULES
        for node in functions_of(path)
        if [ast.unparse(s) for s in node.body if isinstance(s, ast.Raise)] == ["raise NotImplementedError"]
        and all(isinstance(s, ast.Expr | ast.Raise) for s in node.body)
    ]
    assert empty == []


def test_no_recording_is_an_orphan():
    readers = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "examples").rglob("*.py"), *MODULES]
    text = "\n".join(map(text_of, readers))
    recordings = [path for folder in (ROOT / "cassettes", SOURCE / "demo") for path in folder.rglob("*.yaml")]
    assert recordings
    orphans = [str(path.relative_to(ROOT)) for path in recordings if path.name not in text and path.stem not in text]
    assert orphans == []


def makes_a_coach(node):
    """Whether an expression opens a coach: `Coach(…)`, or `opened(…)` as fixtures call it."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"Coach", "opened"}


def names_of_coaches(tree):
    """The names that a test file gives to coaches: what is assigned or opened, and fixtures that hand one on."""
    found = {"coach"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            targets, values = (getattr(side, "elts", [side]) for side in (node.targets[0], node.value))
            found |= {ast.unparse(t) for t, value in zip(targets, values, strict=False) if makes_a_coach(value)}
        if isinstance(node, ast.withitem) and node.optional_vars and makes_a_coach(node.context_expr):
            found.add(ast.unparse(node.optional_vars))
        if isinstance(node, ast.FunctionDef):
            found |= {node.name} if any(name_of(given) in found for given in given_by(node)) else set()
    return found


def given_by(function):
    """What a function gives back or hands on."""
    return (node.value for node in ast.walk(function) if isinstance(node, ast.Yield | ast.Return) and node.value)


def name_of(node):
    """What an expression is called, as far as it is a name, an attribute or an element of one."""
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) else None


def test_no_test_reaches_into_a_coach():
    """A test uses what is public, or opens the part that it is about (`tests/parts.py`)."""
    files = sorted((ROOT / "tests").rglob("*.py"))
    opening = [path for path in files if re.search(r"\b(Coach|opened)\b|\b(return|yield)\b.*\bcoach\b", text_of(path))]
    names = set().union(*(names_of_coaches(parse(path)) for path in opening))
    reached = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"
        for path in files
        if re.search(r"\.\s*_[^_]", text_of(path))
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Attribute) and re.match("_[^_]", node.attr)
        if makes_a_coach(node.value) or name_of(node.value) in names
    ]
    assert reached == []


@pytest.mark.parametrize("face", [pytest.param(path, id=named(path.parent)) for path in FACES])
def test_a_face_names_every_file_of_its_room_and_no_other(face):
    table = re.search(r"^\| word \| file \|\n((?:\|.*\n?)+)", ast.get_docstring(parse(face)), re.MULTILINE)
    rows = re.findall(r"^\|[^|]+\|([^|]+)\|$", table[1], re.MULTILINE) if table else []
    said = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    modules = {path.stem for path in face.parent.glob("*.py")} - {"__init__"}
    rooms = {path.name for path in face.parent.iterdir() if (path / "__init__.py").exists()}
    assert said == modules | rooms


@pytest.mark.parametrize("face", [pytest.param(path, id=named(path.parent)) for path in FACES if path.parent != SOURCE])
def test_what_a_face_lists_is_what_is_public_there(face):
    name = ".".join(("langgraph_coaching", *face.parent.relative_to(SOURCE).parts))
    room = importlib.import_module(name)
    assert room.__all__ == sorted(room.__all__)
    imported = {
        alias.asname or alias.name
        for node in parse(face).body
        if isinstance(node, ast.If)  # TYPE_CHECKING
        for inner in node.body
        if isinstance(inner, ast.ImportFrom)
        for alias in inner.names
    }
    made = {node.name for node in parse(face).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert {one for one in imported | made if not one.startswith("_")} == set(room.__all__)
    for one in room.__all__:
        assert getattr(room, one).__doc__, one
        assert getattr(room, one).__module__.startswith("langgraph_coaching."), one


def test_every_word_of_the_table_for_contributors_has_its_file():
    text = text_of(ROOT / ".github/CONTRIBUTING.md")
    table = text.split("| word | file |")[1].split("\n\n")[0]
    files = re.findall(r"`([\w/]+\.py)`", table)
    assert len(files) >= 20
    assert [file for file in files if not (SOURCE / file).exists()] == []
