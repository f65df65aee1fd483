"""A test conversation with any compiled graph: ask, judge, coach, and again."""

import json
from typing import TypedDict

import pytest
from graphs import ASKED, TOLD, UNTOLD, WISH, graph_of, kinds, notes
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, RemoveMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint
from langgraph.graph import MessagesState
from langgraph.types import interrupt

from langgraph_coaching import Coach, Limits
from langgraph_coaching.chat.input_shape import InputShape, input_shape
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError
from parts import sampler_of

SORTS = [
    "agent", "agent that saves", "node", "async node", "async node that saves", "another field", "text", "functional",
    "functional that saves",
]  # fmt: skip


@pytest.mark.parametrize("sort", SORTS)
def test_ask_coach_and_again(sort, coach, make_graph, chatting):
    chat = chatting(make_graph(sort))
    events = list(chat.send(ASKED))
    assert [event.kind for event in events if event.kind in ("error", "note")] == []
    assert kinds(events)[-1] == "end"
    assert chat.turn.answer == UNTOLD
    saved = coach.save(chat.draft().reply(WISH))
    events = list(chat.again())
    assert chat.turn.answer == TOLD
    assert [receipt.coaching_id for receipt in chat.turn.applied] == [saved.id]
    assert [receipt.coaching_id for receipt in events[-1].receipts] == [saved.id]
    assert len(chat.turns) == 1
    assert len(chat.trace_ids) == 2


@pytest.mark.parametrize("sort", ["agent", "agent that saves", "async node", "another field", "functional that saves"])
def test_the_conversation_goes_on_and_a_turn_that_is_tried_again_is_in_it_once(sort, make_graph, chatting, model):
    chat = chatting(make_graph(sort))
    list(chat.send(ASKED))
    list(chat.again())
    list(chat.send("And for two?"))
    said = [message.text for message in model.prompts[-1] if message.type != "system"]
    assert said == [ASKED, UNTOLD, "And for two?"]
    list(chat.again())
    assert [message.text for message in model.prompts[-1] if message.type != "system"] == said


def test_again_forks_the_thread_and_keeps_what_was_there(make_graph, chatting):
    graph = make_graph("agent that saves")
    chat = chatting(graph, thread_id="mine")
    list(chat.send(ASKED))
    list(chat.send("And for two?"))
    before = len([*graph.get_state_history({"configurable": {"thread_id": "mine"}})])
    list(chat.again())
    history = [*graph.get_state_history({"configurable": {"thread_id": "mine"}})]
    assert len(history) > before
    assert len(history[0].values["messages"]) == 4
    assert chat.thread_id == "mine"


def test_a_thread_that_is_there_goes_on(make_graph, chatting, model):
    graph = make_graph("agent that saves")
    graph.invoke({"messages": [("user", "Hello")]}, {"configurable": {"thread_id": "t"}})
    events = list(chatting(graph, thread_id="t").send(ASKED))
    assert [message.text for message in model.prompts[-1]] == ["Hello", UNTOLD, ASKED]
    assert kinds(events) == ["coaching", "token", "end"]


def test_wrong_here_and_again_it_is_silent(coach, make_graph, chatting):
    saved = coach.add(intent="a customer asks what shipping costs", behavior={"type": "reply", "text": WISH})
    chat = chatting(make_graph("agent that saves"))
    list(chat.send("what would it cost to ship this to my office?"))
    assert chat.turn.applied
    chat.wrong(saved.id, comment="the office is known")
    list(chat.again())
    assert chat.turn.answer == UNTOLD
    assert [receipt.coaching_id for receipt in chat.turn.left_out] == [saved.id]
    with pytest.raises(InvalidCoachingError, match="no coaching was applied"):
        chat.wrong()


def test_should_have_been_applied_and_again_it_is(coach, make_graph, chatting):
    saved = coach.add(intent="a customer asks what shipping costs", behavior={"type": "reply", "text": WISH})
    chat = chatting(make_graph("agent"))
    list(chat.send("what is the postman's fee?"))
    assert [receipt.coaching_id for receipt in chat.turn.left_out] == [saved.id]
    chat.should(saved)
    list(chat.again())
    assert chat.turn.answer == TOLD
    chat.right()
    with pytest.raises(InvalidCoachingError, match="was applied"):
        chat.should(saved.id)
    with pytest.raises(NotFoundError, match="not looked at"):
        chat.should("c-none")
    assert {verdict.correct for verdict in coach.verdicts()} == {True, False}
    assert saved.id in str(chat.why(saved.id))


