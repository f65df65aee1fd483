"""The same trace again: with other coaching, against the answers it had.

| word | file |
|---|---|
| as of: which coachings a replay supposes, and in which revision | `as_of` |
| rerun: recall and prompt of each call again, answered from the recording or by a model | `rerun` |
| graph, fork: a compiled graph runs on from the first call that changes, in a thread of its own | `graph`, `fork` |
| replay: the calls, each beside what was recorded | `replay` |
| diff: what is other, call by call, for a terminal and as JSON | `diff` |
| replayer: `coach.replay` | `replayer` |

A recorded run is run again: recall and prompt of every model call anew, answered from the recording. Nothing is
written, and the same replay gives the same result, without a network.

```python
replay = coach.replay(trace)  # with the coaching as it is now
print(replay.diff())  # call by call: what came into the prompt, what went, what it changes; also .to_json()

coach.replay(trace, without=[coaching.id])  # and without one
coach.replay(trace, using=[draft])  # with a draft; with a coaching of the same id in its place
coach.replay(trace, as_of=coaching.created_at)  # as it was at a time, or {id: revision}
coach.replay(trace, as_of="recorded")  # the very revisions that the receipts name, whatever became of them

for one in replay.ablate():  # which of the applied coachings make the difference
    one.coaching_id, one.calls, one.answers
```
```text
t-01a229b5205a74a69f52af8f778f0936: 1 model call, 0 as recorded

step 1 in agent: not recorded (the prompt is another one; give model= to have it answered)
  + c-uy85kjmc5rem 'a customer asks what shipping costs', applied at 0.98
  prompt:
    + <coaching>
    + ## What to tell the user
    + Your answer to the user's message must contain what is asked for here:
    + - When replying to: a customer asks what shipping costs
    +   Do this: Ask which country it goes to before quoting a price.
    + </coaching>
```

On 475 recorded runs (13,010 steps) a replay takes about a quarter of a second, and is identical the second time
(`tests/benchmarks/replay.py`).

A call that would see another prompt than it did is `not recorded`, never guessed. Give `model=` to have those calls
answered, each in the recorded conversation; or `graph=`, the compiled graph with its checkpointer: it runs on, tools
and all, in a copy of the thread from the first call whose prompt has changed, through whichever door it has. The
labels of each call are in its receipts; where none was left, give `agent=` and `tags=` to `replay`. A graph that can
only be awaited runs on too; with an async SQLite checkpointer call it beside the loop: `await
asyncio.to_thread(coach.replay, trace, graph=graph)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach

if TYPE_CHECKING:
    from langgraph_coaching.replay.diff import Diff
    from langgraph_coaching.replay.replay import Ablation, Replay, ReplayedCall

__all__ = ["Ablation", "Diff", "Replay", "ReplayedCall"]

__getattr__, __dir__ = attach(
    __name__, {"Ablation": "replay", "Diff": "diff", "Replay": "replay", "ReplayedCall": "replay"}
)
