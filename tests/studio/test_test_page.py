"""The test page: a conversation with one's own graph, streamed, coached at once, tried again."""

import asyncio
import json
import re
import threading

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt
from studio_client import client_of, form_token

from langgraph_coaching import Reply
from langgraph_coaching.studio import Person, studio_app
from langgraph_coaching.studio.held_chats import HeldChats

ASKED = "How much is shipping for a pair of boots?"
WISH = "Ask which country it goes to."


def answer(prompt):
    told = any("which country" in str(message.content) for message in prompt[:1])
    return "To which country does it go?" if told else "It is 4.90 to anywhere."


def graph_of(node, **options):
    builder = StateGraph(MessagesState)
    builder.add_node("agent", node)
    builder.add_edge(START, "agent")
    return builder.compile(**options)


class Talker:
    """A browser on the test page, with scripts or without."""

    def __init__(self, app, **options):
        self.app = app
        self.client = client_of(app, **options)
        self.token = form_token(self.client)
        self.chat = ""

    def post(self, path, *, script=True, **fields):
        data = {"form_token": self.token, "chat": self.chat} | fields
        return self.client.post(f"/test/{path}", data=data, headers={"hx-request": "true"} if script else {})

    def stream(self, path, **fields):
        """The lines of a turn; the last one is the turn as it has ended."""
        answered = self.post(path, **fields)
        assert answered.status_code == 200, answered.text
        lines = [json.loads(line) for line in answered.text.splitlines() if line]
        self.chat = lines[0]["chat"]
        return lines

    def turn(self, path, **fields):
        return self.stream(path, **fields)[-1]["put"]

    @property
    def page(self):
        return self.client.get(f"/test?chat={self.chat}").text


@pytest.fixture
def tester(coach):
    return lambda graph, **options: Talker(studio_app(coach, graph=graph, graph_name="shop:agent", **options))


@pytest.fixture
def agent(coach, scripted):
    return create_agent(scripted(answer), [], middleware=[coach.middleware()], checkpointer=InMemorySaver())


def coached(coach, scripted, *answers, **options):
    model = coach.model(scripted(*answers))
    return graph_of(lambda state: {"messages": [model.invoke(state["messages"])]}, **options)


def test_without_a_graph_it_says_how_to_begin(client, change):
    html = client.get("/test").text
    assert "--graph shop.agent:graph" in html
    assert '<form class="composer' not in html
    assert change("/test/send", text="hello").status_code == 422


def test_it_says_what_is_real_before_anything_is_said(tester, agent):
    html = tester(agent).page
    assert "Tools of your graph run for real" in html
    assert "shop:agent" in html
    assert 'aria-current="page">Test' in html


def test_an_answer_streams_is_coached_and_tried_again(coach, tester, agent):
    browser = tester(agent)
    lines = browser.stream("send", text=ASKED)
    assert lines[0]["address"] == f"/test?chat={browser.chat}"
    assert len(browser.chat) >= 20
    assert lines[1]["to"] == "turns"
    pieces = [line for line in lines if line.get("to", "").endswith("-text")]
    assert [line["add"] for line in pieces] == [" is", " 4.90", " to", " anywhere."]  # the first begins the piece
    ended = lines[-1]["put"]
    assert "It is 4.90 to anywhere." in ended
    assert "No coaching was considered here" in ended

    step = re.search(r'href="/draft\?step=([\w%-]+)"', ended)[1].replace("%3A", ":")
    (trace,) = coach.traces.list()
    assert (trace.origin, step) == ("simulated", f"{trace.id}:{trace.coachable_steps()[-1].index}")
    assert (
        f"Coaching for step {step.partition(':')[2]}"
        in browser.client.get(f"/draft?step={step}", headers={"hx-request": "true"}).text
    )
    coach.save(coach.draft(step).reply(WISH))

    lines = browser.stream("again")
    live = next(line for line in lines if line.get("to") == "turn-0-coaching")
    assert "receipt applied" in live["put"]
    assert "Not here" not in live["put"]  # it is judged once it is captured
    ended = lines[-1]["put"]
    assert "To which country does it go?" in ended
    assert "Before you tried again: <bdi>It is 4.90" in ended
    assert all(word in ended for word in ("Correct", "Not here", "Why", "receipt applied"))
    assert browser.page.count('class="turn"') == 1
    assert "To which country" in browser.page


