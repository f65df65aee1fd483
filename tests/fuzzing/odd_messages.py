"""Messages of every shape that LangChain takes, and some that it does not."""

from hypothesis import strategies as st
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
)
from odd_values import SCALARS, TEXTS, VALUES

_URL = st.one_of(TEXTS, st.just("data:image/png;base64,iVBORw0KGgo="), st.just("https://example.com/a.png"))
BLOCKS = st.one_of(
    st.builds(lambda text: {"type": "text", "text": text}, st.one_of(TEXTS, SCALARS)),
    st.builds(lambda url: {"type": "image_url", "image_url": {"url": url}}, _URL),
    st.builds(lambda url: {"type": "image", "source_type": "url", "url": url}, _URL),
    st.builds(lambda data: {"type": "file", "base64": data, "mime_type": "application/pdf"}, TEXTS),
    st.builds(lambda data: {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}}, TEXTS),
    st.builds(lambda text: {"type": "thinking", "thinking": text, "signature": text}, TEXTS),
    st.builds(lambda text: {"type": "reasoning", "summary": [{"type": "summary_text", "text": text}]}, TEXTS),
    st.builds(lambda given: {"type": "tool_use", "id": "t", "name": "f", "input": given}, VALUES),
    st.builds(lambda kind, value: {"type": kind, "value": value}, TEXTS, VALUES),
    st.dictionaries(TEXTS, SCALARS, max_size=2),
    TEXTS,
)
CONTENT = st.one_of(TEXTS, TEXTS, st.lists(BLOCKS, max_size=3))
_IDS = st.one_of(st.none(), TEXTS)
CALLS = st.lists(
    st.builds(
        lambda name, args, called: {"name": name, "args": args, "id": called, "type": "tool_call"},
        TEXTS,
        st.dictionaries(TEXTS, VALUES, max_size=2),
        _IDS,
    ),
    max_size=2,
)
_MADE = st.one_of(
    st.builds(HumanMessage, CONTENT, id=_IDS, name=_IDS),
    st.builds(HumanMessage, CONTENT),
    st.builds(AIMessage, CONTENT, tool_calls=CALLS, additional_kwargs=st.dictionaries(TEXTS, VALUES, max_size=2)),
    st.builds(AIMessageChunk, CONTENT, id=_IDS),
    st.builds(SystemMessage, CONTENT),
    st.builds(ToolMessage, CONTENT, tool_call_id=TEXTS, artifact=VALUES, name=_IDS),
    st.builds(ChatMessage, CONTENT, role=TEXTS),
    st.builds(FunctionMessage, CONTENT, name=TEXTS),
    st.builds(RemoveMessage, id=TEXTS),
)


def _try(strategy):
    """The strategy's messages; a shape that LangChain itself refuses to make is a text."""

    @st.composite
    def drawn(draw):
        try:
            return draw(strategy)
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            return HumanMessage("refund")

    return drawn()


_ROLES = st.one_of(st.sampled_from(["user", "assistant", "system", "tool", "human", "ai", "developer"]), TEXTS)
_MAPPINGS = st.one_of(
    st.builds(lambda role, content: {"role": role, "content": content}, _ROLES, CONTENT),
    st.builds(
        lambda content, calls: {"role": "assistant", "content": content, "tool_calls": calls},
        CONTENT,
        st.one_of(CALLS, VALUES),
    ),
    st.builds(lambda content: {"type": "human", "data": {"content": content}}, CONTENT),
    st.builds(lambda parts: {"role": "user", "parts": parts}, st.lists(BLOCKS, max_size=2)),
    st.dictionaries(st.sampled_from(["role", "content", "type", "id", "name"]), VALUES, max_size=3),
)
MESSAGES = _try(_MADE)
"""A message of LangChain."""

ANY_MESSAGE = st.one_of(MESSAGES, MESSAGES, _MAPPINGS, st.tuples(_ROLES, CONTENT), TEXTS)
CONVERSATIONS = st.one_of(
    st.lists(ANY_MESSAGE, max_size=5),
    st.lists(ANY_MESSAGE, max_size=3).map(lambda given: [*given, ("user", "my money back")]),
    ANY_MESSAGE,
    VALUES,
)
"""What a caller may hand over as messages."""
