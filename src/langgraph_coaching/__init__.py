"""Agents that learn from a person's feedback, in one LangGraph node.

Look at a recorded step that went wrong, say when replying to what and what to do instead, save it as coaching: from
then on it is recalled where it fits, put into the prompt of that one model call, and the trace says so.

| word | file |
|---|---|
| storage: LanceDB, where everything is kept | `storage` |
| coaching: the record, the six behaviors, every revision | `coaching` |
| recall: messages in, advice out, each with a receipt | `recall` |
| agent: where LangGraph and LangChain call us: node, model, middleware | `agent` |
| traces: runs as data, captured or imported | `traces` |
| authoring: drafts, proposals, the editor; before a coaching is live | `authoring` |
| refining: verdicts, report, review; after it is live | `refining` |
| replay: the same trace again, with other coaching | `replay` |
| testing: recorded model answers, and tests from corrections | `testing`, `pytest_plugin` |
| chat: a test conversation with one's own graph | `chat` |
| doctor: what is the matter with a store, and its repair | `doctor` |
| coach: the one object people open, made of these | `coach` |
| a coach from exported files, for tests | `from_files` |
| settings: what it is given, refused at once where it is of the wrong kind | `settings` |
| studio: a page where a person reads transcripts and coaches | `studio` |
| conformance: whether a store and an embedder do what coaching needs of them | `conformance` |
| demo, command line | `demo`, `cli`, `__main__` |
| errors: one tree under `CoachingError`, each with what to do next | `errors` |
| surrogates: half characters, which no file can hold, made visible | `surrogates` |
| wrong arguments: what a method was given that it does not take, said in words | `wrong_arguments` |
| log: what is said there breaks nobody, whatever its handlers do | `log` |
| lazy: a module loads when one of its public names is first used | `lazy` |

`help("langgraph_coaching.recall")`, and so on, is each room's own page: its words, its figures, its options.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach as _attach
from langgraph_coaching.log import guard_log as _guard_log

if TYPE_CHECKING:
    from langgraph_coaching.agent.state import CoachingState, coached
    from langgraph_coaching.authoring.change_set import ChangeSet
    from langgraph_coaching.authoring.lint.finding import Finding
    from langgraph_coaching.authoring.split.split import split_prompt
    from langgraph_coaching.coach import Coach
    from langgraph_coaching.coaching.behavior import Action, Handoff, Playbook, Process, Reply, SearchKnowledge
    from langgraph_coaching.coaching.model import Coaching, Example, Scope, Source
    from langgraph_coaching.errors import CoachingError
    from langgraph_coaching.from_files import coach_from
    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.recall.why import Why
    from langgraph_coaching.traces.capture.limits import CaptureLimits
    from langgraph_coaching.traces.deletion import Deletion
    from langgraph_coaching.traces.importers.reader import import_traces
    from langgraph_coaching.traces.model import Step, Trace
    from langgraph_coaching.traces.secret_redaction import redact_personal_data, redact_secrets

_ROOMS = {
    "Action": "coaching.behavior",
    "Advice": "recall.advice",
    "CaptureLimits": "traces.capture.limits",
    "ChangeSet": "authoring.change_set",
    "Coach": "coach",
    "Coaching": "coaching.model",
    "CoachingError": "errors",
    "CoachingState": "agent.state",
    "Deletion": "traces.deletion",
    "Example": "coaching.model",
    "Finding": "authoring.lint.finding",
    "Handoff": "coaching.behavior",
    "Limits": "recall.limits",
    "Playbook": "coaching.behavior",
    "Process": "coaching.behavior",
    "Receipt": "recall.receipt",
    "Reply": "coaching.behavior",
    "Scope": "coaching.model",
    "SearchKnowledge": "coaching.behavior",
    "Source": "coaching.model",
    "Step": "traces.model",
    "Trace": "traces.model",
    "Why": "recall.why",
    "coach_from": "from_files",
    "coached": "agent.state",
    "import_traces": "traces.importers.reader",
    "redact_personal_data": "traces.secret_redaction",
    "redact_secrets": "traces.secret_redaction",
    "split_prompt": "authoring.split.split",
}

__all__ = [
    "Action",
    "Advice",
    "CaptureLimits",
    "ChangeSet",
    "Coach",
    "Coaching",
    "CoachingError",
    "CoachingState",
    "Deletion",
    "Example",
    "Finding",
    "Handoff",
    "Limits",
    "Playbook",
    "Process",
    "Receipt",
    "Reply",
    "Scope",
    "SearchKnowledge",
    "Source",
    "Step",
    "Trace",
    "Why",
    "coach_from",
    "coached",
    "import_traces",
    "redact_personal_data",
    "redact_secrets",
    "split_prompt",
]


__version__ = "0.1.0"

_guard_log()

__getattr__, __dir__ = _attach(__name__, _ROOMS)
