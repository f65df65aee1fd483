"""Recorded model answers for tests of coached graphs, and corrections as tests.

| word | file |
|---|---|
| cassette: recorded HTTP, replayed unless asked to record; its options | `cassette`, `vcr` |
| … its name, another one for every test, and its file | `cassette_name`, `cassette_file` |
| matching: requests in the form in which they are compared | `matching` |
| mismatch: where a request asks something else than a recorded one | `mismatch` |
| scrub: what is written to disk, and what never is | `scrub`, `secrets` |
| session: which cassettes a test run has asked for, and which nobody asks for | `session` |
| regression: a correction as a test, `coach.write_test` | `regression`, `correction` |
| cases: where a coaching applies today, and the nearest situations in which it does not | `cases` |
| recorded turn: what an agent once did in a situation, with the coaching it had | `recorded_turn` |
| test file: what pytest reads and a person does | `testfile`, `template` |
| literal, expression: a text or object as Python source; nothing from a trace becomes code | `literal`, `expression` |
| … and looked through before it is written | `source_check` |
| opening: the coach of a test, on exported files or on a store | `opening` |

**A correction as a regression test.** `langgraph-coaching test new c-k3v9q2m7x4ab tests/test_shipping.py`, or
`coach.write_test(coaching, path, model=model)`, writes a readable pytest file and a recording beside it: the coaching
fires at its source, stays silent at its nearest misses, and what it asks for is done in the recording. Without a model
it takes the newest trace in which the coaching was followed. The coachings are exported to `tests/coachings`, one
readable file each to keep in git, and the test loads those with `coach_from`: CI needs no store. After a change
`langgraph-coaching export tests/coachings` brings the files up to date, and the test fails when they say that the
coaching is edited, archived, deleted or shadowed by another. `--coachings FOLDER` names another folder; with `--live`
the test opens the store itself. `examples/corrections` has one for each of the six behaviors. Generated tests depend on
recall: after an upgrade that moves probabilities, write them anew with `--force`.

**Coaching files in tests of your own**: `with coach_from("tests/coachings") as coach:` (of `langgraph_coaching`) is a
coach with what the files say, and leaves nothing behind; 100 coachings take about a second.

**Tests of your own** replay recorded HTTP through the pytest plug-in (extra `testing`), which is vcrpy underneath:

```python
import pytest
from langgraph_coaching.testing import CassetteConfig


@pytest.fixture
def coaching_cassette_config():
    return CassetteConfig(secrets=("Ada Lovelace",))  # what else is never written


@pytest.mark.coaching_cassette(ignore_coaching=True)  # or the fixture `coaching_cassette`
def test_my_graph():
    graph.invoke({"messages": [("user", "How much is shipping?")]})
```

| option | |
|---|---|
| `--coaching-record=none` | replay only, the default |
| `--coaching-record=new` | records what is missing |
| `--coaching-record=rewrite` | records anew |
| `--coaching-record=all` | records anew, and keeps the rest |
| `--coaching-unused=error` | a recording that no test plays is an error |
| `--coaching-orphans FOLDER` | and so is a cassette below it that no test asks for |

A test is answered from `cassettes/<file>/<test>.yaml`; where a name would not be another file's on every file system
(`[a/b]`, `[A]` beside `[a]`, very long ones), it ends in a digest of the test's name. Cassettes under older names are
still read. Requests are matched by method, path, query and the JSON body, whatever the order of its keys and the ids
a machine made; `ignore_coaching=True` leaves the coaching block out. A miss says what differed:
`$.messages[0].content: the coaching block differs: recorded with a refund, now with none`.

**What is written is readable and without secrets:** bodies are decoded (gzip, deflate, br, zstd, one on top of the
other), and keys, passwords, tokens and cookies are taken out by the names of headers, fields and parameters, by their
shape (`sk-…`, `ghp_…`, `AKIA…`, JWTs …), in paths of bots and webhooks, and where an answer streams one piece by
piece. `prompt_tokens`, `next_page_token`, `logprobs` and the like stay. What cannot be decoded is refused, and
nothing is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach

if TYPE_CHECKING:
    from langgraph_coaching.testing.cassette import CassetteConfig
    from langgraph_coaching.testing.recorded_turn import RecordedTurn, missing, recorded_turn_of

__all__ = ["CassetteConfig", "RecordedTurn", "missing", "recorded_turn_of"]

__getattr__, __dir__ = attach(
    __name__,
    {
        "CassetteConfig": "cassette",
        "RecordedTurn": "recorded_turn",
        "missing": "recorded_turn",
        "recorded_turn_of": "recorded_turn",
    },
)
