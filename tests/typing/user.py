"""What users write: every line is accepted by mypy and pyright, but those that say `# error:` and with what word."""

from collections.abc import Callable
from typing import Any, assert_type

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import BaseMessage, HumanMessage
from langchain_core.runnables import Runnable, RunnableLambda
from langgraph.graph import END, START, StateGraph
from langgraph.types import CachePolicy

from langgraph_coaching import Advice, Coach, Coaching, CoachingState, Example, Receipt, Reply, Step, coached

model = FakeListChatModel(responses=["All right."])
coach = Coach("coaching", namespace="acme")


# ── authoring ──

saved = coach.add(intent="a refund", behavior=Reply("Be quick."), examples=["my money back"], tags=["shop"], priority=3)
assert_type(saved, Coaching)
coach.add(intent="a refund", behavior={"type": "reply", "text": "Be quick."}, never=[Example(text="a song")], id="c-1")
coach.add(intent="a refund", behavior=Reply("Be quick."), exmples=["my money back"])  # error: exmples
coach.add(intent="a refund", behavior=Reply("Be quick."), priority="high")  # error: priority
coach.add(intent="a refund", behavior=Reply("Be quick."), status="silent")  # error: status
coach.add(behavior=Reply("Be quick."))  # error: intent
coach.add("a refund", Reply("Be quick."))  # error: positional

coach.add_many([{"intent": "a refund", "behavior": Reply("Be quick."), "notes": "from the guide"}])
coach.add_many([{"intent": "a refund", "behavior": Reply("Be quick."), "ntoes": "from the guide"}])  # error: ntoes
coach.add_many([{"intent": "a refund"}])  # error: behavior

coach.edit(saved.id, intent="a late refund", remove=["my money"])
coach.edit(saved.id, add_examples=[*coach.similar(saved.id), "where is it"], add_never=["a song"])
coach.edit(saved.id, add_exmples=["where is it"])  # error: add_exmples
coach.edit(saved.id, id="c-2")  # error: "id"

assert_type(coach.list(status="active", behavior="handoff", tag="shop"), list[Coaching])
coach.list(state="active")  # error: state
coach.list(behavior="dance")  # error: behavior


def write(step: Step) -> Coaching:
    draft = coach.draft(step).reply("Be quick.")
    coach.draft(7)  # error: Step
    return coach.save(draft)


# ── live ──

assert_type(coach.advise([HumanMessage("my money back")], tags=["shop"]), Advice)
assert_type(coach.advise_batch(["hello"]), list[Advice])
assert_type(coach.receipts(coaching_id=saved.id), list[Receipt])
coach.advise("hello", labels=["shop"])  # error: labels


async def ask() -> str:
    advice = await coach.aadvise("hello")
    assert_type(advice, Advice)
    return advice.promt  # error: promt


def call_model(state: CoachingState) -> dict[str, list[BaseMessage]]:
    assert_type(coached(state), list[BaseMessage])
    return {"messages": [model.invoke(coached(state))]}


async def acall_model(state: CoachingState) -> dict[str, Any]:
    return {"messages": [await model.ainvoke(coached(state, "messages"))]}


assert_type(coach.node(), Runnable[Any, Any])
wrapped = coach.node(call_model, agent="support")
answer = wrapped({"messages": [], "coaching": []})["messages"]
answer.text()  # error: text
wrapped("hello")  # error: CoachingState
check: Callable[[CoachingState], dict[str, list[BaseMessage]]] = wrapped
assert_type(coach.node(RunnableLambda[str, int](len)), Runnable[str, int])
coach.node(3)  # error: overload
coach.node(call_model, name="agent")  # error: overload

builder = StateGraph(CoachingState)
builder.add_node("coach", coach.node())
builder.add_node("agent", call_model)
builder.add_node("wrapped", coach.node(call_model))
builder.add_node("awaited", coach.node(acall_model))
builder.add_node("cached", call_model, cache_policy=CachePolicy(key_func=coach.cache_key(agent="support")))
builder.add_edge(START, "coach").add_edge("coach", "agent").add_edge("agent", END)
graph = builder.compile()
graph.invoke({"messages": [], "coaching": []}, {"callbacks": [coach.callback()]})
assert_type(coach.callback(), BaseCallbackHandler)
coach.cache_key(agnet="support")  # error: agnet

assert_type(coach.model(model, node="agent"), FakeListChatModel)
middleware: AgentMiddleware[Any, Any, Any] = coach.middleware(agent="support")
agent = create_agent(coach.model(model), [], middleware=[coach.middleware()])
coach.middleware().befroe_model()  # error: befroe_model


# ── the object itself ──


class Ours(Coach):
    def reply_to(self, text: str) -> str:
        return self.advise(text).prompt


with Ours("coaching") as ours:
    assert_type(ours, Ours)
    ours.reply_to("hello")
    Coach.add(ours, intent="a refund", behavior=Reply("Be quick."))
