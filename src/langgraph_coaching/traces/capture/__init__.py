"""A running graph as a trace: events in, one trace a run out.

| word | file |
|---|---|
| callback: the handler; on the graph's path it only notes what it was told | `callback` |
| event: what it was told, kept as it came | `event` |
| run: a graph, a node, a model call, a tool call or anything else that has started | `run` |
| payload, channels: what an event carries, read once; the messages and the advice in it | `payload`, `channels` |
| model event: what a model was given and answered | `model_events` |
| model call: one of a run that goes on | `model_calls` |
| conversations, message index: which messages belong to which, and who says them | `conversations`, `message_index` |
| handoffs: where a run went from one agent to another | `handoffs` |
| attribution: which receipts belong to which model call | `attribution` |
| transcript: what was said and done in one run, in order, each message of it once | `transcript` |
| trace builder, assembler: one run while it goes on; any number of them at once | `trace_builder`, `assembler` |
| limits: which conversations are kept, how long a text, how many steps | `limits` |
| recorder: from here through the background writer into receipts and traces | `recorder` |

`coach.callback()` records typed steps with node, model, duration, usage and errors, off the graph's path. One handler
serves any number of graphs and threads: `graph.invoke(inputs, {"callbacks": [coach.callback()]})`.

**In production**, `redact=` passes every text through your function before it is written, and `capture=` bounds what
is kept; both work behind the graph, not in it:

```python
from langgraph_coaching import CaptureLimits

quiet = Coach(
    "./quiet",
    redact=lambda text: text.replace("4111 1111 1111 1111", "[card]"),
    capture=CaptureLimits(sample=0.1, characters=20_000, steps=2_000),  # a tenth of the threads, and every failed run
)
```

**Who the user is.** Not every `HumanMessage` is the user. A trace's `user` steps are what the user said: the messages
of the graph's input and state, or the text of the input. What a model is asked besides, such as a router's, a
grader's or a judge's prompt, stays with that call (`prompt_of` gives it back) and is no step. Summaries (`lc_source`)
and what agents report to each other are `system` steps. A sub-agent (deepagents' `task`, an agent called in a tool or
a node) and a `Send` branch have a conversation of their own: what they are asked is a `system` step named `task`,
`step.branch` says which steps are theirs, and `followed` looks only at what they did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach

if TYPE_CHECKING:
    from langgraph_coaching.traces.capture.limits import CaptureLimits

__all__ = ["CaptureLimits"]

__getattr__, __dir__ = attach(__name__, {"CaptureLimits": "limits"})
