"""Who the user is, and what belongs to one turn, in real graphs of every kind and in both call styles."""

import asyncio
import operator
from typing import Annotated, Any

import pytest
from captured import Captured
from langchain.agents import create_agent
from langchain.agents.middleware import SummarizationMiddleware
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.prompts import ChatPromptTemplate, FewShotChatMessagePromptTemplate, MessagesPlaceholder
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import InjectedToolCallId, tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint, task
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import InjectedState, ToolNode
from langgraph.types import Command, Send
from typing_extensions import TypedDict

from langgraph_coaching import Action, Handoff, Process, Receipt, SearchKnowledge
from langgraph_coaching.authoring.draft_source import draft_of
from langgraph_coaching.authoring.intents.suggest import suggest_intents
from langgraph_coaching.authoring.source_examples import source_examples
from langgraph_coaching.recall.situation import situate
from langgraph_coaching.traces.followed import fill_followed
from langgraph_coaching.traces.prompt import prompt_of
from langgraph_coaching.traces.situations import situations_in


class Model(BaseChatModel):
    """Answers by what stands in the prompt: the first of `rules` whose text is in it, each of its answers once."""

    rules: dict[str, Any]

    @property
    def _llm_type(self):
        return "rules"

    def bind_tools(self, tools, **kwargs):
        return self

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        said = "\n".join(str(message.content) for message in messages)
        answers = next(found for text, found in self.rules.items() if text in said)
        answer = answers.pop(0) if isinstance(answers, list) else answers
        answer = AIMessage(answer) if isinstance(answer, str) else answer
        return ChatResult(generations=[ChatGeneration(message=answer)])


def asks(name, call_id="c1", /, **arguments):
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": call_id}])


@tool
def retrieve(query: str) -> str:
    """Looks something up."""
    return "KB-12: refunds take 30 days"


@tool
def stock(item: str) -> str:
    """Looks into the stock."""
    return f"3 {item}"


@pytest.fixture
def runs():
    return Captured()


@pytest.fixture(params=["sync", "async"])
def call(request):
    """Runs a Runnable to its end, in either call style."""
    if request.param == "sync":
        return lambda graph, inputs, config: graph.invoke(inputs, config)
    return lambda graph, inputs, config: asyncio.run(graph.ainvoke(inputs, config))


def both(make):
    """A node in both call styles of what `make(ask)` does, where `ask` calls a model in that style."""

    async def acall(state):
        steps = make(state)
        try:
            answer = next(steps)
            while True:
                model, prompt = answer
                answer = steps.send(await model.ainvoke(prompt))
        except StopIteration as done:
            return done.value

    def call(state):
        steps = make(state)
        try:
            answer = next(steps)
            while True:
                model, prompt = answer
                answer = steps.send(model.invoke(prompt))
        except StopIteration as done:
            return done.value

    return RunnableLambda(call, acall)


def answering(model, choose=lambda messages: messages):
    def node(state):
        return {"messages": [(yield model, choose(state["messages"]))]}

    return both(node)


def said(text):
    return {"messages": [("user", text)]}


def users(trace):
    return [step.text for step in trace.steps if step.type == "user"]


def made(trace, text):
    """The agent's step with this text in it, or that calls this tool."""
    return next(s for s in trace.steps if s.author == "agent" and s.type != "handoff" and text in (s.name, s.text))


def draft(trace, text):
    """The suggested intent, and the first example, of a draft at a step."""
    begun = draft_of(trace, made(trace, text), suggest_intents)
    return begun.intent, [one.text for one in source_examples(begun.conversation, trace.id)][:1]


def verdict(trace, text, behavior):
    """Whether a behavior that was asked for at a step was shown."""
    receipt = Receipt(coaching_id="x", revision=1, probability=0.9, outcome="applied", reason="")
    step = made(trace, text)
    steps = [s.model_copy(update={"receipts": (receipt,)}) if s is step else s for s in trace.steps]
    judged = fill_followed(trace.model_copy(update={"steps": tuple(steps)}), lambda *_: behavior)
    return judged.steps[step.index].receipts[0].followed


def tools_or(end, tools="tools"):
    return lambda state: tools if state["messages"][-1].tool_calls else end


# ── who the user is ──


def test_a_helper_models_prompt_is_not_the_users(call, runs):
    model = Model(rules={"Classify": "refund", "money": "We will pay it back."})

    def router(state):
        kind = yield (
            model,
            [HumanMessage(f"Classify the request into refund or other: {state['messages'][-1].content}")],
        )
        return Command(goto=kind.content)

    builder = StateGraph(MessagesState)
    builder.add_node("router", both(router))
    builder.add_node("refund", answering(model))
    builder.add_edge(START, "router")
    call(builder.compile(), said("I want my money back"), runs.config())
    trace = runs.trace
    assert users(trace) == ["I want my money back"]
    intent = suggest_intents([HumanMessage("I want my money back")])[0]
    assert draft(trace, "We will pay it back.") == (intent, ["I want my money back"])
    assert draft(trace, "refund")[1] == ["I want my money back"]  # what the helper is about is what the user wants
    assert [s.text for s in situations_in(trace)] == ["user: I want my money back"]
    helper = prompt_of(trace, made(trace, "refund"))
    assert [m.text for m in helper] == ["Classify the request into refund or other: I want my money back"]