def test_what_it_captures_is_simulated_and_no_traffic(coach, make_graph, chatting):
    coach.add(intent="a customer asks what shipping costs", behavior={"type": "reply", "text": WISH})
    graph = make_graph("agent")
    chat = chatting(graph)
    for number in range(3):
        list(chat.send(f"{ASKED} For {number} of them?"))
    chat.wrong(chat.turn.receipts[0])
    assert [trace.origin for trace in coach.traces.list(simulated=True)] == ["simulated"] * 3
    assert coach.traces.list(simulated=False) == []
    assert all(receipt.is_test for receipt in coach.receipts())
    (standing,) = coach.report()
    assert (standing.considered, standing.applied, standing.judged) == (0, 0, 0)
    assert coach.review() == []
    assert coach.impact(chat.draft().reply("No.")).looked_at == 0
    coach.calibrate()
    assert sampler_of(coach).add_all([]) == 0
    graph.invoke({"messages": [("user", ASKED)]}, {"callbacks": [coach.callback()]})  # a real user's run counts
    coach.flush()
    (standing,) = coach.report()
    assert standing.considered == 1
    assert len(coach.traces.list(simulated=False)) == 1


def test_a_review_asks_about_test_conversations_where_it_shall(coach, make_graph, chatting):
    coach.add(intent="a customer asks what shipping costs", behavior={"type": "reply", "text": WISH})
    chat = chatting(make_graph("agent"))
    list(chat.send("what is the postman's fee?"))
    assert coach.review() == []
    assert [receipt.id for receipt in coach.review(simulated=True)] == [chat.turn.receipts[0].id]


def test_an_uncoached_graph_says_so_once(make_graph, chatting):
    chat = chatting(make_graph("no coaching"))
    (said,) = notes(list(chat.send(ASKED)))
    assert "no door" in said
    assert "coach.middleware()" in said
    assert notes(list(chat.send("And for two?"))) == []
    assert chat.draft().step.text == UNTOLD
    (said,) = notes(list(chatting(graph_of(lambda _: {"messages": [AIMessage("Hi")]})).send("x")))
    assert "no chat model was called" in said


def test_a_graph_of_another_store_says_which(coach, tmp_path, scripted, embeddings, chatting):
    with Coach(tmp_path / "other", embeddings=embeddings, namespace="acme", limits=Limits(deadline=30)) as other:
        other.add(intent="a customer asks what shipping costs", behavior={"type": "reply", "text": WISH})
        chat = chatting(create_agent(scripted("No."), [], middleware=[other.middleware()]))
        (said,) = notes(list(chat.send(ASKED)))
        assert other.uri in said
        assert "acme" in said
        assert coach.uri in said
        assert [receipt.namespace for receipt in chat.turn.applied] == ["acme"]
        with pytest.raises(NotFoundError, match="of another"):
            chat.wrong()


def test_another_coach_of_the_same_store_is_the_same(coach, tmp_path, scripted, embeddings, chatting):
    with Coach(coach.uri, embeddings=embeddings, limits=Limits(deadline=30)) as other:
        saved = other.add(intent="a customer asks what shipping costs", behavior={"type": "reply", "text": WISH})
        graph = create_agent(scripted("No."), [], middleware=[other.middleware(agent="shop")])
        chat = chatting(graph.with_config(callbacks=[other.callback()]))
        assert notes(list(chat.send(ASKED))) == []
        (receipt,) = chat.trace().receipts
        assert (receipt.intent, receipt.agent, receipt.applied) == (saved.intent, "shop", True)
        assert chat.wrong().receipt_id == receipt.id
        assert len(coach.traces.list()) == 1


def test_what_fails_is_an_event_and_the_conversation_goes_on(coach, scripted, chatting):
    model = scripted(RuntimeError("the line is dead\nat all"), "All right.")
    for saver in (None, InMemorySaver()):
        chat = chatting(create_agent(model, [], middleware=[coach.middleware()], checkpointer=saver))
        model.prompts.clear()
        events = list(chat.send(ASKED))
        assert kinds(events) == ["coaching", "error", "end"]
        assert "the line is dead" in chat.turn.error
        assert chat.trace().status == "error"
        list(chat.again())
        assert chat.turn.answer == "All right."
        assert [message.text for message in model.prompts[-1]] == [ASKED]