def test_coaching_is_judged_and_explained_where_it_stands(coach, tester, agent):
    coach.add(intent="a customer asks what shipping costs", behavior=Reply(WISH), id="c-ship")
    coach.add(intent="a customer wants a present wrapped", behavior=Reply("Blue paper."), id="c-wrap")
    browser = tester(agent)
    ended = browser.turn("send", text=ASKED)
    assert "1 considered, left out" in ended
    assert "Should have applied" in ended
    receipt, trace, step = (
        re.search(rf'name="{name}" value="([^"]+)"', ended)[1] for name in ("receipt", "trace", "step")
    )
    headers = {"hx-request": "true", "x-form-token": browser.token}
    asked = {"receipt": receipt, "trace": trace, "step": step, "correct": "no"}
    assert "not here" in browser.client.post("/verdict", data=asked, headers=headers).text
    assert [(one.coaching_id, one.correct) for one in coach.verdicts()] == [("c-ship", False)]
    assert 'chip bad">not here' in browser.page
    why = browser.client.get(f"/why?trace={trace}&step={step}&coaching=c-wrap", headers=headers)
    assert "Does not apply" in why.text


def test_without_scripts_the_whole_answer_comes(tester, agent):
    browser = tester(agent)
    sent = browser.post("send", script=False, text=ASKED)
    assert sent.status_code == 303
    browser.chat = sent.headers["location"].partition("chat=")[2]
    assert "It is 4.90 to anywhere." in browser.page
    assert browser.post("again", script=False).status_code == 303
    assert browser.page.count('class="turn"') == 1
    assert browser.post("send", script=False, text=" ").status_code == 422


def test_a_graph_that_can_only_be_awaited(coach, scripted, tester):
    model = coach.model(scripted("I waited."))

    async def wait(state: MessagesState):
        return {"messages": [await model.ainvoke(state["messages"])]}

    browser = tester(graph_of(wait))
    assert "I waited." in browser.turn("send", text="hello")
    assert "I waited." in browser.turn("again")


def test_an_error_is_said_and_the_conversation_goes_on(coach, scripted, tester):
    browser = tester(coached(coach, scripted, ValueError("<b>no</b> money left"), "Fine again."))
    ended = browser.turn("send", text="hello")
    assert "The agent failed." in ended
    assert "ValueError: &lt;b&gt;no&lt;/b&gt; money left" in ended
    assert "Fine again." in browser.turn("send", text="and now?")
    assert browser.page.count('class="turn"') == 2


def test_what_a_model_says_is_text(coach, scripted, tester):
    evil = '<script>alert(1)</script> <img src=x onerror="alert(2)"> \u202egnp'
    browser = tester(coached(coach, scripted, evil), model=None)
    lines = browser.stream("send", text='</div><script>x("me")</script>')
    for html in [line.get("add", "") + line.get("put", "") for line in lines] + [browser.page]:
        assert not re.search(r"<(script>|img)", html)
        assert "\u202e" not in html
    assert "&lt;script&gt;alert(1)" in lines[-1]["put"]
    assert "U+202E" in lines[-1]["put"]


def test_a_graph_without_coaching_says_how_to_give_it_some(scripted, tester):
    model = scripted("Hello.")
    browser = tester(graph_of(lambda state: {"messages": [model.invoke(state["messages"])]}))
    assert "the graph has no door for it" in browser.turn("send", text="hello")


@tool
def refund(order_id: str) -> str:
    """Pays an order back."""
    return f"{order_id} is <b>paid</b> back"


def calling(prompt):
    done = any(message.type == "tool" for message in prompt)
    calls = [{"name": "refund", "args": {"order_id": "o-<1>"}, "id": "call-1"}]
    return AIMessage(f"Done: {prompt[-1].text}") if done else AIMessage("", tool_calls=calls)


