"""Calls of every public method with an odd text in place of each argument that may be one, made from the signatures."""

import asyncio
import inspect
import re
from functools import partial

from langgraph_coaching import Action, Reply
from langgraph_coaching.agent.graph_adviser import LabelFields
from langgraph_coaching.coaching.fields import Changes, Filters, NewFields
from langgraph_coaching.traces.conditions import ThreadFilters
from langgraph_coaching.traces.which_traces import TraceFilters

FIELDS = {kind.__name__: kind for kind in (Changes, Filters, LabelFields, NewFields, ThreadFilters, TraceFilters)}
"""What `**fields` stands for."""

NEVER = {"close", "flush", "clear_past", "columns", "keep", "newest", "reach", "version"}
"""Methods that take no text, or that only the package itself calls."""

OTHERS = {
    "messages": [
        "{}",
        [{"role": "user", "content": "{}"}],
        [{"role": "user", "content": [{"type": "text", "text": "{}"}]}],
    ],
    "conversations": [["{}"]],
    "rows": [[{"intent": "{}", "behavior": Reply("r")}]],
    "behavior": [
        {"type": "reply", "instruction": "{}"},
        {"type": "{}"},
        {"type": "action", "tool": "t", "arguments": {"{}": "{}"}},
    ],
    "scope": [{"agent": "{}"}, {"tags": ["{}"]}],
    "source": [{"trace_id": "{}", "step": 0, "excerpt": "{}"}],
    "coachings": ["{}", ["{}"]],
    "since": ["{}"],
    "until": ["{}"],
    "before": ["{}"],
    "as_of": ["{}"],
    "limit": ["{}"],
}
"""Where a text stands in what is no text itself, by the parameter's name."""


def with_text(value, text):
    """The value with the text in every place for it."""
    if isinstance(value, str):
        return value.replace("{}", text)
    if isinstance(value, dict):
        return {with_text(name, text): with_text(one, text) for name, one in value.items()}
    return [with_text(one, text) for one in value] if isinstance(value, list) else value


def texts_of(name, annotation):
    """The forms in which a parameter takes a text; none where it takes none."""
    if name in OTHERS and "PathLike" not in annotation:
        return OTHERS[name]
    if not re.search(r"\bstr\b|ExampleLike|Status|BehaviorType|Origin", annotation) or "Callable" in annotation:
        return []
    several = re.search(r"(Iterable|Sequence|Collection)\[", annotation)
    return ["{}", ["{}"]] if several and re.match(r"(Trace \| )?str", annotation) else [["{}"]] if several else ["{}"]


def parameters_of(method):
    """The names of a method's parameters with their annotations, `**fields` one by one."""
    for one in inspect.signature(method).parameters.values():
        if one.kind is one.VAR_KEYWORD:
            kind = FIELDS[re.fullmatch(r"Unpack\[(\w+)\]", str(one.annotation))[1]]
            for base in (*kind.__orig_bases__, kind) if hasattr(kind, "__orig_bases__") else (kind,):
                for name, annotation in getattr(base, "__annotations__", {}).items():
                    yield name, getattr(annotation, "__forward_arg__", str(annotation))
        elif one.name != "self":
            yield one.name, str(one.annotation)


def odd_calls(owner, given, text):
    """Calls of the public methods of a coach or its traces: what is called, with which argument, and the call.

    Args:
        owner: Whose methods.
        given: For parameters without a default, by name, what is right.
        text: The odd one.
    """
    for method in (one for one in dir(type(owner)) if not one.startswith("_") and one not in NEVER):
        called = getattr(owner, method)
        if not callable(called):
            continue
        needed = [
            one.name
            for one in inspect.signature(called).parameters.values()
            if one.default is one.empty and one.kind is not one.VAR_KEYWORD
        ]
        right = {name: given[name] for name in needed}
        for name, annotation in parameters_of(called):
            for form in texts_of(name, annotation):
                yield f"{method}({name}={form!r})", partial(call, called, right | {name: with_text(form, text)})


def call(called, arguments):
    """Calls it, waits for it, and reads what it gives piece by piece."""
    found = called(**arguments)
    found = asyncio.run(found) if inspect.iscoroutine(found) else found
    return list(found) if inspect.isgenerator(found) else found


def right_arguments(coach, trace, model, folder):
    """For each parameter without a default an argument that is right; what they name is saved here.

    Args:
        coach: On an empty store.
        trace: One with a step to coach.
        model: A chat model.
        folder: To write to.
    """
    made = coach.add(intent="a customer asks for a refund", behavior=Action("refund"), examples=["my money back"])
    coach.traces.add(trace)
    coach.advise("I want my money back")
    coach.flush()
    step = trace.coachable_steps()[0]
    ids = {
        "coaching_id": made.id,
        "trace_id": trace.id,
        "trace_ids": [trace.id],
        "change_set": "none",
        "beginning": "c",
    }
    written = {"coaching": made, "draft": coach.draft(step).reply("Say yes."), "receipt": coach.receipts()[0]}
    said = {"messages": "my money back", "conversations": ["my money back"], "intent": "a parcel", "rows": []}
    rest = {"behavior": Reply("r"), "kind": "coaching", "format": "trace", "to": "active", "correct": True, "names": []}
    places = {"folder": folder / "files", "path": folder / "tests" / "test_refund.py", "graph": None}
    return (
        ids
        | written
        | said
        | rest
        | places
        | {
            "coachings": [made.id],
            "model": model,
            "step": step,
            "trace": trace,
            "traces": trace,
        }
    )
