"""Which messages are the user's own words."""

from langchain_core.messages import AIMessage, ChatMessage, HumanMessage, SystemMessage

from langgraph_coaching.recall.user import user_mask


def test_not_everything_in_a_persons_place_is_the_users():
    summary = HumanMessage("Here is a summary", additional_kwargs={"lc_source": "summarization"})
    messages = [SystemMessage("Be brief."), summary, HumanMessage("hi"), AIMessage("hello"), HumanMessage("a refund")]
    assert user_mask(messages) == [False, False, True, False, True]
    assert user_mask([ChatMessage("hi", role="user"), ChatMessage("hm", role="critic")]) == [True, False]
    assert user_mask([]) == []


def test_names_tell_agents_from_a_user_without_one():
    report = HumanMessage("4 trillion", name="researcher")
    assert user_mask([HumanMessage("What is the GDP?"), report]) == [True, False]
    assert user_mask([HumanMessage("hi", name="ann"), HumanMessage("hello", name="bob")]) == [True, True]
    assert user_mask([report]) == [True]  # nobody else has spoken
