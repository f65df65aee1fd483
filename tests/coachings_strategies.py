"""Coachings of every kind, for property tests."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from langgraph_coaching import Action, Example, Handoff, Playbook, Process, Reply, SearchKnowledge
from langgraph_coaching.coaching.model import Coaching
from langgraph_coaching.coaching.validation import single_line

# No lone surrogates and no control characters, which no coaching may hold; line ends, and what YAML gives a meaning to.
_LETTERS = st.one_of(
    st.characters(exclude_categories=("Cs", "Cc")),
    st.sampled_from("\n\t #:-'\"|>&*!%@`{}[],?~\\\u2028\u2029\ufeff\u202e\uffff"),
)
_TYPED = [
    "no",
    "~",
    "null",
    "1e3",
    "0x1F",
    "2030-01-31",
    "<<",
    "=",
    "- a",
    "a: b",
    "a #b",
    "---",
    "...",
    "!!python/name:os",
]
PROSE = st.one_of(st.sampled_from(_TYPED), st.text(_LETTERS, min_size=1, max_size=150)).filter(
    lambda text: text.strip()
)
LINE = PROSE.filter(single_line)
_REMARK = st.one_of(st.just(""), PROSE)
_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), PROSE),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_REMARK, inner, max_size=3)),
    max_leaves=6,
)
_HOW = {"instruction": _REMARK, "enforce": st.sampled_from([False, True, "approval"])}
BEHAVIORS = st.one_of(
    st.builds(Reply, PROSE),
    st.builds(SearchKnowledge, LINE, query=_REMARK, instruction=_REMARK),
    st.builds(Action, LINE, arguments=st.dictionaries(_REMARK, _JSON, max_size=4), **_HOW),
    st.builds(Process, LINE, **_HOW),
    st.builds(Playbook, LINE, **_HOW),
    st.builds(Handoff, LINE, **_HOW),
)
_EXAMPLES = st.builds(
    Example,
    text=PROSE,
    turns=st.lists(st.tuples(PROSE, st.booleans()), max_size=3).map(tuple),
    applies=st.booleans(),
    origin=st.sampled_from(["author", "source", "verdict", "proposed", "recorded"]),
    reference=st.one_of(st.none(), LINE),
)
_TIMES = st.datetimes(datetime(1000, 1, 2), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - theirs
IDS = st.from_regex(r"[\w.:-]{1,40}", fullmatch=True)
COACHINGS = st.builds(
    Coaching,
    id=IDS,
    intent=LINE,
    behavior=BEHAVIORS,
    examples=st.lists(_EXAMPLES, max_size=4).map(tuple),
    source=st.one_of(
        st.none(), st.fixed_dictionaries({"trace_id": LINE, "step": st.integers(0, 99), "excerpt": _REMARK})
    ),
    scope=st.fixed_dictionaries({}, optional={"agent": LINE, "node": LINE, "tags": st.lists(LINE, max_size=3)}),
    priority=st.integers(-100, 100),
    status=st.sampled_from(["draft", "shadow", "canary", "active", "archived"]),
    share=st.floats(0, 1, exclude_min=True),  # kept of a canary only, and so is the next
    cohort=st.one_of(st.none(), LINE),
    notes=_REMARK,
    author=st.one_of(st.none(), LINE),
    changed_by=st.one_of(st.none(), LINE),  # of the store it was changed in: no file has it
    created_at=_TIMES,
    expires_at=st.one_of(st.none(), _TIMES),
    revision=st.integers(1, 10_000),
)
