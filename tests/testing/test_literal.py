"""Whatever is said somewhere: in a generated test it is a text, and nothing of it runs."""

import ast
import unicodedata
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from langgraph_coaching import Action, Coaching, Example, Handoff, Limits, Playbook, Process, Reply, SearchKnowledge
from langgraph_coaching.coaching.model import Scope
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.recall.prompt import entry
from langgraph_coaching.testing.expression import constructor_expression
from langgraph_coaching.testing.literal import docstring, dotted_name, literal
from langgraph_coaching.testing.opening import Opening
from langgraph_coaching.testing.source_check import refuse_foreign_source
from langgraph_coaching.testing.testfile import GeneratedTest, render_test_file

HOSTILE = [
    '"""\nimport os; os.system("touch ran")\n"""',
    '\\"""\nraise SystemExit\n',
    "'''\nraise SystemExit\n'''",
    '" + __import__("os").system("touch ran") + "',
    "' + __import__('os').system('touch ran') + '",
    "\\",
    '\\"',
    "x\\\\",
    "\r\nraise SystemExit\r\n",
    "\x0craise SystemExit",
    "a\u2028raise SystemExit\u2029\x85",
    "\u202e\u2066 # reversed",
    "{coach}{0}{said!r}%s%(x)s$x${x}",
    "# -*- coding: utf-7 -*-",
    "`touch ran`; $(touch ran) && touch ran",
    "\ufeff",
    "]]\n]\n}\n)\n",
    "caf\u00e9 \u65e5\u672c \U0001f600",
]
TEXTS = st.sampled_from(HOSTILE) | st.text(max_size=120) | st.text("\"\\'\n{}()[]#;x", max_size=30)
JSON = st.recursive(
    TEXTS | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=500, deadline=None)
@given(JSON)
@example("\ud800")
def test_a_literal_is_read_as_what_it_was(value):
    text = literal(value)
    assert ast.literal_eval(text) == value
    text.encode()
    assert all(line.isprintable() for line in text.split("\n"))


@settings(max_examples=500, deadline=None)
@given(st.lists(TEXTS | st.just("\ud800"), max_size=4))
def test_a_docstring_is_one_text(lines):
    (found,) = ast.parse(docstring(*lines).encode()).body
    assert ast.literal_eval(found.value) == "\n".join(lines) + "\n"


class Sly(str):
    __slots__ = ()

    def __str__(self):
        return "__import__('os')"

    def __format__(self, _):
        return "__import__('os')"

    def __repr__(self):
        return "__import__('os')"

    def __contains__(self, _):
        return False


class Counted(int):
    __slots__ = ()

    def __repr__(self):
        return "__import__('os')"


@pytest.mark.parametrize(
    ("value", "text"),
    [(Sly('a"'), '"a\\""'), (Sly(""), '""'), (Counted(3), "3"), ([Sly("b")], '[\n        "b",\n    ]')],
)
def test_a_value_does_not_write_itself(value, text):
    assert literal(value) == text


@pytest.mark.parametrize("value", [object(), float("nan"), float("inf"), b"x", {1, 2}, print, 1j])
def test_what_is_no_json_is_refused(value):
    with pytest.raises(InvalidCoachingError, match="cannot be written into a test file"):
        literal(value)


@pytest.mark.parametrize("text", ["", "a b", "a;b", "os\nimport sys", "1a", "class", "a..b", "x=1, y"])
def test_what_is_no_name_is_refused(text):
    with pytest.raises(InvalidCoachingError):
        dotted_name(text)


def test_names_are_names():
    assert [dotted_name(text) for text in ("os", "a.b_c", "\u00fc")] == ["os", "a.b_c", "\u00fc"]