def test_a_helper_that_is_asked_before_the_user_is_shown_to_any_model(call, runs):
    model = Model(rules={"Is this safe": "yes", "shoes": "They ship today."})

    def guard(state):
        yield (
            model,
            [SystemMessage("You guard."), HumanMessage("Is this safe?"), AIMessage("What?"), HumanMessage("It")],
        )
        return {}

    builder = StateGraph(MessagesState)
    builder.add_sequence([("guard", both(guard)), ("agent", answering(model))])
    call(builder.add_edge(START, "guard").compile(), said("Where are my shoes?"), runs.config())
    assert users(runs.trace) == ["Where are my shoes?"]
    assert draft(runs.trace, "They ship today.")[1] == ["Where are my shoes?"]


def test_a_summary_in_the_history_is_not_the_users(call, runs):
    model = Model(rules={"Extract": "The user greeted and paid.", "": "Fine."})
    summing = SummarizationMiddleware(
        Model(rules={"": "The user greeted and paid."}), trigger=("messages", 4), keep=("messages", 1)
    )
    agent = create_agent(model, [], middleware=[summing], checkpointer=InMemorySaver())
    for text in ("Hello", "I paid twice", "Please refund one payment"):
        runs.events.clear()
        call(agent, said(text), runs.on("t"))
    trace = runs.trace
    assert "Please refund one payment" in users(trace)
    assert not any("summary" in text for text in users(trace))
    (summary,) = [step for step in trace.steps if step.name == "summary"]
    assert (summary.type, summary.author) == ("system", "system")
    last = next(s for s in reversed(trace.steps) if s.text == "Fine.")
    begun = draft_of(trace, last, suggest_intents)
    assert [one.text for one in source_examples(begun.conversation, trace.id)][:1] == ["Please refund one payment"]
    assert not any("The user greeted" in m.text for m in begun.conversation)
    assert any("The user greeted" in m.text for m in prompt_of(trace, last))  # the model did see it


@pytest.mark.parametrize("source", ["summarization", "rubric_grader", "pinned_skill"])
def test_recall_does_not_read_what_the_agent_put_in_a_persons_place(source):
    note = HumanMessage("Summary: a password was reset.", additional_kwargs={"lc_source": source})
    found = situate([note, HumanMessage("please refund order 41")])
    assert found.turns == (("please refund order 41", True),)
    assert situate([note]) is None
    found = situate([HumanMessage("please refund order 41"), AIMessage("Done."), note])
    assert found.latest_user_text == "please refund order 41"


def test_recall_does_not_take_a_named_report_of_another_agent_for_the_user():
    report = HumanMessage("The GDP is 4 trillion.", name="researcher")
    found = situate([HumanMessage("What is the GDP?"), report])
    assert found.turns == (("What is the GDP?", True),)
    people = [HumanMessage("hello all", name="ann"), HumanMessage("hi ann", name="bob")]
    assert situate(people).user_text == "hi ann hello all"  # here everybody has a name


def test_a_judge_inside_a_tool_is_not_the_user(call, runs):
    judge = Model(rules={"Judge": "grounded"})

    @tool
    def check(answer: str) -> str:
        """Judges an answer."""
        return judge.invoke([SystemMessage("You judge."), HumanMessage(f"Judge this answer: {answer}")]).text

    model = Model(rules={"refund": [asks("check", answer="30 days"), "It takes 30 days."]})
    call(create_agent(model, [check]), said("How long does a refund take?"), runs.config())
    trace = runs.trace
    assert users(trace) == ["How long does a refund take?"]
    assert draft(trace, "It takes 30 days.")[1] == ["How long does a refund take?"]
    assert verdict(trace, "check", Action("check")) == "yes"


