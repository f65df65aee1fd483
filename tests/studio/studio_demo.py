"""A store as a shop's would be after some weeks: what the pages are looked at with, by tests and for pictures."""

from datetime import UTC, datetime, timedelta

from langchain_core.language_models import SimpleChatModel
from langgraph.graph import START, MessagesState, StateGraph

from langgraph_coaching import Action, Handoff, Playbook, Reply, import_traces

COACHINGS = [
    {
        "intent": "a customer asks what shipping costs",
        "behavior": Reply("Ask which country it goes to before quoting a price."),
        "examples": ["How much is delivery to Norway?", "what do you charge for postage"],
        "never": ["Where is my parcel?"],
        "notes": "Agreed with logistics in May.",
        "author": "Anna",
    },
    {
        "intent": "a customer wants to return boots they have worn",
        "behavior": Reply("Worn boots can be returned within 100 days; send them the free label."),
        "examples": ["My boots leak after two weeks, can I send them back?"],
        "author": "Ben",
    },
    {
        "intent": "a customer asks where their order is",
        "behavior": Action("get_order", arguments={"order_id": "the one they named"}),
        "examples": ["Where is my parcel?", "my order never came"],
        "author": "Anna",
    },
    {
        "intent": "a customer is angry about a late delivery",
        "behavior": Playbook("late delivery", instruction="Say sorry once, then give the date and the voucher."),
        "author": "Cleo",
    },
    {
        "intent": "a customer disputes a charge on their card",
        "behavior": Handoff("billing"),
        "status": "shadow",
        "author": "Ben",
    },
    {
        "intent": "a customer asks to pay by invoice",
        "behavior": Reply("Invoices are for registered companies; ask for the registration number."),
        "status": "draft",
        "author": "Cleo",
    },
]

SAID = [
    ("How much would delivery cost me for two jackets?", "That is 4.90."),
    ("What is the postage to Iceland?", "Shipping is 4.90 everywhere."),
    ("Can I return boots that I wore on one walk?", "I am sorry, worn boots cannot be returned."),
    ("Order 8841 has not come yet", "Your order is on its way."),
    ("This is the third time you are late. I am done with you.", "I understand. Is there anything else?"),
    ("Do you have the Fjell tent in green?", "Yes, in green and in sand."),
    ("There are two charges on my card for one sleeping bag", "One of them will go away by itself."),
    ("Could we pay on account? We are a climbing school.", "Of course, anyone can pay by invoice."),
    ("How warm is the down jacket?", "It is made for -10 °C and below."),
    ("What does it cost to ship a tent to Chile?", "Shipping is 4.90 everywhere."),
]


class Clerk(SimpleChatModel):
    """Does what its prompt says, like a model."""

    replies: dict[str, str]

    @property
    def _llm_type(self):
        return "clerk"

    def _call(self, messages, *_, **__):
        if "Ask which country" in messages[0].text:
            return "Which country shall it go to?"
        return self.replies.get(messages[-1].text, "Gladly.")


def fill(coach):
    """Coaches the store, lets an agent talk under it, and judges some of that.

    Returns:
        The id of a long run with tools and reasoning, and that of one that was coached.
    """
    coachings = coach.add_many(COACHINGS)
    coach.edit(coachings[0].id, behavior=Reply("Ask which country it goes to, then quote its price."), author="Ben")
    coach.edit(coachings[0].id, behavior=COACHINGS[0]["behavior"], priority=5, author="Anna")
    model = coach.model(Clerk(replies=dict(SAID)))
    graph = (
        StateGraph(MessagesState)
        .add_node("agent", lambda state: {"messages": [model.invoke(state["messages"])]})
        .add_edge(START, "agent")
        .compile(name="shop")
    )
    for number, (question, _) in enumerate(SAID):
        config = {"callbacks": [coach.callback()], "configurable": {"thread_id": f"customer-{number % 7}"}}
        graph.invoke({"messages": [("user", question)]}, config)
    coach.flush()
    long = _parcel()
    coach.traces.add([long, _old("t-sizes", "Which size of rope bag do I need?", "The 60 litres one."), _failed()])
    applied = [one for one in coach.receipts() if one.applied]
    for receipt, correct in zip(applied, (True, True, False), strict=False):
        coach.verdict(receipt, correct=correct, author="Anna")
    return long.id, applied[0].trace_id


def _parcel():
    calls = [{"id": "c1", "type": "function", "function": {"name": "get_order", "arguments": '{"order_id": "8790"}'}}]
    result = '{"order_id": "8790", "status": "returned to sender", "carrier": "Nordpost", "attempts": 2}'
    rows = [
        {"role": "system", "content": "You are the clerk of Fjell Outdoor. Be brief and kind."},
        {"role": "user", "content": "Where is my parcel? It is order 8790 and I need it on Friday."},
        {"role": "assistant", "reasoning_content": "They need a date, so I look the order up.", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "c1", "content": result},
        {"role": "assistant", "content": "It is on its way and will be with you soon."},
        {"role": "user", "content": "That is not true, the post says it went back to you!"},
        {"role": "assistant", "content": "I am sorry about that. Is there anything else?"},
    ]
    (trace,) = import_traces([{"messages": rows}], format="openai")
    at = datetime.now(UTC) - timedelta(minutes=40)
    return trace.model_copy(update={"id": "t-parcel", "started_at": at, "label": "failure", "name": "shop"})


def _old(name, question, answer):
    rows = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    (trace,) = import_traces([{"messages": rows}], format="openai")
    return trace.model_copy(
        update={"id": name, "started_at": datetime.now(UTC) - timedelta(days=9), "label": "success"}
    )


def _failed():
    at = datetime.now(UTC) - timedelta(days=2)
    error = {"status": "error", "error": "TimeoutError: the model did not answer", "started_at": at}
    return _old("t-failed", "Is the stove allowed on a plane?", "").model_copy(update=error)
