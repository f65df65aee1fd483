"""Tool choice in the form of each provider, through its own `bind_tools`; nothing is sent."""

import pytest
from choosing_model import ChoosingModel, get_order, refund_order

from langgraph_coaching.agent.tool_choice import choice_obstacle, choose_tool, offered_tools
from scripted_model import ScriptedModel


def openai(**settings):
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(model="gpt-4o-mini", api_key="none", **settings)


def anthropic(**settings):
    from langchain_anthropic import ChatAnthropic

    return ChatAnthropic(model="claude-sonnet-4-5", api_key="none", max_tokens=4_000, **settings)


def google():
    from langchain_google_genai import ChatGoogleGenerativeAI

    return ChatGoogleGenerativeAI(model="gemini-2.0-flash", api_key="none")


def mistral():
    from langchain_mistralai import ChatMistralAI

    return ChatMistralAI(model="small", api_key="none")


FUNCTION = {"type": "function", "function": {"name": "get_order"}}
FORMS = {
    "langchain_openai": (openai, FUNCTION),
    "langchain_anthropic": (anthropic, {"type": "tool", "name": "get_order"}),
    "langchain_google_genai": (google, "get_order"),
    "langchain_mistralai": (mistral, FUNCTION),
}


@pytest.mark.parametrize("package", FORMS)
def test_each_provider_is_told_in_its_own_form(package):
    pytest.importorskip(package)
    make, form = FORMS[package]
    model = make()
    kwargs = model.bind_tools([get_order, refund_order]).kwargs
    assert offered_tools(kwargs) == ("get_order", "refund_order")
    assert choice_obstacle(model, kwargs) == ""
    assert choose_tool(model, kwargs, "get_order") == {"tool_choice": form}
    own = model.bind_tools([get_order], tool_choice="any").kwargs
    assert choice_obstacle(model, own) == "the call has a tool_choice of its own, which stays"


def test_a_model_that_thinks_first_is_left_alone():
    pytest.importorskip("langchain_anthropic")
    model = anthropic(thinking={"type": "enabled", "budget_tokens": 2_000})
    assert "thinks" in choice_obstacle(model, model.bind_tools([get_order]).kwargs)


def test_a_choice_in_the_models_own_settings_is_the_users_too():
    pytest.importorskip("langchain_openai")
    model = openai(model_kwargs={"tool_choice": "none"})
    assert choice_obstacle(model, {"tools": []}) == "the call has a tool_choice of its own, which stays"


@pytest.mark.parametrize(
    ("tools", "names"),
    [
        (None, ()),
        ("get_order", ()),
        ([{"name": "a"}, {"function": {"name": "b"}}, {"toolSpec": {"name": "c"}}], ("a", "b", "c")),
        ([{"function_declarations": [{"name": "a"}, {"name": "b"}]}], ("a", "b")),
        ([get_order, {"type": "web_search"}, {}, 7, {"name": 7}, {"function": None}], ("get_order",)),
        ([{"name": "a"}, {"name": "a"}], ("a",)),
    ],
)
def test_tools_are_read_in_every_form(tools, names):
    assert offered_tools({"tools": tools}) == names


def test_a_model_that_binds_no_tools_takes_no_choice():
    class Broken(ScriptedModel):
        def bind_tools(self, tools, **kwargs):
            raise NotImplementedError

    offered = {"tools": [{"name": "get_order"}]}
    assert choose_tool(ScriptedModel(), offered, "get_order") is None
    assert choose_tool(Broken(), offered, "get_order") is None
    assert choose_tool(ChoosingModel(), {}, "get_order") is None