def test_a_report_that_an_agent_puts_into_the_state_as_a_human_message(call, runs):
    model = Model(rules={"FINISH?": ["researcher", "done"], "": "The GDP is 4 trillion."})

    def supervisor(state):
        answer = yield model, [SystemMessage("FINISH?"), *state["messages"]]
        return Command(goto="researcher" if answer.content == "researcher" else END)

    def researcher(state):
        answer = yield model, state["messages"]
        report = HumanMessage(answer.content, name="researcher")
        return Command(goto="supervisor", update={"messages": [report]})

    builder = StateGraph(MessagesState)
    builder.add_node("supervisor", both(supervisor))
    builder.add_node("researcher", both(researcher))
    builder.add_edge(START, "supervisor")
    graph = builder.compile(checkpointer=InMemorySaver())
    call(graph, said("What is the GDP?"), runs.on("t"))
    assert users(runs.trace) == ["What is the GDP?"]
    assert verdict(runs.trace, "researcher", Handoff("researcher")) == "yes"
    runs.events.clear()
    model.rules["FINISH?"] = ["done"]
    call(graph, said("And of France?"), runs.on("t"))
    assert users(runs.trace) == ["What is the GDP?", "And of France?"]


def test_a_question_that_a_model_has_rewritten_is_not_the_users(call, runs):
    model = Model(rules={"Rewrite": "refund duration", "duration": "30 days.", "long": asks("retrieve", query="x")})

    def rewrite(state):
        better = yield model, [HumanMessage(f"Rewrite this: {state['messages'][0].content}")]
        return {"messages": [{"role": "user", "content": better.content}]}

    builder = StateGraph(MessagesState)
    builder.add_sequence(
        [
            ("agent", answering(model)),
            ("tools", ToolNode([retrieve])),
            ("rewrite", both(rewrite)),
            ("say", answering(model)),
        ]
    )
    call(builder.add_edge(START, "agent").compile(), said("how long?"), runs.config())
    trace = runs.trace
    assert users(trace) == ["how long?"]
    assert verdict(trace, "30 days.", Action("retrieve")) == "yes"
    assert draft(trace, "30 days.")[1] == ["how long?"]


def test_a_user_that_a_model_plays_is_the_user(call, runs):
    model = Model(rules={"You are a customer": "I lost my card", "lost": "I have blocked it."})

    def customer(state):
        words = yield model, [SystemMessage("You are a customer")]
        return {"messages": [HumanMessage(words.content)]}

    builder = StateGraph(MessagesState)
    builder.add_sequence([("customer", both(customer)), ("agent", answering(model))])
    graph = builder.add_edge(START, "customer").compile()
    call(graph, said("Hi"), runs.config(metadata={"coaching_origin": "simulated"}))
    assert users(runs.trace) == ["Hi", "I lost my card"]


def test_messages_that_an_agent_keeps_for_itself_are_not_the_users(call, runs):
    class State(MessagesState):
        notes: Annotated[list, operator.add]

    model = Model(rules={"Note:": "noted", "hello": "Hi!"})

    def think(state):
        note = HumanMessage("Note: greet them")
        return {"notes": [note, (yield model, [note])]}

    builder = StateGraph(State)
    builder.add_sequence([("think", both(think)), ("agent", answering(model))])
    call(builder.add_edge(START, "think").compile(), said("hello"), runs.config())
    assert users(runs.trace) == ["hello"]
    assert draft(runs.trace, "Hi!")[1] == ["hello"]


class Question(TypedDict):
    question: str
    context: str
    answer: str


def test_a_state_without_messages(call, runs):
    model = Model(rules={"Rewrite": "refund time", "Answer": "30 days."})

    def rewrite(state):
        yield model, f"Rewrite for search: {state['question']}"
        return {"context": "Refunds take 30 days, says the long article about refunds."}

    def answer(state):
        found = yield model, f"Answer from {state['context']}: {state['question']}"
        return {"answer": found.content}

    builder = StateGraph(Question)
    builder.add_sequence([("rewrite", both(rewrite)), ("answer_it", both(answer))])
    graph = builder.add_edge(START, "rewrite").compile()
    call(graph, {"question": "How long does a refund take?"}, runs.config())
    assert users(runs.trace) == ["How long does a refund take?"]
    assert runs.trace.steps[0].type == "user"
    assert draft(runs.trace, "30 days.")[1] == ["How long does a refund take?"]


def test_a_graph_that_nobody_has_asked_has_no_user(call, runs):
    model = Model(rules={"": "All is well."})

    def nightly(state):
        return {"messages": [(yield model, "Write the nightly report")]}

    call(
        StateGraph(MessagesState).add_node("n", both(nightly)).add_edge(START, "n").compile(),
        {"messages": []},
        runs.config(),
    )
    assert users(runs.trace) == []
    assert [m.text for m in prompt_of(runs.trace, made(runs.trace, "All is well."))] == ["Write the nightly report"]


# ── chains and the functional API ──


def test_a_chain_of_several_models(call, runs):
    model = Model(rules={"Topic of": "refunds", "Answer": "30 days."})
    topic = ChatPromptTemplate([("human", "Topic of: {question}")]) | model | (lambda m: m.content)
    chain = (
        {"topic": topic, "question": lambda given: given["question"]}
        | ChatPromptTemplate([("system", "Answer about {topic}"), ("human", "{question}")])
        | model
    )
    call(chain, {"question": "How long?"}, runs.config())
    assert users(runs.trace) == ["How long?"]
    assert draft(runs.trace, "30 days.")[1] == ["How long?"]