@tool
def refund(order_id: str) -> str:
    """Pays an order back."""
    return f"{order_id} is paid back" if interrupt(f"Refund {order_id}?") == "yes" else "not allowed"


def calling(name, **arguments):
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": "call-1"}])


def test_a_question_of_the_graph_is_answered_and_it_goes_on(coach, scripted, chatting):
    model = scripted(calling("refund", order_id="W1"), "Done.")
    graph = create_agent(model, [refund], middleware=[coach.middleware()], checkpointer=InMemorySaver())
    chat = chatting(graph)
    events = list(chat.send("I want my money back"))
    assert kinds(events) == ["coaching", "tool_call", "question", "end"]
    assert chat.waits
    assert kinds(chat.answer("yes")) == ["tool_result", "coaching", "token", "end"]
    assert not chat.waits
    assert [event.text for event in chat.turn.events if event.kind == "tool_result"] == ["W1 is paid back"]
    assert len(chat.turn.trace_ids) == 2
    with pytest.raises(InvalidCoachingError, match="waits for no answer"):
        chat.answer("yes")
    list(chat.again())
    assert not chat.waits  # the script goes on: its second answer asks nothing


def test_a_question_without_a_checkpointer_says_what_is_missing(coach, scripted, chatting):
    chat = chatting(create_agent(scripted(calling("refund", order_id="W1")), [refund]))
    events = list(chat.send("I want my money back"))
    assert "checkpointer" in notes(events)[0]
    assert not chat.waits


def test_a_breakpoint_goes_on_without_a_value(make_graph, chatting):
    chat = chatting(make_graph("node", checkpointer=InMemorySaver(), interrupt_before=["agent"]))
    assert kinds(chat.send(ASKED)) == ["end"]
    assert chat.waits
    list(chat.answer())
    assert chat.turn.answer == UNTOLD


@tool
async def track(order_id: str) -> str:
    """Where an order is."""
    return f"{order_id} is here"


def test_what_can_only_be_awaited_is_awaited(coach, scripted, chatting):
    from langchain.agents.middleware import AgentMiddleware

    class Slow(AgentMiddleware):
        async def awrap_model_call(self, request, handler):
            return await handler(request)

    model = scripted(calling("track", order_id="W1"), "Here.")
    chat = chatting(create_agent(model, [track], middleware=[coach.middleware(), Slow()], checkpointer=InMemorySaver()))
    events = list(chat.send("Where is it?"))
    assert chat.turn.error is None
    assert [event.text for event in events if event.kind == "tool_result"] == ["W1 is here"]
    assert len([message for message in model.prompts[-1] if message.type == "human"]) == 1


def test_a_sub_agent_has_its_name(coach, scripted, chatting):
    inner = create_agent(scripted("It is on its way."), [], name="parcels", middleware=[coach.middleware()])
    chat = chatting(graph_of(inner))
    tokens = [event for event in chat.send(ASKED) if event.kind == "token"]
    assert {event.agent for event in tokens} == {"parcels"}
    assert chat.turn.answer == "It is on its way."


def test_a_handoff_is_told_and_who_speaks_has_a_name(coach, scripted, chatting):
    swarm = pytest.importorskip("langgraph_swarm")
    coach.add(intent="a customer asks about an invoice", behavior={"type": "reply", "text": "Ask for its number."})
    front = scripted(AIMessage("", tool_calls=[{"name": "transfer_to_billing", "args": {}, "id": "h"}]))
    agents = [
        create_agent(
            model, [swarm.create_handoff_tool(agent_name=to)], name=name, middleware=[coach.middleware(agent=name)]
        )
        for name, to, model in (("front", "billing", front), ("billing", "front", scripted("Billing here.")))
    ]
    chat = chatting(swarm.create_swarm(agents, default_active_agent="front").compile(checkpointer=InMemorySaver()))
    events = list(chat.send("There is a mistake on my invoice"))
    assert kinds(events) == ["coaching", "tool_call", "tool_result", "coaching", "token", "handoff", "end"]
    assert [event.name for event in events if event.kind == "handoff"] == ["billing"]
    assert {event.agent for event in events if event.kind == "token"} == {"billing"}
    assert [receipt.agent for receipt in chat.turn.receipts] == ["front", "billing"]
    list(chat.again())
    assert chat.turn.answer == "Billing here."