def test_calls_are_folded_and_can_be_coached(coach, scripted, tester):
    browser = tester(create_agent(scripted(calling), [refund], middleware=[coach.middleware()]))
    ended = browser.turn("send", text="I want my money back")
    assert "o-&lt;1&gt;" in ended
    assert "is &lt;b&gt;paid&lt;/b&gt; back" in ended
    (trace,) = coach.traces.list()
    (call,) = [step for step in trace.steps if step.type == "tool_call"]
    assert f"/draft?step={trace.id}%3A{call.index}" in ended


@pytest.mark.parametrize(("choice", "said"), [("approve", "is &lt;b&gt;paid&lt;/b&gt; back"), ("refuse", "too old")])
def test_whether_it_may_act_is_asked(coach, scripted, tester, choice, said):
    asks = HumanInTheLoopMiddleware(interrupt_on={"refund": True})
    saver = InMemorySaver()
    browser = tester(
        create_agent(scripted(calling), [refund], middleware=[coach.middleware(), asks], checkpointer=saver)
    )
    ended = browser.turn("send", text="I want my money back")
    assert "May it call" in ended
    assert "refund(order_id=&#34;o-&lt;1&gt;&#34;)" in ended
    assert browser.post("send", text="hello?").status_code == 422
    assert browser.post("answer", choice="answer", **{"said-0": "perhaps"}).status_code == 422
    ended = browser.turn("answer", choice=choice, **{"said-0": "too old"})
    assert said in ended
    assert 'action="/test/answer"' not in ended
    assert browser.post("answer", choice="approve").status_code == 422


@pytest.mark.parametrize(
    ("choice", "typed", "got"),
    [
        ("approve", "", "True"),
        ("refuse", "", "False"),
        ("answer", "perhaps", "'perhaps'"),
        ("answer", '{"a": 1}', "{'a': 1}"),
    ],
)
def test_any_other_question_takes_an_answer(tester, choice, typed, got):
    def ask(state: MessagesState):
        return {"messages": [AIMessage(f"You said {interrupt('Sure?')!r}")]}

    browser = tester(graph_of(ask, checkpointer=InMemorySaver()))
    assert "Sure?" in browser.turn("send", text="go")
    assert "Sure?" in browser.page
    ended = browser.turn("answer", choice=choice, **{"said-0": typed})
    assert f"You said {got}" in ended.replace("&#39;", "'").replace("&#34;", '"')


def test_two_questions_at_once_are_answered_each(tester):
    builder = StateGraph(MessagesState)
    for name in ("one", "two"):
        builder.add_node(name, lambda state, name=name: {"messages": [AIMessage(f"{name} got {interrupt(name)}")]})
        builder.add_edge(START, name)
    browser = tester(builder.compile(checkpointer=InMemorySaver()))
    asked = browser.turn("send", text="go")
    first = re.search(r"Asks you.*?>(one|two)</bdi>", asked, re.DOTALL)[1]
    typed = {"said-0": first, "said-1": {"one": "two", "two": "one"}[first]}
    ended = browser.turn("answer", choice="answer", **typed)
    assert "one got one" in ended
    assert "two got two" in ended


def test_a_breakpoint_goes_on_when_told_to(coach, scripted, tester):
    browser = tester(coached(coach, scripted, "Hi.", checkpointer=InMemorySaver(), interrupt_before=["agent"]))
    assert "Go on" in browser.turn("send", text="hello")
    assert "Hi." in browser.turn("answer", choice="answer")


@pytest.fixture
def held(coach, scripted, tester):
    """A turn in which the model answers only when told to."""
    reached, go = threading.Event(), threading.Event()

    def slow(prompt):
        reached.set()
        assert go.wait(60)
        return "Late."

    browser = tester(coached(coach, scripted, "At once.", slow, "Anew."))
    browser.turn("send", text="hello")
    found = []
    other = Talker(browser.app)
    other.chat = browser.chat
    thread = threading.Thread(target=lambda: found.append(other.turn("send", text="slowly")))
    thread.start()
    assert reached.wait(60)
    yield browser, go, thread, found
    go.set()
    thread.join(60)


