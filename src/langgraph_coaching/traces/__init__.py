"""Runs as data: typed steps, captured from a running graph or imported, kept in LanceDB.

| word | file |
|---|---|
| capture: a running graph as a trace | `capture` |
| importers: other people's recordings as traces | `importers` |
| trace, step, model call: one recorded run, an ordered list of typed steps | `model` |
| branches: which steps belong to one conversation, and to one turn of it | `branches` |
| messages: messages into steps and steps into messages | `messages` |
| reasoning: what a model thought before it answered | `reasoning` |
| canonical: what a model sees of a message | `canonical` |
| prompt: what a model saw when it made a step, and what it answered | `prompt` |
| recorded call: a model call of a trace, with its prompt, its answer and where it was made | `recorded_calls` |
| run messages: what each call of a run has seen, every message made once | `run_messages` |
| followed: whether applied coaching was, by what the agent did | `followed` |
| situations: what was met in recorded runs, each once | `situations` |
| answered turn: what a user said, and the model calls that answered it | `answered_turns` |
| texts, redaction: everything that is said; a hook runs over it before it is written | `texts`, `redaction` |
| secrets: what is redacted by itself, and what more where it is asked for | `secret_redaction`, `account_numbers` |
| … shapes of secrets: keys of services, and how a program is told a password | `secret_shapes` |
| … and what Base64 hides | `encoded_secrets` |
| … names of secrets: which keys, parameters, fields and headers hold one | `secret_names` |
| jsonable: values that the archive can hold | `jsonable` |
| encoding, chunks: a trace as it is kept; what its thread shares, in a table | `encoding`, `chunking`, `chunks` |
| storable trace: one as a store can hold it, whatever it was made of | `storable_trace` |
| archive: `coach.traces`, their table, searched by text, coaching, label and time | `archive`, `archive_row` |
| scores: the numbers that an evaluation left with a run | `scores` |
| which traces, deletion: what is deleted, and what went with it | `which_traces`, `deletion`, `delete_traces` |
| chunk sweep: parts of histories go with the last trace that names them | `chunk_sweep` |
| filters: by agent, model and tool; conditions on the columns | `filters`, `conditions` |
| thread page: some threads, newest first, as a list shows them | `thread_page` |
| fitting runs, said: the order of the list; whether a text stands in a run | `fitting_runs`, `said` |

**Steps** are `user`, `message`, `reasoning`, `tool_call`, `tool_result`, `handoff` and `system`, with node, model,
duration, usage and errors. A step is *coachable* when the agent's own reasoning made it: a message, reasoning, a tool
call, a handoff; never a user's words, a tool's result or canned text.

```python
trace = coach.traces.list(text="shipping")[0]  # also coaching_id=, label=, simulated=, since=, limit=
[step.type for step in trace.steps], trace.coachable_steps()
prompt_of(trace, trace.steps[-1])  # the messages that the model saw, exactly
answer_of(trace, trace.steps[-1])  # the message that it answered
```

The prompt of each call is kept by reference, so that a long conversation is stored once and not once a turn: on 475
recorded runs (13,010 steps) a step takes 420 bytes in the store against 669 of raw JSON
(`tests/benchmarks/replay.py`).

**Traces go away too**, by id, thread, user, age or number; all that is given has to hold. Each says what it touched,
and prints; `dry_run=True` only says it. A user is whoever a run's metadata has as `user_id`, `user` or `userId`.

```python
from datetime import timedelta

coach.traces.delete(older_than=timedelta(days=30), dry_run=True)  # also before=, keep_latest=
coach.traces.delete(thread_id="support-17")
coach.forget(user="lee")  # and what was said there
coach.retain(days=90, traces=100_000, always=True)  # a rule that is kept from then on; sources of coachings stay
```

| | `coach.traces.delete` | `coach.forget` |
|---|---|---|
| the trace, and parts of histories that no other trace shares | go | go |
| receipts | stay and count, without their trace | so, and without what was said |
| situations of a thread's receipts, where no trace of it is left | stay | go |
| examples and excerpts taken from there, in every revision | stay | go |
| files of the store | hold it until upkeep | are written anew; `cleared` says so |
| intents, behaviors, notes, comments of verdicts | stay | stay: a person has written them |
| the traffic sample: vectors, each named by a digest of what was said | stays | stays |

**A rule is kept by itself**: with `always=True` it is stored, for its namespace, and every process that captures or
imports runs sees to it, hourly and off the path of its graphs, a thousand traces at once. `coach.retention()` says what
has gone by it, so does a line in the log of `langgraph_coaching`; `coach.retain(always=False)` ends it.

Other traces of a thread tell what was said before them: name the thread. A run that goes on is captured as before, so
forget a thread once it is over. Cassettes, written tests and copies of the folder are not reached.

**Followed.** Each applied receipt says whether it was followed, decided by what the agent did in that turn, never by
a guess. `no` is only said of a turn that is over; an interrupted or failed one leaves it `unknown`.

| behavior | `yes` when, until the user spoke again |
|---|---|
| `action` | the tool was called, and no argument contradicts a value you gave (words such as "their order" are none) |
| `handoff` | a `Command`, a supervisor or a `transfer_to_…` tool went to that target |
| `process`, `playbook` | a node, subgraph, tool or agent of that name was entered |
| `search_knowledge` | a tool was asked for the article or its query, or returned the article |
| `reply` | only a reader can tell: `unknown`, until `coach.assess(trace, model)` lets a chat model read it |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach

if TYPE_CHECKING:
    from langgraph_coaching.traces.deletion import Deletion
    from langgraph_coaching.traces.messages import messages_before
    from langgraph_coaching.traces.model import Step, Trace
    from langgraph_coaching.traces.prompt import answer_of, prompt_of
    from langgraph_coaching.traces.secret_redaction import redact_personal_data, redact_secrets

__all__ = [
    "Deletion",
    "Step",
    "Trace",
    "answer_of",
    "messages_before",
    "prompt_of",
    "redact_personal_data",
    "redact_secrets",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "Deletion": "deletion",
        "Step": "model",
        "Trace": "model",
        "answer_of": "prompt",
        "messages_before": "messages",
        "prompt_of": "prompt",
        "redact_personal_data": "secret_redaction",
        "redact_secrets": "secret_redaction",
    },
)
