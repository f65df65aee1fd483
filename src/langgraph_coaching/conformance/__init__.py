"""Conformance: whether a store and an embedder do what coaching needs of them, tried in a namespace of its own.

| word | file |
|---|---|
| outcome: what one check found, and what to do about it | `outcome` |
| suite: every check in its order, and what is left out where an earlier one failed | `suite` |
| scratch: two namespaces that nobody else has, and all that is in them erased at the end | `scratch` |
| checks of what is written and read; of many writers at once | `store_checks`, `writer_checks` |
| checks of the embedder; of what is recalled with it | `embedder_checks`, `recall_checks` |
| checks of receipts, erasure and upkeep | `record_checks` |

```text
from langgraph_coaching.conformance import check_conformance

found = check_conformance("s3://bucket/coaching", embeddings=mine, storage_options=keys)
found.passed  # bool; bool(found) is the same
print(found)  # a line a check: passed, failed and why, and what to do
for outcome in found.outcomes:
    outcome.name, outcome.status, outcome.said, outcome.advice, outcome.seconds
```

On the command line: `langgraph-coaching conformance s3://bucket/coaching --embeddings shop.models:embeddings`. In a
test of your own, `assert check_conformance(uri, embeddings=mine), found` or one test for each of `found.outcomes`.

It writes into two namespaces that begin with `conformance-` and takes away what it wrote, whatever happens; nothing of
another namespace is read or changed. Tables that it had to make are taken away where they are empty again. What stays
is how the embedder was measured (table `backgrounds`), which the first advice would measure as well. Sentences are
English: an embedder that knows none fails the checks of recall, and the store's are good all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach

if TYPE_CHECKING:
    from langgraph_coaching.conformance.outcome import Conformance, Outcome
    from langgraph_coaching.conformance.suite import check_conformance

__all__ = ["Conformance", "Outcome", "check_conformance"]

__getattr__, __dir__ = attach(__name__, {"Conformance": "outcome", "Outcome": "outcome", "check_conformance": "suite"})
