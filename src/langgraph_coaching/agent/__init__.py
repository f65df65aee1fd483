"""Where LangGraph and LangChain call us: the four doors, and what leaves for the model.

| word | file |
|---|---|
| node: one that writes the coaching channel, or one that wraps a node the user has | `node` |
| middleware: for `create_agent` | `middleware` |
| model: a chat model that puts coaching into each request as it leaves | `model`, `model_hooks` |
| state: the ephemeral `coaching` channel, and `coached(state)` | `state`, `channel` |
| graph adviser: `coach.advise` and the doors, on their own and in a graph | `graph_adviser` |
| lookup: where a model call asks for advice | `lookup` |
| call key: what is the same when LangGraph resumes, retries, replays or forks a model call | `call_key` |
| thread: of a call that is made outside of a graph | `thread` |
| recent, stored advice: of the latest calls; of another process, in the receipts | `recent_advice`, `stored_advice` |
| registry: what is known of one coach's advice from one model call to the next | `registry` |
| pending: advice that waits for the request it belongs into | `pending`, `relevance` |
| request: what leaves for the model in one call, the only place where coaching stands | `request`, `text_request` |
| system message: where in it the block goes | `system_message` |
| metadata: the receipts on the model's run and on its answer | `metadata` |
| enforce: which coaching is enforced, and how, decided; enforcing: done | `enforce`, `enforcing` |
| … the tool that a model call has to choose, and the turn it begins | `tool_choice`, `turn`, `enforced_turns` |
| … where the graph may go instead; a person's approval | `routes`, `approval` |
| cache key: for LangGraph's cached nodes | `cache_key` |

| | model | node before | wrapped node | middleware |
|---|---|---|---|---|
| write | `coach.model(model)` | `coach.node()`, `coached(state)` | `coach.node(call_model)` | `coach.middleware()` |
| state | any, or none | `CoachingState`, or a `coaching` channel in yours | `messages`, or `messages_key=` | as it is |
| resume, retry, fork | looked up in the receipts | the channel is in the checkpoint | looked up | looked up |

**Wrap the model** you call yourself, in any node, task, chain, tool or sub-agent, or in no graph at all. It is a copy
of your own class: `isinstance`, attributes, names in traces and token counts are the model's, and what is made of it
is coached too (`bind_tools`, `with_structured_output`, `with_retry`, `with_fallbacks`, `with_config`). It also takes
what was made already (`coach.model(model.bind_tools(tools))`), a chain, and what `init_chat_model` gives.

```python
coached_model = coach.model(model)
coached_model.invoke([("user", "How much is shipping for a pair of boots?")])
```

**One node before** the node that calls the model:

```python
from langgraph.graph import START, StateGraph

builder = StateGraph(CoachingState)
builder.add_node("coach", coach.node())
builder.add_node("agent", lambda state: {"messages": [model.invoke(coached(state))]})
builder.add_edge(START, "coach")
builder.add_edge("coach", "agent")
graph = builder.compile()
```

**Wrap the node you have**, and change nothing in it. It gets its state exactly as it is; the model calls in it that
go on with the conversation are coached, in their request:

```python
from langgraph.graph import MessagesState


def call_model(state: MessagesState):
    return {"messages": [model.invoke(state["messages"])]}


builder = StateGraph(MessagesState)
builder.add_node("agent", coach.node(call_model))
builder.add_edge(START, "agent")
wrapped = builder.compile()
```

**Or give `create_agent` a middleware**:

```python
from langchain.agents import create_agent

agent = create_agent(model, tools=[], middleware=[coach.middleware()])
```

In all four: one block in each model call it applies to, in the system message that is there, and none in `messages`,
output, final state, later turns or streams (the `coaching` channel carries ids and digests, no text). `invoke`,
`ainvoke`, streaming, subgraphs, `Send` branches, tool loops, interrupts and retries are tested, each in both call
styles. Async code never blocks the event loop, which LangGraph's server checks; `examples/server` runs there. Several
coaches (two namespaces) in one agent are all heard, and behind another door of the same coach a call is coached once.
`agent=`, `node=` and `tags=` of a door are the labels a coaching's scope is matched against; a wrapped node and the
middleware know their node's name.

**Every way to build with LangGraph** has a page in `examples/ways` that runs without a key: functional API, LCEL
chain, `create_react_agent`, supervisor, swarm, deep agent, a state without messages, two namespaces in one agent, a
cached node, a node with a timeout, and a client that LangChain does not know. Such a client is not reached by a
wrapped node: give it `coach.advise(state["messages"]).prompt`, whose receipts say thread, node and trace. A compiled
graph and a `RemoteGraph` cannot be wrapped, and are refused when the graph is built.

**Prompt caching.** The block goes behind the last cache breakpoint of your system prompt, so what is cached up to
there (tools, system prompt) is the same with any advice and without; beside `AnthropicPromptCachingMiddleware` either
order is right. A breakpoint in the conversation itself comes after it, and is hit as long as the same coaching
applies.

**Enforcement.** `enforce=True` on an action, a handoff, a process or a playbook makes the graph do it where it can;
`enforce="approval"` asks a person first. What cannot be done stays advice. It is done once, where a turn begins: after
the user's latest words, and anew for an agent that the turn was handed over to.

```python
from langgraph_coaching import Action, Handoff

coach.add(intent="a customer asks where an order is", behavior=Action("get_order", enforce=True))
coach.add(intent="a customer disputes a charge", behavior=Handoff("billing", enforce="approval"))

builder = StateGraph(CoachingState)
builder.add_node("coach", coach.node(goto=("billing",), then="agent"))  # and no edge from "coach": it would run too
builder.add_node("agent", lambda state: {"messages": [model.invoke(coached(state))]})
builder.add_node("billing", lambda state: {"messages": [model.invoke(coached(state))]})
builder.add_edge(START, "coach")
enforcing = builder.compile()
```

| | action | handoff, process, playbook |
|---|---|---|
| `coach.model(model)`, `coached(state)` | tool choice | tool choice: `transfer_to_billing`, or of its name |
| `coach.node(goto=…, then="agent")` | tool choice, in the node after it | `Command(goto="billing")`, and not `agent` |
| `coach.node(call_model, goto=…)` | tool choice | `Command(goto="billing")`, else tool choice |
| `coach.middleware(goto=…)` | tool choice | `Command(goto="billing", graph=Command.PARENT)`, else tool choice |

A graph goes only where you say it may, with `goto=` or, of a wrapped node, `-> Command[Literal["billing"]]`; in a
`StateGraph`, `compile()` checks the names and a drawing shows them. A wrapped node's own edges run beside it. A tool is
chosen through the model's own `bind_tools`, among the tools of that one call; a tool choice of yours, an answer in a
form, and a model that thinks first are left alone. Who takes over is not told to hand over. Of several, one is
enforced: by priority, then probability; one that cannot be lets the next go first. A question is LangGraph's
`interrupt`, with `what`, `why`, `coaching_id`, `revision`, `intent`, `behavior`, `name` and `options`: resume with
True, `"approve"` or `{"decision": "approve", "by": "ann"}`; all else refuses, and leaves the advice. Without a
checkpointer nobody can be asked, and it is advice. A receipt's `enforced` says `tool_choice`, `goto`, `refused`, `done`
(before, in this turn) or `advice`, and `enforced_reason` why; `coach.lint(graph=graph)` and
`draft.preview(graph=graph)` know before whether a graph can.

**Cached nodes.** Behind `coach.node()` LangGraph's own policy is right: the node's input has the ids of what applies.
For a node or task that calls a coached model, and for a wrapped node, a plain `CachePolicy()` would answer from
before an edit:

```python
from langgraph.types import CachePolicy

policy = CachePolicy(key_func=coach.cache_key())  # messages_key="question" where the state has no messages
```

**Receipts.** `applied` means: it was in the request of a model call (`coach.advise` hands you the text, and says
`applied` of it). What was chosen and came into none has the outcome `not seen by the model`; its reason says why, and
one warning a place is logged. Receipts are on the answer, `message.response_metadata["coaching"]`; on the model's own
run, as metadata, and as a retriever run named `coaching` beside it (LangSmith, Langfuse and OpenInference show both);
in the trace, `coach.traces.get(id).steps[n].receipts`; and in the store, `coach.receipts(coaching_id=…, trace_id=…)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach

if TYPE_CHECKING:
    from langgraph_coaching.agent.middleware import CoachingMiddleware
    from langgraph_coaching.agent.state import CoachingState, coached

__all__ = ["CoachingMiddleware", "CoachingState", "coached"]

__getattr__, __dir__ = attach(
    __name__, {"CoachingMiddleware": "middleware", "CoachingState": "state", "coached": "state"}
)