def test_a_chain_with_a_history_and_with_examples(call, runs):
    shots = FewShotChatMessagePromptTemplate(
        examples=[{"q": "2+2?", "a": "4"}], example_prompt=ChatPromptTemplate([("human", "{q}"), ("ai", "{a}")])
    )
    prompt = ChatPromptTemplate([shots, MessagesPlaceholder("history"), ("human", "Please answer: {input}")])
    history = [HumanMessage("Hi"), AIMessage("Hello!")]
    call(prompt | Model(rules={"": "6"}), {"input": "3+3?", "history": history}, runs.config())
    assert [(s.type, s.text, s.history) for s in runs.trace.steps] == [
        ("user", "Hi", True),
        ("message", "Hello!", True),
        ("user", "3+3?", False),
        ("message", "6", False),
    ]


def test_a_chain_that_is_given_a_text(call, runs):
    chain = ChatPromptTemplate([("human", "Tell me a joke about {topic}")]) | Model(rules={"": "Ha."})
    call({"topic": lambda text: text} | chain, "cats", runs.config())
    assert users(runs.trace) == ["cats"]


def test_a_functional_agent_with_helpers_and_a_loop(call, runs, request):
    model = Model(rules={"Plan for": "1. look", "refund": [asks("retrieve", query="refund"), "30 days."]})
    is_async = "async" in request.node.name

    @task
    def plan(text):
        return model.invoke([HumanMessage(f"Plan for: {text}")])

    @task
    def think(messages):
        return model.invoke(messages)

    @task
    def act(asked):
        return ToolMessage(retrieve.invoke(asked["args"]), tool_call_id=asked["id"])

    @entrypoint(checkpointer=InMemorySaver())
    def flow(messages, *, previous=None):
        messages = [*(previous or []), *messages]
        plan(messages[-1].content).result()
        answer = think(messages).result()
        while answer.tool_calls:
            messages = [*messages, answer, *(act(asked).result() for asked in answer.tool_calls)]
            answer = think(messages).result()
        return entrypoint.final(value=answer, save=[*messages, answer])

    if is_async:  # an async entrypoint awaits its tasks
        pytest.skip("the tasks of this one are called as sync code; see the parallel one for async")
    call(flow, [HumanMessage("how long is a refund?", id="u1")], runs.on("t"))
    trace = runs.trace
    assert users(trace) == ["how long is a refund?"]
    assert verdict(trace, "retrieve", Action("retrieve")) == "yes"
    assert verdict(trace, "30 days.", Action("retrieve")) == "yes"
    begun = draft_of(trace, made(trace, "30 days."), suggest_intents)
    assert [m.type for m in begun.conversation] == ["human", "ai", "tool"]  # what the agent saw, without the plan
    runs.events.clear()
    model.rules["refund"] = ["Yes."]
    call(flow, [HumanMessage("sure about the refund?", id="u2")], runs.on("t"))
    assert [(s.text, s.history) for s in runs.trace.steps if s.type == "user"] == [
        ("how long is a refund?", True),
        ("sure about the refund?", False),
    ]


def test_parallel_tasks_do_not_judge_each_other(call, runs, request):
    model = Model(rules={"part 1": asks("stock", "a", item="shoes"), "part 2": "no idea"})

    @task
    async def alook(part):
        return await model.ainvoke([HumanMessage(f"Look at {part}")])

    @entrypoint()
    async def aflow(text):
        return await asyncio.gather(*(alook(f"part {n}") for n in (1, 2)))

    @task
    def look(part):
        return model.invoke([HumanMessage(f"Look at {part}")])

    @entrypoint()
    def flow(text):
        return [found.result() for found in [look(f"part {n}") for n in (1, 2)]]

    call(aflow if "async" in request.node.name else flow, "compare both parts", runs.config())
    trace = runs.trace
    assert users(trace) == ["compare both parts"]
    assert verdict(trace, "stock", Action("stock")) == "yes"
    assert verdict(trace, "no idea", Action("stock")) == "no"
    assert draft(trace, "no idea")[1] == ["compare both parts"]


# ── turns ──


