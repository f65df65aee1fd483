"""Messages in, advice out: the situation, the candidates, their probabilities, the choice, the prompt block.

| word | file |
|---|---|
| user: which messages of a conversation are their words | `user` |
| situation: what of a conversation is matched, its latest turns, each by how much it says | `situation` |
| normalization: the same text without slips, pastes and what belongs to one person or one day | `normalization` |
| embedder: any LangChain `Embeddings`, checked and known by an id; the default one | `embedder`, `minilm` |
| … own loop: where embeddings that can only be awaited are, whoever asks | `own_loop` |
| snapshot: the live coachings in memory, checked against the table's version at every use | `snapshot` |
| large store: past some size, what is near a situation, by LanceDB's index | `large_store` |
| stored heads: coachings with their vectors, as they are read | `stored_heads` |
| eligibility: what keeps a coaching from being looked at at all, such as its scope | `eligibility` |
| search: situations against coachings, one pass for one or for thousands | `search` |
| scoring: how likely each is right here | `scoring` |
| many at once: candidates and choices of thousands of situations, for impact | `many_searches`, `many_choices` |
| judge: if wanted, your own chat model on the few candidates near the floor | `judge` |
| limits: how much coaching one model call carries, how long finding it may take | `limits` |
| select: which candidates go into the prompt, and the reason for each of the others | `select` |
| prompt: the fenced block that the model reads | `prompt` |
| … unseen characters and look-alikes of its marks, on the way into it | `unseen`, `look_alikes` |
| advice, receipt: the answer, and one record for each coaching it looked at | `advice`, `receipt` |
| pipeline: the pure calls from messages to advice, in their order | `pipeline` |
| adviser: all of this in one call, in time; it never raises | `adviser`, `deadline`, `worker`, `inline_handler` |
| loading: what the first call of a process needs, behind it | `loading` |
| … of that, what needs no store, from the time on that a graph is built | `early_loading` |
| outage: that calls go without coaching is said in the log, once a minute | `outage` |
| simulated: what marks a run in which no real user takes part | `simulated` |
| receipts: their table, and what is found out of them afterwards | `receipts`, `receipt_links`, `receipt_erasing` |
| why: the whole reckoning for one coaching in words | `why`, `explain`, `nearest_texts`, `counterfactual` |
| reasons, recourse: the words of a reason, and the one call that would change it | `reasons`, `recourse` |
| … of what is in shadow or a canary | `stage_reasons` |
| pause: the kill switch of a namespace | `pause` |
| hypothetical: a store as it was, or as somebody thinks of making it, for replay | `hypothetical` |

```python
advice = coach.advise([("user", "How much would shipping cost me for two jackets?")])
advice.applied  # receipts of what is in the prompt
advice.considered  # everything that was looked at, each with its probability and its reason
advice.prompt  # the block for the prompt; "" when nothing applies
print(advice.why(coaching.id))  # the whole reckoning, and the one thing that would change it
```
```text
c-uy85kjmc5rem, revision 1: a customer asks what shipping costs
  applied      probability 0.97 reaches the floor of 0.20
  situation    user (100%): How much would shipping cost me for two jackets?
  known by     2 texts
  nearest      intent: "a customer asks what shipping costs", likeness 1.39
  traffic      too little is recorded yet to say anything
  probability  0.97; the floor is 0.20
  if wrong     coach.verdict('r-fa434583338c5098', correct=False), if it should not have applied
```

**How it is recalled.**

1. *Situation.* The latest turns of the conversation, up to 13, user's and agent's, each embedded alone and weighted
   by how much it says. A turn with a wish of its own decides, whatever was talked of before; an answer ("at five,
   please", "yes") is understood with what went before; a goodbye ends it. Tool calls and tool results are not turns:
   inside a tool loop the user still wants the same. Slips are mended ("i wnat my mony bakc"), of a pasted log or mail
   only the beginning counts beside what was typed, and what somebody says they do *not* want is left out.
2. *Candidates.* Scope labels and expiry are matched exactly; then one matrix product over an in-memory copy of the
   namespace that is checked against LanceDB's table version at every call.
3. *Probability.* One logistic of what `scoring` measures, the same for every embedder.
4. *Choice.* Priority first, then probability. Below the floor nothing applies; item limit, token budget, duplicates
   and a margin to the best decide about the rest. Each one left out has its reason in a receipt.
5. *Prompt.* One fenced block in the system message of that one model call. Texts in it cannot close the fence.

It is one embedding and two matrix products, at most twice as long as the embedding alone
(`tests/benchmarks/advise.py`).

```python
from langgraph_coaching import Limits

strict = Coach(
    "./coaching",
    namespace="acme",  # namespaces never mix
    limits=Limits(
        items=2,  # coachings in one prompt (3)
        tokens=300,  # of the prompt block (600)
        deadline=0.5,  # seconds; past it the model is called without coaching (2.0)
        floor=0.4,  # probability below which nothing applies (0.2)
    ),
)
```

**It never breaks the agent.** A store that is missing, damaged or full, an embedder that raises, hangs or returns
nonsense, messages of any shape: the model is called without coaching, a receipt with the outcome `failed` says why,
and so does one line of the log a minute. The deadline holds from the first call of a process on: what has to be loaded
is loaded behind the calls, most of it from the time on that a graph is built with `coach.node()`, `coach.middleware()`
or `coach.model(…)`; a server calls `coach.load()` where it starts, which waits for all of it. Of one coach never more
than 64 threads look something up, and once 8 of them hang, calls go on without waiting.

**The first day**, in natural words that nothing was tuned or trained on (`tests/benchmarks/first_day.py`, the
reported half): 16 coachings of four kinds of agent, each asked in ten other people's words (short, typos, indirect,
emotional, two in one, negated), beside 64 turns on which nothing may fire, half of them near misses. At the default
floor of 0.2:

| known of each coaching | recalled | with plain MiniLM | fired on near misses, on the rest |
|---|---|---|---|
| its intent alone | 57 % | 4 % | 12, 16 % |
| and one example | 66 % | 10 % | 19, 16 % |
| and ten recorded situations answered yes or no | 64 % | 25 % | 19, 12 % |
| or twelve phrasings and eight near misses, proposed by somebody who has seen none of these | 86 % | | 12, 19 % |

The floor is where it is because a missed correction costs the promise, and a superfluous one little: each entry in
the prompt begins with the situation it is for. What helps most is telling a coaching more: `similar`, verdicts, and
proposals that you have read. Those of a model of 1.5 billion parameters, kept unread, took recall from 66 to 57 %,
and false application from 17 to 9 %.

**How people really write** (`tests/benchmarks/field.py`, the reported half; one example a coaching, 15 to 48
coachings in a store; before: the version before these rules, in the same harness):

| | now | before | wanted |
|---|---|---|---|
| a wish by itself | 52 % | 40 % | 100 |
| the same wish right after talk of something else | 46 % | 23 % | 100 |
| the coaching of what was talked of, at that new wish | 19 % | 46 % | 0 |
| anything, at a new wish that nothing is coached for | 25 % | 60 % | 0 |
| an answer within a topic keeps its coaching | 56 % | 54 % | 100 |
| anything, at a goodbye | 31 % | 67 % | 0 |
| a wish with slips of the fingers | 67 % | 17 % | 100 |
| a wish in chat speak | 87 % | 87 % | 100 |
| a wish beside a pasted log, mail or table | 40 % | 20 % | 100 |
| a wish with a negation in it; a negated wish | 33; 10 % | 20; 23 % | 100; 0 |

**Embedders.** Any LangChain embeddings will do: `Coach(uri, embeddings=OpenAIEmbeddings())`. The default is
`coaching-minilm-2` (int8, 23 MB, English), which comes with the package: all-MiniLM-L6-v2, trained on what people say
to agents, with near misses, slips and negated wishes (`tests/benchmarks/embedder`).

| embedder | what it brings |
|---|---|
| `coaching-minilm-2` (default) | English; the first day as above; 1 ms a text, no network |
| all-mpnet-base-v2 and other good English ones | ranks as well, tells near misses apart less; 19 times slower |
| a multilingual one | other languages; see `tests/benchmarks/languages.py` |
| one that sees words only (hashing) | knows the same words again, and stays silent at other words for the same |

**Other languages.** The embedded embedder knows English. For others take an embedder that knows them, and
`langgraph-coaching reembed`; `draft.propose(model, languages=["German"])` words what others would say in them. With
intent and one message in the language, a small multilingual E5 ranks the right one of eight coachings first for 73
and 78 % of other people's phrasings in German and in Spanish (the default 38 and 39 %), recalls 47 and 44 %, and
fires on 19 % of the turns where nothing applies, half of them near misses (`tests/benchmarks/languages.py --embedders
e5`). Word the intent in that language too; where advice stays out for the language, the receipt says so.

**A second opinion.** `Coach(uri, judge=model)` asks your chat model about at most four candidates near the floor,
within the deadline; without an answer the probability decides. Off by default. On the first day
(`tests/benchmarks/judge.py`, one example a coaching) it is asked at every second turn, since much is near the floor
then. On a third of the turns, a judge that is always right takes recall from 72 to 94 % and false application from 24
to 14 %; a model of 1.5 billion parameters is right in 72 % of its answers, and takes recall to 87 % but false
application to 38 %. So it is worth its time with a model that can tell, while little is known; verdicts and examples
make it superfluous.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach

if TYPE_CHECKING:
    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.recall.why import Why

__all__ = ["Advice", "Limits", "Receipt", "Why"]

__getattr__, __dir__ = attach(__name__, {"Advice": "advice", "Limits": "limits", "Receipt": "receipt", "Why": "why"})
