"""The part of a prompt before a cache breakpoint is the same with any advice and without."""

from __future__ import annotations

import json

import pytest
from agents import asking
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

from langgraph_coaching.agent.system_message import insert_block
from langgraph_coaching.recall.prompt import block

anthropic = pytest.importorskip("langchain_anthropic")
caching = pytest.importorskip("langchain_anthropic.middleware")

MARK = {"cache_control": {"type": "ephemeral"}}
FIRST, SECOND = (block([f"- When replying to: a\n  Do this: {told}"]) for told in ("one thing", "another"))


class Claude(anthropic.ChatAnthropic):
    """The real model, which keeps what it would send."""

    _payloads: list = PrivateAttr(default_factory=list)

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        self._payloads.append(self._get_request_payload(messages, stop=stop, **kwargs))
        return ChatResult(generations=[ChatGeneration(message=AIMessage("ok"))])

    async def _agenerate(self, messages, stop=None, run_manager=None, **kwargs):
        return self._generate(messages, stop, **kwargs)


def prefix(system):
    """The system prompt up to its last breakpoint, as it is compared by the cache."""
    parts = [{"type": "text", "text": system}] if isinstance(system, str) else system
    marked = [index for index, part in enumerate(parts) if "cache_control" in part]
    return json.dumps(parts[: marked[-1] + 1]) if marked else None


def look():
    """Looks something up."""
    return "42"


@pytest.mark.parametrize("order", ["coaching first", "caching first"])
@pytest.mark.parametrize(
    "system", [None, "Be kind.", SystemMessage(["Be kind.", {"type": "text", "text": "Be brief."}])]
)
def test_beside_the_caching_middleware(coach, coaching, run, order, system):
    model = Claude(model="claude-sonnet-4-5", api_key="none")
    both = [coach.middleware(), caching.AnthropicPromptCachingMiddleware()]
    middleware = both if order == "coaching first" else both[::-1]
    agent = create_agent(model, tools=[look], system_prompt=system, middleware=middleware)

    run(agent, asking())
    coach.edit(coaching.id, behavior=type(coaching.behavior)("Hand out a voucher instead."))
    run(agent, asking())
    coach.archive(coaching.id)
    run(agent, asking())

    with_first, with_second, without = model._payloads
    assert "never a refund" in str(with_first["system"])
    assert "a voucher" in str(with_second["system"])
    assert "<coaching>" not in str(without)
    parts = [prefix(payload.get("system") or []) for payload in model._payloads]
    assert parts == [parts[-1]] * 3
    assert (parts[-1] is None) == (system is None)
    assert [payload["tools"] for payload in model._payloads] == [without["tools"]] * 3


@pytest.mark.parametrize(
    "prompt",
    [
        [SystemMessage([{"type": "text", "text": "Be kind."} | MARK]), HumanMessage("hi")],
        [SystemMessage("Be kind."), SystemMessage([{"type": "text", "text": "Be brief."} | MARK]), HumanMessage("hi")],
        [SystemMessage([{"type": "text", "text": "a"} | MARK, {"type": "text", "text": "b"}]), HumanMessage("hi")],
        [HumanMessage("hi"), SystemMessage([{"type": "text", "text": "Be kind."} | MARK])],
        [SystemMessage("Be kind."), HumanMessage([{"type": "text", "text": "hi"} | MARK]), SystemMessage("Be brief.")],
        [HumanMessage([{"type": "text", "text": "hi"} | MARK]), AIMessage("ok"), SystemMessage("Be brief.")],
    ],
)
def test_it_goes_behind_the_breakpoint(prompt):
    def before(messages):
        parts = [
            (message.type, part)
            for message in messages
            for part in ([message.content] if isinstance(message.content, str) else message.content)
        ]
        last = max(index for index, (_, part) in enumerate(parts) if isinstance(part, dict) and "cache_control" in part)
        return parts[: last + 1]

    assert before(insert_block(prompt, FIRST)) == before(insert_block(prompt, SECOND)) == before(prompt)
    assert str(insert_block(prompt, FIRST)).count("<coaching>") == 1
