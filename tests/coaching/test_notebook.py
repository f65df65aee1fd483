"""In a notebook every value shows itself: shortly, in the notebook's own colors, and no text in it becomes markup."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from langgraph_coaching import Action, Coaching, Example, Finding, Reply, Scope, Source, Step, Trace, Why
from langgraph_coaching.authoring.lint.finding import sort_findings
from langgraph_coaching.coaching.completion import CompletedModel
from langgraph_coaching.coaching.notebook import ROWS, card_html, printed_html
from langgraph_coaching.recall.receipt import Receipt

HOSTILE = (
    '<script>alert("x")</script></pre></td><img src=x onerror=alert(1)>&lt; \'" $x^2$ \x00\x1b[31m\ud800\u202e {} %s'
)
LONG = f"{HOSTILE} " * 3000


class _Tags(HTMLParser):
    """Every tag and attribute that a browser would see, and whether what was opened is closed."""

    def __init__(self):
        super().__init__()
        self.seen, self.attributes, self.open, self.text = set(), set(), [], ""

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(value):
    shown = value._repr_html_()
    json.dumps(shown).encode("utf-8")
    shown.encode("utf-8")
    found = _Tags()
    found.feed(shown)
    assert found.open == []
    assert found.seen <= {"div", "b", "span", "table", "tr", "td", "pre"}
    assert found.attributes <= {"class", "style", "dir"}
    assert len(shown) < 60_000
    assert not re.search(r"(?<!-)color:|background:(?!none)|http", shown)
    return found.text


def coaching(text=HOSTILE):
    return Coaching(
        id="c-1",
        intent=text[:300].replace("\x00", "").replace("\ud800", "").replace("\x1b", ""),
        behavior=Reply("<b>Do</b> this"),
        examples=tuple(Example(text=f"<i>{n}", applies=n % 2 == 0) for n in range(100)),
        scope=Scope(agent="<agent>", tags=("<tag>",)),
        source=Source(trace_id="<t-1>", step=3),
        notes="nobody else reads this",
    )


def receipt(text=HOSTILE):
    return Receipt(
        coaching_id="c-1", revision=2, probability=0.4, outcome="applied", reason=text, intent=text, situation=text,
        trace_id="<t-1>", step=3,
    )  # fmt: skip


def step(text=HOSTILE, **fields):
    return Step(index=0, trace_id="<t-1>", type="message", author="agent", text=text, **fields)


def finding(text=HOSTILE):
    return Finding(severity="error", rule="fence", what=text, why=text, remedy=text, coaching_ids=("c-1", "<c-2>"))


@pytest.mark.parametrize("text", [HOSTILE, LONG], ids=["hostile", "long"])
def test_each_is_short_and_its_texts_are_no_markup(text):
    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.recall.advice import Advice, failed_advice

    trace = Trace(id="<t-1>", name=text, steps=tuple(step(text, receipts=(receipt(text),)) for _ in range(100)))
    draft = Draft(intent=text, suggestions=(text,) * 50, step=step(text), warnings=(text,))
    values = {
        "coaching": coaching(text),
        "receipt": receipt(text),
        "step": step(text, name="<tool>", error=text, receipts=(receipt(text),)),
        "trace": trace,
        "draft": draft,
        "advice": Advice(considered=[receipt(text)] * 60, situation=text),
        "failed": failed_advice(text),
        "why": Why(coaching_id="<c-1>", outcome="applied", reason=text, intent=text),
        "finding": finding(text),
        "findings": sort_findings(replace(finding(text), what=f"{n} {text}") for n in range(100)),
    }
    for name, value in values.items():
        shown = read(value)
        assert "alert(1)" in shown, name
        assert "\x00" not in shown
        assert "nobody else reads this" not in shown


def test_what_prints_as_text_shows_the_same(coach, scripted):
    coach.add(id="other", intent="a customer asks about <b>shipping</b>", behavior=Reply("Ask where to."))
    agent = coach.node(lambda state: {"messages": [scripted("4.90 </pre><script>").invoke(state["messages"])]})
    from langgraph.graph import START, MessagesState, StateGraph

    builder = StateGraph(MessagesState).add_node("agent", agent).add_edge(START, "agent")
    asked = {"messages": [("user", "how much is shipping to <Canada>?")]}
    builder.compile().invoke(asked, {"callbacks": [coach.callback()]})
    coach.flush()
    (trace,) = coach.traces.list()
    trace = coach.traces.get(trace.id)
    draft = (
        coach.draft(trace.coachable_steps()[0]).when("a customer asks what shipping costs").reply("Ask </pre> first.")
    )
    for value in (draft.impact(), draft.preview(), coach.replay(trace, using=[draft]).diff()):
        told = " ".join(read(value).split())
        assert told.startswith(" ".join(str(value).splitlines()[0].split()))
    assert "Ask </pre> first." in read(draft)
    assert "</pre><script>" in read(trace)
    assert isinstance(draft.lint(), list)
    read(draft.lint())


def test_more_rows_and_lines_are_counted_and_empty_ones_left_out():
    shown = card_html("id", "state", [("name", ""), *((str(n), "text") for n in range(ROWS + 5))])
    assert "… and 5 more" in shown
    assert ">name<" not in shown
    assert "… and 60 lines more: print it" in printed_html("line\n" * (ROWS + 60))
    assert "<table" not in card_html("id", "state")


def test_the_json_of_a_tool_call_is_readable():
    call = Step(index=1, trace_id="t", type="tool_call", author="agent", name="find", text='{"what": "lamp"}')
    assert 'find{"what": "lamp"}' in read(call).replace("\n", "")


@pytest.mark.parametrize("value", [coaching, step, lambda: Trace(id="t"), lambda: Reply("x"), lambda: Action("find")])
def test_completion_offers_what_the_record_is_for(value):
    value = value()
    for offered in (dir(value), dir(type(value))):
        gone = {"copy", "dict", "json", "parse_obj", "parse_raw", "from_orm", "construct", "schema", "validate"}
        assert not gone & {*offered}
        assert {"model_dump", "model_validate"} <= {*offered}
    assert {*type(value).model_fields} <= {*dir(value)}
    assert isinstance(value, CompletedModel)
    assert value.model_copy() == value  # not offered, and there


def test_a_field_that_is_named_like_one_of_those_is_offered():
    assert {"intent", "revised", "live", "content_hash"} <= {*dir(coaching("a refund"))}
    assert "coachable_steps" in dir(Trace(id="t"))