def test_an_agent_that_retrieves_and_grades(call, runs):
    model = Model(
        rules={
            "Grade": ["no", "yes"],
            "refund": [
                asks("retrieve", query="refund"),
                asks("retrieve", "c2", query="refund time"),
                "It takes 30 days.",
            ],
        }
    )

    def grade(state):
        yield (
            model,
            [HumanMessage(f"Grade: is this document relevant, yes or no? {state['messages'][-1].content}")],
        )
        return Command(goto="agent", update={})

    builder = StateGraph(MessagesState)
    builder.add_node("agent", answering(model))
    builder.add_node("retrieve", ToolNode([retrieve]))
    builder.add_node("grade", both(grade))
    builder.add_edge(START, "agent")
    builder.add_conditional_edges("agent", tools_or(END, "retrieve"))
    builder.add_edge("retrieve", "grade")
    call(builder.compile(), said("How long does a refund take?"), runs.config())
    trace = runs.trace
    assert users(trace) == ["How long does a refund take?"]
    for text in ("retrieve", "no", "yes", "It takes 30 days."):
        assert verdict(trace, text, Action("retrieve")) == "yes"
        intent = suggest_intents([HumanMessage("How long does a refund take?")])[0]
        assert draft(trace, text) == (intent, ["How long does a refund take?"])
    assert verdict(trace, "retrieve", SearchKnowledge("KB-12")) == "yes"
    assert verdict(trace, "retrieve", Action("stock")) == "no"
    assert verdict(trace, "retrieve", Process("grade")) == "yes"


def branch(model):
    """A branch that calls a model, the tool it asks for, and the model again."""

    def work(state):
        asked = yield model, state["messages"]
        if not asked.tool_calls:
            return {"messages": [asked]}
        (wanted,) = asked.tool_calls
        found = ToolMessage(stock.invoke(wanted["args"]), tool_call_id=wanted["id"], name="stock")
        return {"messages": [asked, found, (yield model, [*state["messages"], asked, found])]}

    return both(work)


def fan(node, parts, **payload):
    builder = StateGraph(MessagesState)
    builder.add_node("work", node)
    builder.add_node("join", answering(Model(rules={"": "Here is all of it."})))
    builder.add_conditional_edges(
        START, lambda state: [Send("work", {"messages": [HumanMessage(part)], **payload}) for part in parts], ["work"]
    )
    builder.add_edge("work", "join")
    return builder.compile()


def test_branches_have_questions_and_deeds_of_their_own(call, runs):
    rules = {
        "shoes": [asks("stock", item="shoes"), "3 shoes left"],
        "hats": ["No hats, sorry"],
        "bags": [asks("stock", item="bags"), "3 bags left"],
    }
    parts = ["how many shoes?", "are there hats?", "how many bags?"]
    call(fan(branch(Model(rules=rules)), parts), said("shoes, hats and bags please"), runs.config())
    trace = runs.trace
    assert users(trace) == ["shoes, hats and bags please"]
    assert [step.text for step in trace.steps if step.name == "task"] == parts
    for text, question, deed in [
        ("3 shoes left", parts[0], "yes"),
        ("No hats, sorry", parts[1], "no"),
        ("3 bags left", parts[2], "yes"),
    ]:
        assert draft(trace, text)[1] == [question]
        assert draft(trace, text)[0] == suggest_intents([HumanMessage(question)])[0]
        assert verdict(trace, text, Action("stock")) == deed
    assert draft(trace, "Here is all of it.")[1] == ["shoes, hats and bags please"]
    assert [s.text for s in situations_in(trace)] == ["user: shoes, hats and bags please"]


def test_branches_that_share_the_users_question(call, runs):
    class Part(MessagesState):
        part: str

    def work(state):
        return {"messages": [(yield model, [SystemMessage(f"Look at {state['part']}"), *state["messages"]])]}

    model = Model(rules={"Look at a": asks("stock", "a", item="a"), "Look at b": "b is fine", "": "Both."})
    builder = StateGraph(Part)
    builder.add_node("work", both(work))
    builder.add_node("join", answering(model, lambda messages: messages[:1]))
    builder.add_conditional_edges(
        START, lambda state: [Send("work", {**state, "part": part}) for part in "ab"], ["work"]
    )
    builder.add_edge("work", "join")
    call(builder.compile(), said("check the stock"), runs.config())
    trace = runs.trace
    assert users(trace) == ["check the stock"]
    assert draft(trace, "b is fine")[1] == draft(trace, "Both.")[1] == ["check the stock"]
    assert verdict(trace, "stock", Action("stock")) == "yes"
    assert verdict(trace, "b is fine", Action("stock")) == "no"


def test_a_branch_that_is_told_something_on_top_of_the_conversation(call, runs):
    model = Model(rules={"only shoes": "3 shoes", "only hats": "2 hats", "": "5 things."})
    builder = StateGraph(MessagesState)
    builder.add_node("work", answering(model))
    builder.add_node("join", answering(model, lambda messages: messages[:1]))
    builder.add_conditional_edges(
        START,
        lambda state: [
            Send("work", {"messages": [*state["messages"], HumanMessage(f"only {part}")]}) for part in ("shoes", "hats")
        ],
        ["work"],
    )
    builder.add_edge("work", "join")
    call(builder.compile(), said("what is in stock?"), runs.config())
    trace = runs.trace
    assert users(trace) == ["what is in stock?"]
    begun = draft_of(trace, made(trace, "2 hats"), suggest_intents)
    assert [m.text for m in begun.conversation] == ["what is in stock?", "only hats"]


