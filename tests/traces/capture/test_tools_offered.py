"""A model may be offered tools in any form that its provider takes; none of them costs the trace."""

import uuid

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, LLMResult

from langgraph_coaching.traces.capture.assembler import Assembler
from langgraph_coaching.traces.capture.event import Event

TOOL = {"type": "function", "function": {"name": "lookup"}}


@pytest.mark.parametrize(
    ("given", "kept"),
    [([TOOL], [TOOL]), ((TOOL,), [TOOL]), (TOOL, [TOOL]), ("auto", ["auto"]), ([1, None], [1, None]), ([], None)],
)
@pytest.mark.parametrize("name", ["tools", "functions"])
def test_whatever_is_offered_is_recorded(name, given, kept):
    run = uuid.uuid4()
    answer = LLMResult(generations=[[ChatGeneration(message=AIMessage("hello"))]])
    asked = Event("chat_model_start", run, None, 1.0, [[HumanMessage("hi")]], "m", (), {}, {name: given})
    (trace,) = Assembler().consume([asked, Event("llm_end", run, at=2.0, data=answer)])
    assert [step.text for step in trace.steps] == ["hi", "hello"]
    offered = trace.calls[0].tools
    assert (None if offered is None else trace.tools[offered]) == kept
