"""The record: one piece of feedback, the six behaviors, and the table that keeps every revision.

| word | file |
|---|---|
| coaching: when replying to an intent, show a behavior; with its examples, scope, source | `model` |
| stage: what it may do in a call, by its status and the thread | `stage` |
| behavior: what to do then, one of six, each able to say itself in a prompt | `behavior` |
| enforcement: whether a graph is made to do it, and by which names tools and nodes go | `enforcement` |
| validation: what is accepted in an intent, a behavior or a note | `validation` |
| examples: where it also applies and where it never does; their changes | `examples`, `example_changes` |
| fields: what a person may type, for editors and type checkers | `fields` |
| compose: what they typed, made into a coaching; nothing else gets in | `compose` |
| coachings: the table, in which every revision is a row and the highest one counts | `coachings` |
| revisions: which are the latest, and those few read whole that are wanted | `revisions` |
| row: a revision as the table holds it, and its schema | `row` |
| nearest: what is near to a vector in a large store, by LanceDB's index | `nearest` |
| one line: what a `repr` shows of a text | `one_line` |
| notebook: how a value looks in Jupyter; what completion offers of a record | `notebook`, `completion` |
| changes: what a revision changed, field by field | `changes` |
| namespace: what is handed in has to be of this one | `namespace` |
| exchange: a coaching as one readable text, and what that comes from | `exchange` |
| … written and read | `text_writer`, `text_reader`, `yaml_writer`, `yaml_reader` |
| erasing: what was taken from recordings goes, in every revision | `erasing` |
| reembed: the way to another embedder, every vector computed anew | `reembed` |

The intent is one scenario in words; "when replying to" and "a customer asks about" may stand in front or not, they
are not matched.

```python
coach.add(
    intent="a customer asks to pay by invoice",
    behavior=Reply("Say that invoices are for registered companies only."),
    examples=["can we get net 30 terms?", "do you bill companies?"],  # where it also applies
    never=["where is the invoice for my last order?"],  # where it never does; acts locally
    agent="support",  # labels of the call, matched exactly, before any ranking; so is node=
    tags=["b2b"],
    priority=10,  # before others, whatever their probability
    author="dana",
    notes="agreed with finance",  # private: never in a prompt
)
```

`coach.edit`, `archive`, `restore` and `delete` make revisions; `coach.history(id)` keeps them all, since receipts
point at them. Only the latest revision is recalled,
where it is active or a canary of that thread. `coach.add_many(rows)` takes thousands at once.

**Namespaces never mix.** `Coach(uri, namespace="acme")` sees its own alone. `coach.verdict(receipt)` takes what is
stored here under the receipt's id, `coach.draft(step)` the step as it is stored here; a receipt, draft, trace,
coaching or recorded situation of another namespace or store is refused. (Receipts of `advise_batch` without
`keep=True` were never kept: no verdict on them.)

**Another embedder.** A store knows its embedder and refuses vectors of another; `langgraph-coaching reembed` computes
all of them anew. Run it once after an upgrade that brings another default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach

if TYPE_CHECKING:
    from langgraph_coaching.coaching.behavior import Action, Handoff, Playbook, Process, Reply, SearchKnowledge
    from langgraph_coaching.coaching.model import Coaching, Example, Scope, Source

__all__ = [
    "Action",
    "Coaching",
    "Example",
    "Handoff",
    "Playbook",
    "Process",
    "Reply",
    "Scope",
    "SearchKnowledge",
    "Source",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "Action": "behavior",
        "Coaching": "model",
        "Example": "model",
        "Handoff": "behavior",
        "Playbook": "behavior",
        "Process": "behavior",
        "Reply": "behavior",
        "Scope": "model",
        "SearchKnowledge": "behavior",
        "Source": "model",
    },
)