def test_nodes_that_run_beside_each_other(call, runs):
    builder = StateGraph(MessagesState)
    answers = {"left": asks("stock", "a", item="x"), "right": "nothing"}
    for name, answer in answers.items():
        builder.add_node(name, answering(Model(rules={"": answer})))
        builder.add_edge(START, name)
    builder.add_node("after", answering(Model(rules={"": asks("retrieve", "b", query="x")})))
    builder.add_edge(["left", "right"], "after")
    call(builder.compile(), said("hi"), runs.config())
    assert verdict(runs.trace, "stock", Action("stock")) == "yes"
    assert verdict(runs.trace, "nothing", Action("stock")) == "no"
    assert verdict(runs.trace, "nothing", Action("retrieve")) == "yes"  # it comes after both, for both
    assert draft(runs.trace, "nothing")[1] == ["hi"]


def test_several_tools_of_one_answer_are_one_turn(call, runs):
    asked = AIMessage("", tool_calls=[{"name": "stock", "args": {"item": i}, "id": i} for i in ("a", "b")])
    model = Model(rules={"": [asked, asks("retrieve", query="x"), "Done."]})
    call(create_agent(model, [stock, retrieve]), said("a and b?"), runs.config())
    assert verdict(runs.trace, "stock", Action("retrieve")) == "yes"
    assert verdict(runs.trace, "stock", SearchKnowledge("3 b")) == "yes"
    assert {step.branch for step in runs.trace.steps} == {None}


# ── sub-agents ──


def subagent(model, name="researcher"):
    """deepagents' `task` tool in small: a tool that runs a sub-agent with its description as the only message."""
    agent = create_agent(model, [stock], system_prompt="You research.", name=name)

    def run(description: str, subagent_type: str) -> str:
        """Hands a task to a sub-agent."""
        return agent.invoke({"messages": [HumanMessage(description)]})["messages"][-1].text

    async def arun(description: str, subagent_type: str) -> str:
        return (await agent.ainvoke({"messages": [HumanMessage(description)]}))["messages"][-1].text

    from langchain_core.tools import StructuredTool

    return StructuredTool.from_function(run, arun, name="task")


@pytest.mark.parametrize("description", ["Count the red shoes in the store", "do we have red shoes?"])
def test_a_sub_agent_in_a_tool(call, runs, description):
    sub = Model(rules={"": [asks("stock", item="shoes"), "There are 3."]})
    main = Model(
        rules={
            "": [
                asks("task", description=description, subagent_type="researcher"),
                asks("retrieve", "c3", query="x"),
                "Yes, 3.",
            ]
        }
    )
    call(create_agent(main, [subagent(sub), retrieve]), said("do we have red shoes?"), runs.config())
    trace = runs.trace
    assert users(trace) == ["do we have red shoes?"]
    assert [(s.name, s.tool_call_id, s.call) for s in trace.steps if s.type == "handoff"] == [("researcher", "c1", 0)]
    assert [s.text for s in trace.steps if s.name == "task" and s.type == "system"] == [description]
    assert verdict(trace, "task", Handoff("researcher")) == "yes"
    assert verdict(trace, "task", Action("retrieve")) == "yes"  # the task does not cut the main agent's turn
    assert verdict(trace, "task", Action("stock")) == "no"  # the sub-agent's deed
    assert verdict(trace, "There are 3.", Action("stock")) == "yes"
    assert verdict(trace, "There are 3.", Action("retrieve")) == "no"
    assert draft(trace, "Yes, 3.")[1] == draft(trace, "task")[1] == ["do we have red shoes?"]
    assert draft(trace, "There are 3.")[1] == [description]  # what live recall sees in the sub-agent
    assert [s.text for s in situations_in(trace)] == ["user: do we have red shoes?"]


def test_two_sub_agents_at_once(call, runs):
    both_asked = AIMessage(
        "",
        tool_calls=[
            {"name": "task", "args": {"description": f"Count {i}", "subagent_type": "researcher"}, "id": i}
            for i in ("hats", "bags")
        ],
    )
    sub = Model(rules={"Count hats": "2 hats", "Count bags": [asks("stock", "s", item="bags"), "3 bags"]})
    main = Model(rules={"": [both_asked, "2 hats and 3 bags."]})
    call(create_agent(main, [subagent(sub)]), said("hats and bags?"), runs.config())
    trace = runs.trace
    assert users(trace) == ["hats and bags?"]
    assert verdict(trace, "2 hats", Action("stock")) == "no"
    assert verdict(trace, "3 bags", Action("stock")) == "yes"
    assert draft(trace, "2 hats")[1] == ["Count hats"]
    assert draft(trace, "3 bags")[1] == ["Count bags"]
    assert draft(trace, "2 hats and 3 bags.")[1] == ["hats and bags?"]


