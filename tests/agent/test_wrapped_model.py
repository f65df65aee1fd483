"""`coach.model(model)`: the user's own model, with coaching in each request as it leaves."""

from __future__ import annotations

import asyncio
import copy
import pickle
from typing import Any

import pytest
from agents import ASKED, EDITED, OTHER, THREAD, TOLD, asking, calling, coached_on, leaked, messages_of, receipts
from langchain.agents import create_agent
from langchain.chat_models import init_chat_model
from langchain_core.caches import InMemoryCache
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel, FakeListChatModel, FakeListLLM
from langchain_core.load import dumpd
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.rate_limiters import InMemoryRateLimiter
from langchain_core.runnables import ConfigurableField, RunnableLambda
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint, task
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import RetryPolicy
from pydantic import BaseModel
from typing_extensions import TypedDict

from langgraph_coaching import Coach, CoachingError, CoachingState, Reply, coached
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.recall.adviser import Adviser


def ask(run, runnable, given=ASKED, config=None, **kwargs):
    return run(runnable, given, config, **kwargs)


def graph_of(node, state=MessagesState, **compiled):
    return StateGraph(state).add_node("agent", node).add_edge(START, "agent").compile(**compiled)


# ── without a graph ──


@pytest.mark.parametrize(
    "given", [ASKED, [("user", ASKED)], [{"role": "user", "content": ASKED}], [HumanMessage(ASKED)]]
)
def test_it_is_in_the_request(coach, coaching, run, model, given):
    answer = ask(run, coach.model(model), given)

    assert model.blocks == [1]
    assert TOLD in model.told[0]
    assert [m.type for m in model.prompts[0]] == ["system", "human"]
    assert receipts(answer) == [(coaching.id, 1)]
    coach.flush()
    (receipt,) = coach.receipts()
    assert (receipt.outcome, receipt.thread_id, receipt.node) == ("applied", None, None)


def test_what_it_is_not_for_leaves_as_it_was(coach, coaching, run, model):
    answer = ask(run, coach.model(model), OTHER)

    assert [(m.type, m.content) for m in model.prompts[0]] == [("human", OTHER)]
    (brief,) = answer.response_metadata["coaching"]
    assert brief["outcome"] == "below_floor"


def test_the_model_that_was_given_is_not_coached(coach, coaching, run, model):
    coach.model(model)
    ask(run, model)

    assert model.blocks == [0]


def test_messages_that_are_given_are_not_changed(coach, coaching, run, model):
    given = [SystemMessage("Be kind."), HumanMessage(ASKED)]
    before = copy.deepcopy(given)
    ask(run, coach.model(model), given)

    assert given == before
    assert [m.type for m in model.prompts[0]] == ["system", "human"]


def test_it_streams(coach, coaching, run, scripted):
    chunks = run.stream(coach.model(scripted("Let us exchange it.")), ASKED)

    assert len(chunks) > 3
    whole = sum(chunks[1:], chunks[0])
    assert whole.text == "Let us exchange it."
    assert receipts(whole) == [(coaching.id, 1)]
    assert len(whole.response_metadata["coaching"]) == 1


def test_a_model_that_streams_nothing_is_asked_once(coach, coaching, run, scripted):
    model = scripted()
    model.disable_streaming = True
    run.stream(coach.model(model), ASKED)
    coach.flush()

    assert model.blocks == [1]
    assert len(coach.receipts()) == 1


def test_a_batch_is_several_calls(coach, coaching, run, model):
    answers = (
        run.wait(coach.model(model).abatch([ASKED, OTHER]))
        if run.is_async
        else coach.model(model).batch([ASKED, OTHER])
    )

    assert sorted(model.blocks) == [0, 1]
    assert [bool(receipts(answer)) for answer in answers] == [True, False]


def test_several_prompts_in_one_call_have_a_label_each(coach, coaching, run, model):
    given = [[HumanMessage(ASKED)], [HumanMessage(OTHER)]]
    coached = coach.model(model)
    result = run.wait(coached.agenerate(given)) if run.is_async else coached.generate(given)

    assert model.blocks == [1, 0]
    assert [bool(receipts(one.message)) for (one,) in result.generations] == [True, False]
    assert len(result.run) == 2


