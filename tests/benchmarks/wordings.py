"""Which wording and place of the prompt block a real model follows best, on every other situation of `effect.py`.

    python tests/benchmarks/wordings.py --base-url http://127.0.0.1:8088/v1

Each wording is tried with the right coaching alone and, on half of these, with two others of the store beside it, as
when recall errs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from data import options
from effect import CASES, LONGEST
from langchain_core.messages import HumanMessage, SystemMessage
from rich.console import Console
from rich.table import Table

from langgraph_coaching.demo.agent import chat_model
from langgraph_coaching.recall import prompt

SUPERVISOR = (
    "Guidance from your supervisor for exactly this situation. Follow it in your next message, without mentioning it:"
)
MATCHING = "Your supervisor's instructions for the user's message. Your next message must carry out those that fit it:"

RULES = "## Rules for your next message\nIf the user's message fits one of these, your answer must do what it says:"
TELL = "## What to tell the user\nYour answer to the user's message must contain what is asked for here:"
MUST = "Guidance from your supervisor for exactly this situation. Your next message must do what it says:"


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to say it."""

    name: str
    head: str
    entry: str
    """With places for `intent` and `do`."""
    fence: tuple[str, str] = (prompt.OPEN, prompt.CLOSE)
    last: bool = True
    """At the end of the system message, or at its start."""

    def system(self, coachings: list[tuple[str, str]]) -> str:
        """The whole system message."""
        entries = [self.entry.format(intent=intent, do=do) for intent, do in coachings]
        told = "\n".join(line for line in (self.fence[0], self.head, *entries, self.fence[1]) if line)
        return "\n\n".join([CASES["system"], told] if self.last else [told, CASES["system"]])


WORDINGS = (
    Wording("supervisor", SUPERVISOR, "- When replying to: {intent}\n  Do this: {do}"),
    Wording("must", SUPERVISOR, "- The situation: {intent}\n  You must: {do}"),
    Wording("behavior only", SUPERVISOR, "- {do}"),
    Wording("those that fit", MATCHING, "- When replying to: {intent}\n  Do this: {do}"),
    Wording("next message must", MUST, "- When replying to: {intent}\n  Do this: {do}"),
    Wording("rules", RULES, "- When replying to: {intent}\n  Do this: {do}"),
    Wording("what to tell", TELL, "- When replying to: {intent}\n  Do this: {do}"),
    Wording("those that fit, first", MATCHING, "- When replying to: {intent}\n  Do this: {do}", last=False),
    Wording(
        "those that fit, markdown", MATCHING, "- When replying to: {intent}\n  Do this: {do}", fence=("## Coaching", "")
    ),
)


def placed(case: dict[str, str], beside: int) -> list[tuple[str, str]]:
    """The right coaching, and so many others after it."""
    start = 3 * CASES["checked"].index(case)
    others = (CASES["others"] * 2)[start : start + beside]
    return [(case["intent"], case["reply"]), *((intent, reply) for intent, _, reply in others)]


def tried(wording: Wording, model: Any, cases: list[dict[str, str]], beside: int) -> list[str]:
    """Ids of the cases in which it was not followed."""
    missed = []
    for case in cases:
        messages = [SystemMessage(wording.system(placed(case, beside))), HumanMessage(case["situation"])]
        answer = model.invoke(messages).text
        if not re.search(case["followed"], answer):
            missed.append(case["id"])
            print(f"{wording.name}, {beside} beside it, {case['id']}: {answer!r}", flush=True)
    return missed


def main() -> None:
    """Prints the table."""
    asked = options(__doc__)
    asked.add_argument("--base-url", required=True)
    asked.add_argument("--only", nargs="*", help="names of wordings")
    given = asked.parse_args()
    model = chat_model(given.base_url).bind(max_completion_tokens=LONGEST)
    cases = CASES["checked"][::2]
    table = Table("wording", "alone", "beside two others", "characters of the block", title="followed")
    for wording in WORDINGS:
        if given.only and wording.name not in given.only:
            continue
        missed = [tried(wording, model, some, beside) for some, beside in ((cases, 0), (cases[::2], 2))]
        counts = [
            f"{len(some) - len(ids)} of {len(some)}" for some, ids in zip((cases, cases[::2]), missed, strict=True)
        ]
        size = len(wording.system(placed(cases[0], 0))) - len(CASES["system"]) - 2
        table.add_row(wording.name, *counts, str(size))
        print(wording.name, counts, size, flush=True)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