def test_a_sub_agent_of_a_sub_agent(call, runs):
    inner = Model(rules={"": [asks("stock", item="x"), "deep"]})
    outer = subagent(inner, "inner")
    middle = create_agent(
        Model(rules={"": [asks("task", description="go deeper", subagent_type="inner"), "mid"]}), [outer]
    )

    @tool
    def ask_middle(what: str) -> str:
        """Asks."""
        return middle.invoke({"messages": [HumanMessage(what)]})["messages"][-1].text

    main = Model(rules={"": [asks("ask_middle", "m", what="go deep"), "top"]})
    call(create_agent(main, [ask_middle]), said("dig"), runs.config())
    trace = runs.trace
    assert users(trace) == ["dig"]
    assert [draft(trace, text)[1] for text in ("deep", "mid", "top")] == [["go deeper"], ["go deep"], ["dig"]]
    assert [verdict(trace, text, Action("stock")) for text in ("deep", "mid", "top")] == ["yes", "no", "no"]
    assert [verdict(trace, text, Handoff("inner")) for text in ("deep", "mid", "top")] == ["no", "yes", "no"]


def test_deepagents(call, runs):
    deepagents = pytest.importorskip("deepagents")
    sub = Model(rules={"": [asks("stock", item="shoes"), "There are 3."]})
    main = Model(rules={"": [asks("task", description="Count the shoes", subagent_type="counter"), "We have 3."]})
    counter = {"name": "counter", "description": "Counts", "system_prompt": "Count.", "tools": [stock], "model": sub}
    agent = deepagents.create_deep_agent(model=main, tools=[retrieve], subagents=[counter])
    call(agent, said("any shoes?"), runs.config())
    trace = runs.trace
    assert users(trace) == ["any shoes?"]
    assert [s.name for s in trace.steps if s.type == "handoff"] == ["counter"]
    assert verdict(trace, "task", Handoff("counter")) == "yes"
    assert verdict(trace, "task", Action("stock")) == "no"
    assert verdict(trace, "There are 3.", Action("stock")) == "yes"
    assert draft(trace, "We have 3.")[1] == ["any shoes?"]
    assert draft(trace, "There are 3.")[1] == ["Count the shoes"]


def test_a_task_that_was_recorded_elsewhere_is_a_handoff():
    from langgraph_coaching.traces.followed import check_followed
    from langgraph_coaching.traces.model import Step

    arguments = {"description": "Count", "subagent_type": "counter"}
    step = Step(index=0, trace_id="t", type="tool_call", author="agent", name="task", arguments=arguments)
    assert check_followed(Handoff("counter"), [step])[0] == "yes"
    assert check_followed(Handoff("writer"), [step])[0] == "no"


def test_a_subgraph_with_the_same_messages_is_the_same_conversation(call, runs):
    inner = create_agent(Model(rules={"": [asks("stock", item="x"), "3 left"]}), [stock], name="inner")
    builder = StateGraph(MessagesState)
    builder.add_node("first", answering(Model(rules={"": "One moment."})))
    builder.add_node("inner", inner)
    builder.add_edge(START, "first")
    builder.add_edge("first", "inner")
    call(builder.compile(), said("how many?"), runs.config())
    trace = runs.trace
    assert [s.type for s in trace.steps if s.type in ("user", "system")] == ["user"]
    assert {step.branch for step in trace.steps} == {None}
    assert verdict(trace, "One moment.", Process("inner")) == "yes"
    assert draft(trace, "3 left")[1] == ["how many?"]


def test_a_subgraph_in_a_node_that_is_given_the_conversation(call, runs):
    inner = create_agent(Model(rules={"": "3 left"}), [], name="inner")

    def node(state):
        answer = yield inner, {"messages": [HumanMessage(m.content) for m in state["messages"]]}
        return {"messages": [AIMessage(answer["messages"][-1].content)]}

    call(
        StateGraph(MessagesState).add_node("n", both(node)).add_edge(START, "n").compile(),
        said("how many?"),
        runs.config(),
    )
    assert [(s.type, s.text) for s in runs.trace.steps][:2] == [("user", "how many?"), ("message", "3 left")]
    assert draft(runs.trace, "3 left")[1] == ["how many?"]


# ── several agents in one conversation ──


def moving(target):
    @tool(f"transfer_to_{target}")
    def move(tool_call_id: Annotated[str, InjectedToolCallId], state: Annotated[dict, InjectedState]) -> Command:
        """Hands over."""
        moved = ToolMessage(f"now {target}", tool_call_id=tool_call_id, name=f"transfer_to_{target}")
        return Command(goto=target, graph=Command.PARENT, update={"messages": [*state["messages"], moved]})

    return move


