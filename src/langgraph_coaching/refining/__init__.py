"""After a coaching is live: what it did, what a person says of it, and what that teaches.

| word | file |
|---|---|
| reviewer: what a person sees of coaching at work, and says of it | `reviewer` |
| verdict: a person's answer to "was it correctly applied?"; the table of them | `verdict`, `verdicts` |
| refine: what a verdict teaches a coaching about when to fire | `refine` |
| calibrate: how far probabilities and verdicts agree | `calibrate` |
| reporter: reads receipts, verdicts and runs of a window, and makes the report of them | `reporter` |
| … recent reports: made anew only once something was written | `recent_reports` |
| … the window and its periods; receipts counted in each | `window`, `receipt_counts` |
| … figures: counts, whether they rise or fall | `figures`, `counts`, `trend` |
| … what coaching costs, in tokens and time | `cost`, `prompt_tokens` |
| … outcomes: how threads with and without a coaching ended | `outcomes`, `evaluated_runs`, `comparison` |
| … the statistics: the interval of a share, of a difference | `wilson`, `difference` |
| report: how each coaching is doing, and all of them; as text | `report`, `report_text`, `report_notes` |
| … as a page of HTML: its parts, plots and style | `report_page`, `report_parts`, `outcome_parts`, `report_style` |
| … what these are made of, with every text escaped | `plots`, `markup` |
| review: the receipts whose verdict would teach most | `review`, `review_queue` |
| assess: a chat model that reads whether a reply follows its coaching | `assess` |
| feedback: what receipts and verdicts say, in the words of the tracers that have those runs | `feedback` |

Say of any receipt whether its outcome was right. It teaches that one coaching where to fire: "wrongly applied"
becomes a *never here* that acts around that situation, "should have fired" an *also here*. The intent stays as its
author wrote it, and no other coaching moves.

```python
receipt = advice.applied[0]
coach.verdict(receipt, correct=False, comment="jackets ship free", author="dana")  # or the id of a stored receipt

report = coach.report(since="7d")  # also until=, coaching_id=, price_per_million_tokens=
for standing in report:  # those that need review first
    standing.applied, standing.followed, standing.precision, standing.interval, standing.missed, standing.needs_review
    standing.applied_trend, standing.tokens, standing.outcomes, standing.review_reasons
report.overall.calls, report.overall.time, report.overall.tokens_per_call
str(report), report.to_json(), report.to_html()  # what print shows; JSON values; a page: to_html("report.html")

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

The report compares runs with a coaching and without it by their labels (`coaching_label` in the metadata of a run;
`success`, `failure` and the like) and by a score (`reward`, or what an imported run was given). A thread counts once.
Who decides which threads are coached decides what that is worth: of a canary it is chance, and the comparison is fair;
otherwise coached situations differ from the others, and the report says so. Below ten threads a side it says nothing.
On two cores 200,000 receipts and 10,000 runs take a second (`tests/benchmarks/report.py`); they are counted a period at
a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach

if TYPE_CHECKING:
    from langgraph_coaching.refining.calibrate import Calibration
    from langgraph_coaching.refining.comparison import Comparison
    from langgraph_coaching.refining.report import Overall, Report, Standing
    from langgraph_coaching.refining.trend import Trend
    from langgraph_coaching.refining.verdict import Verdict

__all__ = ["Calibration", "Comparison", "Overall", "Report", "Standing", "Trend", "Verdict"]

__getattr__, __dir__ = attach(
    __name__,
    {
        "Calibration": "calibrate",
        "Comparison": "comparison",
        "Overall": "report",
        "Report": "report",
        "Standing": "report",
        "Trend": "trend",
        "Verdict": "verdict",
    },
)
