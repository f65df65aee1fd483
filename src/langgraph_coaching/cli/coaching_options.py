"""Options that say what a coaching would be, for commands that save nothing."""

from __future__ import annotations

from typing import Annotated

import typer

When = Annotated[str | None, typer.Option("--when", metavar="WORDS", help="When replying to what, one scenario.")]
ReplyText = Annotated[str | None, typer.Option("--reply", metavar="WORDS", help="Do this: answer in this way.")]
Article = Annotated[
    str | None, typer.Option("--search-knowledge", metavar="ARTICLE", help="Do this: read this article first.")
]
Tool = Annotated[str | None, typer.Option("--action", metavar="TOOL", help="Do this: call this tool.")]
ProcessName = Annotated[str | None, typer.Option("--process", metavar="NAME", help="Do this: follow this process.")]
PlaybookName = Annotated[
    str | None, typer.Option("--playbook", metavar="NAME", help="Do this: switch to this playbook.")
]
Target = Annotated[
    str | None, typer.Option("--handoff", metavar="NAME", help="Do this: hand over to this agent or team.")
]
Instruction = Annotated[str, typer.Option("--instruction", metavar="WORDS", help="How to do it (not with --reply).")]
Examples = Annotated[
    list[str] | None,
    typer.Option("--example", metavar="WORDS", help="Where it also applies; may be given several times."),
]
Nevers = Annotated[
    list[str] | None,
    typer.Option("--never", metavar="WORDS", help="Where it never applies; may be given several times."),
]
Subject = Annotated[
    str, typer.Argument(metavar="ID", help="A coaching; or TRACE:NUMBER, the step one would be written from.")
]
