"""Constants of recall that decide what applies: each with its data, the day, and the command that fits or shows it.

Data are train splits and tuning halves alone, the embedder is the embedded one; another one's weights are aligned with
these (`fitting.py`). A constant that was set by hand says so. What was chosen for speed or size stands beside its use.
"""

from __future__ import annotations

import numpy as np

# From a conversation to a situation: `situation.py`, `situation_vector.py`.

WINDOW = 13
"""Turns looked back at, user's and agent's alike; 9 and 17 were a point or two worse.

Even STAR dialogues, 2026-11-24: `tests/benchmarks/recall.py --only dialogues`."""

AGENT_TURN = 0.5
"""What an agent's turn counts of a user's: it names the topic, but is not what the person said.

Set by hand, 2026-11-24; `tests/benchmarks/recall.py --only dialogues` shows what it does."""

DEPENDENT_TURN = 0.5
"""What a user's turn counts that is understood with what went before, against one that stands alone.

Set by hand, 2026-11-29; `tests/benchmarks/field.py --half tune` shows what it does."""

FADE = 0.1
"""How much a fully informative turn takes from those before it: more forgets the topic, less misses a change of it.

Set by hand, 2026-11-24; `tests/benchmarks/recall.py --only dialogues` shows what it does."""

TALK_FAR, TALK_NEAR = 0.3, 1.0
"""Scaled similarity to the nearest small talk at which a turn is fully, and not at all, informative.

Even STAR dialogues, 2026-11-29: `tests/benchmarks/recall.py --only dialogues`."""

ENOUGH_WORDS = 12
"""Words from which length adds no information.

Set by hand, 2026-11-24; `tests/benchmarks/recall.py --only dialogues` shows what it does."""

# Whether a turn stands alone: `standalone_turns.py`, the background.

REQUEST, ANSWERS, RELATED, STANDALONE_BIAS = 3.6, 3.0, 3.5, -0.7
"""Logit that a turn stands alone: so much for each unit of how much it reads like a request, less so much for each of
its scaled similarity to the turn before it, since an answer takes up what was asked, and to the nearest of all turns
before it, less a constant.

About 91 % of the new wishes stand alone, 11 % of the answers, and 14 % of what happy users say after they have opened
their matter. The tuning half of `field.json` and even STAR dialogues, 2026-11-29: `tests/benchmarks/field.py --half
tune` and `recall.py --only dialogues`."""

EARLIER_TURN = 3.0
"""Taken from that logit for a turn that is not the latest: whoever said it has been answered since. As above."""

SURE = 0.1
"""Probability up to which a turn does not stand alone at all; from 1 less as much it does altogether. As above."""

REQUEST_RIDGE = 0.003
"""Ridge of the direction from small talk to requests.

AUC of what opens an even STAR dialogue against what is said later: 0.94 from 0.001 to 0.01; 2026-11-29:
`tests/benchmarks/recall.py --only dialogues`."""

FAREWELL_NEAR = 1.2
"""Scaled similarity from which a text is taken for a farewell.

Set by hand, 2026-11-29; `tests/benchmarks/field.py --half tune` shows what it does."""

# A head, and how candidates are ranked: `head.py`, the background, `first_stage.py`.

HEAD_SHARE = 1.5
"""Weight of a linear head beside the prototype's similarity where candidates are ranked.

Set by hand, 2026-11-24; `tests/benchmarks/recall.py --only intents` shows what it does."""

NEVER_MASS = 0.2
"""Mass of all "never here" texts in a head, against 1 for those that apply: more learns faster but reaches further.

Set by hand, 2026-11-24; `tests/benchmarks/recall.py --only intents` shows what it does."""

HEAD_RIDGE = 0.1
"""Ridge of the heads, in units of the background's variance; flat from 0.03 to 0.1, worse at 0.3.

Train splits of HWU64, BANKING77 and CLINC150, 2026-11-24: `tests/benchmarks/tune.py`."""

FIRST_STAGE_VARIANCE = 0.6
"""Share of the rows' squared length that the first stage's directions must hold; where they hold less, all rows are
read in full.

With MiniLM they hold 0.68, and one of the first five is missed in 0.2 % of situations among 10,000 coachings. Of a
hashing embedder, whose words have directions of their own, a quarter of the dimensions holds 0.49, and it is 2 %.
BANKING77, CLINC150 and HWU64, 2026-11-29: `tests/benchmarks/first_stage.py`."""

# From features to a probability: `probability.py`, `platt_scaling.py`.

WEIGHTS = np.array([-6.55, 4.04, 1.9, -1.77, -1.08, -6.0, -0.42, 1.26, 0.94, 2.57])
"""Of 1, similarity to the prototype, head, crowding of the situation, crowding of the prototype, "never here", how
many texts are known, the head times that, similarity to the nearest text that applies, and to the intent.

Train splits of HWU64, BANKING77 and CLINC150 and, `WRITTEN_MASS` times as heavy, the packaged phrasings, with 0 to 6
examples and 0 to 20 verdicts a coaching, 2026-11-29: `tests/benchmarks/tune.py`. A probability needs a base rate: here
from 5 % to half of what is asked is coached, on the phrasings a tenth, with as many near misses.
"""

