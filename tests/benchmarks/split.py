"""The splitter of system prompts against labels made by reading: which lines hold in one situation only.

The policies of tau-bench and prompts written for it (`split.json`: chat, bank, hotel …, in bullets, prose, tags and
headings). Rules were made on one half; the other was labelled before and not looked at while they were made.

    python tests/benchmarks/split.py
    python tests/benchmarks/split.py --show "bank, prose"
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from data import HERE, options

from langgraph_coaching import split_prompt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POLICIES = {
    "tau2_airline_policy.md": (False, [(65, 101), (105, 152), (155, 167)]),
    "tau2_telecom_main_policy.md": (False, [(103, 117), (120, 128), (131, 138), (142, 149), (153, 155), (159, 159)]),
    "tau2_retail_policy.md": (True, [(88, 92), (96, 98), (102, 106), (110, 114), (118, 126), (130, 136)]),
    "tau2_banking_additional_instructions.md": (True, []),
    "tau2_banking_policy_header.md": (True, [(13, 13)]),
    "tau1_airline_wiki.md": (True, [(30, 38), (42, 52), (56, 62), (66, 70)]),
    "tau1_retail_wiki.md": (True, [(35, 39), (43, 45), (49, 53), (57, 61), (65, 71), (75, 81)]),
}
"""Of each policy: whether it is held out, and the lines that are contextual, from 1."""


class Case(NamedTuple):
    """A prompt with its labels."""

    name: str
    held_out: bool
    text: str
    contextual: frozenset[int]
    """Lines, from 1."""


class Score(NamedTuple):
    """Lines that were found, that were to be found, and both."""

    both: int
    found: int
    wanted: int

    def __str__(self) -> str:
        precision, recall = self.both / (self.found or 1), self.both / (self.wanted or 1)
        return f"{self.found:>4} {self.wanted:>6} {precision:>9.2f} {recall:>7.2f}"


def cases(data: Path) -> Iterator[Case]:
    """Every prompt; the policies where they are at hand."""
    for name, (held_out, ranges) in POLICIES.items():
        path = data / "policies" / name
        if path.exists():
            lines = frozenset(line for first, last in ranges for line in range(first, last + 1))
            yield Case(name, held_out, path.read_text(encoding="utf-8"), lines)
    for row in json.loads((HERE / "split.json").read_text(encoding="utf-8")):
        yield Case(row["name"], row["held_out"], row["text"], frozenset(row["contextual"]))


def found_lines(text: str) -> set[int]:
    """The lines that any passage of a piece stands on."""
    spans = [span for piece in split_prompt(text) for span in piece.spans]
    return {
        line for start, end in spans for line in range(text.count("\n", 0, start) + 1, text.count("\n", 0, end) + 2)
    }


def is_said(line: str) -> bool:
    """Whether a line says something: no heading, no tag alone, not blank."""
    said = line.strip()
    return (
        bool(said)
        and not said.startswith("#")
        and not (said.startswith("<") and said.endswith(">") and " " not in said)
    )


def score(case: Case) -> tuple[Score, set[int], set[int]]:
    """The score of one prompt, and the lines wrongly found and wrongly left."""
    counted = {number for number, line in enumerate(case.text.split("\n"), 1) if is_said(line)}
    found, wanted = found_lines(case.text) & counted, case.contextual & counted
    return Score(len(found & wanted), len(found), len(wanted)), found - wanted, wanted - found


def main() -> None:
    """Prints precision and recall, a line a prompt."""
    parser = options(__doc__, data=True)
    parser.add_argument("--show", default="", help="the name of a prompt whose wrong lines are shown")
    given = parser.parse_args()
    print(f"{'':<44} found wanted precision recall")
    for held_out, title in ((False, "rules made on it"), (True, "held out")):
        total, policies = [0, 0, 0], [0, 0, 0]
        for case in cases(given.data):
            if case.held_out is not held_out:
                continue
            told, wrong, left = score(case)
            print(f"  {case.name:<42} {told}")
            for into in (total, policies) if case.name.endswith(".md") else (total,):
                into[:] = [into[0] + told.both, into[1] + told.found, into[2] + told.wanted]
            if given.show == case.name:
                lines = case.text.split("\n")
                print(*(f"    found  {n}: {lines[n - 1][:100]}" for n in sorted(wrong)), sep="\n")
                print(*(f"    left   {n}: {lines[n - 1][:100]}" for n in sorted(left)), sep="\n")
        others = Score(*(a - b for a, b in zip(total, policies, strict=True)))
        print(f"{title + ', policies':<44} {Score(*policies)}")
        print(f"{title + ', written prompts':<44} {others}")
        print(f"{title + ', all':<44} {Score(*total)}")


if __name__ == "__main__":
    main()
