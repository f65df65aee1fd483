"""`followed` of receipts: decided by the steps of the turn, never by a model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.behavior import Action, Handoff, Reply, SearchKnowledge
from langgraph_coaching.coaching.enforcement import find_name, plain_words, receiver_of
from langgraph_coaching.traces.branches import Branches
from langgraph_coaching.traces.messages import delegate_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from langgraph_coaching.coaching.behavior import Behavior
    from langgraph_coaching.recall.receipt import Followed, Receipt
    from langgraph_coaching.traces.model import Step, Trace


def check_followed(
    behavior: Behavior,
    steps: Sequence[Step],
    *,
    over: bool = True,
    nodes: Sequence[str] = (),
    namespace: str | None = None,
) -> tuple[Followed, str]:
    """Whether a behavior was shown in one turn: `yes`, `no` or `unknown`, and why.

    An action is followed when its tool was called and no argument contradicts a given value; words that only say
    where a value comes from contradict nothing. A handoff when it went to that target, a process or playbook when a
    node, tool or agent of that name was entered, an article when a tool was asked for it or returned it. A reply is
    not decided here.

    Args:
        behavior: What was asked for.
        steps: What happened in the turn: from what the user said up to what they say next.
        over: Whether the turn has ended, so that what has not been done was left undone.
        nodes: The nodes that ran in it, also those that left no step.
        namespace: The checkpoint namespace of whoever was asked: what another agent calls in the same turn is no deed
            of theirs. None where it is not known.
    """
    if isinstance(behavior, Reply):
        return "unknown", "whether words follow an instruction takes a reader; see coach.assess"
    mine = [step for step in steps if step.author not in ("user", "system") or step.type == "handoff"]
    match behavior:
        case Action():
            found = _check_action(behavior, _steps_of_agent(mine, namespace))
        case Handoff():
            found = _check_handoff(behavior.target, mine)
        case SearchKnowledge():
            found = _check_search(behavior, _steps_of_agent(mine, namespace))
        case _:
            found = _check_entry(behavior.name, mine, nodes)
    if found[0] == "no" and not over:
        return "unknown", "the turn has not ended"
    return found


def _steps_of_agent(steps: Sequence[Step], namespace: str | None) -> list[Step]:
    """What one agent did, and what it got for it: the steps in its graph, and the answers to the calls in them."""
    graph = _graph_path(namespace)
    if not graph:
        return list(steps)
    inside = [_graph_path(step.checkpoint_ns)[: len(graph)] == graph for step in steps]
    calls = {s.tool_call_id for s, mine in zip(steps, inside, strict=True) if mine and s.type == "tool_call"} - {None}
    return [s for s, mine in zip(steps, inside, strict=True) if mine or s.tool_call_id in calls]


def _graph_path(namespace: str | None) -> list[str]:
    """Where the graph of a node stands: the nodes around it, without the ids of their tasks."""
    return [part.partition(":")[0] for part in (namespace or "").split("|")[:-1] if not part.isdecimal()]


def _check_action(action: Action, steps: Sequence[Step]) -> tuple[Followed, str]:
    calls = [step for step in steps if step.type == "tool_call" and step.name == action.tool]
    if not calls:
        return "no", f"the tool {action.tool} was not called"
    wrong = [_contradicted_argument(action.arguments, step.arguments or {}) for step in calls]
    if None in wrong:
        return "yes", f"the tool {action.tool} was called"
    name = wrong[-1]
    return "no", f"the tool {action.tool} was called with another {name} than {action.arguments[name or '']!r}"


def _contradicted_argument(hints: dict[str, Any], given: dict[str, Any]) -> str | None:
    """The first argument that has another value than the one asked for, or None."""
    return next((name for name, hint in hints.items() if not _agrees(hint, given.get(name), name in given)), None)


def _agrees(hint: Any, value: Any, present: bool) -> bool:
    if isinstance(hint, str) and isinstance(value, str) and plain_words(hint) == plain_words(value):
        return True
    if isinstance(hint, str) and " " in hint.strip():  # words about the value, not the value
        return present
    return present and (hint == value or str(hint) == str(value))


def _check_handoff(target: str, steps: Sequence[Step]) -> tuple[Followed, str]:
    went = list(dict.fromkeys(name for step in steps for name in _destinations(step)))
    if plain_words(target) in map(plain_words, went):
        return "yes", f"the conversation was handed over to {target}"
    other = f"; it went to {', '.join(went)}" if went else ""
    return "no", f"the conversation was not handed over to {target}{other}"


def _destinations(step: Step) -> Iterator[str]:
    if step.type == "handoff" and step.name:
        yield step.name
    if step.type == "tool_call" and step.name:
        if receiver := receiver_of(step.name):
            yield receiver
        elif (target := delegate_of(step.arguments)) is not None:
            yield target


def _check_search(behavior: SearchKnowledge, steps: Sequence[Step]) -> tuple[Followed, str]:
    wanted = [plain_words(text) for text in (behavior.article, behavior.query) if plain_words(text)]
    for step in steps:
        if step.type not in ("tool_call", "tool_result"):
            continue
        said = f" {plain_words(' '.join((step.name or '', step.text)))} "
        if any(f" {text} " in said for text in wanted[: 1 if step.type == "tool_result" else None]):
            verb = "asked for" if step.type == "tool_call" else "returned"
            return "yes", f"{step.name or 'a tool'} {verb} the article"
    return "no", f"no tool was asked for {behavior.article!r}, and none returned it"


def _check_entry(name: str, steps: Sequence[Step], nodes: Sequence[str]) -> tuple[Followed, str]:
    wanted = plain_words(name)
    if wanted in map(plain_words, (*nodes, *(place for step in steps for place in _names_entered(step)))):
        return "yes", f"{name} was entered"
    if not nodes and not any(step.node for step in steps):
        return "unknown", "the trace does not say which nodes ran"
    return "no", f"no node, tool or agent named {name!r} was entered"


def _names_entered(step: Step) -> Iterator[str]:
    if step.node:
        yield step.node
    for part in (step.checkpoint_ns or "").split("|"):
        yield part.partition(":")[0]
    if step.type in ("tool_call", "handoff") and step.name:
        yield step.name


def _went_there(receipt: Receipt, trace: Trace) -> bool:
    """Whether a node ran that the graph was made to go to, also one that calls no model and leaves no step."""
    return receipt.enforced == "goto" and find_name(receipt.enforced_name, trace.nodes) is not None


def turn_of(trace: Trace, index: int) -> tuple[list[Step], bool]:
    """The turn a step belongs to, and whether it is over.

    Args:
        trace: A trace.
        index: Of one of its steps.

    Returns:
        The steps from the user's words before it up to the user's next words, and whether nothing can follow in it:
        the user spoke again, or the run is done. Of a sub-agent, or of a branch that is asked something of its own,
        from what it is asked up to what it is asked next; never what runs beside it.
    """
    steps, over = Branches(trace.steps).turn(trace.steps[index])
    return steps, over or trace.status == "done"


def fill_followed(trace: Trace, behavior_of: Callable[[str, int], Behavior | None]) -> Trace:
    """The trace with `followed` on every receipt of coaching that was applied and can be decided.

    Args:
        trace: A trace with receipts.
        behavior_of: The behavior of a coaching at a revision, or None where it is no longer known.
    """
    changed = {}
    several = sum(other.type == "user" and not other.history for other in trace.steps) > 1
    for step in trace.steps:
        if not any(receipt.applied and receipt.followed == "unknown" for receipt in step.receipts):
            continue
        turn, over = turn_of(trace, step.index)
        nodes = () if step.branch or several else trace.nodes
        receipts = []
        for receipt in step.receipts:
            known = receipt.applied and receipt.followed == "unknown" and receipt.coaching_id and receipt.revision
            behavior = behavior_of(receipt.coaching_id or "", receipt.revision or 0) if known else None
            verdict = receipt.followed
            if behavior is not None:
                verdict = check_followed(behavior, turn, over=over, nodes=nodes, namespace=step.checkpoint_ns)[0]
                verdict = "yes" if verdict == "no" and _went_there(receipt, trace) else verdict
            receipts.append(replace(receipt, followed=verdict))
        changed[step.index] = step.model_copy(update={"receipts": tuple(receipts)})
    if not changed:
        return trace
    return trace.model_copy(update={"steps": tuple(changed.get(step.index, step) for step in trace.steps)})
