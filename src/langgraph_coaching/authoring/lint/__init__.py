"""Lint: what is the matter with a coaching, found when it is written, and not by the customer.

```python
draft.lint()  # before it is saved; coach.lint(id) and coach.lint() for what is saved
coach.lint(graph=graph)  # and the compiled graph: does it still have the tools and nodes that coachings name?
```

On the command line `langgraph-coaching check`, which fails on errors. Saving refuses nothing: findings are for people.

| word | file |
|---|---|
| finding: how bad, what, why, and what to do | `finding` |
| … of what is a draft, in shadow or a canary | `stages` |
| linter: every rule, over one coaching or over all | `linter` |
| wording: rules over the words of one | `wording` |
| … several scenarios in one intent | `scenarios` |
| … standing instructions, which belong into the system prompt | `standing` |
| … specifics of one person or one day | `specifics` |
| … marks that close the fence, and words beyond the situation | `fence` |
| … characters that nobody sees | `unseen` |
| … keys, passwords and account numbers | `secret` |
| … tools, nodes and targets that the graph does not have | `references`, `graph_names` |
| … expired | `expired` |
| neighbourhood: rules over one among the others, and in the traffic | `neighbourhood` |
| … recalled: where one is met, in the others' texts and in the traffic | `recalled` |
| … overlap: how likely one is at the texts of another | `overlap` |
| … conflicts and duplicates of those that overlap | `conflict`, `contradiction`, `wish_kinds` |
| … shadowed by others that always go first | `shadow` |
| … too broad, too narrow | `width`, `idle_examples` |

| rule | severity | found where |
|---|---|---|
| `conflict` | error | typed behaviors that exclude each other, in the same situations |
| | warning | instructions that seem to contradict each other, in the same situations |
| | note | two replies for the same situations; a person has to say whether they go together |
| `duplicate` | warning | the same behavior for the same intent |
| `near_duplicate` | note | replies that say nearly the same, in the same situations |
| `shadowed` | warning | likely enough, and never in the prompt |
| `too_broad` | warning | likely in over half of the recorded situations; with under 20, in over 1 % of any requests |
| | warning | an example is small talk, which people say in any conversation |
| `too_narrow` | warning | silent where it was written |
| | note | most of its examples are unlike its intent and each other |
| `several_scenarios` | warning | parts of an intent that are unlike each other |
| `system_prompt` | warning | it says itself that it holds everywhere |
| `specifics` | note | an order number, a name or a date in the intent |
| `unknown_reference` | error | a tool, node or target that the graph does not have; softer where words are meant |
| | note | enforced, and no node of the coach may go there |
| `fence`, `beyond_scope` | error | marks of a prompt's blocks and roles; words that overrule other instructions |
| `unseen` | error | unseen characters that may hide words: tags, turns of direction, selectors |
| | warning | others, as they come with pasted text |
| `secret` | error | a key, a password or an account number in intent or behavior |
| | warning | the same in examples or notes |
| `expired` | note | called active, and over |

What is a draft, in shadow or a canary is looked at too, as if it were active; a finding says which of its coachings is
not. Beside what is in no prompt yet a conflict is a warning, since the new one may be meant to take the other's place.

Two coachings overlap as far as recall takes one for the other: the mean probability of one at the texts of the other.
Wishes of another kind ("cancel", "change") are told apart by their words. A thousand coachings with 3,000 texts take
5 s of one slow core. Of faults planted among 62 guidelines and tasks, 79 to 100 % are found, by kind; with none planted
there are 8 findings: `tests/benchmarks/lint.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach

if TYPE_CHECKING:
    from langgraph_coaching.authoring.lint.finding import Finding

__all__ = ["Finding"]

__getattr__, __dir__ = attach(__name__, {"Finding": "finding"})
