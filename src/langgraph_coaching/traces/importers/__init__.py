"""Other people's recordings as traces; what could not be read, and what a conversation lacks, is reported by row.

| word | file |
|---|---|
| reader: `import_traces`, the way in | `reader` |
| source: files, or rows in memory, as numbered rows | `source`, `files`, `chat_sessions` |
| format: which one a recording looks like | `format_hints` |
| row: where its conversation is | `rows` |
| message: in the form of any provider, framework or data set | `messages`, `openai`, `langchain`, `reprs` |
| role: who says a message | `roles` |
| content part: text, reasoning, calls, results; a message that mixes them is split | `content_parts`, `mixed_content` |
| tool call, result: however they were written down, and paired | `tool_calls`, `results`, `call_ids` |
| step, trace: messages as the steps of a trace, a row as a trace | `steps`, `trace` |
| span: a run of a tracer, read as one of these | `langsmith`, `langfuse`, `otel`, `debug_stream`, `attributes` |
| … its messages, and what is mended in it | `span_messages`, `span_repair` |
| … told as the events of a running graph, and so made into a trace | `spans`, `events` |
| user: their words are what the run was given | `users` |
| findings: what was repaired, incomplete or unreadable | `findings`, `incomplete` |

Each part of a message is a step or stands in the findings, and who is the user is never guessed from an unknown role:

```python
from langgraph_coaching import import_traces

rows = [
    {
        "id": "run-1",
        "messages": [
            {"role": "user", "content": "Do you ship to Norway?"},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "c", "name": "rates", "input": {"to": "NO"}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c", "content": "4.90"}]},
            {"role": "assistant", "content": "Yes, for 4.90."},
        ],
    }
]
imported = import_traces(rows)  # or the path of a file or a folder
coach.traces.add(imported)
print([step.type for step in imported[0].steps])
imported.findings  # repaired, incomplete (no user in it, an empty step, no answer), unreadable; each with its row
```
```text
['user', 'tool_call', 'tool_result', 'message']
```

Without a `format`, messages are read in the form of any provider (OpenAI chat and Responses items, Anthropic, Gemini,
Bedrock, Mistral, Ollama), framework (LangChain, Vercel's AI SDK) or data set (ShareGPT, questions with chosen and
rejected answers); `format="chat_sessions"` takes a LangChain chat loader. A file is one JSON document, rows as lines,
or documents one after another, perhaps with gzip. Runs of a tracer: `format="langsmith"` (exports, pages of the API,
run trees, SDK bodies, `Client().list_runs()`), `"langfuse"` (traces, single observations, pages), `"openinference"`
and `"otel"` (OTLP files, what the console exporter prints) and `"debug_stream"` (of a LangGraph server). A file in
another format says which it looks like and the option to give. In a tracer's run the user's words are what the run
was given; a router's, a judge's or a tool's own prompt stays with its call, as a system step named `task`.

What has no place in a step is kept beside it. Corrections that people left there become drafts, and what is known of
coaching goes back:

```python
for found in imported:
    coach.corrections(found)  # drafts, from LangSmith's `correction`, Langfuse's `output` and the like

coach.feedback("langsmith")  # rows for Client.create_feedback; also "langfuse", "openinference", "otel"
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach

if TYPE_CHECKING:
    from langgraph_coaching.traces.importers.findings import Finding, Imported
    from langgraph_coaching.traces.importers.reader import import_traces

__all__ = ["Finding", "Imported", "import_traces"]

__getattr__, __dir__ = attach(__name__, {"Finding": "findings", "Imported": "findings", "import_traces": "reader"})