def typed(text):
    """What of a text a person may type."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")).strip()


PROSE = TEXTS.map(typed).filter(bool)
NAMES = PROSE.map(lambda text: " ".join(text.split())[:190].strip() or "x")


@st.composite
def behaviors(draw):
    said = draw(PROSE)
    name, told = draw(NAMES), draw(PROSE)
    arguments = draw(st.dictionaries(NAMES, NAMES | st.integers(), max_size=2))
    return draw(
        st.sampled_from(
            [
                lambda: Reply(said),
                lambda: SearchKnowledge(name, query=told, instruction=said),
                lambda: Action(name, arguments, instruction=said),
                lambda: Process(name, instruction=said),
                lambda: Playbook(name, instruction=said),
                lambda: Handoff(name, instruction=said),
            ]
        )
    )()


def unchecked(id_, **fields):
    """As an earlier version may have stored it: an id was any line of text then."""
    return Coaching(id="c-1", **fields).model_copy(update={"id": id_})


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_generated_file_holds_what_was_said_and_does_nothing_else(data):
    draw = data.draw
    coaching = unchecked(
        draw(TEXTS),
        intent=draw(PROSE)[:400].strip() or "x",
        behavior=draw(behaviors()),
        notes=draw(PROSE),
        author=draw(NAMES),
        examples=(Example(text=draw(PROSE), reference=draw(NAMES)),),
        scope=Scope(agent=draw(NAMES), node=draw(NAMES), tags=(draw(NAMES),)),
    )
    opening = Opening(
        folder=Path(draw(TEXTS).replace("\0", "") or "x") if draw(st.booleans()) else None,
        store=draw(st.sampled_from(["s3://", "", "db://"])) + draw(TEXTS).replace("\0", ""),
        namespace=draw(TEXTS),
        embeddings=None,
        limits=Limits(items=2),
    )
    imports = {}
    said = {draw(TEXTS): tuple(draw(st.lists(st.tuples(st.just("user") | TEXTS, TEXTS), max_size=2)))}
    shown = draw(st.sampled_from(["take", "model", "neither"]))
    page = GeneratedTest(
        coaching=coaching,
        again=f"langgraph-coaching test new {coaching.id} {draw(TEXTS)} --force",
        coach=opening.expression(Path("tests/test_one.py"), imports),
        imports=imports,
        fires=said,
        silent={} if draw(st.booleans()) else said,
        turn=draw(TEXTS) if shown == "take" else None,
        model="Model(\n    name=" + literal(draw(TEXTS)) + ",\n)" if shown == "model" else None,
        system=draw(TEXTS),
        expected=draw(st.lists(TEXTS, max_size=2)),
        followed_in=next(iter(said)),
    )
    if shown == "neither":
        page = GeneratedTest(**{name: getattr(page, name) for name in GeneratedTest.__slots__} | {"expected": ()})
    tree = ast.parse(render_test_file(page).encode())
    found = {n.targets[0].id: n.value for n in tree.body if isinstance(n, ast.Assign)}
    assert ast.literal_eval(found["COACHING"]) == coaching.id
    assert ast.literal_eval(found["PROMPTED"]) == entry(coaching)
    assert ast.literal_eval(found["FIRES"]) == {name: list(turns) for name, turns in said.items()}
    called = {ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    assert not {name for name in called if "system" in name or "import" in name}
    assert {type(n).__name__ for n in tree.body} <= {"Expr", "Import", "ImportFrom", "Assign", "FunctionDef"}
    assert sum(isinstance(n, ast.Expr) for n in tree.body) == 1
    scope = next(n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "coach.advise_batch")
    assert {k.arg: ast.literal_eval(k.value) for k in scope.keywords} == {
        "agent": coaching.scope.agent,
        "node": coaching.scope.node,
        "tags": list(coaching.scope.tags),
    }


GOOD = '"""One."""\nimport pytest\nCOACHING = "c"\n'


@pytest.mark.parametrize(
    "more",
    [
        "import subprocess\n",
        "print()\n",
        'COACHING = __import__("os")\n',
        'MODEL = Model(x=__import__("os").system("y"))\n',
        "class A: pass\n",
        "async def f(): pass\n",
        "def other(): pass\n",
        "COACHING = 'd'\n",
        "raise SystemExit\n",
        "x = (\n",
        "\0",
        "OTHER = 1\n",
        "if True: pass\n",
    ],
)
def test_a_file_that_does_something_else_is_refused(more):
    refuse_foreign_source(GOOD, {"COACHING": "c"})
    with pytest.raises(InvalidCoachingError, match="no test file was written"):
        refuse_foreign_source(GOOD + more, {"COACHING": "c"})


def test_a_model_whose_arguments_are_no_names_is_refused():
    from langchain_openai import ChatOpenAI

    model = ChatOpenAI(
        model='x", y=__import__("os").system("z"), z="', api_key="k", default_headers={"X-Api-Key": "private-1"}
    )
    text = constructor_expression(model, {})
    assert "private-1" not in text
    called = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    assert {ast.unparse(call.func) for call in called} == {"ChatOpenAI", "os.environ.get"}
    with pytest.raises(InvalidCoachingError, match="is no name"):
        constructor_expression(model.bind(**{"a=1, b": 2}), {})
    strange = type("Model", (ChatOpenAI,), {"__module__": "a\nimport os", "__qualname__": "Model"})
    with pytest.raises(InvalidCoachingError, match="cannot be imported"):
        constructor_expression(strange(model="m", api_key="k"), {})
    assert SimpleNamespace  # a namespace is no model
    with pytest.raises(InvalidCoachingError, match="cannot be written"):
        constructor_expression(SimpleNamespace(a=1), {})
