"""A shop's agent with tools, one of which a person approves, on a model that says what its prompt makes likely."""

import json

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver

from scripted_model import ScriptedModel

PROPOSED = {
    "intent": "a customer asks where a parcel is that should have come",
    "phrasings": ["wheres my stuff??", "has it left you yet", "still nothing here, and I need it on Friday"],
    "near_misses": ["I want to cancel what I ordered", "which carrier do you use"],
}


@tool
def get_order(order_id: str) -> str:
    """Looks an order up."""
    return json.dumps({"order_id": order_id, "status": "in transit", "carrier": "Nordpost"})


@tool
def refund(order_id: str, amount: float) -> str:
    """Pays back."""
    return f"paid back {amount} for {order_id}"


def shop_model():
    """What the agent answers by, and what proposes phrasings."""
    return ScriptedModel(answers=[_say])


def shop_agent(coach):
    """The agent, compiled.

    Args:
        coach: Whose coaching it is given.
    """
    approval = HumanInTheLoopMiddleware(interrupt_on={"refund": True})
    middleware = [coach.middleware(), approval]
    return create_agent(shop_model(), [get_order, refund], middleware=middleware, checkpointer=InMemorySaver())


def _say(prompt):
    said = next((one.text for one in reversed(prompt) if one.type == "human"), "").lower()
    if "phrasings" in str(prompt[0].content):
        return json.dumps(PROPOSED)
    if prompt[-1].type == "tool":
        return "Order 8841 is with Nordpost and should be with you on Thursday."
    if "where" in said:
        return _call("get_order", "Let me look that up.", order_id="8841")
    if "back" in said:
        return _call("refund", "", order_id="8841", amount=89.0)
    told = "which country" in str(prompt[0].content)
    return "Which country shall it go to?" if told else "Shipping is 4.90 everywhere."


def _call(name, text, **arguments):
    return AIMessage(text, tool_calls=[{"name": name, "args": arguments, "id": f"call-{name}"}])