@pytest.mark.parametrize("kind", ["swarm", "supervisor"])
def test_agents_that_hand_over_to_each_other(call, runs, kind):
    back = [] if kind == "swarm" else ["Anything else?"]
    alice = create_agent(Model(rules={"": [asks("transfer_to_bob"), *back]}), [moving("bob")], name="alice")
    bob = create_agent(Model(rules={"": [asks("stock", "c2", item="x"), "3 left"]}), [stock], name="bob")
    builder = StateGraph(MessagesState)
    builder.add_node("alice", alice, destinations=("bob",))
    builder.add_node("bob", bob)
    builder.add_edge(START, "alice")
    if kind == "supervisor":
        builder.add_edge("bob", "alice")
    call(builder.compile(), said("how many?"), runs.config())
    trace = runs.trace
    assert users(trace) == ["how many?"]
    assert verdict(trace, "transfer_to_bob", Handoff("bob")) == "yes"
    assert verdict(trace, "transfer_to_bob", Action("stock")) == "no"  # another agent's deed
    assert verdict(trace, "transfer_to_bob", Process("bob")) == "yes"
    assert verdict(trace, "3 left", Action("stock")) == "yes"
    assert draft(trace, "3 left")[1] == ["how many?"]


def test_a_thread_of_turns_is_judged_turn_by_turn(call, runs):
    model = Model(rules={"": [asks("stock", item="x"), "3 left", "Bye."]})
    agent = create_agent(model, [stock], checkpointer=InMemorySaver())
    call(agent, said("how many?"), runs.on("t"))
    assert verdict(runs.trace, "3 left", Action("stock")) == "yes"
    runs.events.clear()
    call(agent, said("thanks"), runs.on("t"))
    assert verdict(runs.trace, "Bye.", Action("stock")) == "no"
    assert [(s.text, s.history) for s in runs.trace.steps if s.type == "user"] == [
        ("how many?", True),
        ("thanks", False),
    ]


def test_receipts_of_a_loop_with_a_grader_say_that_it_was_followed(call, runs, coach):
    """With coaching in every prompt of the agent, and what the person then drafts from."""
    coaching = coach.add(
        intent="the user asks how long a refund takes",
        behavior=Action("retrieve"),
        examples=["How long does a refund take?"],
    )
    model = Model(
        rules={"Grade": ["no", "yes"], "refund": [asks("retrieve", query="a"), asks("retrieve", "c2"), "30 days."]}
    )
    model.rules["refund"][1].tool_calls[0]["args"] = {"query": "b"}

    def grade(state):
        yield model, [HumanMessage(f"Grade this, give a binary score: {state['messages'][-1].content}")]
        return {}

    builder = StateGraph(MessagesState)
    builder.add_node("agent", coach.node(answering(model)))
    builder.add_node("retrieve", ToolNode([retrieve]))
    builder.add_node("grade", both(grade))
    builder.add_edge(START, "agent")
    builder.add_conditional_edges("agent", tools_or(END, "retrieve"))
    builder.add_edge("retrieve", "grade")
    builder.add_edge("grade", "agent")
    call(builder.compile(), said("How long does a refund take?"), {"callbacks": [coach.callback()]})
    coach.flush()
    applied = [receipt for receipt in coach.receipts(coaching_id=coaching.id) if receipt.applied]
    assert [receipt.followed for receipt in applied] == ["yes"] * 3
    (trace,) = coach.traces.list()
    assert users(trace) == ["How long does a refund take?"]
    saved = coach.save(coach.draft(made(trace, "30 days.")).reply("Say that weekends count."))
    assert [example.text for example in saved.examples] == ["How long does a refund take?"]
    assert not any("binary score" in example.text for example in saved.examples)
    assert "binary" not in saved.intent


def test_of_a_tracers_runs_without_states_the_first_prompt_tells_the_conversation_and_a_judges_does_not():
    from langgraph_coaching.traces.importers.findings import Repairs
    from langgraph_coaching.traces.importers.spans import Span, trace_of

    def span(name, start, given, gave):
        return Span(name, "root", "model", name, start, start + 1, [HumanMessage(m) for m in given], [AIMessage(gave)])

    root = Span("root", None, "chain", "agent", 0, 10)
    spans = [root, span("joke", 1, ["a joke, please"], "Ha."), span("judge", 3, ["Rate this joke: Ha."], "good")]
    trace = trace_of(spans, {"id": "t-1", "namespace": "default", "origin": "imported"}, Repairs(0))
    assert users(trace) == ["a joke, please"]
    assert [(s.text, s.aside) for s in trace.steps if s.type == "message"] == [("Ha.", False), ("good", True)]
    assert draft(trace, "good")[1] == ["a joke, please"]