def test_events(coach, coaching, model):
    async def events():
        return [event async for event in coach.model(model).astream_events(ASKED, version="v2")]

    (start,) = [event for event in asyncio.run(events()) if event["event"] == "on_chat_model_start"]
    assert start["metadata"]["coaching_applied"] == f"{coaching.id}@1"
    assert model.blocks == [1]


@pytest.mark.filterwarnings("ignore")
def test_the_newest_events(coach, coaching, run, model):
    if not hasattr(BaseChatModel, "_chat_model_stream_v3"):
        pytest.skip("this version has none")

    async def whole():
        stream = await coach.model(model).astream_events(ASKED, version="v3")
        return await stream.output

    answer = run.wait(whole()) if run.is_async else coach.model(model).stream_events(ASKED, version="v3").output
    assert answer.text == "All right."
    assert model.blocks == [1]


# ── everything else about the model is what it was ──


def test_it_passes_for_the_model(coach, model):
    model.custom_get_token_ids = lambda text: [len(word) for word in text.split()]
    wrapped = coach.model(model)

    assert isinstance(wrapped, type(model))
    assert type(wrapped).__name__ == type(model).__name__
    assert wrapped.get_name() == model.get_name()
    assert wrapped._llm_type == "scripted"
    assert dumpd(wrapped) == dumpd(model)
    assert wrapped.answers == model.answers
    assert wrapped.get_num_tokens("one two three") == 3
    assert wrapped.asdict() == model.asdict()
    assert repr(wrapped) == repr(model)


def test_a_providers_model_passes_for_itself(coach, coaching):
    openai = pytest.importorskip("langchain_openai")
    model = openai.ChatOpenAI(model="gpt-4o-mini", api_key="none")
    wrapped = coach.model(model)

    assert isinstance(wrapped, openai.ChatOpenAI)
    assert wrapped.model_name == "gpt-4o-mini"
    assert wrapped.profile == model.profile
    assert wrapped.root_client is model.root_client
    assert dumpd(wrapped) == dumpd(model)
    assert wrapped._get_ls_params() == model._get_ls_params()


def test_copies_are_coached_too(coach, coaching, run, model):
    wrapped = coach.model(model)
    for twin in (copy.copy(wrapped), copy.deepcopy(wrapped), wrapped.model_copy(update={"verbose": True})):
        assert receipts(ask(run, twin)) == [(coaching.id, 1)]


def test_a_pickle_opens_the_same_store(coach, coaching, tmp_path):
    model = FakeListChatModel(responses=["All right."])
    with Coach(tmp_path / "coaching", limits=coach.limits) as other:
        again = pickle.loads(pickle.dumps(other.model(model, agent="a")))  # noqa: S301 - our own
        answer = again.invoke(ASKED)

    assert isinstance(again, FakeListChatModel)
    assert receipts(answer) == [(coaching.id, 1)]


class Told(BaseCallbackHandler):
    """Notes the names of what it hears, and what models were given."""

    def __init__(self):
        self.heard, self.prompts, self.names = [], [], []

    def on_chat_model_start(self, serialized, messages, *, name=None, **kwargs):
        self.heard.append("on_chat_model_start")
        self.names.append((name, serialized["id"][-1]))
        self.prompts += messages

    def on_llm_new_token(self, token, **kwargs):
        self.heard.append("on_llm_new_token")

    def on_llm_end(self, response, **kwargs):
        self.heard.append("on_llm_end")

    def on_llm_error(self, error, **kwargs):
        self.heard.append("on_llm_error")


@pytest.mark.parametrize("streaming", [False, True])
def test_a_handler_hears_once_what_left(coach, coaching, run, scripted, streaming):
    plain, told = Told(), Told()
    call = run.stream if streaming else run
    call(scripted(), ASKED, {"callbacks": [plain]})
    call(coach.model(scripted()), ASKED, {"callbacks": [told], "run_name": None})

    assert told.heard == plain.heard
    assert told.names == plain.names
    (prompt,) = told.prompts
    assert str(prompt).count("<coaching>") == 1


