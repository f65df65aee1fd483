"""Effect of a behavior on the graph, in words, and whether one answer shows the behavior."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from langgraph_coaching.authoring.enforced_effect import describe_enforced
from langgraph_coaching.coaching.behavior import Action, Handoff, Playbook, Process, Reply, SearchKnowledge
from langgraph_coaching.traces.followed import check_followed
from langgraph_coaching.traces.messages import jsonable_parts
from langgraph_coaching.traces.model import Step

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from langchain_core.messages import AIMessage

    from langgraph_coaching.authoring.lint.graph_names import GraphNames
    from langgraph_coaching.coaching.behavior import Behavior
    from langgraph_coaching.recall.receipt import Followed


def describe_effect(
    behavior: Behavior, tools: Sequence[Any] = (), nodes: Collection[str] = (), graph: GraphNames | None = None
) -> str:
    """What a behavior asks of the graph, what of it the recording does not have, and what enforcing it does.

    Args:
        behavior: Any of the six.
        tools: What the recorded call was offered, as the provider was told; () where that is not known.
        nodes: The nodes that ran in the recorded run; () where that is not known.
        graph: Names of the compiled graph; None where that is not given.
    """
    enforced = describe_enforced(behavior, graph)
    return f"{_describe_wish(behavior, tools, nodes)}{f'; {enforced}' if enforced else ''}"


def _describe_wish(behavior: Behavior, tools: Sequence[Any], nodes: Collection[str]) -> str:
    match behavior:
        case Action():
            hints = json.dumps(behavior.arguments, ensure_ascii=False)
            given = f" with {hints}" if behavior.arguments else ""
            return f"the tool {behavior.tool} must be called{given}{_unoffered(behavior.tool, tools)}"
        case Handoff():
            return f"the conversation goes over to {behavior.target}{_unmet(behavior.target, nodes)}"
        case Process():
            return f"the run goes on at the process {behavior.name}{_unmet(behavior.name, nodes)}"
        case Playbook():
            return f"the run goes on with the playbook {behavior.name}{_unmet(behavior.name, nodes)}"
        case SearchKnowledge():
            asked = f" by searching for {behavior.query!r}" if behavior.query else ""
            return f"a tool must be asked for the article {behavior.article!r}{asked}; the prompt alone asks for it"
        case Reply():
            return "only the words of the answer; the graph goes on as it does"


def _unoffered(name: str, tools: Sequence[Any]) -> str:
    offered = [told for told in map(_tool_name, tools) if told]
    return (
        f" (the recorded call was not offered it, but {', '.join(offered)})" if offered and name not in offered else ""
    )


def _unmet(name: str, nodes: Collection[str]) -> str:
    return (
        f" (no node of that name ran in the recorded run: {', '.join(nodes)} did)"
        if nodes and name not in nodes
        else ""
    )


def _tool_name(tool: Any) -> str | None:
    told = tool.get("function", tool) if isinstance(tool, dict) else None
    name = told.get("name") if isinstance(told, dict) else None
    return name if isinstance(name, str) else None


def check_answer(behavior: Behavior, answer: AIMessage, trace_id: str) -> tuple[Followed, str]:
    """Whether one answer shows a behavior, and why; of words only a reader can tell.

    Args:
        behavior: What was asked for.
        answer: Of a model; where it calls tools the turn goes on.
        trace_id: Of the source step.
    """
    if isinstance(behavior, Reply):
        return "unknown", ""
    steps = [
        Step(index=index, trace_id=trace_id, author="agent", **part)
        for index, part in enumerate(jsonable_parts(answer))
    ]
    over = not any(step.type == "tool_call" for step in steps)
    found, why = check_followed(behavior, steps, over=over)
    if found != "yes" and isinstance(behavior, Process | Playbook):
        return "unknown", "it calls no tool of that name; where the graph goes is decided behind the answer"
    return found, why
