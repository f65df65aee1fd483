"""Options that write a coaching: when it applies, what to do then, where, and how it is known."""

from __future__ import annotations

import getpass
import os
from typing import Annotated, Any

import typer

from langgraph_coaching.coaching.enforcement import APPROVAL
from langgraph_coaching.errors import InvalidCoachingError

_FIELDS = {
    "reply": "text",
    "search_knowledge": "article",
    "action": "tool",
    "process": "name",
    "playbook": "name",
    "handoff": "target",
}
"""Of each behavior the field that its option fills."""

Words = str | None
Many = list[str] | None

Intent = Annotated[
    Words, typer.Option("--intent", "--when", metavar="WORDS", help="When replying to what, one scenario.")
]
Reply = Annotated[Words, typer.Option(metavar="WORDS", help="Do this: answer in this way.")]
SearchKnowledge = Annotated[Words, typer.Option(metavar="ARTICLE", help="Do this: read this article first.")]
Action = Annotated[Words, typer.Option(metavar="TOOL", help="Do this: call this tool.")]
Process = Annotated[Words, typer.Option(metavar="NAME", help="Do this: follow this process.")]
Playbook = Annotated[Words, typer.Option(metavar="NAME", help="Do this: switch to this playbook.")]
Handoff = Annotated[Words, typer.Option(metavar="NAME", help="Do this: hand over to this agent or team.")]
Instruction = Annotated[str, typer.Option(metavar="WORDS", help="How to do it (not with --reply).")]
Enforce = Annotated[
    bool, typer.Option("--enforce", help="The graph is made to do it, where it can (--action to --handoff).")
]
Approval = Annotated[bool, typer.Option("--approval", help="The same, once a person has approved it.")]
Example = Annotated[Many, typer.Option(metavar="WORDS", help="Where it also applies; may be given several times.")]
Never = Annotated[Many, typer.Option(metavar="WORDS", help="Where it never applies; may be given several times.")]
Agent = Annotated[Words, typer.Option(metavar="NAME", help="Only for this agent.")]
Node = Annotated[Words, typer.Option(metavar="NAME", help="Only at this node.")]
Tag = Annotated[Many, typer.Option(metavar="NAME", help="Only for calls with this label; may be given several times.")]
Priority = Annotated[
    int, typer.Option(metavar="NUMBER", help="-100 to 100; the higher goes first where several apply.")
]
Status = Annotated[
    Words, typer.Option(metavar="WORD", help="draft, shadow (in no prompt, with receipts), canary, active or archived.")
]
Share = Annotated[
    float | None, typer.Option(metavar="NUMBER", help="Of a canary: its share of the threads, such as 0.1.")
]
Notes = Annotated[str, typer.Option(metavar="WORDS", help="Private; never in a prompt.")]
Author = Annotated[
    Words,
    typer.Option(metavar="NAME", help="Who says so; else as LANGGRAPH_COACHING_AUTHOR says, or your login name."),
]
Subject = Annotated[
    str, typer.Argument(metavar="ID", help="A coaching; or TRACE:NUMBER, the step one would be written from.")
]


def enforcement_of(enforce: bool, approval: bool) -> bool | str:
    """What --enforce and --approval say together."""
    return APPROVAL if approval else enforce


def author_of(given: str | None) -> str | None:
    """Who is at the command line: as they say, or by their login name; None where nobody has one."""
    if named := given or os.environ.get("LANGGRAPH_COACHING_AUTHOR"):
        return named
    try:
        return getpass.getuser() or None
    except (OSError, KeyError, ImportError):
        return None


def read_behavior(given: dict[str, str | None], instruction: str, enforce: bool | str = False) -> dict[str, Any]:
    """The behavior that options say, as `coach.add` takes it.

    Args:
        given: The value of each of the six options.
        instruction: Of `--instruction`.
        enforce: As `enforcement_of` has it.

    Raises:
        InvalidCoachingError: There is none or more than one of them, or what else is said belongs to no other.
    """
    chosen = {kind: value for kind, value in given.items() if value is not None}
    if len(chosen) != 1:
        names = ", ".join("--" + name.replace("_", "-") for name in _FIELDS)
        raise InvalidCoachingError(f"choose exactly one of {names}; you gave {len(chosen) or 'none'}")
    ((kind, value),) = chosen.items()
    if kind == "reply" and instruction:
        raise InvalidCoachingError("--reply is its own instruction; leave --instruction out")
    if enforce and kind in ("reply", "search_knowledge"):
        raise InvalidCoachingError(
            f"--{kind.replace('_', '-')} cannot be enforced; --action, --handoff, --process and --playbook can"
        )
    said = {"instruction": instruction} if instruction else {}
    return {"type": kind, _FIELDS[kind]: value} | said | ({"enforce": enforce} if enforce else {})