def test_the_cache_tells_coached_and_uncoached_apart(coach, run, scripted):
    model = scripted("first", "second", "third")
    model.cache = InMemoryCache()
    wrapped = coach.model(model)
    before = ask(run, wrapped).text
    coaching = coached_on(coach)
    said = [ask(run, wrapped).text for _ in range(2)]
    coach.edit(coaching.id, behavior=Reply(EDITED))
    edited = ask(run, wrapped).text
    coach.archive(coaching.id)

    assert (before, said, edited) == ("first", ["second", "second"], "third")
    assert ask(run, wrapped).text == "first"


def test_a_rate_limiter_is_asked_once(coach, coaching, run, scripted):
    class Counting(InMemoryRateLimiter):
        asked = 0

        def acquire(self, *, blocking=True):
            Counting.asked += 1
            return True

        async def aacquire(self, *, blocking=True):
            return self.acquire()

    model = scripted()
    model.rate_limiter = Counting()
    ask(run, coach.model(model))

    assert Counting.asked == 1


def test_a_model_that_completes_text(coach, coaching, run):
    model = coach.model(FakeListLLM(responses=["All right."]))
    told = []

    class Hearing(BaseCallbackHandler):
        def on_llm_start(self, serialized, prompts, *, metadata=None, **kwargs):
            told.append((prompts[0], metadata["coaching_applied"]))

    assert ask(run, model, config={"callbacks": [Hearing()]}) == "All right."
    assert "".join(run.stream(model, ASKED, {"callbacks": [Hearing()]})) == "All right."
    assert [prompt.endswith(f"</coaching>\n\n{ASKED}") for prompt, _ in told] == [True, True]
    assert [applied for _, applied in told] == [f"{coaching.id}@1"] * 2


# ── what is made of it ──


@tool
def look_up(order: str) -> str:
    """Looks an order up."""
    return order


class Verdict(BaseModel):
    """What the user wants."""

    wish: str


def binding(scripted, *answers):
    """A scripted model that binds tools as providers' models do."""
    made = scripted(*answers)

    class Model(type(made)):
        def bind_tools(self, tools, **kwargs):
            return self.bind(tools=[getattr(t, "name", None) or t.__name__ for t in tools], **kwargs)

    return Model(answers=made.answers)


CALLED = AIMessage("", tool_calls=[{"name": "Verdict", "args": {"wish": "exchange"}, "id": "1"}])


def test_bound_tools(coach, coaching, run, scripted):
    model = binding(scripted)
    for bound in (coach.model(model).bind_tools([look_up]), coach.model(model.bind_tools([look_up]))):
        assert bound.kwargs["tools"] == ["look_up"]
        assert receipts(ask(run, bound)) == [(coaching.id, 1)]


def test_structured_output(coach, coaching, run, scripted):
    model = binding(scripted, CALLED)
    for made in (
        coach.model(model).with_structured_output(Verdict),
        coach.model(model.with_structured_output(Verdict)),
    ):
        assert ask(run, made) == Verdict(wish="exchange")
    raw = coach.model(model.with_structured_output(Verdict, include_raw=True))
    assert receipts(ask(run, raw)["raw"]) == [(coaching.id, 1)]


def test_a_config(coach, coaching, run, model):
    told = Told()
    for made in (
        coach.model(model).with_config(run_name="mine", callbacks=[told]),
        coach.model(model.with_config(run_name="mine", callbacks=[told])),
    ):
        assert receipts(ask(run, made)) == [(coaching.id, 1)]
    assert told.names == [("mine", "ScriptedModel")] * 2


@pytest.mark.parametrize("order", ["before", "after"])
def test_a_retry_has_the_advice_of_the_first_try(coach, coaching, run, scripted, order):
    def fails(_):
        coach.edit(coaching.id, behavior=Reply(EDITED))
        return ConnectionError("gone")

    model = scripted(fails, "All right.")
    retried = {"retry_if_exception_type": (ConnectionError,), "wait_exponential_jitter": False, "stop_after_attempt": 2}
    made = coach.model(model).with_retry(**retried) if order == "before" else coach.model(model.with_retry(**retried))
    answer = ask(run, made)
    coach.flush()

    assert model.told[0] == model.told[1]
    assert receipts(answer) == [(coaching.id, 1)]
    assert [(r.revision, r.outcome) for r in coach.receipts()] == [(1, "applied")]