def test_events_are_json(coach, scripted, chatting):
    coach.add(intent="a customer asks what shipping costs", behavior={"type": "reply", "text": WISH})
    graph = create_agent(scripted(calling("track", order_id="W1"), "Here."), [track], middleware=[coach.middleware()])
    rows = [json.loads(json.dumps(event.to_json())) for event in chatting(graph).send(ASKED)]
    assert {row["kind"] for row in rows} == {"coaching", "tool_call", "tool_result", "token", "end"}
    assert rows[0]["receipts"][0]["outcome"] == "applied"


def test_a_conversation_that_is_left_in_the_middle_goes_on(make_graph, chatting):
    chat = chatting(make_graph("agent"))
    events = chat.send(ASKED)
    next(events)
    events.close()
    list(chat.send(ASKED))
    assert chat.turn.answer == UNTOLD


def test_what_a_person_gives(coach, make_graph, chatting, model):
    graph = make_graph("agent")

    async def make():
        return graph

    for given in (lambda: graph, make, lambda config: graph, graph.builder):
        chat = chatting(given)
        list(chat.send(ASKED))
        assert chat.turn.answer == UNTOLD
    for given in (model, "shop:graph", lambda: 3, lambda one, two: graph):
        with pytest.raises(InvalidCoachingError, match="compiled graph"):
            coach.chat(given)
    with pytest.raises(InvalidCoachingError, match=r"no field 'talk'.*messages"):
        coach.chat(graph, messages_key="talk")
    chat = chatting(graph)
    with pytest.raises(InvalidCoachingError, match="empty"):
        chat.send("  ")
    for call in (chat.again, chat.wrong, chat.draft, lambda: chat.should("c-1"), lambda: chat.why("c-1")):
        with pytest.raises(InvalidCoachingError, match="nothing was said yet"):
            call()


def test_a_test_conversation_is_kept_where_others_are_sampled_away(tmp_path, embeddings, scripted):
    from langgraph_coaching import CaptureLimits

    limits = {"limits": Limits(deadline=30), "capture": CaptureLimits(sample=0.0)}
    with (
        Coach(tmp_path / "sampled", embeddings=embeddings, **limits) as coach,
        coach.chat(create_agent(scripted("Yes."), [], middleware=[coach.middleware()])) as chat,
    ):
        list(chat.send(ASKED))
        assert [trace.id for trace in coach.traces.list()] == chat.trace_ids


def test_a_new_thread_forgets(make_graph, chatting, model):
    chat = chatting(make_graph("agent that saves"))
    list(chat.send(ASKED))
    first = chat.thread_id
    assert chat.begin_anew() != first
    list(chat.send("Hello"))
    assert [message.text for message in model.prompts[-1]] == ["Hello"]
    assert len(chat.trace_ids) == 2


def test_the_state_decides_where_it_is_said():
    class Odd(MessagesState):
        question: str

    class Words(TypedDict):
        first: str
        second: str

    @entrypoint()
    def of_words(given: str) -> str:
        return given

    assert input_shape(graph_of(lambda _: {}, Odd)).key == "messages"
    assert input_shape(graph_of(lambda _: {}, Odd), "question").kind == "text"
    assert input_shape(of_words) == InputShape(None, "text")
    with pytest.raises(InvalidCoachingError, match=r"which field of the state .* It has first, second"):
        input_shape(graph_of(lambda _: {}, Words))


@pytest.mark.parametrize("sort", ["summary", "plain list", "dicts"])
def test_a_state_without_a_checkpointer_keeps_what_it_makes_of_the_conversation(sort, chatting):
    said_as = list[dict] if sort == "dicts" else list

    class Plain(TypedDict):
        messages: said_as

    def summarize(state):
        (*old, last) = state["messages"]
        return {"messages": [RemoveMessage(id=m.id) for m in old] + [AIMessage(f"{len(old)} before {last.text}")]}

    def replace(state):
        seen.append(state["messages"])
        answer = {"role": "assistant", "content": "Yes."} if sort == "dicts" else AIMessage("Yes.")
        return {"messages": [*state["messages"], answer] if len(seen) % 2 else [answer]}

    seen = []
    chat = chatting(graph_of(summarize) if sort == "summary" else graph_of(replace, Plain))
    for said in ("one", "two", "three"):
        list(chat.send(said))
    if sort == "summary":
        assert chat.turn.answer == "2 before three"
    else:
        assert [len(messages) for messages in seen] == [1, 3, 5]