NEVER_COLUMN, NEAREST_COLUMN = 5, 8
"""Columns of "never here", whose weight is set, since it has to act at once, also where a reviewer rarely says so; and
of the similarity to the nearest text that applies."""

WRITTEN_MASS = 20.0
"""How much heavier the packaged phrasings count in the fit: what people say to agents is more like them than like
crowd-sourced utterances of one intent.

With 1, one example is recalled in 66 % of the phrasings of the first day's tuning half at a floor of 0.2, with 8 in
72 %, with 20 in 75 %, each at 12 % false; CLINC150's calibration error is 0.024, 0.017 and 0.016, BANKING77's 0.064,
0.072 and 0.074. 2026-11-29: `tests/benchmarks/tune.py`, then `first_day.py --half tune`."""

KNOWN = 1.5
"""Log of the number of texts at which what is known neither adds nor takes.

A centre, which the fit of `WEIGHTS` takes up, 2026-11-24: `tests/benchmarks/tune.py`."""

KERNEL = 6.0
"""Sharpness of "never here" in scaled similarity: it silences a neighbourhood, not the coaching.

Set by hand, 2026-11-24; `tests/benchmarks/recall.py --only intents` shows what it does."""

MIXED = 3.1
"""What a logit gets back for each log of the length that mixing several turns has cost.

Even STAR dialogues, half of the tasks coached, 2026-11-29: `tests/benchmarks/tune.py`."""

AGAIN = 2.0
"""Logit at least where somebody says again what a coaching is known by, whatever else an embedder makes of it.

Set by hand, 2026-11-29; `tests/benchmarks/first_day.py --half tune` shows what it does."""

UNWANTED = 2.5
"""Taken from a logit where somebody says what they do not want and nothing else, unless that is what the coaching is
known by.

Of the messages of `embedder/families.jsonl` 0.5 % are such, of the near misses 1.6 %. Set by hand, 2026-11-29;
`tests/benchmarks/field.py --half tune` shows what it does."""

OPENING = 8.0
"""Taken from the logit of a coaching from a later moment where all of the user's wish is said in the latest turn.

Set by hand, 2026-11-29; `tests/benchmarks/recall.py --only dialogues` shows what it does."""

OPENING_LEAST, OPENING_FULL = 0.5, 0.9
"""Share of what the user has said that is in the latest turn: up to the first it is a later moment, from the second on
the conversation begins. A yes has at most 0.3, a first turn 1. As above."""

REFERENCE = (0.993, 1.138)
"""Platt's scaling of the embedded embedder itself: factor and addend; others are held against it.

The packaged phrasings, half of what is asked coached, without verdicts, 2026-11-29: `tests/benchmarks/tune.py`."""

# What else is said in a namespace: `traffic.py`, `reserve.py`.

NEARBY = np.array([0.54, 0.72, -1.34])
"""Of how well the store's own traffic covers a situation, what neighbours make of a coaching, and how much nearer they
are than its own texts.

Neighbours for which a coaching fits too make it likelier, the more the nearer they are. Where others are nearer than
anything it is known by, it is one of many things that are said there. Where the traffic covers nothing, it says
nothing: what is new is as likely as it was without. The data of `WEIGHTS`, with 300 and 2,000 unlabelled train
utterances as traffic from which a third of the intents that are not coached is missing, and even STAR dialogues,
2026-11-29: `tests/benchmarks/tune.py`.
"""

SPARSE = 0.5
"""Scaled similarity of the nearest traffic up to which it covers nothing; at twice that it covers a situation fully.

The data of `NEARBY`, 2026-11-24: `tests/benchmarks/tune.py`."""

TRAFFIC_NEIGHBOURS = 5
"""Nearest situations that are looked at; 10 were no better, and worse where there are few.

Train splits of HWU64, BANKING77 and CLINC150, 2026-11-24: `tests/benchmarks/tune.py`."""

TRAFFIC_ENOUGH = 600
"""Situations from which on traffic counts in full; with fewer, less in proportion: a few hundred at full weight made
coachings of BANKING77 fire wrongly more often.

Train splits of HWU64, BANKING77 and CLINC150, 2026-11-24: `tests/benchmarks/tune.py`."""

RESERVE_SPREAD = 0.3
"""Standard deviation of what new verdicts may add, in logits, before they have said anything: a few say little.

With 15 coached and ten verdicts each, 0.3, 0.5 and 1 are within two points of each other; the smallest keeps most
recall. Train splits of BANKING77, 2026-11-24: `tests/benchmarks/recall.py --only intents`."""

# From probabilities to a choice: `limits.py`.

FLOOR = 0.2
"""Probability below which nothing applies by default.

With one example a coaching, 0.15, 0.2 and 0.3 recall 79, 74 and 64 % of other people's phrasings and fire on 17, 12 and
9 % of the turns where nothing applies, half of them near misses. A missed correction costs more than a superfluous one,
which says itself which situation it is for. The tuning half of `first_day.json`, 2026-11-29:
`tests/benchmarks/first_day.py --half tune`."""