def test_one_turn_at_a_time(held):
    browser, go, thread, found = held
    for path in ("send", "again"):
        refused = browser.post(path, text="me too")
        assert (refused.status_code, "still answering" in refused.text) == (422, True)
    assert "talking" in browser.page
    go.set()
    thread.join(60)
    assert "Late." in found[0]
    assert browser.page.count('class="turn"') == 2


def test_a_turn_is_stopped_and_another_begins(held):
    browser, go, thread, found = held
    assert browser.post("stop", script=False).status_code == 303
    thread.join(60)  # the model has not answered yet
    assert not go.is_set()
    assert "Stopped." in found[0]
    go.set()
    assert "Anew." in browser.turn("again")
    assert browser.page.count('class="turn"') == 2


def test_whoever_leaves_stops_the_turn(coach, scripted):
    go = threading.Event()

    def slow(prompt):
        assert go.wait(60)
        return "Late."

    app = studio_app(coach, graph=coached(coach, scripted, slow))
    browser = Talker(app)
    runs = []

    async def leave():
        body = f"text=hello&form_token={browser.token}".encode()
        asked = iter([{"type": "http.request", "body": body}])
        gone = asyncio.Event()

        async def receive():
            if (request := next(asked, None)) is None:
                await gone.wait()
            return request or {"type": "http.disconnect"}

        async def send(message):
            if b'"add"' in message.get("body", b""):
                runs.extend(held.run for held in app.state.studio.chats)
                gone.set()

        headers = {"host": "127.0.0.1", "hx-request": "true", "content-type": "application/x-www-form-urlencoded"}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/test/send",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 80),
        }
        await app(scope, receive, send)

    asyncio.run(leave())
    (run,) = runs
    while not run.ended.is_set():
        run.take(1)
    assert not go.is_set()
    go.set()
    (browser.chat,) = [held.id for held in app.state.studio.chats]
    assert "Stopped." in browser.page


def test_each_tab_has_its_own_conversation_and_the_quietest_goes(coach, scripted):
    app = studio_app(coach, graph=coached(coach, scripted, "Hi."))
    app.state.studio.chats.__init__(2)
    tabs = [Talker(app) for _ in range(3)]
    tabs[0].turn("send", text="I am the first")
    tabs[1].turn("send", text="I am the second")
    assert tabs[0].chat != tabs[1].chat
    assert "I am the second" not in tabs[0].page  # it was asked for: now the second is the quietest
    tabs[2].turn("send", text="I am the third")
    assert "I am the first" in tabs[0].page
    gone = tabs[1].client.get(f"/test?chat={tabs[1].chat}")
    assert (gone.status_code, "not held any more" in gone.text) == (404, True)
    assert "not held any more" in tabs[1].post("send", text="hello?").text
    assert Talker(app).client.get("/test?chat=guessed").status_code == 404


def test_it_takes_a_coach(coach, agent):
    tokens = {"a" * 20: Person(name="Ann", role="reader"), "b" * 20: Person(name="Ben", role="coach")}
    app = studio_app(coach, graph=agent, tokens=tokens)
    for token, status in (("a", 403), ("b", 200)):
        browser = client_of(app)
        browser.post("/sign-in", data={"token": token * 20})
        data = {"form_token": form_token(browser), "text": ASKED}
        assert browser.post("/test/send", data=data, headers={"hx-request": "true"}).status_code == status
        assert ("That takes a coach" in browser.get("/test").text) == (status == 403)
    shows = Talker(studio_app(coach, graph=agent, read_only=True))
    assert "only shows" in shows.page
    assert shows.post("send", text=ASKED).status_code == 403


def test_what_is_no_graph_is_said(tester):
    refused = tester("nothing").post("send", text="hello")
    assert (refused.status_code, "compiled graph" in refused.text) == (422, True)


def test_a_conversation_in_which_a_turn_runs_is_kept():
    class Busy:
        id, run = "busy", object()

    chats = HeldChats(1)
    chats.keep(Busy())

    class Quiet:
        id, run = "quiet", None

    chats.keep(Quiet())
    assert chats.get("busy").id == "busy"
