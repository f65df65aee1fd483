"""A long text of any kind takes a time that grows with it, not with its square.

All threads of the process wait for a regular expression that tries everything, and no deadline ends it.
"""

import time

import pytest
from langchain_core.messages import AIMessage

from langgraph_coaching import redact_personal_data
from langgraph_coaching.recall.embedder import normalize_text
from langgraph_coaching.recall.prompt import escape_fence
from langgraph_coaching.traces.reasoning import split_reasoning

LENGTH = 100_000
PIECES = ("a", "a ", "\\", "\n", "<think>", "=a", "pwd=", "QUJD", "Basic ", "\\u{", "</")
READERS = {
    "reasoning": lambda text: split_reasoning(AIMessage("<think>" + text)),
    "reasoning without a beginning": lambda text: split_reasoning(AIMessage("think>" + text)),
    "prompt": escape_fence,
    "redaction": redact_personal_data,
    "embedder": normalize_text,
}


@pytest.mark.parametrize("name", READERS)
def test_takes_no_time(name):
    READERS[name]("hello there")
    for piece in PIECES:
        before = time.thread_time()
        READERS[name](piece * (LENGTH // len(piece)) + ".")
        assert time.thread_time() - before < 3, piece  # a tenth of it; of a pattern that backtracks, minutes
