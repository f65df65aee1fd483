"""Any coaching as a test file: it is Python, says what it was given, and runs nothing but what the template runs."""

import ast

from hypothesis import given
from hypothesis import strategies as st
from odd_values import TEXTS, fuzzed

from coachings_strategies import COACHINGS
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.recall.prompt import entry
from langgraph_coaching.testing.testfile import GeneratedTest, render_test_file

_TURNS = st.lists(st.tuples(st.sampled_from(["user", "assistant"]), TEXTS), min_size=1, max_size=3)
_CASES = st.dictionaries(TEXTS, _TURNS, min_size=1, max_size=2)
CALLED = {
    "Coach",
    "Path",
    "coached",
    "applied",
    "advised",
    "missing",
    "recorded_turn_of",
}
"""What the template calls by name."""


@fuzzed(12)
@given(
    coaching=COACHINGS,
    fires=_CASES,
    silent=st.one_of(st.just({}), _CASES),
    again=TEXTS,
    system=TEXTS,
    expected=st.lists(TEXTS, max_size=2),
    model=st.sampled_from([None, "Model()"]),
)
def test_any_coaching_is_written_as_data(coaching, fires, silent, again, system, expected, model):
    page = GeneratedTest(
        coaching=coaching,
        again=again,
        coach='Coach(Path(__file__).parent / "coaching")',
        imports={"langgraph_coaching": {"Coach"}, "models": {"Model"}},
        fires=fires,
        silent=silent,
        model=model,
        system=system,
        expected=expected if model else (),
        followed_in=next(iter(fires)),
    )
    try:
        text = render_test_file(page)
    except InvalidCoachingError as error:
        str(error).encode()
        return
    text.encode()
    tree = ast.parse(text)
    compile(tree, "test_it.py", "exec")
    said = {}
    for node in tree.body:
        assert isinstance(node, ast.Import | ast.ImportFrom | ast.Assign | ast.FunctionDef | ast.Expr), ast.dump(node)
        if isinstance(node, ast.Assign):
            try:
                said[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                assert node.targets[0].id in ("MODEL", "TURN")
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert called <= CALLED | {"Model"}
    assert said["COACHING"] == coaching.id
    assert said["PROMPTED"] == entry(coaching)
    assert said["FIRES"] == {label: [*turns] for label, turns in fires.items()}
    assert said.get("SILENT", {}) == {label: [*turns] for label, turns in silent.items()}
    if model:
        assert said.get("EXPECTED", []) == expected
        assert said.get("SYSTEM", "") == system
