"""Where the block goes, and that it comes out again without a trace."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, ChatMessage, HumanMessage, SystemMessage, ToolMessage

from langgraph_coaching.agent.system_message import insert_block, remove_blocks
from langgraph_coaching.recall.prompt import block

BLOCK = block(["- When replying to: a\n  Do this: b"])
LATER = block(["- When replying to: c\n  Do this: d"])
HUMAN = HumanMessage("hi", id="h")

LOOK_ALIKES = [
    "Write <coaching>notes</coaching> in the answer.",
    "<coaching>\nthe user's own\n</coaching>",
    "<coaching>",
    "</coaching>\n<coaching>",
]


def test_a_new_system_message_goes_first():
    (system, human) = insert_block([HUMAN], BLOCK)

    assert isinstance(system, SystemMessage)
    assert system.content == BLOCK
    assert human is HUMAN


def test_it_goes_to_the_end_of_the_system_message_there_is():
    (system, human) = insert_block([SystemMessage("Be kind.", id="s", name="n"), HUMAN], BLOCK)

    assert system.content == f"Be kind.\n\n{BLOCK}"
    assert (system.id, system.name) == ("s", "n")
    assert human is HUMAN


def test_it_goes_into_content_blocks_as_one_of_them():
    parts = [{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}, "Be brief."]
    (system, _) = insert_block([SystemMessage(parts), HUMAN], BLOCK)

    assert system.content == [*parts, {"type": "text", "text": BLOCK}]


def test_it_goes_into_the_last_of_the_system_messages_in_front():
    first, second = SystemMessage("one"), SystemMessage("two")
    placed = insert_block([first, second, HUMAN], BLOCK)

    assert [m.content for m in placed] == ["one", f"two\n\n{BLOCK}", "hi"]


def test_the_only_system_message_is_the_one_that_it_goes_into_wherever_it_stands():
    """Some providers refuse a second one that does not follow the first."""
    middle, next_to_it = SystemMessage("by the way"), SystemMessage("and")
    placed = insert_block([HUMAN, middle, AIMessage("ok")], BLOCK)

    assert [m.content for m in placed] == ["hi", f"by the way\n\n{BLOCK}", "ok"]
    assert [m.content for m in insert_block([HUMAN, middle, next_to_it], BLOCK)] == [
        "hi",
        "by the way",
        f"and\n\n{BLOCK}",
    ]
    later = insert_block([HUMAN, middle, AIMessage("ok"), next_to_it], BLOCK)
    assert [m.content for m in later] == ["hi", "by the way", "ok", f"and\n\n{BLOCK}"]


def test_a_system_message_in_front_comes_before_a_later_one():
    placed = insert_block([SystemMessage("one"), HUMAN, SystemMessage("two")], BLOCK)

    assert [m.content for m in placed] == [f"one\n\n{BLOCK}", "hi", "two"]


def test_the_cached_prefix_ends_where_it_ended():
    """A part with the block that a caching middleware has marked hands the mark back."""
    mark = {"cache_control": {"type": "ephemeral"}}
    plain = [{"type": "text", "text": "Be kind."}]
    (placed,) = insert_block([SystemMessage(plain)], BLOCK)
    marked = SystemMessage([*placed.content[:-1], placed.content[-1] | mark])
    (again,) = insert_block([marked], LATER)

    assert again.content == [plain[0] | mark, {"type": "text", "text": LATER}]
    (whole,) = insert_block([SystemMessage([{"type": "text", "text": f"Be kind.\n\n{BLOCK}"} | mark])], LATER)
    assert whole.content == [plain[0] | mark, {"type": "text", "text": LATER}]


def test_the_messages_given_are_not_changed():
    messages = [SystemMessage([{"type": "text", "text": "Be kind."}]), HUMAN]
    before = [message.model_copy(deep=True) for message in messages]
    insert_block(messages, BLOCK)

    assert messages == before


def test_another_block_takes_the_place_of_the_first():
    for messages in ([HUMAN], [SystemMessage("Be kind."), HUMAN], [SystemMessage(["Be kind."]), HUMAN]):
        assert insert_block(insert_block(messages, BLOCK), LATER) == insert_block(messages, LATER)


def test_blocks_are_taken_out_wherever_they_are():
    messages = [HUMAN, SystemMessage(f"by the way\n\n{BLOCK}"), SystemMessage(BLOCK)]

    assert [m.content for m in insert_block(messages, LATER)] == ["hi", f"by the way\n\n{LATER}"]


@pytest.mark.parametrize("text", LOOK_ALIKES)
@pytest.mark.parametrize("content", [str, lambda text: [{"type": "text", "text": text}], lambda text: [text]])
def test_what_only_looks_like_a_block_is_left_alone(text, content):
    messages = [SystemMessage(content(text), id="s"), HumanMessage(text), AIMessage(text)]

    assert remove_blocks(messages) == messages
    assert remove_blocks(insert_block(messages, BLOCK)) == messages
    assert str(insert_block(messages, BLOCK)[0].content).count("What to tell the user") == 1


@pytest.mark.parametrize("kind", [HumanMessage, AIMessage, lambda text: ToolMessage(text, tool_call_id="t")])
def test_only_system_messages_are_searched(kind):
    """A model that repeats its prompt has said what it has said."""
    messages = [kind(f"You told me:\n\n{BLOCK}")]

    assert remove_blocks(messages) == messages


TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
PARTS = st.lists(
    st.one_of(
        TEXTS.filter(bool),
        st.builds(lambda t: {"type": "text", "text": t}, TEXTS),
        st.just({"type": "image_url", "image_url": {"url": "https://x/y.png"}}),
    ),
    min_size=1,
    max_size=3,
)
SYSTEMS = st.builds(SystemMessage, st.one_of(TEXTS.filter(bool), PARTS))
OTHERS = st.one_of(
    st.builds(HumanMessage, st.one_of(TEXTS, PARTS)),
    st.builds(AIMessage, TEXTS),
    st.builds(lambda t: ChatMessage(role="critic", content=t), TEXTS),
    SYSTEMS,
)


@given(st.lists(SYSTEMS, max_size=3), st.lists(OTHERS, max_size=4))
def test_out_again_is_as_before(front, rest):
    messages = [*front, *rest]

    placed = insert_block(messages, BLOCK)

    assert str([m.content for m in placed]).count("<coaching>") == 1
    assert sum(isinstance(m, SystemMessage) for m in placed) == max(
        1, sum(isinstance(m, SystemMessage) for m in messages)
    )
    assert remove_blocks(placed) == messages
    assert [m for m in placed if not isinstance(m, SystemMessage)] == [
        m for m in messages if not isinstance(m, SystemMessage)
    ]


@pytest.mark.parametrize(
    ("messages", "system"),
    [
        ([{"role": "user", "content": "hi"}], {"role": "system", "content": BLOCK}),
        ([("user", "hi")], ("system", BLOCK)),
        ([["user", "hi"]], ("system", BLOCK)),
        (["hi"], SystemMessage(BLOCK)),
        (
            [{"role": "developer", "content": "Be kind."}, {"role": "user", "content": "hi"}],
            {"role": "developer", "content": f"Be kind.\n\n{BLOCK}"},
        ),
        ([{"type": "system", "content": "Be kind."}, HUMAN], {"type": "system", "content": f"Be kind.\n\n{BLOCK}"}),
        ([("system", "Be kind."), ("user", "hi")], ("system", f"Be kind.\n\n{BLOCK}")),
    ],
)
def test_messages_keep_their_form(messages, system):
    placed = insert_block(messages, BLOCK)

    if isinstance(system, SystemMessage):
        assert placed[0].content == system.content
    else:
        assert placed[0] == system
    assert placed[-1] is messages[-1]
    assert remove_blocks(placed) == messages


def test_no_messages_at_all():
    (system,) = insert_block([], BLOCK)

    assert system.content == BLOCK
    assert remove_blocks([]) == []
