"""A test conversation with one's own compiled graph: what coaching does in it is shown, judged, and tried again.

| word | file |
|---|---|
| chats: where conversations begin, `coach.chat`; and the graph that somebody gives | `chats` |
| chat: the conversation, for a person or a page | `chat` |
| turn: what was said, what came of it, the last word on each coaching | `turn` |
| event: what happens, as it happens | `event` |
| thread: its state, and the way back to before a turn | `thread` |
| input shape: where a graph takes what a user says | `input_shape` |
| question: what a graph asks, and the answer as it takes it | `question` |
| turn runner, runner: a turn runs; the graph, sync or async, beside it | `turn_runner`, `runner` |
| stream: what LangGraph streams, read into events | `stream` |
| notes: what a person has to know of a run, and cannot see | `notes` |
| judged: which receipt a person means | `judged` |

On the command line it is `langgraph-coaching chat shop.agent:graph`; in Python, for a page or a notebook:

```python
with coach.chat(graph) as chat:
    for event in chat.send("How much is shipping for a pair of boots?"):
        event.kind, event.text  # token, tool_call, tool_result, handoff, coaching, question, note, error …
    turn = chat.turn
    turn.answer, turn.applied, turn.left_out  # what it said; receipts: with what coaching, and what was left out

    chat.wrong(turn.applied[0])  # not here; chat.should(id): it should have been applied
    coach.save(chat.draft().reply("Ask which country it goes to."))
    events = list(chat.again())  # the same turn, from the state before it, with the coaching as it is now
```

**Any compiled graph:** with `messages` or another field (`messages_key=`), with a checkpointer or without (then the
conversation is handed on with each turn), sync or async, of the functional API, coached or not. `again` goes on from
a fork at the checkpoint before the turn; tools run again, and what subgraphs save for themselves stays. Where the graph
asks (`interrupt`, or a breakpoint), there is a `question`, `chat.waits` is true, and `chat.answer(value)` goes on. What
fails in the graph is an `error` among the events, and the conversation goes on. `chat.stop()`, from another thread,
ends the turn that runs.

**What it captures is marked as simulated**: its traces have `origin="simulated"` and the tag `simulated`, its receipts
that tag. It can be coached from and judged like any other, but it is no traffic: not in `impact`, `report`, `review`
(`simulated=True` asks for it), `similar`, the reserve, or what the store has met. `coach.traces.list(simulated=False)`
leaves it out. Any run with the tag `simulated`, or `coaching_origin="simulated"` in its metadata, is one of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach

if TYPE_CHECKING:
    from langgraph_coaching.chat.chat import Chat
    from langgraph_coaching.chat.event import ChatEvent
    from langgraph_coaching.chat.turn import Turn

__all__ = ["Chat", "ChatEvent", "Turn"]

__getattr__, __dir__ = attach(__name__, {"Chat": "chat", "ChatEvent": "event", "Turn": "turn"})
