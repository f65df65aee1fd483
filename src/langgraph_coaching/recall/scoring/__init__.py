"""How likely a coaching is right in a situation: what is measured, and what is fitted.

| word | file |
|---|---|
| vectors of a coaching: of its intent, and of each situation in which it applies or never does | `coaching_vectors` |
| background: what people say when nothing applies | `background` |
| first stage: rows in a third of their dimensions, so that few are read in full | `first_stage` |
| head: a prototype and a linear model for one coaching, in closed form | `head` |
| situation vector: the mean of its turns, each by how much it says | `situation_vector` |
| located situations: the latest of these, which are asked for more than once | `located` |
| stand-alone turn: whether a turn says by itself what its speaker wants | `standalone_turns` |
| opening penalty: what is known from a later moment says little where a conversation only begins | `opening` |
| known texts: the vectors of all texts that some candidates are known by | `known_texts` |
| row products: no coaching moves when another is saved | `row_products` |
| probability: one logistic of all that is measured | `probability` |
| one coaching in many situations: the same probabilities the other way round | `one_coaching` |
| places: many situations as arrays, with what of the traffic is near each | `places` |
| kept vectors: where recorded situations are, without their words, in a table | `kept_vectors` |
| weights: every constant that decides what applies, with its data, day and command | `weights` |
| traffic: where the situations are that a namespace has met, in a table | `traffic`, `traffic_sampler` |
| reserve: how much more reserved a store has to be, as its verdicts show, in a table | `reserve` |
| phrasings: wishes in many people's words, with near misses, for fitting | `phrasings` |
| Platt scaling: the weights of another embedder, so that a floor means the same | `platt_scaling` |
| BLAS: one thread for each product | `blas` |

Nothing here is public: what comes out is `receipt.probability`, the same for every embedder, and `Limits(floor=…)`.

**Probability.** Each coaching is a prototype and a linear head against a *background*, some 3,300 utterances that
ship with the package: what people say when nothing applies. Similarities are put on the embedder's own scale, and one
logistic makes a probability of them. A head depends on its own texts alone: saving a coaching moves no other. Numbers
of orders, amounts, dates, addresses, links and names are left out before anything is embedded, on both sides alike.
For another embedder the logistic is aligned on packaged phrasings, so that a floor means the same.

**Traffic.** What an agent is told besides is noted as it runs: a sample of at most 2,000 situations of the namespace,
as vectors without a text, in the table `traffic`. Nobody labels it. Where the neighbours of a situation fit a
coaching too, it is likelier; where others are nearer than anything the coaching is known by, less. Where nothing like
it was said yet, nothing changes. `coach.calibrate()` also takes imported traces, and runs captured before there was
any coaching.

**On other people's data** (`tests/benchmarks/recall.py`, two seeds, test splits; constants were fitted on train
splits by `tests/benchmarks/tune.py`). *False*: anything applied where nothing should be. *With traffic*: the store
has met 2,000 utterances before, unlabelled. The last column is what reaching 90 % recall costs in false applications.
CLINC150 and STAR are data the embedder was never trained on.

| 3 examples a coaching | recall, false, wrong one | with traffic | false at 90 % recall: new store, with traffic |
|---|---|---|---|
| CLINC150, 50 of 150 intents coached | 84, 17, 7 % | 89, 18, 6 % | 27, 19 % (plain MiniLM cosine 29) |
| … after 10 verdicts a coaching | 90, 10, 5 % | 94, 12, 5 % | 9, 6 % |
| STAR dialogues, from the third turn on | 81 right, 18 % wrong | 83, 14 % | last turn alone 4, all joined 78 % right |

At a goodbye, which is 7 % of STAR's turns, nothing applies any more, though STAR counts it to its task; without those
turns, from the second user turn on, 87 % are right and 17 % wrong. Expected calibration error on CLINC150 is 0.023 in
a new store, 0.021 with traffic. Verdicts take false application from 17 to 10 % while recall rises. Where every
conversation is about the same narrow topic, unjudged coachings fire too often: verdicts with `calibrate`, `never`
examples, scope labels or a higher floor are the remedy. `tests/benchmarks/ceiling.py` shows what labels would buy: a
classifier told the truth of those 2,000 utterances.
"""

__all__: list[str] = []