@pytest.mark.parametrize("order", ["before", "after"])
def test_a_fallback_has_the_advice_of_the_first(coach, coaching, run, scripted, order):
    first, second = scripted(ConnectionError("gone")), scripted("Here.")
    if order == "before":
        made = coach.model(first).with_fallbacks([coach.model(second)])
    else:
        made = coach.model(first.with_fallbacks([second]))
    answer = ask(run, made)
    coach.flush()

    assert (first.blocks, second.blocks) == ([1], [1])
    assert receipts(answer) == [(coaching.id, 1)]
    assert len(coach.receipts()) == 1


def test_the_same_request_made_later_has_the_advice_of_then(coach, coaching, run, scripted):
    """A call that has failed and is made again by a person is another call."""
    model = scripted(ConnectionError("gone"), "All right.")
    wrapped = coach.model(model)
    with pytest.raises(ConnectionError):
        ask(run, wrapped)
    coach.edit(coaching.id, behavior=Reply(EDITED))
    ask(run, wrapped)

    assert EDITED in model.told[1]


def test_configurable_fields(coach, coaching, run, model):
    field = ConfigurableField(id="answers")
    config: Any = {"configurable": {"answers": ["Else."]}}
    for made in (
        coach.model(model).configurable_fields(answers=field),
        coach.model(model.configurable_fields(answers=field)),
    ):
        answer = ask(run, made, config=config)
        assert answer.text == "Else."
        assert receipts(answer) == [(coaching.id, 1)]


def test_a_configurable_model(coach, coaching, run, model, monkeypatch):
    made = []

    def helper(name, **kwargs):
        made.append(name)
        return model

    monkeypatch.setattr(
        "langchain.chat_models.base._init_chat_model_helper", lambda **kwargs: helper(name=kwargs["model"])
    )
    given = init_chat_model(configurable_fields=("model",))
    wrapped = coach.model(given)
    config: Any = {"configurable": {"model": "one"}}
    for one in (
        wrapped,
        wrapped.bind_tools([look_up]),
        coach.model(given.bind_tools([look_up])),
        wrapped.with_config(tags=["a"]),
    ):
        assert isinstance(one, type(given)) or one is wrapped
        assert receipts(ask(run, one, config=config)) == [(coaching.id, 1)]
    assert made == ["one"] * 4


def test_a_chain(coach, coaching, run, model):
    prompt = ChatPromptTemplate.from_messages([("system", "You are brief."), ("user", "{question}")])
    for chain in (prompt | coach.model(model) | StrOutputParser(), coach.model(prompt | model | StrOutputParser())):
        assert ask(run, chain, {"question": ASKED}) == "All right."
    assert model.blocks == [1, 1]
    assert [m.type for m in model.prompts[0]] == ["system", "human"]


@pytest.mark.parametrize("thing", ["openai:gpt-4o", None, RunnableLambda(str), dict])
def test_what_has_no_chat_model_in_it_is_refused(coach, thing):
    with pytest.raises(InvalidCoachingError, match="chat model"):
        coach.model(thing)


def test_a_graph_is_refused_with_the_way_out(coach, model):
    with pytest.raises(CoachingError, match="middleware"):
        coach.model(create_agent(model, tools=[]))


# ── in a graph ──


def test_in_a_node(coach, coaching, run, model):
    graph = graph_of(calling(coach.model(model), run, messages_of), checkpointer=InMemorySaver())
    state = run(graph, asking(), THREAD)
    coach.flush()

    assert model.blocks == [1]
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]
    assert all(leaked(one.values) == [] for one in run.history(graph, THREAD))
    (receipt,) = coach.receipts()
    assert (receipt.thread_id, receipt.node) == ("1", "agent")
    assert receipt.checkpoint_ns.startswith("agent:")


def test_in_an_agent(coach, coaching, run, scripted):
    model = scripted(AIMessage("", tool_calls=[{"name": "look_up", "args": {"order": "1"}, "id": "1"}]), "Done.")
    agent = create_agent(coach.model(model), tools=[look_up], system_prompt="You are brief.")
    state = run(agent, asking())

    assert model.blocks == [1, 1]
    assert all(told.startswith("You are brief.") for told in model.told)
    assert leaked(state) == []


