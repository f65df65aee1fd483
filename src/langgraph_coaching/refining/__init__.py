"""After a coaching is live: what it did, what a person says of it, and what that teaches.

| word | file |
|---|---|
| reviewer: what a person sees of coaching at work, and says of it | `reviewer` |
| verdict: a person's answer to "was it correctly applied?"; the table of them | `verdict`, `verdicts` |
| refine: what a verdict teaches a coaching about when to fire | `refine` |
| calibrate: how far probabilities and verdicts agree | `calibrate` |
| report: how each coaching is doing, with the interval of its precision | `report`, `wilson` |
| review: the receipts whose verdict would teach most | `review`, `review_queue` |
| assess: a chat model that reads whether a reply follows its coaching | `assess` |
| feedback: what receipts and verdicts say, in the words of the tracers that have those runs | `feedback` |

Say of any receipt whether its outcome was right. It teaches that one coaching where to fire: "wrongly applied"
becomes a *never here* that acts around that situation, "should have fired" an *also here*. The intent stays as its
author wrote it, and no other coaching moves.

```python
receipt = advice.applied[0]
coach.verdict(receipt, correct=False, comment="jackets ship free", author="dana")  # or the id of a stored receipt

for standing in coach.report():  # those that need review first
    standing.applied, standing.followed, standing.precision, standing.interval, standing.missed, standing.needs_review

found = coach.calibrate()  # now and then, after a few dozen verdicts or an import
found.error, found.reserve, found.situations  # how far verdicts disagree, what they take from every logit, the traffic
coach.review(limit=20)  # the receipts whose verdict would teach most
```

Where verdicts on applied coachings come out worse than their probabilities, `calibrate` makes the whole store more
reserved; it never makes one bolder, since what is missed is taught by examples. A running agent notices within a
minute.

The last verdict on a receipt counts; `coach.verdicts(id)` says who said what when. Precision comes with Wilson's 95 %
interval, since three verdicts are not thirty. Test conversations (`coach.chat`) are not counted; a verdict in one
teaches its coaching like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach

if TYPE_CHECKING:
    from langgraph_coaching.refining.calibrate import Calibration
    from langgraph_coaching.refining.report import Standing
    from langgraph_coaching.refining.verdict import Verdict

__all__ = ["Calibration", "Standing", "Verdict"]

__getattr__, __dir__ = attach(__name__, {"Calibration": "calibrate", "Standing": "report", "Verdict": "verdict"})