def test_in_the_functional_api(coach, coaching, run, model):
    wrapped = coach.model(model)

    @task
    def answer(question):
        return wrapped.invoke(question)

    @task
    async def aanswer(question):
        return await wrapped.ainvoke(question)

    @entrypoint(checkpointer=InMemorySaver())
    def agent(question):
        return answer(question).result()

    @entrypoint(checkpointer=InMemorySaver())
    async def aagent(question):
        return await aanswer(question)

    said = run(aagent if run.is_async else agent, ASKED, THREAD)
    coach.flush()

    assert receipts(said) == [(coaching.id, 1)]
    (receipt,) = coach.receipts()
    assert receipt.thread_id == "1"
    assert receipt.node in ("answer", "aanswer")


class Question(TypedDict):
    question: str
    answer: str


def test_in_a_state_without_messages(coach, coaching, run, model):
    wrapped = coach.model(model)

    def node(state):
        return {"answer": wrapped.invoke(state["question"]).text}

    state = run(graph_of(node, Question), {"question": ASKED})

    assert state == {"question": ASKED, "answer": "All right."}
    assert model.blocks == [1]


def test_in_a_later_step_of_a_chain_that_is_a_node(coach, coaching, run, model):
    """LangGraph tells such a step nothing but the metadata of the run."""
    chain = RunnableLambda(messages_of) | coach.model(model) | (lambda answer: {"messages": [answer]})
    run(graph_of(chain, checkpointer=InMemorySaver()), asking(), THREAD)
    coach.flush()

    assert model.blocks == [1]
    (receipt,) = coach.receipts()
    assert (receipt.thread_id, receipt.node) == ("1", "agent")


def test_a_retried_node_has_the_coaching_of_the_first_try(coach, coaching, run, scripted):
    def fails(_):
        coach.edit(coaching.id, behavior=Reply(EDITED))
        return ConnectionError("gone")

    model = scripted(fails, "All right.")
    policy = RetryPolicy(initial_interval=0, jitter=False, max_attempts=2, retry_on=ConnectionError)
    builder = StateGraph(MessagesState)
    builder.add_node("agent", calling(coach.model(model), run, messages_of), retry_policy=policy)
    run(builder.add_edge(START, "agent").compile(), asking())

    assert model.told[0] == model.told[1]


DOORS = {
    "middleware": lambda coach, run, model: create_agent(model, tools=[], middleware=[coach.middleware()]),
    "wrapped": lambda coach, run, model: graph_of(coach.node(calling(model, run, messages_of))),
    "node": lambda coach, run, model: (
        StateGraph(CoachingState)
        .add_node("coach", coach.node())
        .add_node("agent", calling(model, run, coached))
        .add_edge(START, "coach")
        .add_edge("coach", "agent")
        .compile()
    ),
}


@pytest.mark.parametrize("text", [ASKED, OTHER])
@pytest.mark.parametrize("door", DOORS)
def test_behind_another_door_of_the_same_coach_it_is_coached_once(coach, coaching, run, model, door, text):
    state = run(DOORS[door](coach, run, coach.model(model)), asking(text))
    coach.flush()

    assert model.blocks == [int(text == ASKED)]
    assert [r.outcome for r in coach.receipts()] == ["applied" if text == ASKED else "below_floor"]
    assert len(state["messages"][-1].response_metadata["coaching"]) == 1


def test_two_coaches_are_both_heard(coach, coaching, run, model, embeddings):
    with Coach(coach.uri, embeddings=embeddings, limits=coach.limits, namespace="other") as other:
        theirs = coached_on(other, told="Say please.")
        answer = ask(run, other.model(coach.model(model)))

        assert model.blocks == [2]
        assert receipts(answer) == [(coaching.id, 1), (theirs.id, 1)]


def test_given_twice_it_is_coached_once(coach, coaching, run, model):
    answer = ask(run, coach.model(coach.model(model)))

    assert model.blocks == [1]
    assert len(receipts(answer)) == 1


def test_a_store_that_fails_leaves_the_call_alone(coach, coaching, run, model, monkeypatch):
    monkeypatch.setattr(Adviser, "advise", lambda *_: 1 / 0)
    monkeypatch.setattr(Adviser, "aadvise", lambda *_: 1 / 0)
    answer = ask(run, coach.model(model))

    assert model.blocks == [0]
    (brief,) = answer.response_metadata["coaching"]
    assert "ZeroDivisionError" in brief["reason"]
